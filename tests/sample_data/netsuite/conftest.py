"""The stand-in, started as the process that it is; requests are signed by oauthlib, which shares no code with it.

shared       one process for the session; each test leaves its data alone and gets its settings reset
own          a small process of the test's own, to change data in
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from oauthlib.oauth1 import Client

SUITEQL = "/services/rest/query/v1/suiteql"
JOURNALS = "/services/rest/record/v1/journalEntry"
START_SECONDS = 60


@dataclass
class StandIn:
    """A running stand-in and a way to speak to it."""

    ready: dict[str, Any]
    process: subprocess.Popen[str]
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    @property
    def url(self) -> str:
        return str(self.ready["url"])

    def sign(self, method: str, url: str, **changed: Any) -> dict[str, str]:
        """Headers of a signed request; `changed` overrides oauthlib's arguments."""
        given = {
            "client_key": self.ready["consumer_key"],
            "client_secret": self.ready["consumer_secret"],
            "resource_owner_key": self.ready["token_id"],
            "resource_owner_secret": self.ready["token_secret"],
            "signature_method": "HMAC-SHA256",
            "realm": self.ready["account_id"],
            **changed,
        }
        _, headers, _ = Client(**given).sign(url, method)
        return dict(headers)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        """A signed request."""
        url = self.url + path
        signed = {**self.sign(method, url), **(headers or {})}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self.http.request(method, url, headers=signed, content=content)

    def query(
        self,
        text: str,
        params: list[Any] | None = None,
        *,
        limit: int | None = None,
        offset: int | None = None,
    ) -> httpx.Response:
        """One page of a SuiteQL query."""
        wanted = [f"{k}={v}" for k, v in (("limit", limit), ("offset", offset)) if v is not None]
        path = SUITEQL + ("?" + "&".join(wanted) if wanted else "")
        body = {"q": text, **({"params": params} if params is not None else {})}
        return self.request("POST", path, body, {"Prefer": "transient"})

    def rows(self, text: str, params: list[Any] | None = None) -> list[dict[str, Any]]:
        """The first page's items without their links."""
        reply = self.query(text, params)
        assert reply.status_code == 200, reply.text
        return [{k: v for k, v in item.items() if k != "links"} for item in reply.json()["items"]]

    def one(self, text: str, params: list[Any] | None = None) -> dict[str, Any]:
        """The only row."""
        found = self.rows(text, params)
        assert len(found) == 1, found
        return found[0]

    def refusal(self, text: str, params: list[Any] | None = None) -> str:
        """What a query is refused with."""
        reply = self.query(text, params)
        assert reply.status_code == 400, reply.text
        body = reply.json()
        (detail,) = body["o:errorDetails"]
        assert (body["title"], body["status"]) == ("Bad Request", 400)
        assert detail["o:errorCode"] == "INVALID_PARAMETER"
        return str(detail["detail"])

    def sim(self, method: str, path: str, body: Any = None) -> Any:
        """A request to /_sim that must work."""
        reply = self.http.request(method, f"{self.url}/_sim/{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def change(self, change: str, **given: Any) -> Any:
        """Change the account's data."""
        return self.sim("POST", "change", {"change": change, **given})

    def settings(self, **changed: Any) -> None:
        """Change settings."""
        self.sim("POST", "settings", changed)

    def pick(
        self, kind: str = "CustInvc", status: str = "A", limit: int = 10, **more: Any
    ) -> list[dict[str, Any]]:
        """Some transactions."""
        wanted = "&".join(
            f"{k}={v}" for k, v in {"type": kind, "status": status, "limit": limit, **more}.items()
        )
        return list(self.sim("GET", f"pick?{wanted}"))

    def stop(self) -> None:
        """End the process by closing its standard input."""
        self.http.close()
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        if self.process.stdout is not None:
            self.process.stdout.close()


def start(*arguments: str) -> StandIn:
    """Start one on a free port and wait until it says that it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sample_data.netsuite", "--exit-with-parent", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if ready else ""
    if not line:
        process.kill()
        raise AssertionError(f"the stand-in did not start: exit {process.wait()}")
    return StandIn(json.loads(line), process)


@pytest.fixture(scope="session")
def start_stand_in() -> Any:
    """The function that starts one, for tests of starting and stopping."""
    return start


@pytest.fixture(scope="session")
def _session_stand_in() -> Iterator[StandIn]:
    stand_in = start("--lines", "1200")
    yield stand_in
    stand_in.stop()


@pytest.fixture
def shared(_session_stand_in: StandIn) -> Iterator[StandIn]:
    """The session's stand-in; data stays as it is."""
    before = _session_stand_in.sim("GET", "settings")
    yield _session_stand_in
    _session_stand_in.sim("POST", "settings", before)
    _session_stand_in.sim("DELETE", "faults")
    _session_stand_in.sim("POST", "clock", {"skew_seconds": 0, "auth_skew_seconds": 0})
    _session_stand_in.sim("POST", "unlock")


@pytest.fixture(scope="session")
def _changeable_stand_in() -> Iterator[StandIn]:
    stand_in = start("--lines", "400")
    stand_in.sim("POST", "snapshot")
    yield stand_in
    stand_in.stop()


@pytest.fixture
def own(_changeable_stand_in: StandIn) -> Iterator[StandIn]:
    """A stand-in whose data the test may change: everything is put back after it."""
    yield _changeable_stand_in
    _changeable_stand_in.sim("POST", "restore")


@pytest.fixture
def journal_body() -> dict[str, Any]:
    """A journal entry that NetSuite takes."""
    return {
        "externalId": "RR-1",
        "tranDate": "2026-03-31",
        "subsidiary": {"id": "1"},
        "memo": "Revenue of March",
        "line": {
            "items": [
                {
                    "account": {"id": "24"},
                    "debit": 100.5,
                    "memo": "out of deferred revenue",
                    "department": {"id": "1"},
                    "class": {"id": "2"},
                    "location": {"id": "1"},
                    "cseg_region": {"id": "3"},
                },
                {"account": {"id": "54"}, "credit": 100.5},
            ]
        },
    }
