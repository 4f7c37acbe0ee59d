"""Connections after connecting, from the command line and over HTTP: two roles, new certificates, pauses, the end."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.operations.open_connection import open_connection
from sample_data.starting import StandIn, start

Revrec = Callable[..., Any]


@pytest.fixture(scope="module")
def netsuite() -> Iterator[StandIn]:
    with start("netsuite", "--lines", "100") as running:
        yield running


class Account:
    """The stand-in as its administrator has it."""

    def __init__(self, running: StandIn) -> None:
        self.url = running.url
        self._http = httpx.Client(base_url=f"{running.url}/_sim", trust_env=False, timeout=30)

    def send(self, method: str, path: str, **body: Any) -> Any:
        reply = self._http.request(method, path, json=body)
        assert reply.is_success, reply.text
        return reply.json()

    def role(self, granted: list[str]) -> str:
        return str(self.send("POST", "/roles", granted=granted)["id"])

    def upload(self, file: str, role: str) -> dict[str, str]:
        given: dict[str, str] = self.send("POST", "/certificates", pem=Path(file).read_text(), role=role)
        return given

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def account(netsuite: StandIn) -> Iterator[Account]:
    made = Account(netsuite)
    made.send("POST", "/snapshot")
    yield made
    made.send("POST", "/restore")
    made.close()


@pytest.fixture
def certificate(revrec: Revrec, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Make a key and a certificate by the command; gives what it printed."""

    def make(name: str, flow: str, *more: str) -> dict[str, Any]:
        ran = revrec(
            "netsuite", "certificate", "--algorithm", "ec", "--name", name, "--out", str(tmp_path),
            "--flow", flow, "--json", *more,
        )  # fmt: skip
        assert ran.status == 0, ran.err
        made: dict[str, Any] = json.loads(ran.out)
        return made

    return make


@pytest.fixture
def connect(revrec: Revrec, account: Account, certificate: Any) -> Callable[..., dict[str, Any]]:
    """Connect one flow by a certificate of its own, under a role of its own; gives the certificate."""

    def do(flow: str, name: str = "", *, without: str = "") -> dict[str, Any]:
        made = certificate(name or f"revrec-{flow}", flow)
        granted = [one["name"] for one in made["permissions"] if one["name"] != without]
        made["role"] = account.role(granted)
        given = account.upload(made["certificate_file"], made["role"])
        ran = revrec(
            "connect", "netsuite", "--account-id", "1234567_SB1", "--base-url", account.url, "--flow", flow,
            "--client-id", given["client_id"], "--certificate-id", given["certificate_id"],
            "--private-key-file", made["private_key_file"], "--certificate", made["certificate_file"],
        )  # fmt: skip
        assert ran.status == 0, ran.err
        return {**made, **given}

    return do


def test_two_flows_have_a_role_each(revrec: Revrec, connect: Any, clients: dict[str, TestClient]) -> None:
    connect("invoices")
    connect("journals")
    tested = revrec("connections", "test")
    assert tested.status == 0, tested.out
    for flow, has, has_not in (
        ("invoices", "Credit Memo", "Make Journal Entry"),
        ("journals", "Make Journal Entry", "Customers"),
    ):
        found = clients["accountant"].post(f"/api/v1/connections/{flow}/test").json()
        names = {one["name"]: one for one in found["checks"]}
        assert found["ok"] and has in names and has_not not in names
        assert names[has]["state"] == "granted" and names[has]["purpose"]
        assert names[has]["screen"].endswith("Permissions > Transactions")
        assert found["notices"] == []
        printed = revrec("connections", "test", flow, "--json")
        (same,) = json.loads(printed.out)
        assert [one["name"] for one in same["checks"]] == [one["name"] for one in found["checks"]]


