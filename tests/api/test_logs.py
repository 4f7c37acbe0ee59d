"""Logs: structured, with request and job ids, and without a secret however it got there."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.deployment import Deployment
from api.logs import add_job, clean_text, configure_logs, redact
from revrec.config import load_config

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Lines:
    """Logs as JSON from DEBUG up; gives what was logged since."""
    environment = {
        "REVREC_LOG_FORMAT": "json",
        "REVREC_LOG_LEVEL": "DEBUG",
        "REVREC_DATA_DIR": str(tmp_path),
    }
    configure_logs(load_config(environment))

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    return read


def test_a_request_is_one_line_with_its_id_and_actor(clients: dict[str, TestClient], lines: Lines) -> None:
    clients["viewer"].get("/api/v1/me", headers={"X-Request-ID": "erp-7"})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert (line["request_id"], line["actor"], line["status"], line["path"]) == (
        "erp-7",
        "viewer@books.test",
        200,
        "/api/v1/me",
    )
    assert line["level"] == "info" and line["timestamp"].endswith("Z")


def test_no_secret_of_a_request_is_logged(
    clients: dict[str, TestClient],
    tokens: dict[str, str],
    lines: Lines,
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object, **given_keys: object) -> None:
        raise RuntimeError(f"unhandled: {given_keys} {tokens['admin']}")

    body = {
        "account": "1234567",
        "auth": "tba",
        "credentials": {
            "consumer_key": "ck-SECRET",
            "consumer_secret": "cs-SECRET",
            "token_id": "ti-SECRET",
            "token_secret": "ts-SECRET",
        },
        "base_url": "http://127.0.0.1:9",
    }
    clients["admin"].put("/api/v1/connections/netsuite", json=body)
    clients["admin"].put("/api/v1/connections/netsuite", json={**body, "colour": "ts-SECRET"})
    clients["admin"].post("/api/v1/tokens", json={"name": "x"})
    monkeypatch.setattr("api.http.routes.tokens.create_token", broken)
    clients["admin"].post("/api/v1/tokens", json={"name": "x"})
    written = json.dumps(lines())
    assert "A request failed." in written
    assert "SECRET" not in written
    for token in tokens.values():
        assert token not in written


def test_the_standard_library_s_loggers_are_redacted_too(lines: Lines) -> None:
    log = logging.getLogger("somewhere")
    log.warning("sent Authorization: Bearer %s", "rr_" + "a" * 43)
    log.warning("posting", extra={"client_secret": "s3cr3t", "detail": {"private_key_pem": "s3cr3t"}})
    try:
        raise ValueError("postgresql://revrec:s3cr3t@db/revrec cannot be reached")
    except ValueError:
        log.exception("failed")
    structlog.stdlib.get_logger("elsewhere").info(
        "token", headers=["Basic czNjcjN0OnMzY3IzdA=="], token="s3cr3t"
    )
    found = lines()
    assert len(found) == 4
    text = json.dumps(found)
    for secret in ("s3cr3t", "rr_aaa", "czNjcjN0"):
        assert secret not in text
    assert "cannot be reached" in text


@pytest.mark.parametrize(
    "text",
    [
        'OAuth realm="1", oauth_token="SECRET", oauth_signature="SECRET%3D"',
        "grant_type=client_credentials&client_secret=SECRET&client_id=k",
        '{"access_token": "SECRET", "expires_in": 3600}',
        "-----BEGIN PRIVATE KEY-----\nSECRET\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nSECRET and cut off",
        "eyJhbGciOiJQUzI1NiJ9.eyJTRUNSRVQiOjF9SECRET.c2lnbmF0dXJl",
        "postgresql+psycopg://user:SECRET@host/db",
    ],
)
def test_secrets_are_told_by_their_form(text: str) -> None:
    assert "SECRET" not in clean_text(text)


@given(
    st.text(max_size=60),
    st.sampled_from(["consumer_secret", "Authorization", "api_key", "TOKEN", "password"]),
)
def test_what_is_called_a_secret_is_one_at_any_depth(secret: str, key: str) -> None:
    event = redact(None, "", {"event": "x", "deep": [{"deeper": {key: f"«{secret}»"}}]})
    assert event["deep"] == [{"deeper": {key: "***"}}]


def test_lines_outside_of_a_job_have_no_job_id() -> None:
    assert add_job(None, "", {"event": "x"}) == {"event": "x"}


def test_console_lines_are_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    configure_logs(load_config({"REVREC_LOG_FORMAT": "console", "REVREC_DATA_DIR": str(tmp_path)}))
    logging.getLogger("somewhere").warning("a %s line", "plain")
    assert "a plain line" in capsys.readouterr().err
