"""What was delivered, as people report it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlmodel import col, select

from revrec.operations.actor import Actor
from revrec.operations.earning_terms import EarningTerms
from revrec.operations.import_deliveries import GivenDelivery, ImportedDeliveries, import_deliveries
from revrec.operations.line_methods import earned_lines
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.set_line_rule import LineTerms, set_line_rule
from revrec.operations.set_policy import set_policy
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Conflict, Invalid, NotFound, Refused
from revrec.store.engine import Store
from revrec.store.queries.audit import event_count
from revrec.store.queries.delivery_list import WantedDeliveries, deliveries_where
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order
from revrec.store.tables import Delivery, Product
from tests.audit_trail import newest_events

MARCH = date(2026, 3, 5)
Stage = Callable[..., None]
Verb = Callable[..., Any]
STEPS = {"milestones": [{"name": "Design", "weight": "40"}, {"name": "Go-live", "weight": "60"}]}


@pytest.fixture
def orders(store: Store, stage: Stage, people: dict[str, Actor], now: datetime) -> None:
    """SO-1: 1 UNITS (by units), 2 BUILD (by its milestones), 3 PLAN (daily)."""
    stage("SO-1", lines=(("L1", "UNITS", 100), ("L2", "BUILD", 200), ("L3", "PLAN", 300)))
    with store.write() as session:
        ids = {row.code: row.id for row in session.exec(select(Product))}
        for code, terms in (
            ("UNITS", EarningTerms("units")),
            ("BUILD", EarningTerms("milestone", plan=STEPS)),
        ):
            set_product_rule(session, people["admin"], ids[code], ProductTerms(terms), now=now)


@pytest.fixture
def report(store: Store, people: dict[str, Actor], now: datetime, orders: None) -> Verb:
    """`report("1", quantity_e6=...)`: record it of the line of SO-1; gives the delivery's id."""

    def run(line: str, day: date = MARCH, *, by: str = "accountant", **more: Any) -> int:
        with store.write() as session:
            order = find_order(session, "SO-1")
            found = pick_line(order, known_lines(session, [order.id])[order.id], line)
            return record_delivery(session, people[by], found.obligation_id, Report(day, **more), now=now).id

    return run


def listed(store: Store, **more: Any) -> list[tuple[Any, ...]]:
    newest = deliveries_where(WantedDeliveries(**more))
    with store.read() as session:
        return [
            (
                obligation.line_external_id,
                row.day,
                row.quantity_e6,
                row.percent_e6,
                row.milestone,
                row.reference,
            )
            for row, obligation, _ in session.execute(newest.order_by(col(Delivery.id).desc()))
        ]


def test_units_percentages_and_milestones_are_kept(store: Store, report: Verb) -> None:
    report("1", quantity_e6=2_500_000, reference="DN-1")
    report("1", quantity_e6=-500_000, reference="RMA-1")
    report("2", milestone="Design")
    report("3", percent_e6=50_000_000)
    assert listed(store) == [
        ("SO-1-L3", MARCH, None, 50_000_000, "", ""),
        ("SO-1-L2", MARCH, None, None, "Design", ""),
        ("SO-1-L1", MARCH, -500_000, None, "", "RMA-1"),
        ("SO-1-L1", MARCH, 2_500_000, None, "", "DN-1"),
    ]
    with store.read() as session:
        (event,) = newest_events(session, limit=1)
        assert (event.subject, event.after["delivered"]) == (
            "order SO-1, line SO-1-L3",
            "50 percent on 2026-03-05",
        )


def test_a_reference_given_twice_is_kept_once(store: Store, report: Verb) -> None:
    first = report("1", quantity_e6=1, reference="DN-1")
    with store.read() as session:
        events = event_count(session)
    assert report("1", quantity_e6=1, reference="DN-1") == first
    with store.read() as session:
        assert event_count(session) == events
    assert report("2", milestone="Design", reference="DN-1") != first, "a note may have several lines"
    with pytest.raises(Conflict, match=r"recorded already as 0\.000001 on 2026-03-05"):
        report("1", quantity_e6=2, reference="DN-1")
    assert len(listed(store)) == 2


