"""Connecting and testing, from the command line and over HTTP, against the stand-ins."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.netsuite import Journal, JournalLine, NetSuiteClient, TbaCredentials
from revrec.netsuite.journals import post_journal
from revrec.operations.open_connection import open_connection
from revrec.operations.policies import policy_on
from sample_data.starting import StandIn, start

Revrec = Callable[..., Any]


@pytest.fixture(scope="module")
def netsuite() -> Iterator[StandIn]:
    with start("netsuite", "--lines", "100") as running:
        yield running


@pytest.fixture(scope="module")
def salesforce() -> Iterator[StandIn]:
    with start("salesforce", "--lines", "100") as running:
        yield running


@pytest.fixture
def sim(netsuite: StandIn) -> Iterator[httpx.Client]:
    """What may be done to the NetSuite stand-in; undone afterwards."""
    with httpx.Client(base_url=f"{netsuite.url}/_sim", trust_env=False, timeout=30) as client:
        assert client.post("/snapshot").is_success
        yield client
        assert client.post("/restore").is_success


def tba(netsuite: StandIn) -> dict[str, str]:
    return {
        key: netsuite.ready[key] for key in ("consumer_key", "consumer_secret", "token_id", "token_secret")
    }


def options(netsuite: StandIn, **changes: str) -> list[str]:
    """`connect netsuite` with the stand-in's keys."""
    values = {"account_id": netsuite.ready["account_id"], "auth": "tba", "base_url": netsuite.url}
    values |= tba(netsuite) | changes
    return [part for key, value in values.items() for part in (f"--{key.replace('_', '-')}", value)]


def test_the_command_line_connects_both_flows(
    revrec: Revrec, netsuite: StandIn, deployment: Deployment
) -> None:
    excluded = '{"product": {"name": "Name", "values": ["Setup"]}}'
    more = ["--timezone", netsuite.ready["zone"], "--exclude-products", excluded]
    ran = revrec("connect", "netsuite", *options(netsuite), *more)
    assert ran.status == 0, ran.err
    assert "Connected netsuite 1234567_SB1 for invoices and journals." in ran.out
    assert netsuite.ready["token_secret"] not in ran.out
    with deployment.store.read() as session:
        policy = policy_on(session, deployment.today())
        assert open_connection(session, deployment.vault, "journals").credentials == tba(netsuite)
    assert policy["account_time_zone"] == netsuite.ready["zone"]
    assert policy["exclude_products"]["product"]["values"] == ["Setup"]
    tested = revrec("connections", "test")
    assert (tested.status, "invoices: netsuite 1234567_SB1: works" in tested.out) == (0, True)


