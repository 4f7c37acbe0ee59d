"""Two worlds for the client: a scripted wire, where the test writes what comes back, and the stand-in over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from revrec.netsuite import (
    AccountColumns,
    CurrencyTable,
    DocumentHeader,
    DocumentLine,
    FieldSettings,
    IdRange,
    InvoiceSource,
    M2mCredentials,
    NetSuiteClient,
    TbaCredentials,
    Window,
    currency_tables,
    plan_ranges,
    reference,
    server_clock,
)
from revrec.netsuite.certificate import make_key_pair
from revrec.netsuite.usage import RequestEvent
from sample_data.starting import StandIn, start

NOW = 1_760_000_000.0
REGION = FieldSettings(custom_segments=("cseg_region",))


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


class Simulator:
    """Orders and questions to a running stand-in, and clients that talk to it over HTTP."""

    def __init__(self, running: StandIn) -> None:
        self.ready = running.ready
        self._http = httpx.Client(base_url=running.url, trust_env=False, timeout=60)
        self._settings = self.get("settings")

    def get(self, path: str, /, **query: Any) -> Any:
        reply = self._http.get(f"/_sim/{path}", params=query)
        reply.raise_for_status()
        return reply.json()

    def post(self, path: str, /, **body: Any) -> Any:
        reply = self._http.post(f"/_sim/{path}", json=body)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def delete(self, path: str, /) -> None:
        self._http.delete(f"/_sim/{path}").raise_for_status()

    def change(self, kind: str, **what: Any) -> Any:
        return self.post("change", change=kind, **what)

    def fault(self, **what: Any) -> None:
        self.post("faults", **what)

    def features(self, *, without: Iterable[str] = (), also: Iterable[str] = ()) -> None:
        self.post("settings", features=sorted((set(self._settings["features"]) | set(also)) - set(without)))

    def reset(self) -> None:
        """Undo everything but changes of data."""
        self._http.delete("/_sim/faults").raise_for_status()
        self.post("settings", **self._settings)
        self.post("clock", skew_seconds=0, auth_skew_seconds=0)
        self.post("unlock")
        self.post("reset-stats")

    def close(self) -> None:
        self._http.close()

    @property
    def tba(self) -> TbaCredentials:
        keys = ("account_id", "consumer_key", "consumer_secret", "token_id", "token_secret")
        return TbaCredentials(*(self.ready[key] for key in keys))

    def role(self, granted: Iterable[str]) -> str:
        """Make a role with these permissions and no others; gives its id."""
        return str(self.post("roles", granted=sorted(granted))["id"])

    def m2m(self, role: str) -> M2mCredentials:
        """Make a key, upload its certificate for a role, and give what signs in with it."""
        pair = make_key_pair("ec", "tests", 700, now=datetime.now(UTC))
        given = self.post("certificates", pem=pair.certificate_pem, role=role)
        return M2mCredentials(
            self.ready["account_id"], given["client_id"], given["certificate_id"], pair.private_key_pem
        )

    def client(self, **options: Any) -> NetSuiteClient:
        """A client that waits no time between attempts."""
        settings: dict[str, Any] = {"base_url": self.ready["url"], "sleep": lambda seconds: asyncio.sleep(0)}
        return NetSuiteClient(options.pop("credentials", self.tba), **(settings | options))


@pytest.fixture(scope="session")
def shared_stand_in() -> Iterator[Simulator]:
    with start("netsuite", "--lines", "1500") as running:
        simulator = Simulator(running)
        yield simulator
        simulator.close()


@pytest.fixture
def sim(shared_stand_in: Simulator) -> Iterator[Simulator]:
    """The stand-in that all tests share: its data must not be changed."""
    shared_stand_in.reset()
    yield shared_stand_in
    shared_stand_in.reset()


@pytest.fixture
def own_sim() -> Iterator[Simulator]:
    """A stand-in of this test's own, to change its data."""
    with start("netsuite", "--lines", "700") as running:
        simulator = Simulator(running)
        yield simulator
        simulator.close()


@pytest.fixture
async def netsuite(sim: Simulator) -> AsyncIterator[NetSuiteClient]:
    async with sim.client() as made:
        yield made


@pytest.fixture
async def own_netsuite(own_sim: Simulator) -> AsyncIterator[NetSuiteClient]:
    async with own_sim.client() as made:
        yield made


@dataclass
class Pulled:
    """All documents of a window, as a job would read them."""

    source: InvoiceSource
    currencies: CurrencyTable
    window: Window
    ranges: list[IdRange]
    headers: dict[int, DocumentHeader] = field(default_factory=dict)
    lines: dict[int, list[DocumentLine]] = field(default_factory=dict)

    @property
    def population(self) -> dict[int, DocumentHeader]:
        return {key: header for key, header in self.headers.items() if not header.left_out}


@pytest.fixture
def pull() -> Callable[..., Awaitable[Pulled]]:
    """Reads reference data, ranges, headers and lines; fails where a document or line comes twice."""

    async def read(
        client: NetSuiteClient,
        *,
        fields: FieldSettings = REGION,
        start: datetime | None = None,
        size: int = 100,
    ) -> Pulled:
        columns = AccountColumns(client)
        subsidiaries, _ = await reference.subsidiaries(columns)
        currencies, _ = await currency_tables.currencies(columns, subsidiaries)
        window = Window(start, await server_clock(client))
        source = InvoiceSource(columns, fields, currencies)
        pulled = Pulled(source, currencies, window, await plan_ranges(client, window, size=size))
        for ids in pulled.ranges:
            async for headers in source.headers(ids, window):
                for header in headers:
                    assert header.id not in pulled.headers
                    pulled.headers[header.id] = header
                async for lines in source.lines(IdRange(headers[0].id, headers[-1].id), window.start):
                    for line in lines:
                        pulled.lines.setdefault(line.document_id, []).append(line)
        for lines in pulled.lines.values():
            assert len({line.line_id for line in lines}) == len(lines)
        return pulled

    return read
