"""What people decide reaches the books: prices, rules, treatments, deliveries and credits, said by their operations and
closed, on either database.

Figures are cents of contracts over 2026, recognised by days unless said otherwise.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from revrec.operations.actor import Actor
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decide_credit import decide_credit
from revrec.operations.earning_terms import EarningTerms
from revrec.operations.price_terms import PriceTerms
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.set_line_rule import LineTerms, set_line_rule
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.operations.treat_version import treat_version
from revrec.operations.undo_price_change import undo_price_change
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Refused
from revrec.store.engine import Store
from revrec.store.queries.credit_memos import find_credit_memo

from .played import Played

CONTROLLER = Actor("controller@books.test", "controller")
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}
JANUARY, FEBRUARY, MARCH, APRIL = "2026-01", "2026-02", "2026-03", "2026-04"


@pytest.fixture
def books(database_url: str) -> Iterator[Played]:
    """A company in January, with products A and B that nobody said anything of."""
    store = Store(database_url)
    played = Played(store, {"events": [], "products": {"A": {}, "B": {}}})
    played.open(JANUARY)
    yield played
    store.close()


@pytest.fixture
def say(books: Played) -> Callable[..., Any]:
    """`say(operation, ...)`: as the controller, now; gives the id of what came of it."""

    def run(operation: Callable[..., Any], *given: Any, **more: Any) -> Any:
        with books.store.write() as session:
            done = operation(session, CONTROLLER, *given, now=books._now(), **more)
            session.flush()
            return done.id

    return run


def order(number: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    stated = [{"line": str(at), **YEAR, **line} for at, line in enumerate(lines, start=1)]
    return {
        "type": "order",
        "date": "2026-01-01",
        "order": number,
        "customer": "Acme",
        "lines": stated,
        **more,
    }


def test_prices_share_what_orders_combined_come_to(books: Played, say: Any) -> None:
    """1,200 of A and 600 of B, each 1,200 on its own: together 900 each, of which January's 31 days are 76.44."""
    for product in ("A", "B"):
        say(set_price, PricedAs(books.products[product], "USD"), PriceTerms(low_minor=120_000))
    books.tell(order("SO-1", {"product": "A", "amount": "1200.00"}))
    books.tell(order("SO-2", {"product": "B", "amount": "600.00"}))
    say(combine_order, books.orders["SO-2"], books.contracts["SO-1"], reason="One negotiation")
    books.close(JANUARY)
    assert (books.revenue(), books.revenue(order="SO-2")) == ({JANUARY: 7_644}, {JANUARY: 7_644})
    with pytest.raises(Refused, match="booked in a closed period"):
        say(combine_order, books.orders["SO-2"], books.contracts["SO-2"], reason="Apart after all")


def test_deliveries_earn_units_and_late_ones_are_adjustments(books: Played, say: Any) -> None:
    """10 units for 1,000.00: 2 in January; 3 more of January are reported in February, where 1 is delivered."""
    say(set_product_rule, books.products["A"], ProductTerms(EarningTerms("units")))
    books.tell(order("SO-1", {"product": "A", "amount": "1000.00", "quantity": "10"}))
    line = books.lines["SO-1", "1"]
    say(record_delivery, line, Report(date(2026, 1, 10), quantity_e6=2_000_000, reference="DN-1"))
    say(record_delivery, line, Report(date(2026, 1, 10), quantity_e6=2_000_000, reference="DN-1"))
    books.close(JANUARY)
    late = say(record_delivery, line, Report(date(2026, 1, 20), quantity_e6=3_000_000, reference="DN-2"))
    say(record_delivery, line, Report(date(2026, 2, 5), quantity_e6=1_000_000, reference="DN-3"))
    books.close(FEBRUARY)
    assert books.booked() == {
        ("SO-1", "1", JANUARY): (20_000, 0, ""),
        ("SO-1", "1", FEBRUARY): (40_000, 30_000, "late"),
    }
    say(withdraw_delivery, late, reason="Never arrived")
    books.close(MARCH)
    assert books.revenue()[MARCH] == -30_000


