"""Signed calls of the close hook: who is let in, for what, for how long, and once."""

import hashlib
import hmac
import json
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.deployment import Deployment
from api.http.app import create_app
from api.http.hook_signature import MAX_BODY_BYTES
from api.http.serving import _listen
from revrec.secrets import Vault, new_key
from revrec.store.tables import PeriodClose

from .conftest import NOW, Ran

Clients = dict[str, TestClient]
CLOSE = "/api/v1/periods/2026-03/close"
T = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def first_period(clients: Clients) -> None:
    assert clients["admin"].put("/api/v1/periods/first", json={"period": "2026-03"}).status_code == 200


@pytest.fixture
def secret(clients: Clients) -> str:
    return made(clients, "erp", "accountant@books.test")


def made(clients: Clients, name: str, email: str) -> str:
    answer = clients["admin"].post("/api/v1/hooks", json={"name": name, "email": email})
    assert answer.status_code == 201
    return str(answer.json()["secret"])


def sign(secret: str, path: str, body: bytes, t: int = T, method: str = "POST") -> str:
    content = f"{t}.{method}.{path}.".encode() + body
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def call(clients: Clients, header: str, path: str = CLOSE, body: bytes = b""):  # type: ignore[no-untyped-def]
    headers = {"X-RevRec-Signature": header, "Content-Type": "application/json"}
    return clients["nobody"].post(path, content=body, headers=headers)


def signed(clients: Clients, *secrets: str, path: str = CLOSE, body: bytes = b"", t: int = T):  # type: ignore[no-untyped-def]
    header = ",".join([f"t={t}", *(f"v1={sign(one, path, body, t)}" for one in secrets)])
    return call(clients, header, path, body)


def jobs(deployment: Deployment) -> list[tuple[str, str]]:
    with deployment.store.read() as session:
        rows = session.execute(text("SELECT kind, requested_by FROM job ORDER BY id"))
        return [(row[0], row[1]) for row in rows]


