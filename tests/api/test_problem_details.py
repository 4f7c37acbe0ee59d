"""Refusals: always problem details, always a sentence, never a secret or a traceback."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment


def problem(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "errors", "request_id"}
    assert body["status"] == answer.status_code
    assert body["detail"].endswith(".")
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def test_an_unknown_path(clients: dict[str, TestClient]) -> None:
    assert problem(clients["admin"].get("/api/v1/nothing"))["code"] == "not_found"


def test_a_wrong_method(clients: dict[str, TestClient]) -> None:
    answer = clients["admin"].delete("/api/v1/me")
    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET"


def test_a_body_that_is_wrong_names_each_place(clients: dict[str, TestClient]) -> None:
    body = problem(clients["admin"].post("/api/v1/users", json={"email": "x", "colour": "red"}))
    assert body["status"] == 422
    assert {one["where"] for one in body["errors"]} == {"body.name", "body.role", "body.colour"}


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b"null", b'"x"'])
def test_a_body_that_is_no_object(clients: dict[str, TestClient], content: bytes) -> None:
    answer = clients["admin"].post(
        "/api/v1/users", content=content, headers={"content-type": "application/json"}
    )
    assert problem(answer)["status"] in (400, 422)


def test_a_refusal_of_an_operation_names_the_field(clients: dict[str, TestClient]) -> None:
    new = {"email": "a@b.test", "name": "A", "role": "king"}
    body = problem(clients["admin"].post("/api/v1/users", json=new))
    assert (body["status"], body["code"]) == (422, "invalid")
    assert body["errors"][0]["where"] == "role"


def test_a_body_too_large(clients: dict[str, TestClient]) -> None:
    answer = clients["admin"].post("/api/v1/users", content=b"x" * 1_000_001)
    assert problem(answer)["code"] == "body_too_large"

    def stream() -> Any:
        for _ in range(11):
            yield b"x" * 100_000

    answer = clients["admin"].post("/api/v1/users", content=stream())
    assert problem(answer)["status"] == 413


def test_a_defect_is_a_500_in_words_and_its_cause_stays_here(
    clients: dict[str, TestClient], deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is hunter2")

    monkeypatch.setattr("api.http.routes.users.users_where", broken)
    answer = clients["admin"].get("/api/v1/users")
    body = problem(answer)
    assert (body["status"], body["code"]) == (500, "internal")
    assert "hunter2" not in answer.text and "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_id_out_of_range(clients: dict[str, TestClient]) -> None:
    for number in ("0", "-1", "9223372036854775808", "x", "1.5"):
        assert problem(clients["admin"].get(f"/api/v1/jobs/{number}"))["status"] == 422


@pytest.mark.parametrize("cursor", ["x", "aWQ6", "aWQ6LTE", "%00", "aWQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQ"])
def test_a_cursor_that_is_none_of_ours(clients: dict[str, TestClient], cursor: str) -> None:
    body = problem(clients["admin"].get(f"/api/v1/jobs?cursor={cursor}"))
    assert (body["status"], body["errors"][0]["where"]) == (422, "cursor")


def test_a_secret_in_a_wrong_body_does_not_come_back(clients: dict[str, TestClient]) -> None:
    body = {
        "account": "1",
        "auth": "tba",
        "credentials": {"consumer_key": "k", "token_secret": ["cs-SECRET-1"]},
        "extra": "cs-SECRET-2",
    }
    answer = clients["admin"].put("/api/v1/connections/netsuite", json=body)
    assert problem(answer)["status"] == 422
    assert "SECRET" not in answer.text


def test_a_request_id_is_taken_over_if_it_is_harmless(clients: dict[str, TestClient]) -> None:
    given = clients["admin"].get("/api/v1/me", headers={"X-Request-ID": "erp-42"})
    assert given.headers["x-request-id"] == "erp-42"
    made = clients["admin"].get("/api/v1/me", headers={"X-Request-ID": "a b\tc"})
    assert len(made.headers["x-request-id"]) == 32


def test_every_answer_has_the_security_headers(clients: dict[str, TestClient]) -> None:
    for answer in (
        clients["nobody"].get("/healthz"),
        clients["nobody"].get("/api/v1/me"),
        clients["admin"].get("/api/v1/me"),
        clients["admin"].get("/nothing"),
    ):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