def test_milestones_earn_by_the_product_s_plan(books: Played, say: Any) -> None:
    plan = {"milestones": [{"name": "Design", "weight": "40"}, {"name": "Go-live", "weight": "60"}]}
    say(set_product_rule, books.products["A"], ProductTerms(EarningTerms("milestone", plan=plan)))
    books.tell(order("SO-1", {"product": "A", "amount": "1000.00"}))
    say(record_delivery, books.lines["SO-1", "1"], Report(date(2026, 1, 31), milestone="Design"))
    say(record_delivery, books.lines["SO-1", "1"], Report(date(2026, 3, 1), milestone="Go-live"))
    books.close_through(JANUARY, MARCH)
    assert books.revenue() == {JANUARY: 40_000, MARCH: 60_000}


def test_a_line_waits_until_it_is_released_and_is_earned_as_said(books: Played, say: Any) -> None:
    """1,200.00 evenly over twelve months, said of the one line; it waits in January and is caught up in February."""
    books.tell(order("SO-1", {"product": "A", "amount": "1200.00"}))
    line = books.lines["SO-1", "1"]
    say(set_line_rule, line, LineTerms(EarningTerms("even"), held=True), reason="Disputed")
    books.close(JANUARY)
    assert books.revenue() == {}
    say(set_line_rule, line, LineTerms(EarningTerms("even")), reason="Settled")
    books.close(FEBRUARY)
    assert books.revenue() == {FEBRUARY: 20_000}


@pytest.mark.parametrize(
    ("treatment", "february"),
    [
        # 1,500 instead of 1,200 from 1 February: (1,500 - 101.92) x 28 / 334, or 1,500 x 59 / 365 - 101.92.
        ("prospective", 11_720),
        ("cumulative_catch_up", 14_055),
        ("correction", 14_055),
    ],
)
def test_a_changed_order_is_treated_as_a_person_says(
    books: Played, say: Any, treatment: str, february: int
) -> None:
    books.tell(order("SO-1", {"product": "A", "amount": "1200.00"}))
    books.close(JANUARY)
    books.tell(
        {
            "type": "modification",
            "date": "2026-02-01",
            "order": "SO-1",
            "lines": [{"line": "1", "amount": "1500.00"}],
        }
    )
    say(treat_version, books.orders["SO-1"], 2, treatment, reason="As agreed")
    books.close(FEBRUARY)
    assert books.revenue() == {JANUARY: 10_192, FEBRUARY: february}
    with pytest.raises(Refused, match="2026-02 is closed and took version 2"):
        say(treat_version, books.orders["SO-1"], 2, "auto", reason="Again")


def test_an_estimate_changes_the_price_and_changes_back(books: Played, say: Any) -> None:
    """365.00 less falls on each day of 2026: 1,200.00 - 365.00 is 835.00, January and February 59 / 365 of it."""
    books.tell(order("SO-1", {"product": "A", "amount": "1200.00"}))
    books.close(JANUARY)
    made = say(change_price, books.orders["SO-1"], -36_500, date(2026, 2, 15), reason="Rebate")
    books.close(FEBRUARY)
    assert sum(books.revenue().values()) == 13_497
    say(
        undo_price_change,
        books.orders["SO-1"],
        made,
        reason="Not reached",
        retrospective=True,
    )
    books.close(MARCH)
    assert sum(books.revenue().values()) == 29_589  # 1,200.00 x 90 / 365


def test_a_credit_memo_waits_for_a_decision(books: Played, say: Any) -> None:
    """365.00 credited in February: nothing of revenue moves until it is said to lower the price from inception."""
    books.tell(order("SO-1", {"product": "A", "amount": "1200.00"}))
    billed = {"order": "SO-1", "customer": "Acme"}
    bill = {"line": "1", "for_line": "1", "product": "A"}
    books.tell(
        {"type": "invoice", "date": "2026-01-01", "number": "INV-1", "lines": [{**bill, "amount": "1200.00"}]}
        | billed
    )
    with books.store.write() as session:
        books._document(
            session,
            {
                "type": "credit_memo",
                "date": "2026-02-10",
                "number": "CM-1",
                "lines": [{**bill, "amount": "365.00"}],
            }
            | billed,
            "CustCred",
            -1,
        )
    books.close_through(JANUARY, FEBRUARY)
    assert sum(books.revenue().values()) == 19_397  # 1,200.00 x 59 / 365
    with books.store.write() as session:
        memo = find_credit_memo(session, "000002")
        decide_credit(session, CONTROLLER, memo, "retrospective", now=books._now(), reason="Never owed")
    books.close(MARCH)
    assert sum(books.revenue().values()) == 20_589  # 835.00 x 90 / 365
