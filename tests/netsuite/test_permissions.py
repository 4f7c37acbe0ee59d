"""The connection test says in words what is wrong."""

import re
import time

import httpx
import pytest

from revrec.netsuite import FieldSettings, M2mCredentials, TbaCredentials
from revrec.netsuite.permissions import State, check_connection

REGION = FieldSettings(custom_segments=("cseg_region",))


def states(checks):
    return {check.name: check.state for check in checks}


async def test_a_good_connection_is_granted_throughout(sim, netsuite):
    checks = await check_connection(netsuite, REGION)
    assert set(states(checks).values()) == {State.GRANTED}
    assert {"clock", "customer", "deletedrecord", "Make Journal Entry", "transactionline.cseg_region"} <= set(
        states(checks)
    )
    assert all(check.ok for check in checks)


@pytest.mark.parametrize(
    ("denied", "check", "state", "words"),
    [
        ("Customers", "customer", State.MISSING, "Customers (Lists, View)"),
        ("Items", "item", State.MISSING, "Items (Lists, View)"),
        ("Find Transaction", "transaction", State.MISSING, "Find Transaction"),
        ("Manage Accounting Periods", "accountingperiod", State.MISSING, "Manage Accounting Periods"),
        ("Deleted Records", "deletedrecord", State.FEATURE_OFF, "Deleted Records"),
        ("Make Journal Entry", "Make Journal Entry", State.MISSING, "Make Journal Entry"),
    ],
)
async def test_a_missing_permission_is_named(sim, netsuite, denied, check, state, words):
    sim.post("settings", denied_permissions=[denied])
    found = next(one for one in await check_connection(netsuite) if one.name == check)
    assert found.state is state
    assert words in found.message
    assert "NetSuite says" in found.message
    assert found.ok is (state is State.FEATURE_OFF)


async def test_features_that_are_off_are_no_fault(sim, netsuite):
    sim.features(
        without=["oneworld", "multicurrency", "departments", "classes", "locations", "revrec", "cseg_region"]
    )
    checks = await check_connection(netsuite, REGION)
    found = states(checks)
    for name in ("subsidiary", "currency", "department", "transactionline.revrecstartdate"):
        assert found[name] is State.FEATURE_OFF
    assert all(check.ok for check in checks)


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
    assert [(check.state, check.ok) for check in checks] == [(State.MISSING, False)]
    assert "SuiteAnalytics Workbook" in checks[0].message


async def test_an_unreadable_private_key_is_said_before_anything_is_sent(make_client, wire):
    async with make_client(credentials=M2mCredentials("1", "c", "k", "garbage")) as client:
        checks = await check_connection(client)
    assert states(checks) == {"key": State.FAILED}
    assert wire.requests == []
