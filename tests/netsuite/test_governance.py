"""Several processes at one account: turns, one retry of a refused sign-in, and an end to every request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from jobs.calls import AccountNeighbours, Tally
from revrec.netsuite import NetSuiteClient, TbaCredentials
from revrec.netsuite.errors import AuthenticationRefused, ServerFailed, Unanswered
from revrec.store.api_calls import usage_since
from revrec.store.engine import Store
from revrec.store.tables import Connection

ITEMS = "SELECT id FROM item ORDER BY id"
ACCOUNT = "1234567-sb1"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    with made.write() as session:
        session.add(
            Connection(
                flow="invoices", system="netsuite", account=ACCOUNT, auth="tba", secret=b"", connected_by="x",
                options={"concurrency": 5}, connected_at=datetime(2026, 4, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    yield made
    made.close()


def connection(store: Store) -> Connection:
    with store.read() as session:
        found = session.get_one(Connection, 1)
        session.expunge(found)
        return found


def limit(store: Store, **options: int) -> None:
    with store.write() as session:
        session.get_one(Connection, 1).options = {"concurrency": 5, **options}


Process = Callable[..., NetSuiteClient]


@pytest.fixture
def process(sim: Any, store: Store) -> Process:
    """A client as another process of the same deployment has it."""

    def make(name: str, **options: Any) -> NetSuiteClient:
        neighbours = AccountNeighbours(store, ACCOUNT, "invoices", process=name, drain_seconds=0.0)
        client: NetSuiteClient = sim.client(neighbours=neighbours, **options)
        return client

    return make


async def test_processes_together_keep_to_the_calls_per_minute(
    sim: Any, process: Process, store: Store
) -> None:
    limit(store, calls_per_minute=1220)  # a turn every 50 ms
    async with process("a") as one, process("b") as other:
        await asyncio.gather(*(client.query(ITEMS) for client in (one, other) for _ in range(10)))
    starts = sorted(entry["at"] for entry in sim.get("log"))
    assert len(starts) == 20
    assert starts[-1] - starts[0] >= 19 * 0.05 - 0.1
    assert one.usage.waited_seconds + other.usage.waited_seconds > 1


async def test_a_limit_that_is_taken_away_is_obeyed_within_a_second(process: Process, store: Store) -> None:
    limit(store, calls_per_minute=60)
    async with process("a") as client:
        await client.query(ITEMS)
        limit(store)
        begun = time.monotonic()
        for _ in range(5):
            await client.query(ITEMS)
        assert time.monotonic() - begun < 4  # by the limit: five seconds


def a_bad_key(good: TbaCredentials) -> TbaCredentials:
    return TbaCredentials(good.account_id, good.consumer_key, "wrong", good.token_id, good.token_secret)


async def test_workers_whose_key_is_withdrawn_never_fail_five_times_together(
    sim: Any, process: Process, store: Store
) -> None:
    """Three workers, one request of each in flight, as the key is withdrawn: each fails once, and one once more."""
    clients = [process(name) for name in "abc"]
    for client in clients:
        await client.query(ITEMS)
        client._exchange.credentials = a_bad_key(sim.tba)  # NetSuite's side of it: the signature fits no more
    sim.post("reset-stats")
    results = await asyncio.gather(*(client.query(ITEMS) for client in clients), return_exceptions=True)
    later = await asyncio.gather(*(client.query(ITEMS) for client in clients), return_exceptions=True)
    assert all(isinstance(one, AuthenticationRefused) for one in (*results, *later))
    refused = sim.get("stats")["requests_by_status"]
    assert refused == {"401": 4}
    assert "Invalid login attempt" in connection(store).paused
    assert connection(store).paused_by == ""
    for client in clients:
        await client.aclose()


async def test_too_many_at_once_from_two_workers_in_the_disguise_of_a_bad_login(
    sim: Any, process: Process, store: Store
) -> None:
    sim.post("settings", concurrency=2, over_limit="invalid_login", latency_ms=40, lockout=False)
    async with process("a") as one, process("b") as other:
        await one.query(ITEMS)
        await other.query(ITEMS)
        asked = [client.query(ITEMS) for client in (one, other) for _ in range(3)]
        pages = await asyncio.gather(*asked)
    assert all(page.rows == pages[0].rows for page in pages)
    assert one.usage.refused + other.usage.refused > 0
    assert connection(store).paused == ""


async def test_who_may_not_send_waits_for_the_retry_of_another(
    sim: Any, process: Process, store: Store
) -> None:
    neighbours = AccountNeighbours(store, ACCOUNT, "invoices", process="b", drain_seconds=0.0)
    assert await neighbours.claim_retry()
    async with process("a") as client:
        waiting = asyncio.create_task(client.query(ITEMS))
        await asyncio.sleep(0.2)
        assert sim.get("log") == []
        await neighbours.settle_retry("")
        assert (await waiting).rows


async def test_counts_of_two_processes_come_together(sim: Any, store: Store) -> None:
    sim.fault(times=1, status=429, body={"o:errorDetails": []})
    for at_once in (2, 3):
        tally = Tally()
        client = sim.client(
            on_event=lambda event, t=tally, n=at_once: t.note(store, ACCOUNT, "invoices", event, n)
        )
        async with client:
            await client.query(ITEMS)
        tally.flush(store)
    with store.read() as session:
        rows = usage_since(session, datetime.now(UTC) - timedelta(hours=2))
    total = {name: sum(row[name] for row in rows) for name in ("requests", "failed", "refused", "retried")}
    assert total == {"requests": 3, "failed": 1, "refused": 1, "retried": 1}
    assert max(row["peak"] for row in rows) == 3
    assert sum(row["received_bytes"] for row in rows) > 1000


async def test_what_cannot_be_counted_now_is_counted_later(store: Store, database_url: str) -> None:
    class Broken(Store):
        def write(self) -> Any:
            raise OSError("the disk is full")

    broken, tally = Broken(database_url), Tally()

    async def once(into: Store) -> None:
        async with NetSuiteClient(
            TbaCredentials("1", "a", "b", "c", "d"),
            transport=httpx.MockTransport(
                lambda _: httpx.Response(200, json={"items": [], "hasMore": False})
            ),
            on_event=lambda event: tally.note(into, ACCOUNT, "invoices", event, 1),
        ) as client:
            await client.query("SELECT 1")

    await once(broken)
    tally.flush(broken)
    await once(broken)
    tally.flush(store)
    with store.read() as session:
        rows = usage_since(session, datetime.now(UTC) - timedelta(hours=2))
    assert sum(row["requests"] for row in rows) == 2
    broken.close()


Made = Callable[..., NetSuiteClient]


@pytest.mark.parametrize("header", [None, {"Retry-After": "290"}])
async def test_a_host_that_stays_down_is_given_up_in_a_quarter_of_an_hour(
    make_client: Made, wire: Any, header: dict[str, str] | None
) -> None:
    wire.script = [httpx.Response(503, headers=header)]
    async with make_client(max_attempts=1000) as client:
        with pytest.raises(ServerFailed):
            await client.query("SELECT 1")
    assert sum(wire.slept) < 900
    assert 3 <= len(wire.requests) < 40


async def test_a_silent_host_is_given_up_in_a_quarter_of_an_hour(make_client: Made, wire: Any) -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        wire.now += 500  # the time-out for a read
        raise httpx.ReadTimeout("", request=request)

    wire.script = [silent]
    begun = wire.now
    async with make_client() as client:
        with pytest.raises(Unanswered, match="did not answer"):
            await client.query("SELECT 1")
    assert len(wire.requests) == 2
    assert wire.now - begun < 1100


def wait_until_idle(sim: Any) -> None:
    """The stand-in dribbles on for a while, and tests after this one count its places."""
    deadline = time.monotonic() + 30
    while sim.get("stats")["in_flight"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def test_a_body_that_dribbles_is_cut_off(sim: Any) -> None:
    sim.fault(times=9, action="slow", delay_ms=1_500)
    async with sim.client(most_seconds=0.3) as client:
        with pytest.raises(Unanswered, match="no whole answer within"):
            await asyncio.wait_for(client.query(ITEMS), 10)
    wait_until_idle(sim)


async def test_half_an_answer_is_asked_for_again(sim: Any) -> None:
    sim.fault(times=2, action="truncate")
    async with sim.client() as client:
        page = await client.query(ITEMS)
    assert page.rows
    assert client.usage.retries == 2
    assert client.usage.failed == 2
