"""A client on a scripted wire: what is sent is recorded, what comes back is written by the test, and no time passes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from revrec.netsuite import NetSuiteClient, TbaCredentials
from revrec.netsuite.usage import RequestEvent

NOW = 1_760_000_000.0


@dataclass
class Wire:
    """Answers from `script` (responses, exceptions, functions of the request) in order, the last one for ever."""

    script: list[Any] = field(default_factory=list)
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    events: list[RequestEvent] = field(default_factory=list)
    now: float = NOW

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        # The same answer may be given twice.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def sql(self, number: int = -1) -> str:
        return str(json.loads(self.requests[number].content)["q"])


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def tba() -> TbaCredentials:
    return TbaCredentials("1234567_SB1", "ck", "cs-secret", "tk", "ts-secret")


@pytest.fixture
def make_client(wire: Wire, tba: TbaCredentials) -> Callable[..., NetSuiteClient]:
    def make(**options: Any) -> NetSuiteClient:
        settings: dict[str, Any] = {
            "transport": httpx.MockTransport(wire),
            "clock": lambda: wire.now,
            "sleep": wire.sleep,
            "nonce": _counter(),
            "jitter": lambda: 0.5,
            "on_event": wire.events.append,
        }
        return NetSuiteClient(options.pop("credentials", tba), **(settings | options))

    return make


@pytest.fixture
async def client(make_client: Callable[..., NetSuiteClient]) -> AsyncIterator[NetSuiteClient]:
    async with make_client() as made:
        yield made


def _counter() -> Callable[[], str]:
    numbers: Iterator[int] = iter(range(1, 1_000_000))
    return lambda: f"nonce-{next(numbers):012d}"


@pytest.fixture
def page_of() -> Callable[..., httpx.Response]:
    """A SuiteQL reply as NetSuite writes it: `links` on each item, everything else as given."""

    def make(*rows: dict[str, Any], has_more: bool = False) -> httpx.Response:
        items = [{"links": [], **row} for row in rows]
        body = {"links": [], "count": len(items), "hasMore": has_more, "items": items, "offset": 0}
        return httpx.Response(200, json={**body, "totalResults": len(items)})

    return make


@pytest.fixture
def refusal_of() -> Callable[..., httpx.Response]:
    """An error reply as NetSuite writes it."""

    def make(
        status: int, code: str, detail: str, path: str = "", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        entry = {"detail": detail, "o:errorCode": code} | ({"o:errorPath": path} if path else {})
        body = {"type": "https://www.rfc-editor.org/rfc/rfc9110.html#section-15.5.1", "title": "Bad Request"}
        return httpx.Response(
            status, json={**body, "status": status, "o:errorDetails": [entry]}, headers=headers
        )

    return make