def test_what_would_be_connected_is_tried_and_not_stored(
    netsuite: StandIn, account: Account, clients: dict[str, TestClient]
) -> None:
    names = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    body = {
        "account": "1234567_SB1",
        "auth": "tba",
        "credentials": {name: netsuite.ready[name] for name in names},
        "base_url": account.url,
        "flows": ["invoices"],
    }
    tried = clients["admin"].post("/api/v1/connections/netsuite/try", json=body).json()
    assert {"Credit Memo", "Customers"} <= {one["name"] for one in tried if one["state"] == "granted"}
    body["credentials"]["token_secret"] = "another"  # type: ignore[index]
    refused = clients["admin"].post("/api/v1/connections/netsuite/try", json=body).json()
    assert refused[0]["state"] == "failed" and refused[0]["message"]
    assert clients["controller"].post("/api/v1/connections/netsuite/try", json=body).status_code == 403
    assert clients["viewer"].get("/api/v1/connections").json() == []


def test_a_permission_that_is_lacking_is_shown_with_its_screen(revrec: Revrec, connect: Any) -> None:
    connect("invoices", without="Customers")
    ran = revrec("connections", "test", "invoices")
    assert ran.status == 1
    row, words = [line.strip() for line in ran.out.splitlines() if line.strip().startswith("Customers")]
    assert "missing" in row and "customers, who are matched by name" in row
    assert words.startswith("Customers (missing): The role lacks Customers (Lists, View). NetSuite says: ")
    assert words.endswith(
        "Grant it under Setup > Users/Roles > Manage Roles > (the role) > Permissions > Lists."
    )


def test_a_certificate_is_renewed_without_interruption(
    revrec: Revrec, connect: Any, certificate: Any, account: Account, deployment: Deployment
) -> None:
    old = connect("journals")
    new = certificate("revrec-2", "journals")
    given = account.upload(new["certificate_file"], old["role"])
    ran = revrec(
        "connections", "replace", "journals", "--certificate-id", given["certificate_id"],
        "--private-key-file", new["private_key_file"], "--certificate", new["certificate_file"],
    )  # fmt: skip
    assert ran.status == 0, ran.err
    assert "the old ones are gone" in ran.out
    account.send("POST", f"/certificates/{old['certificate_id']}/revoke")
    assert revrec("connections", "test", "journals").status == 0
    with deployment.store.read() as session:
        opened = open_connection(session, deployment.vault, "journals")
    assert opened.credentials["certificate_id"] == given["certificate_id"]
    assert opened.credentials["client_id"] == old["client_id"]
    assert opened.base_url == account.url


def test_credentials_that_are_refused_replace_nothing(
    revrec: Revrec, connect: Any, certificate: Any, clients: dict[str, TestClient], deployment: Deployment
) -> None:
    old = connect("journals")
    new = certificate("never-uploaded", "journals")
    deployment.clock = lambda: datetime.now(UTC)
    body = {
        "credentials": {"private_key_pem": Path(new["private_key_file"]).read_text()},
        "certificate": new["certificate"],
    }
    refused = clients["admin"].put("/api/v1/connections/journals/credentials", json=body)
    assert refused.status_code == 409 and "invalid_grant" in refused.json()["detail"]
    assert "PRIVATE" not in refused.text
    with deployment.store.read() as session:
        kept = open_connection(session, deployment.vault, "journals").credentials["private_key_pem"]
    assert kept == Path(old["private_key_file"]).read_text()


def test_the_end_of_a_certificate_is_shown_wherever_connections_are(
    revrec: Revrec, connect: Any, clients: dict[str, TestClient], deployment: Deployment
) -> None:
    connect("invoices")
    assert "ends in" not in revrec("connections", "list").out
    with deployment.store.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE connection SET certificate_ends = ?",
            ((datetime.now(UTC) + timedelta(days=20, hours=1)).strftime("%Y-%m-%d %H:%M:%S.%f"),),
        )
    listed = revrec("connections", "list")
    assert "Warning: The certificate of the flow invoices ends in 20 days" in listed.out
    assert "Warning: The certificate" in revrec("connections", "test").out
    deployment.clock = lambda: datetime.now(UTC)
    (shown,) = clients["viewer"].get("/api/v1/connections").json()
    assert [one["code"] for one in shown["notices"]] == ["certificate_ends"]
    assert shown["certificate"].startswith("-----BEGIN CERTIFICATE-----")
    assert "PRIVATE" not in json.dumps(shown)


