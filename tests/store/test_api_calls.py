"""Turns at an account, one retry of a refused sign-in, and counts that several processes add up."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from revrec.store.api_calls import (
    SUMMED,
    add_usage,
    claim_retry,
    hour_of,
    retry_under_way,
    settle_retry,
    take_turn,
    usage_of_job,
    usage_since,
)
from revrec.store.engine import Store
from revrec.store.tables import ApiGate, Job

NOON = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    made = Store(database_url)
    yield made
    made.close()


def turn(store: Store, account: str = "1", *, per_minute: int = 5, now: datetime = NOON) -> float:
    with store.write() as session:
        return take_turn(session, account, per_minute, now=now)


def test_turns_are_a_fifth_of_a_minute_apart_whoever_takes_them(store: Store) -> None:
    begun = time.time()
    with ThreadPoolExecutor(4) as pool:
        waits = list(pool.map(lambda _: turn(store, now=datetime.now(UTC)), range(12)))
    with store.read() as session:
        free_at = session.exec(select(ApiGate.free_at_ms)).one() / 1000
    # The first could go at once, each other a fifth of a minute (and of a second) after the one before.
    assert begun - 1 <= free_at - 12 * 12.2 <= time.time() + 1
    assert len({round(wait / 12.2) for wait in waits}) == 12 or time.time() - begun > 6
    assert turn(store, "2", now=datetime.now(UTC)) < 1


def test_no_minute_holds_more_calls_than_the_limit(database_url: str) -> None:
    if "postgres" in database_url:
        pytest.skip("its clock cannot be set")
    store, now, calls = Store(database_url), NOON, []
    for asked in range(40):
        now = NOON + timedelta(seconds=7 * (asked % 11))  # asked for in any rhythm, also out of order
        calls.append(now.timestamp() + turn(store, per_minute=6, now=now))
    calls.sort()
    assert all(later - first > 60 for first, later in zip(calls, calls[6:], strict=False))
    store.close()


def test_a_clock_that_was_set_back_holds_nobody_up_for_long(database_url: str) -> None:
    if "postgres" in database_url:
        pytest.skip("its clock cannot be set")
    store = Store(database_url)
    turn(store, per_minute=600, now=NOON + timedelta(days=1))
    assert turn(store, per_minute=600, now=NOON) == 0
    store.close()


def test_one_process_at_a_time_may_try_a_refused_sign_in_again(store: Store) -> None:
    def claim(process: str, now: datetime = NOON) -> bool:
        with store.write() as session:
            return claim_retry(session, "1", process, now=now, since=MINUTE)

    def under_way(now: datetime = NOON) -> str:
        with store.read() as session:
            return retry_under_way(session, "1", now=now, since=MINUTE)

    assert under_way() == ""
    assert claim("a")
    assert claim("a"), "its own"
    assert not claim("b")
    assert under_way() == "a"
    with store.write() as session:
        settle_retry(session, "1", "b")  # not its to settle
    assert under_way() == "a"
    with store.write() as session:
        settle_retry(session, "1", "a")
    assert under_way() == ""
    assert claim("b")
    assert not claim("c", NOON + timedelta(seconds=59))
    assert claim("c", NOON + timedelta(seconds=61)), "the one that had it died"
    assert under_way(NOON + timedelta(seconds=61)) == "c"


def test_counts_are_added_up_and_peaks_are_not(store: Store) -> None:
    with store.write() as session:
        session.add(Job(kind="invoices", parameters={}, requested_by="x", created_at=NOON, state="running"))
    counts = dict.fromkeys(SUMMED, 2) | {"peak": 3}
    hour = hour_of(NOON + timedelta(minutes=59))
    assert hour == NOON
    for peak in (3, 1):
        with store.write() as session:
            add_usage(session, {("1", "invoices", hour): counts | {"peak": peak}}, {1: counts})
    with store.write() as session:
        add_usage(session, {("1", "journals", hour - timedelta(days=2)): counts}, {})
    with store.read() as session:
        (row,) = usage_since(session, NOON - timedelta(days=1))
        assert row == {"account": "1", "flow": "invoices", "hour": NOON, "peak": 3} | dict.fromkeys(SUMMED, 4)
        assert usage_of_job(session, 1) == dict.fromkeys(SUMMED, 4)
        assert usage_of_job(session, 2) == {}
        assert len(usage_since(session, NOON - timedelta(days=9))) == 2
