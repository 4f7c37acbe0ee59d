"""The connection test says in words what is wrong."""

import re
import time

import httpx
import pytest

from revrec.netsuite import FieldSettings, M2mCredentials, TbaCredentials
from revrec.netsuite.permissions import State, check_connection
from revrec.netsuite.role import permissions_for

REGION = FieldSettings(custom_segments=("cseg_region",))


def states(checks):
    return {check.name: check.state for check in checks}


def needed(flow: str) -> set[str]:
    """What a role of the flow is granted by the list, in an account without Multi-Book."""
    return {one.name for one in permissions_for([flow], "m2m") if not one.optional}


async def test_a_good_connection_is_granted_throughout(sim, netsuite):
    found = states(await check_connection(netsuite, REGION))
    assert found.pop("Accounting Book") is State.FEATURE_OFF
    assert found.pop("Override Period Restrictions") is State.NOT_SHOWN
    assert set(found.values()) == {State.GRANTED}
    assert {
        "clock",
        "Customers",
        "Deleted Records",
        "Make Journal Entry",
        "transactionline.cseg_region",
    } <= set(found)


@pytest.mark.parametrize("flow", ["invoices", "journals"])
async def test_a_role_with_what_the_list_says_does_for_its_flow(sim, flow):
    async with sim.client(credentials=sim.m2m(sim.role(needed(flow)))) as client:
        checks = await check_connection(client, flows=[flow])
        shown = {check.name for check in checks if check.screen}
        assert all(check.ok for check in checks), [check for check in checks if not check.ok]
        wanted = {one.name for one in permissions_for([flow], "m2m")} - {"Journal Approval"}
        assert shown == wanted
        optional = {"Deleted Records", "Custom Segments"} & wanted
        assert {name for name, state in states(checks).items() if state is not State.GRANTED} == optional | (
            wanted & {"Accounting Book", "Override Period Restrictions"}
        )


SHOWN_BY_SIGNING_IN = {"REST Web Services", "SuiteAnalytics Workbook"}
WANTED = [
    (flow, one.name)
    for flow in ("invoices", "journals")
    for one in permissions_for([flow], "m2m")
    if not one.unseen and one.feature is None and not one.auth
]


@pytest.mark.parametrize(("flow", "denied"), WANTED)
async def test_each_missing_permission_is_named(sim, flow, denied):
    """Of every permission in the list that shows: without it the table says which one, what for, and where."""
    everything = {one.name for one in permissions_for([flow], "m2m")}
    async with sim.client(credentials=sim.m2m(sim.role(everything - {denied}))) as client:
        checks = await check_connection(client, flows=[flow])
    (lacking,) = [check for check in checks if check.state is State.MISSING]
    permission = next(one for one in permissions_for([flow], "m2m") if one.name == denied)
    assert lacking.name == denied
    assert lacking.purpose == permission.purpose
    assert lacking.screen.endswith(f"Permissions > {permission.tab}")
    assert f"The role lacks {permission.text}" in lacking.message and "NetSuite says: " in lacking.message
    assert lacking.ok is permission.optional
    granted = {check.name for check in checks if check.state is State.GRANTED and check.screen}
    hidden = {"Accounting Book", "Override Period Restrictions", "Journal Approval"}
    if denied not in SHOWN_BY_SIGNING_IN:
        assert granted == everything - {denied} - hidden


@pytest.mark.parametrize("refused_by", ["400", "403"])
async def test_records_are_refused_in_either_way(sim, refused_by):
    sim.post("settings", denied_permissions=["Invoice"], permission_refusal=refused_by)
    async with sim.client() as client:
        checks = await check_connection(client, flows=["invoices"])
    assert [check.name for check in checks if not check.ok] == ["Invoice"]


@pytest.mark.parametrize(
    "permission", ["Subsidiaries", "Currency", "Departments", "Classes", "Locations", "Custom Segments"]
)
async def test_a_feature_that_is_on_without_its_permission_is_told_from_one_that_is_off(sim, permission):
    """The columns of transactions are there with the feature: then it is the role."""
    sim.post("settings", denied_permissions=[permission])
    async with sim.client() as client:
        checks = {check.name: check for check in await check_connection(client, REGION)}
    assert checks[permission].state is State.MISSING
    assert checks[permission].ok is (permission == "Custom Segments")


