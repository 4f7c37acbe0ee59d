"""Idempotency keys: the same request again gets the same answer, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.deployment import Deployment
from api.http.app import MAX_BODY_BYTES, create_app
from revrec.store.answered_requests import CUT_OFF_AFTER

from .conftest import NOW

Clients = dict[str, TestClient]
USER = {"email": "new@books.test", "name": "New", "role": "viewer"}


def post(client: TestClient, path: str, body: Any, key: str = "one", **headers: str):  # type: ignore[no-untyped-def]
    return client.post(f"/api/v1/{path}", json=body, headers={"Idempotency-Key": key, **headers})


def count(deployment: Deployment, table: str) -> int:
    with deployment.store.read() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_the_same_request_again_gets_the_same_answer(clients: Clients, deployment: Deployment) -> None:
    first, again = (post(clients["admin"], "users", USER) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.json(), first.headers["content-type"]) == (again.json(), again.headers["content-type"])
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert first.headers["x-request-id"] != again.headers["x-request-id"]
    without = clients["admin"].post("/api/v1/users", json=USER)
    assert (without.status_code, count(deployment, "user_account")) == (409, 5)


def test_a_secret_shown_once_is_shown_again_under_its_key_and_kept_encrypted(
    clients: Clients, deployment: Deployment
) -> None:
    before = count(deployment, "api_token")
    first, again = (post(clients["viewer"], "tokens", {"name": "erp"}) for _ in range(2))
    token = first.json()["token"]
    assert (again.json()["token"], count(deployment, "api_token")) == (token, before + 1)
    with deployment.store.read() as session:
        (kept,) = session.execute(text("SELECT body FROM answered_request")).scalars()
    assert token not in kept
    assert len(kept) > 100


def test_a_started_job_is_found_again_by_its_place(clients: Clients, deployment: Deployment) -> None:
    first, again = (post(clients["accountant"], "jobs/orders", {}) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["location"]) == (202, 202, "/api/v1/jobs/1")
    assert (again.json(), count(deployment, "job")) == (first.json(), 1)


def test_a_refusal_is_an_answer_too(clients: Clients) -> None:
    first, again = (post(clients["viewer"], "users", USER) for _ in range(2))
    assert (first.status_code, first.json()) == (403, again.json())
    assert again.headers["content-type"] == "application/problem+json"
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [("users", {**USER, "name": "Other"}), ("tokens", USER), ("users?x=1", USER)],
    ids=["other body", "other path", "other query"],
)
def test_another_request_under_the_key_is_refused(clients: Clients, path: str, body: Any) -> None:
    post(clients["admin"], "users", USER)
    refused = post(clients["admin"], path, body)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "used for another request" in refused.json()["detail"]


def test_a_key_is_its_user_s_own(clients: Clients, deployment: Deployment) -> None:
    before = count(deployment, "api_token")
    answers = [post(clients[role], "tokens", {"name": "erp"}) for role in ("viewer", "admin")]
    assert [one.json()["email"] for one in answers] == ["viewer@books.test", "admin@books.test"]
    assert count(deployment, "api_token") == before + 2


def test_while_the_first_is_being_answered_the_second_waits(clients: Clients, deployment: Deployment) -> None:
    post(clients["admin"], "users", USER)
    with deployment.store.write() as session:
        session.execute(text("UPDATE answered_request SET status = NULL, body = ''"))
        session.execute(text("DELETE FROM user_account WHERE email = 'new@books.test'"))
    waits = post(clients["admin"], "users", USER)
    assert (waits.status_code, waits.headers["retry-after"]) == (409, "5")
    deployment.clock = lambda: NOW + CUT_OFF_AFTER  # by now it counts as cut off by a crash
    assert post(clients["admin"], "users", USER).status_code == 201
    deployment.clock = lambda: NOW + timedelta(hours=24)
    assert post(clients["admin"], "users", USER).headers["idempotent-replayed"] == "true"
    deployment.clock = lambda: NOW + timedelta(hours=25)
    assert post(clients["admin"], "users", USER).status_code == 409  # forgotten, and the user is there


def test_several_at_once_through_two_services_make_one_token(
    deployment: Deployment, tokens: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['viewer']}"}
    services = [TestClient(create_app(deployment), headers=headers) for _ in range(2)]
    together, before = Barrier(6), count(deployment, "api_token")

    def ask(number: int) -> tuple[int, str]:
        together.wait()
        answer = post(services[number % 2], "tokens", {"name": "erp"})
        return answer.status_code, answer.json().get("token", "")

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, range(6)))
    made = {token for status, token in answers if status == 201}
    assert (len(made), count(deployment, "api_token")) == (1, before + 1)
    assert {status for status, _ in answers} <= {201, 409}


def test_a_defect_s_answer_is_not_kept(
    clients: Clients, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patched:
        patched.setattr("api.http.routes.users.add_user", broken)
        assert post(clients["admin"], "users", USER).status_code == 500
    assert post(clients["admin"], "users", USER).status_code == 201


def test_an_export_is_streamed_and_takes_no_key(clients: Clients, deployment: Deployment) -> None:
    for _ in range(2):
        assert "idempotent-replayed" not in post(clients["viewer"], "audit/export", None).headers
    assert count(deployment, "answered_request") == 0
    document = clients["viewer"].get("/api/v1/openapi.json").json()["paths"]
    for path, operations in document.items():
        taken = "Idempotency-Key" in str(operations.get("post", {}).get("parameters"))
        assert taken == ("post" in operations and path != "/api/v1/audit/export"), path


@pytest.mark.parametrize("key", ["", "two words", "x" * 201])
def test_a_key_has_a_shape(clients: Clients, key: str) -> None:
    refused = post(clients["admin"], "users", USER, key)
    assert (refused.status_code, "Idempotency-Key takes" in refused.json()["detail"]) == (422, True)


def test_bodies_stay_limited(clients: Clients, deployment: Deployment) -> None:
    def pieces():  # type: ignore[no-untyped-def]
        for _ in range(MAX_BODY_BYTES // 100_000 + 1):
            yield b"x" * 100_000

    refused = clients["admin"].post("/api/v1/users", content=pieces(), headers={"Idempotency-Key": "one"})
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert count(deployment, "answered_request") == 0


def test_other_methods_have_no_need_of_a_key(clients: Clients, deployment: Deployment) -> None:
    assert clients["viewer"].get("/api/v1/me", headers={"Idempotency-Key": "one"}).status_code == 200
    assert count(deployment, "answered_request") == 0