def test_tokens_are_connected_with_a_word_about_their_end(
    revrec: Revrec, netsuite: StandIn, account: Account, clients: dict[str, TestClient]
) -> None:
    keys = ("consumer_key", "consumer_secret", "token_id", "token_secret")
    body = {
        "account": "1234567_SB1",
        "auth": "tba",
        "credentials": {key: netsuite.ready[key] for key in keys},
        "base_url": netsuite.url,
    }
    connected = clients["admin"].put("/api/v1/connections/netsuite", json=body).json()
    assert {one["notices"][0]["code"] for one in connected["connections"]} == {"tba_retires"}
    listed = revrec("connections", "list").out
    assert listed.count("2027.1") == 1 and "2028.1" in listed


def test_pausing_and_resuming(revrec: Revrec, connect: Any, clients: dict[str, TestClient]) -> None:
    connect("journals")
    assert revrec("connections", "pause", "journals").status == 2
    assert revrec("connections", "pause", "journals", "--reason", "Audit week.").status == 0
    assert "paused by admin@books.test: Audit week." in revrec("connections", "list").out
    tested = revrec("connections", "test", "journals")
    assert tested.status == 0 and "revrec connections resume journals" in tested.out
    answer = clients["accountant"].post("/api/v1/connections/journals/resume")
    assert answer.status_code == 403
    answer = clients["controller"].post("/api/v1/connections/journals/resume", json={"reason": "Over."})
    assert (answer.status_code, answer.json()["paused"]) == (200, "")
    body = {"reason": "Again."}
    again = clients["controller"].post("/api/v1/connections/journals/pause", json=body).json()
    assert (again["paused"], again["paused_by"]) == ("Again.", "controller@books.test")


def test_disconnecting(
    revrec: Revrec, connect: Any, clients: dict[str, TestClient], deployment: Deployment
) -> None:
    connect("invoices")
    connect("journals")
    asked = revrec("connections", "disconnect", "journals")
    assert (asked.status, "Say --yes" in asked.err) == (2, True)
    done = revrec("connections", "disconnect", "journals", "--yes", "--reason", "Posted by hand now.")
    assert (done.status, "Its credentials are gone." in done.out) == (0, True)
    assert "disconnected 20" in revrec("connections", "list").out
    assert revrec("connections", "test").status == 0
    post = revrec("connections", "test", "journals")
    assert (post.status, "was disconnected from 1234567_SB1" in post.err) == (1, True)
    gone = clients["admin"].delete("/api/v1/connections/invoices", params={"reason": "Moved."})
    assert (gone.status_code, gone.json()["disconnected_at"] is not None) == (200, True)
    assert clients["admin"].delete("/api/v1/connections/invoices").status_code == 409
    with deployment.store.read() as session:
        secrets = session.connection().exec_driver_sql("SELECT secret FROM connection").scalars().all()
    assert secrets == [b"", b""]
    connect("journals", "revrec-again")
    assert revrec("connections", "test", "journals").status == 0


def test_the_set_up_is_told_over_http_too(clients: dict[str, TestClient]) -> None:
    path = "/api/v1/connections/netsuite/setup"
    told = clients["viewer"].get(path, params={"flow": "journals"}).json()
    assert [step["screen"].split(" > ")[0] for step in told["steps"]] == ["Setup"] * 5
    names = {one["name"] for one in told["permissions"]}
    assert "Make Journal Entry" in names and "Customers" not in names
    both = clients["viewer"].get(path, params={"auth": "tba"}).json()
    assert {"Make Journal Entry", "Customers", "Log in using Access Tokens"} <= {
        one["name"] for one in both["permissions"]
    }
