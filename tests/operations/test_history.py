"""Events as a list, and Home's figures, on both databases."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.hold_journals import hold_journals
from revrec.problems import Invalid
from revrec.store.engine import Store
from revrec.store.queries import events
from revrec.store.queries.at_a_glance import (
    held_count,
    journal_counts,
    newest_runs,
    pending_amounts,
    postings,
    told_runs,
    year_by_period,
)
from revrec.store.queries.events import Wanted, event_totals, events_page, values_of
from revrec.store.queries.hub import HUB_SORTS, Selection, hub_counts, hub_sums, hub_where, newest_cross_check
from revrec.store.queries.ordered import Order, one_page
from revrec.store.tables import Job, Journal

ANN, BOB = Actor("ann@books.test", "accountant"), Actor("bob@books.test", "controller")
NEWEST = Order("when", True)


@pytest.fixture
def trail(store: Store, now: datetime) -> None:
    """Twenty events, an hour apart: Ann sets prices, every fifth time Bob closes a period."""
    with store.write() as session:
        for number in range(1, 21):
            at = now + timedelta(hours=number)
            if number % 5:
                record_event(
                    session,
                    ANN,
                    "set_price",
                    f"product P{number}",
                    now=at,
                    after={"terms": {"n": f"N{number}"}},
                )
            else:
                record_event(session, BOB, "close_period", "period", now=at, reason=f"week {number}")


def found(store: Store, wanted: Wanted, order: Order = NEWEST, limit: int = 50) -> list[int]:
    with store.read() as session:
        return [row.id for row in events_page(session, wanted, order, limit).rows]


@pytest.mark.usefixtures("trail")
def test_events_are_found_by_who_what_on_what_when_and_words(store: Store, now: datetime) -> None:
    assert found(store, Wanted(), limit=3) == [20, 19, 18]
    assert found(store, Wanted(actor=BOB.email)) == [20, 15, 10, 5]
    assert found(store, Wanted(actor=ANN.email, subject="product P7")) == [7]
    assert found(store, Wanted(action="close_period"), Order("when")) == [5, 10, 15, 20]
    assert found(store, Wanted(search="n7")) == [7]
    assert found(store, Wanted(search="WEEK 1")) == [15, 10]
    days = Wanted(since=now + timedelta(hours=4), until=now + timedelta(hours=7))
    assert found(store, days) == [6, 5, 4]
    assert found(store, Wanted(since=now + timedelta(days=9))) == []
    with store.read() as session, pytest.raises(Invalid, match="sorted by 'when' only"):
        events_page(session, Wanted(), Order("actor"), 10)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize("descending", [True, False])
def test_a_search_covers_every_event_a_part_at_a_time(
    store: Store, monkeypatch: pytest.MonkeyPatch, descending: bool
) -> None:
    monkeypatch.setattr(events, "SEARCHED", 4)
    order, seen, pages = Order("when", descending), [], 0
    while True:
        with store.read() as session:
            page = events_page(session, Wanted(search="week"), order, 1)
            seen += [row.id for row in page.rows]
        pages += 1
        if page.place is None:
            break
        order = Order("when", descending, page.place)
    assert seen == ([20, 15, 10, 5] if descending else [5, 10, 15, 20])
    assert 5 <= pages <= 10


@pytest.mark.usefixtures("trail")
def test_events_are_counted_and_their_values_named(store: Store, now: datetime) -> None:
    with store.read() as session:
        totals = [(one.action, one.events, one.newest) for one in event_totals(session, Wanted())]
        assert values_of(session, "actor") == [ANN.email, BOB.email]
        assert values_of(session, "action") == ["close_period", "set_price"]
    hours = [now + timedelta(hours=one) for one in (19, 20)]
    assert totals == [("set_price", 16, hours[0]), ("close_period", 4, hours[1])]


@pytest.mark.usefixtures("customers")
def test_home_reads_its_figures(store: Store, people: dict[str, Actor], draft: Any, now: datetime) -> None:
    ids = draft(4)
    with store.write() as session:
        for number, state in zip(ids, ("approved", "posted", "failed", "draft"), strict=True):
            row = session.get_one(Journal, number)
            row.state, row.sequence, row.number = state, number, f"2026-03-{number:04d}"
            if state == "posted":
                row.netsuite_approval = "pending"
    with store.write() as session:
        hold_journals(session, people["admin"], [ids[0]], "wait", now=now)
        session.add(Job(kind="cross_check", state="failed", parameters={}, requested_by="x", created_at=now))
    with store.read() as session:
        counted = {(one.period, one.state, one.held): one.journals for one in postings(session, 3)}
        assert counted == {
            ("2026-03", "approved", True): 1,
            ("2026-03", "posted", False): 1,
            ("2026-03", "failed", False): 1,
            ("2026-03", "draft", False): 1,
        }
        counts = journal_counts(session)
        assert (counts["held"], counts["awaiting"], counts["failed"]) == (1, 1, 1)
        assert {row.kind for row in newest_runs(session)} == {"close", "invoices", "cross_check"}
        assert [row.kind for row in told_runs(session, 9)] == ["cross_check", "close"]
        assert (pending_amounts(session), held_count(session)) == ([("USD", 150_050)], 0)
        assert year_by_period(session, 12) == []
        checked = newest_cross_check(session)
        assert checked is not None and checked.state == "failed"


def test_the_hub_is_sorted_and_summed(store: Store, draft: Any) -> None:
    ids = draft(3)
    with store.write() as session:
        for number in ids:
            row = session.get_one(Journal, number)
            row.state, row.sequence, row.number = "approved", number, f"2026-03-{number:04d}"
    with store.read() as session:
        for by in HUB_SORTS:
            query = hub_where(Selection(search="2026-03"))
            first, place = one_page(session, query, HUB_SORTS, Journal.id, Order(by, True), 2)
            rest, _ = one_page(session, query, HUB_SORTS, Journal.id, Order(by, True, place), 2)
            assert [row[0].id for row in (*first, *rest)] == ids[::-1]
        (total,) = hub_sums(session, Selection())
        assert (total.currency, total.journals, total.lines, total.debit_minor) == ("USD", 3, 6, 30_000)
        assert {state.value: count for state, count in hub_counts(session, Selection()).items()} == {
            "Not transferred": 3
        }