def test_a_signed_call_acts_as_the_secret_s_user_and_is_done_once(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    answers = [signed(clients, secret, path="/api/v1/jobs/orders", body=b"{}") for _ in range(3)]
    assert [one.status_code for one in answers] == [202, 202, 202]
    assert ["idempotent-replayed" in one.headers for one in answers] == [False, True, True]
    assert {one.headers["location"] for one in answers} == {"/api/v1/jobs/1"}
    assert jobs(deployment) == [("orders", "accountant@books.test")]
    assert clients["viewer"].get("/api/v1/hooks").json()["items"][0]["last_used_at"] is not None


def test_the_close_hook_answers_a_signed_call_as_it_answers_a_token(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    body = json.dumps({"acknowledge": ["pending"], "reason": "the ERP closed"}).encode()
    answer = signed(clients, secret, body=body)
    by_token = clients["accountant"].post(CLOSE, content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["errors"]) == (409, by_token.json()["errors"])
    with deployment.store.write() as session:
        job = session.execute(
            text(
                "INSERT INTO job (kind, state, parameters, requested_by, created_at, stage, stage_done, error) "
                "VALUES ('close', 'done', '{}', 'x', '2026-04-10', '', 0, '') RETURNING id"
            )
        ).scalar_one()
        session.add(
            PeriodClose(
                period="2026-03",
                state="closed",
                job_id=job,
                policy={},
                closed_by="x",
                closed_at=NOW,
                totals={},
            )
        )
    # The same bytes again are a replay; signed a second later, it is a new call.
    assert signed(clients, secret, body=body).status_code == 409
    closed = signed(clients, secret, body=body, t=T + 1)
    assert (closed.status_code, closed.json()["period"]) == (200, "2026-03")


@pytest.mark.parametrize(("off", "status"), [(-300, 202), (300, 202), (-301, 401), (301, 401)])
def test_a_signature_is_good_for_five_minutes(clients: Clients, secret: str, off: int, status: int) -> None:
    answer = signed(clients, secret, path="/api/v1/jobs/orders", body=b"{}", t=T + off)
    assert answer.status_code == status
    if status == 401:
        assert "more than 5 minutes from now" in answer.json()["detail"]


def test_a_replay_within_the_time_gets_the_answer_and_after_it_is_refused(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    for minutes, status in ((0, 202), (5, 202), (6, 401)):
        deployment.clock = lambda minutes=minutes: NOW + timedelta(minutes=minutes)
        assert signed(clients, secret, path="/api/v1/jobs/orders", body=b"{}").status_code == status
    assert len(jobs(deployment)) == 1


@pytest.mark.parametrize("what", ["body", "path", "method", "time", "secret"])
def test_what_was_signed_otherwise_is_refused(
    clients: Clients, deployment: Deployment, secret: str, what: str
) -> None:
    path, body = "/api/v1/jobs/orders", b"{}"
    wrong = {
        "body": sign(secret, path, b'{"full": true}'),
        "path": sign(secret, "/api/v1/jobs/invoices", body),
        "method": sign(secret, path, body, method="PUT"),
        "time": sign(secret, path, body, T - 1),
        "secret": sign(secret + "x", path, body),
    }
    refused = call(clients, f"t={T},v1={wrong[what]}", path, body)
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert "No secret in force signed this" in refused.json()["detail"]
    assert jobs(deployment) == []


@pytest.mark.parametrize(
    "header",
    ["", "nonsense", f"t={T}", f"v1={'a' * 64}", f"t={T},t={T},v1={'a' * 64}", f"t=-1,v1={'a' * 64}",
     f"t={T},v1={'A' * 64}", f"t={T},v1={'a' * 63}", f"t={T},v0={'a' * 64}", f"t={T}" + f",v1={'a' * 64}" * 6],
)  # fmt: skip
def test_a_header_of_another_form_is_refused_in_words(clients: Clients, secret: str, header: str) -> None:
    refused = call(clients, header, "/api/v1/jobs/orders", b"{}")
    assert (refused.status_code, "is written `t=<unix seconds>,v1=<hex>`" in refused.json()["detail"]) == (
        401,
        True,
    )


def test_two_secrets_overlap_while_one_takes_the_place_of_the_other(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    new = made(clients, "erp, from May on", "accountant@books.test")
    path, body = "/api/v1/jobs/orders", b"{}"
    assert signed(clients, secret, new, path=path, body=body).status_code == 202
    # A replay that carries one of the two signatures is a replay still.
    assert signed(clients, new, path=path, body=body).headers["idempotent-replayed"] == "true"
    assert clients["admin"].delete("/api/v1/hooks/1").status_code == 204
    assert signed(clients, secret, path=path, body=body, t=T + 1).status_code == 401
    assert signed(clients, secret, new, path=path, body=body).headers["idempotent-replayed"] == "true"
    assert len(jobs(deployment)) == 1


def test_a_secret_that_cannot_be_read_any_more_keeps_no_other_from_opening(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    made(clients, "kept under a key that is gone", "accountant@books.test")
    lost = Vault([new_key()]).seal("hook secret 2", {"secret": "x"}).decode()
    with deployment.store.write() as session:
        session.execute(text("UPDATE hook_secret SET secret = :lost WHERE id = 2"), {"lost": lost})
    assert signed(clients, secret, path="/api/v1/jobs/orders", body=b"{}").status_code == 202


def test_a_signature_opens_hooks_alone(clients: Clients, secret: str) -> None:
    for method, path in (("GET", "/api/v1/me"), ("POST", "/api/v1/users"), ("POST", CLOSE + "?x=1")):
        mark = f"t={T},v1={sign(secret, path.partition('?')[0], b'', method=method)}"
        refused = clients["nobody"].request(method, path, headers={"X-RevRec-Signature": mark})
        assert refused.status_code == 401, path
        assert (
            "A signature opens POST" in refused.json()["detail"] or "has no query" in refused.json()["detail"]
        )


def test_the_role_of_the_secret_s_user_counts(clients: Clients, deployment: Deployment, secret: str) -> None:
    assert signed(clients, made(clients, "x", "viewer@books.test")).status_code == 403
    with deployment.store.write() as session:
        session.execute(text("UPDATE user_account SET active = 0 WHERE role = 'accountant'"))
    assert signed(clients, secret).status_code == 401


def test_a_long_body_is_refused(clients: Clients, secret: str) -> None:
    refused = signed(clients, secret, body=b"x" * (MAX_BODY_BYTES + 1))
    assert (refused.status_code, "at most 100,000 bytes" in refused.json()["detail"]) == (401, True)


def test_a_secret_is_shown_once_and_kept_encrypted(
    clients: Clients, deployment: Deployment, secret: str
) -> None:
    assert secret.startswith("rrh_")
    listed = clients["viewer"].get("/api/v1/hooks").json()["items"]
    assert [(one["name"], one["email"]) for one in listed] == [("erp", "accountant@books.test")]
    with deployment.store.read() as session:
        (kept,) = session.execute(text("SELECT secret FROM hook_secret")).scalars()
    assert secret not in kept + json.dumps(listed)
    clients["admin"].delete("/api/v1/hooks/1")
    assert clients["admin"].delete("/api/v1/hooks/1").status_code == 409
    assert clients["admin"].delete("/api/v1/hooks/9").status_code == 404
    with deployment.store.read() as session:
        assert session.execute(text("SELECT secret FROM hook_secret")).scalar_one() == ""


def test_the_command_line_makes_lists_and_revokes(revrec, clients: Clients) -> None:  # type: ignore[no-untyped-def]
    created: Ran = revrec(
        "hooks", "create", "erp", "--user", "accountant@books.test", "--as", "admin@books.test"
    )
    assert (created.status, created.out.startswith("rrh_")) == (0, True)
    path, body = "/api/v1/jobs/orders", b"{}"
    assert signed(clients, created.out.strip(), path=path, body=body).status_code == 202
    assert "accountant@books.test" in revrec("hooks", "list").out
    assert revrec("hooks", "revoke", "1", "--as", "admin@books.test").out == "Hook secret 1 is revoked.\n"
    refused: Ran = revrec("hooks", "create", "erp", "--as", "viewer@books.test")
    assert (refused.status, "may not manage hooks" in refused.err) == (1, True)


@pytest.fixture
def address(deployment: Deployment) -> Iterator[str]:
    """The service as a real server over loopback."""
    listener = _listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(deployment), log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_documented_example_works(
    address: str, deployment: Deployment, secret: str, tmp_path: Path
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    (script,) = re.findall(r"```sh\n(# signed.*?)```", page, flags=re.S)
    script = script.replace("https://revrec.example.com", address).replace("rrh_...", secret)
    script = re.sub(r"t=\$\(date \+%s\)", f"t={T}", script)
    ran = subprocess.run(
        ["sh", "-eu", "-c", script], capture_output=True, text=True, timeout=30, env={"PATH": "/usr/bin:/bin"}
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["detail"].startswith("2026-03 cannot be closed")
