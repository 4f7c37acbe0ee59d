"""Connections: what is stored, how it is sealed, and which prefix is refused."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from revrec.netsuite.certificate import make_key_pair
from revrec.netsuite.credentials import M2mCredentials, TbaCredentials
from revrec.operations.actor import Actor
from revrec.operations.confirm_connection import confirm_connection
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.connect_salesforce import SalesforceConnection, connect_salesforce
from revrec.operations.open_connection import open_connection
from revrec.operations.policies import policy_on
from revrec.problems import Conflict, Invalid, Refused, SettingInvalid
from revrec.secrets import Vault, new_key
from revrec.store.engine import Store
from revrec.store.tables import Connection, Journal, SourceDocument
from tests.audit_trail import newest_events

TBA = {
    "consumer_key": "ck-11111111",
    "consumer_secret": "cs-SECRET-22222222",
    "token_id": "ti-33333333",
    "token_secret": "ts-SECRET-44444444",
}
PAIR = make_key_pair("ec", "tests", 700, now=datetime(2026, 4, 1, tzinfo=UTC))
M2M = {"client_id": "c1", "certificate_id": "x1", "private_key_pem": PAIR.private_key_pem}


@pytest.fixture
def vault() -> Vault:
    return Vault([new_key()])


def given(**changes: Any) -> NetSuiteConnection:
    return NetSuiteConnection(**{"account": "1234567-sb1", "auth": "tba", "credentials": TBA, **changes})


def test_one_connecting_serves_both_flows(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)
    with store.read() as session:
        rows = session.exec(select(Connection)).all()
        assert {(row.flow, row.account, row.system) for row in rows} == {
            ("invoices", "1234567_SB1", "netsuite"),
            ("journals", "1234567_SB1", "netsuite"),
        }
        opened = open_connection(session, vault, "journals")
    assert opened.netsuite_credentials() == TbaCredentials("1234567_SB1", *TBA.values())
    assert opened.options == {"concurrency": 5}
    assert "SECRET" not in repr(opened)


def test_m2m_credentials_come_back_as_they_went_in(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_netsuite(
            session,
            people["admin"],
            vault,
            given(auth="m2m", credentials=M2M, flows=("invoices",), base_url="http://127.0.0.1:99/"),
            journals_found=[],
            now=now,
        )
    with store.read() as session:
        opened = open_connection(session, vault, "invoices")
        assert opened.netsuite_credentials() == M2mCredentials("1234567_SB1", *M2M.values())
        assert opened.base_url == "http://127.0.0.1:99"
        with pytest.raises(Conflict, match="revrec connect netsuite"):
            open_connection(session, vault, "journals")


def test_no_secret_is_readable_at_rest_or_in_the_trail(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime, tmp_path: Path
) -> None:
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)
        connect_salesforce(session, people["admin"], vault, salesforce(), now=now)
    with store.read() as session:
        stored = session.execute(text("SELECT * FROM connection")).all()
        trail = newest_events(session, limit=10)
        words = repr(stored) + "".join(str(event.model_dump()) for event in trail)
    for secret in (*TBA.values(), "sf-SECRET"):
        assert secret not in words


def test_a_row_cannot_be_passed_off_as_another_flow(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)
        session.execute(
            text(
                "UPDATE connection SET secret = (SELECT secret FROM connection WHERE flow = 'invoices') "
                "WHERE flow = 'journals'"
            )
        )
    with store.read() as session, pytest.raises(SettingInvalid, match="Connect again"):
        open_connection(session, vault, "journals")
    with store.read() as session, pytest.raises(SettingInvalid, match="REVREC_SECRET_KEY"):
        open_connection(session, Vault([new_key()]), "invoices")


def test_a_prefix_under_which_another_posts_is_refused(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime, draft: Any
) -> None:
    (journal_id,) = draft()
    with store.write() as session:
        session.get_one(Journal, journal_id).external_id = "REVREC-2026-03-0001"
    with store.write() as session:
        connect_netsuite(
            session, people["admin"], vault, given(), journals_found=["REVREC-2026-03-0001"], now=now
        )
    found = ["REVREC-2026-03-0001", "REVREC-2026-01-0007"]
    with pytest.raises(Conflict, match="REVREC-2026-01-0007"), store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=found, now=now)
    with store.write() as session:
        connect_netsuite(
            session,
            people["admin"],
            vault,
            given(policies={"journal_prefix": "OURS"}),
            journals_found=[],
            now=now,
        )
    with store.read() as session:
        assert policy_on(session, now.date())["journal_prefix"] == "OURS"


def test_the_form_sets_policies(store: Store, people: dict[str, Actor], vault: Vault, now: datetime) -> None:
    excluded = {"product": {"name": "Name", "values": ["Setup"]}}
    policies = {
        "account_time_zone": "America/Los_Angeles",
        "exclude_products": excluded,
        "use_customer_name_mapping": False,
    }
    with store.write() as session:
        connect_netsuite(
            session, people["admin"], vault, given(policies=policies), journals_found=[], now=now
        )
    with store.read() as session:
        assert policy_on(session, now.date()).items() >= policies.items()


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"auth": "password"}, "auth"),
        ({"credentials": {**TBA, "token_secret": " "}}, "token_secret"),
        ({"credentials": {**TBA, "pin": "1"}}, "pin"),
        ({"account": "https://evil"}, "account"),
        ({"base_url": "http://netsuite.example"}, "base_url"),
        ({"base_url": "https://user:pw@host"}, "base_url"),
        ({"flows": ()}, "flow"),
        ({"flows": ("invoices", "invoices")}, "flow"),
        ({"flows": ("orders",)}, "flow"),
        ({"concurrency": 0}, "concurrency"),
        ({"policies": {"two_people": False}}, "two_people"),
    ],
)
def test_what_is_wrong_is_named(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(Invalid) as refused, store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(**changes), journals_found=[], now=now)
    assert refused.value.where == where


def test_one_deployment_serves_one_account(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)
    other = {"account": "7654321"}
    with pytest.raises(Conflict, match="one account"), store.write() as session:
        connect_netsuite(
            session, people["admin"], vault, given(**other, flows=("journals",)), journals_found=[], now=now
        )
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(**other), journals_found=[], now=now)
    with store.write() as session:
        session.add(SourceDocument(external_id=1, kind="CustInvc"))
    with pytest.raises(Conflict, match="cannot move"), store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)


def test_a_working_test_ends_a_pause(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_netsuite(session, people["admin"], vault, given(), journals_found=[], now=now)
        session.execute(text("UPDATE connection SET paused = 'INVALID_LOGIN twice', verified_at = NULL"))
    with store.write() as session:
        row = confirm_connection(session, people["accountant"], "invoices", now=now)
        assert (row.paused, row.verified_at) == ("", now)
    with store.read() as session:
        assert open_connection(session, vault, "journals").paused == "INVALID_LOGIN twice"


def test_only_an_admin_connects(store: Store, people: dict[str, Actor], vault: Vault, now: datetime) -> None:
    with pytest.raises(Refused), store.write() as session:
        connect_netsuite(session, people["controller"], vault, given(), journals_found=[], now=now)
    with pytest.raises(Refused), store.write() as session:
        connect_salesforce(session, people["controller"], vault, salesforce(), now=now)


def salesforce(**changes: Any) -> SalesforceConnection:
    return SalesforceConnection(
        **{
            "account": "https://Acme.my.salesforce.com/",
            "auth": "client_credentials",
            "credentials": {"client_id": "k", "client_secret": "sf-SECRET"},
            **changes,
        }
    )


def test_a_salesforce_org_is_known_by_its_host(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime
) -> None:
    with store.write() as session:
        connect_salesforce(session, people["admin"], vault, salesforce(), now=now)
    with store.read() as session:
        opened = open_connection(session, vault, "orders")
    assert opened.account == "acme.my.salesforce.com"
    assert opened.salesforce_credentials().base_url == "https://acme.my.salesforce.com"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"auth": "password"}, "auth"),
        ({"account": "not a host"}, "account"),
        ({"base_url": "http://acme.example"}, "base_url"),
        ({"credentials": {"client_id": "k"}}, "client_secret"),
        ({"credentials": {"client_id": "k", "client_secret": "s", "pin": "1"}}, "pin"),
        ({"policies": {"two_people": False}}, "two_people"),
        ({"policies": {"salesforce_source": "quote"}}, "salesforce_source"),
    ],
)
def test_what_is_wrong_with_an_org_is_named(
    store: Store, people: dict[str, Actor], vault: Vault, now: datetime, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(Invalid) as refused, store.write() as session:
        connect_salesforce(session, people["admin"], vault, salesforce(**changes), now=now)
    assert refused.value.where == where