async def test_features_that_are_off_are_no_fault(sim, netsuite):
    sim.features(
        without=["oneworld", "multicurrency", "departments", "classes", "locations", "revrec", "cseg_region"]
    )
    checks = await check_connection(netsuite, REGION)
    found = states(checks)
    for name in ("Subsidiaries", "Currency", "Departments", "transactionline.revrecstartdate"):
        assert found[name] is State.FEATURE_OFF
    assert all(check.ok for check in checks)
    off = next(check for check in checks if check.name == "Departments")
    assert "Setup > Company > Enable Features > Company" in off.message


async def test_posting_as_approved_wants_a_permission_more(netsuite):
    found = {
        check.name: check
        for check in await check_connection(
            netsuite, flows=["journals"], policy={"journal_approval_status": "approved"}
        )
    }
    assert found["Journal Approval"].state is State.NOT_SHOWN
    assert "Journal Approval (Transactions, Full)" in found["Journal Approval"].message
    assert found["Journal Approval"].ok


async def test_a_mistyped_field_is_pointed_at(netsuite):
    checks = await check_connection(netsuite, FieldSettings(order_reference_field="custbody_nosuch"))
    found = next(check for check in checks if check.name == "transaction.custbody_nosuch")
    assert found.state is State.FEATURE_OFF
    assert "correct them" in found.message


async def test_a_bad_key_stops_the_test_after_one_try(sim):
    good = sim.tba
    bad = TbaCredentials(good.account_id, good.consumer_key, good.consumer_secret, good.token_id, "wrong")
    async with sim.client(credentials=bad) as client:
        checks = await check_connection(client)
    assert states(checks) == {"key": State.FAILED, "clock": State.GRANTED}
    assert "Login Audit Trail" in checks[0].message
    assert client.usage.requests == 1


async def test_a_wrong_clock_is_told_apart_from_a_bad_key(sim):
    async with sim.client(clock=lambda: time.time() + 900) as client:
        checks = await check_connection(client)
    assert states(checks) == {"key": State.FAILED, "clock": State.FAILED}
    assert re.search(r"90\d s ahead of NetSuite's", checks[1].message)


async def test_an_unreachable_host_is_said(sim):
    async with sim.client(base_url="http://127.0.0.1:9") as client:
        checks = await check_connection(client)
    assert states(checks) == {"host": State.FAILED}
    assert "127.0.0.1:9" in checks[0].message


async def test_another_server_is_not_taken_for_netsuite(make_client, wire):
    wire.script = [httpx.Response(404, text="<html>nginx</html>")]
    async with make_client() as client:
        checks = await check_connection(client)
    assert states(checks) == {"host": State.FAILED}
    assert "Check the account id" in checks[0].message


async def test_a_role_without_rest_web_services_is_told_what_it_needs(make_client, wire, refusal_of):
    wire.script = [refusal_of(403, "INSUFFICIENT_PERMISSION", "You need the 'REST Web Services' permission.")]
    async with make_client() as client:
        checks = await check_connection(client)
    assert [(check.name, check.state, check.ok) for check in checks] == [
        ("REST Web Services", State.MISSING, False)
    ]


async def test_a_refusal_that_names_nothing_lists_what_it_may_be(make_client, wire, refusal_of):
    wire.script = [refusal_of(403, "INSUFFICIENT_PERMISSION", "Permission violation.")]
    async with make_client() as client:
        checks = await check_connection(client)
    assert {check.name for check in checks} == {
        "REST Web Services",
        "Log in using Access Tokens",
        "SuiteAnalytics Workbook",
    }
    assert all("one of these" in check.message for check in checks)


async def test_a_role_that_may_not_sign_in_is_told_by_its_key(sim):
    role = sim.role({"REST Web Services", "SuiteAnalytics Workbook"})
    async with sim.client(credentials=sim.m2m(role)) as client:
        checks = await check_connection(client)
    assert states(checks) == {"key": State.FAILED, "clock": State.GRANTED}
    assert "unauthorized_client" in checks[0].message
    assert "Log in using OAuth 2.0 Access Tokens" in checks[0].message


async def test_an_unreadable_private_key_is_said_before_anything_is_sent(make_client, wire):
    async with make_client(credentials=M2mCredentials("1", "c", "k", "garbage")) as client:
        checks = await check_connection(client)
    assert states(checks) == {"key": State.FAILED}
    assert wire.requests == []