@pytest.mark.parametrize(
    ("line", "more", "error", "words"),
    [
        ("1", {}, Invalid, "exactly one"),
        ("1", {"quantity_e6": 1, "percent_e6": 1}, Invalid, "exactly one"),
        ("1", {"quantity_e6": 0}, Invalid, "delivery of nothing"),
        ("1", {"percent_e6": 100_000_001}, Invalid, "between 0 and 100"),
        ("2", {"milestone": "Party"}, Invalid, "its plan has Design, Go-live"),
        ("1", {"quantity_e6": 1, "by": "viewer"}, Refused, "may not record delivery"),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    report: Verb, line: str, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        report(line, **more)


def test_a_delivery_is_withdrawn_and_may_come_again(
    store: Store, people: dict[str, Actor], report: Verb, now: datetime
) -> None:
    number = report("1", quantity_e6=1, reference="DN-1")
    with pytest.raises(Invalid, match="needs a reason"), store.write() as session:
        withdraw_delivery(session, people["accountant"], number, now=now, reason="")
    with store.write() as session:
        withdraw_delivery(session, people["accountant"], number, now=now, reason="Wrong line")
    assert listed(store) == []
    assert len(listed(store, withdrawn=True)) == 1
    with pytest.raises(Conflict, match="withdrew delivery"), store.write() as session:
        withdraw_delivery(session, people["accountant"], number, now=now, reason="x")
    with pytest.raises(NotFound, match="no delivery 99"), store.write() as session:
        withdraw_delivery(session, people["accountant"], 99, now=now, reason="x")
    assert report("1", quantity_e6=2, reference="DN-1") != number


def test_a_line_is_earned_as_the_nearest_word_says(
    store: Store, people: dict[str, Actor], orders: None, stage: Stage, now: datetime
) -> None:
    def methods() -> list[tuple[str, list[str]]]:
        with store.read() as session:
            (lines,) = earned_lines(session, [find_order(session, "SO-1").id]).values()
            return [(one.method, one.milestones) for one in lines]

    assert methods() == [("units", []), ("milestone", ["Design", "Go-live"]), ("daily", [])]
    with store.write() as session:
        set_policy(session, people["admin"], "method", "even", now=now)
        order = find_order(session, "SO-1")
        line = known_lines(session, [order.id])[order.id][0]
        terms = LineTerms(EarningTerms("percent_complete"))
        set_line_rule(session, people["admin"], line.obligation_id, terms, now=now, reason="x")
    assert [method for method, _ in methods()] == ["percent_complete", "milestone", "even"]
    with store.read() as session:
        (lines,) = earned_lines(session, [find_order(session, "SO-1").id]).values()
    assert Report(MARCH, quantity_e6=1).effect(lines[0]) == (
        "The line is earned by percent_complete, which a quantity does not move."
    )
    assert Report(MARCH, milestone="Design").effect(lines[1]) == ""


def given(line: str, row: int, *, order: str = "SO-1", day: date = MARCH, **more: Any) -> GivenDelivery:
    return GivenDelivery(f"Deliveries, row {row}", order, line, Report(day, **more))


def load(store: Store, actor: Actor, rows: list[GivenDelivery], now: datetime) -> ImportedDeliveries:
    with store.write() as session:
        return import_deliveries(session, actor, rows, source="deliveries.csv", now=now)


@pytest.mark.usefixtures("orders")
def test_a_list_counts_once_however_often_it_is_loaded(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    rows = [
        given("1", 2, quantity_e6=1_000_000, reference="DN-1"),
        given("1", 3, quantity_e6=1_000_000, reference="DN-1"),
        given("SO-1-L1", 4, quantity_e6=2_000_000, reference="DN-2", day=date(2026, 2, 5)),
        given("2", 5, milestone="Design"),
        given("3", 6, percent_e6=10_000_000, order="801-SO-1"),
    ]
    assert load(store, people["accountant"], rows, now) == ImportedDeliveries(4, 1, 1, date(2026, 2, 5))
    assert load(store, people["accountant"], rows, now) == ImportedDeliveries(0, 5, 0, None)
    with store.read() as session:
        kept = session.exec(select(Delivery).where(col(Delivery.withdrawn_at).is_(None))).all()
        assert sum(row.quantity_e6 or 0 for row in kept) == 3_000_000
        assert {row.set_by for row in kept} == {"accountant@books.test"}


@pytest.mark.usefixtures("orders")
def test_nothing_of_a_list_loads_where_anything_is_wrong(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    rows = [
        given("1", 2, quantity_e6=1, reference="DN-1"),
        given("1", 3, order="SO-9", quantity_e6=1, reference="DN-3"),
        given("7", 4, quantity_e6=1, reference="DN-4"),
        given("1", 5, quantity_e6=1),
        given("2", 6, milestone="Party"),
        given("1", 7, quantity_e6=2, reference="DN-1"),
        given("1", 8, percent_e6=-1),
    ]
    with pytest.raises(Invalid, match="6 faults") as refused:
        load(store, people["admin"], rows, now)
    assert sorted(one.where for one in refused.value.findings) == [
        "Deliveries, row 3, column Order",
        "Deliveries, row 4, column Line",
        "Deliveries, row 5, column Reference",
        "Deliveries, row 6, column Milestone",
        "Deliveries, row 7, column Reference",
        "Deliveries, row 8, column Percent",
    ]
    assert listed(store) == []
    with pytest.raises(Invalid, match="has no rows"):
        load(store, people["admin"], [], now)