def test_keys_may_come_from_the_environment(
    revrec: Revrec, netsuite: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in tba(netsuite).items():
        monkeypatch.setenv(f"NETSUITE_{key.upper()}", value)
    ran = revrec(
        "connect", "netsuite", "--account-id", "1234567_SB1", "--auth", "tba", "--base-url", netsuite.url,
        "--flow", "invoices", "--json",
    )  # fmt: skip
    assert [one["flow"] for one in json.loads(ran.out)["connections"]] == ["invoices"]


def test_a_wrong_key_is_said_and_nothing_is_stored(
    revrec: Revrec, netsuite: StandIn, sim: httpx.Client
) -> None:
    ran = revrec("connect", "netsuite", *options(netsuite, token_secret="not-the-s3cret"))
    assert ran.status == 1
    assert "NetSuite is not connected" in ran.err and "Login Audit Trail" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert "s3cret" not in ran.err
    assert json.loads(revrec("connections", "list", "--json").out) == []


def test_an_address_where_nobody_answers(revrec: Revrec, netsuite: StandIn) -> None:
    ran = revrec("connect", "netsuite", *options(netsuite, base_url="http://127.0.0.1:9"))
    assert (ran.status, "127.0.0.1" in ran.err, "Traceback" in ran.err) == (1, True, False)


def test_m2m_signs_in_with_a_certificate(
    revrec: Revrec, netsuite: StandIn, sim: httpx.Client, tmp_path: Path
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    given = sim.post("/certificates", json={"pem": public}).json()
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    ran = revrec(
        "connect", "netsuite", "--account-id", "1234567_SB1", "--base-url", netsuite.url,
        "--client-id", given["client_id"], "--certificate-id", given["certificate_id"],
        "--private-key-file", str(file),
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert revrec("connections", "test", "journals").status == 0


def test_a_prefix_under_which_another_posts_is_refused(
    revrec: Revrec, netsuite: StandIn, sim: httpx.Client, clients: dict[str, TestClient]
) -> None:
    post_foreign_journal(netsuite, "REVREC-2026-01-0001")
    ran = revrec("connect", "netsuite", *options(netsuite))
    assert ran.status == 1
    assert "REVREC-2026-01-0001" in ran.err and "choose another prefix" in ran.err
    body = {
        "account": "1234567_SB1",
        "auth": "tba",
        "credentials": tba(netsuite),
        "base_url": netsuite.url,
    }
    refused = clients["admin"].put("/api/v1/connections/netsuite", json=body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (409, "journal_prefix")
    accepted = clients["admin"].put("/api/v1/connections/netsuite", json={**body, "journal_prefix": "OURS"})
    assert accepted.status_code == 200, accepted.text
    # A longer prefix is another's: REVREC is not a beginning of ours.
    assert revrec("connect", "netsuite", *options(netsuite, journal_prefix="REV")).status == 0


def post_foreign_journal(netsuite: StandIn, external_id: str) -> None:
    """A journal that another deployment posted."""

    async def post() -> None:
        credentials = TbaCredentials(netsuite.ready["account_id"], *tba(netsuite).values())
        async with NetSuiteClient(credentials, base_url=netsuite.url) as client:
            answer = await client.query(
                "SELECT a.id AS id FROM account a, accountsubsidiarymap m WHERE m.account = a.id "
                "AND m.subsidiary = 1 AND a.accttype = 'Income' AND a.isinactive = 'F' AND a.issummary = 'F' "
                "ORDER BY a.id",
                what="accounts",
            )
            first, second = (row["id"] for row in answer.rows[:2])
            lines = (JournalLine(first, debit_minor=100), JournalLine(second, credit_minor=100))
            journal = Journal(
                external_id,
                date(2026, 4, 30),
                lines,
                precision=2,
                subsidiary="1",
                currency="1",
                memo="Foreign",
            )
            await post_journal(client, journal)

    asyncio.run(post())


def test_salesforce_is_connected_and_tested(
    revrec: Revrec, salesforce: StandIn, clients: dict[str, TestClient]
) -> None:
    ready = salesforce.ready
    ran = revrec(
        "connect", "salesforce", "--domain", "acme.my.salesforce.com", "--base-url", salesforce.url,
        "--client-id", ready["client_id"], "--client-secret", ready["client_secret"],
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert "Connected salesforce acme.my.salesforce.com for orders." in ran.out
    tested = clients["accountant"].post("/api/v1/connections/orders/test").json()
    assert (tested["ok"], tested["checks"][0]["state"]) == (True, "granted")
    wrong = revrec(
        "connect", "salesforce", "--domain", "acme.my.salesforce.com", "--base-url", salesforce.url,
        "--client-id", ready["client_id"], "--client-secret", "wr0ng",
    )  # fmt: skip
    assert (wrong.status, "Salesforce is not connected" in wrong.err, "wr0ng" in wrong.err) == (
        1,
        True,
        False,
    )


def test_a_test_says_what_is_missing(
    clients: dict[str, TestClient], netsuite: StandIn, sim: httpx.Client, revrec: Revrec
) -> None:
    assert revrec("connect", "netsuite", *options(netsuite)).status == 0
    sim.post("/settings", json={"denied_permissions": ["Make Journal Entry"]})
    tested = clients["accountant"].post("/api/v1/connections/journals/test").json()
    missing = [one for one in tested["checks"] if one["state"] == "missing"]
    assert tested["ok"] is False
    assert "Make Journal Entry" in missing[0]["message"]
    assert revrec("connections", "test", "journals").status == 1
