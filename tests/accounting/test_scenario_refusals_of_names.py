"""What events may not name, restate or ask for: refused word by word, at the event, the line or the key."""

from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from tests.accounting.refused_events import LINE, ORDER, after, bill, change, credit, delivery, of, refusal

RESTATED = (
    "A modification restates amount, end and quantity of a line: line 1 keeps its {}. Add a line of its own "
    "instead."
)


def dated(event: dict[str, Any]) -> dict[str, Any]:
    return {"date": "2025-03-01", **event}


OF_WHAT_THEY_NAME = [
    ({"events": [ORDER, ORDER]}, "events[1].order: Order SO-1 is given twice."),
    (after(bill(), credit("I1")), "events[2].number: Document I1 is given twice."),
    (after(bill(order="SO-9")), "events[1].order: There is no order SO-9 in the scenario."),
    (after(change("SO-9")), "events[1].order: There is no order SO-9 in the scenario."),
    (
        after({"type": "cancel", "order": "SO-1", "line": "2"}),
        "events[1].line: Order SO-1 has no line 2.",
    ),
    (after(delivery("2", quantity="1")), "events[1].line: Order SO-1 has no line 2."),
    (after({"type": "void", "number": "I9"}), "events[1].number: There is no document I9 in the scenario."),
    (after(credit(invoice="I9")), "events[1].invoice: There is no document I9 in the scenario."),
    (after(credit("C0"), credit(invoice="C0")), "events[2].invoice: Document C0 is no invoice."),
    (
        after(bill(order="SO-1", lines=[{"line": "1", "for_line": "7", "amount": "1"}])),
        "events[1].lines[0].for_line: Order SO-1 has no line 7.",
    ),
    (
        after(
            bill(order="SO-1"), credit(invoice="I1", lines=[{"line": "1", "for_line": "7", "amount": "1"}])
        ),
        "events[2].lines[0].for_line: Order SO-1 has no line 7.",
    ),
    (
        {
            "policy": {"contract_source": "invoices"},
            "events": [
                dated(bill()),
                dated(credit(invoice="I1", lines=[{"line": "1", "for_line": "7", "amount": "1"}])),
            ],
        },
        "events[1].lines[0].for_line: Invoice I1 has no line 7.",
    ),
    (
        after(change(line="2", amount="5.00")),
        "events[1].lines[0]: Order SO-1 has no line 2, and a new line needs a product.",
    ),
    *[
        (after(change(**{key: value})), f"events[1].lines[0].{key}: {RESTATED.format(key)}")
        for key, value in (
            ("product", "Q"),
            ("start", "2025-02-01"),
            ("method", "even"),
            ("trigger", "order"),
            ("ssp", "5.00"),
            ("ssp_per", "month"),
            ("milestones", [{"name": "a", "weight": "1"}]),
            ("percentages", [["0", "100"]]),
            ("ramp", False),
        )
    ],
    (
        after(change(end="2024-12-31")),
        "events[1].lines[0].end: The last day of service lies before the first.",
    ),
    (
        {"events": [of(amount="-1.00")]},
        "events[0].lines[0].amount: A discount lowers the line above it, and not below zero.",
    ),
    (
        after(bill(lines=[{"line": "1", "amount": "1"}, {"line": "2", "amount": "-1.01"}])),
        "events[1].lines[1].amount: A discount lowers the line above it, and not below zero.",
    ),
    (
        {"events": [{**ORDER, "lines": [{"line": "1", "product": "P"}, {"line": "2", "amount": "-1"}]}]},
        "events[0].lines[1].amount: A discount lowers the line above it, and not below zero.",
    ),
    (
        {
            "events": [
                {**ORDER, "lines": [LINE, {"line": "2", "amount": "-1"}]},
                dated(delivery("2", quantity="1")),
            ]
        },
        "events[1].line: Line 2 of SO-1 is a discount: it is no line of its own.",
    ),
    (
        {
            "events": [
                {**ORDER, "contract": "K"},
                {**ORDER, "order": "SO-2", "contract": "K", "customer": "Zenith"},
            ]
        },
        "events[1].customer: Contract K is with Acme: orders of one contract have one customer.",
    ),
    (
        after(bill("SO-1"), policy={"contract_source": "orders_then_invoices"}),
        "events[1].number: An order has the number SO-1, too.",
    ),
]

PLAN = [{"name": "design", "weight": "1"}, {"name": "build", "weight": "3"}]
BY_PERCENT = {"method": "percent_complete"}
BY_PARTS = {"method": "milestone", "milestones": PLAN}
OF_PROGRESS = [
    (BY_PERCENT, {"quantity": "1"}, "quantity: Line 1 is earned by percent_complete, not by quantity."),
    (BY_PARTS, {"quantity": "1"}, "quantity: Line 1 is earned by milestone, not by quantity."),
    (BY_PARTS, {"percent": "1"}, "percent: Line 1 is earned by milestone, not by percent."),
    ({"method": "as_invoiced"}, {"percent": "1"}, "percent: Line 1 is earned by as_invoiced, not by percent."),
    ({"method": "units"}, {"milestone": "design"}, "milestone: Line 1 is earned by units, not by milestone."),
    (BY_PARTS, {"milestone": "test"}, "milestone: Line 1 has no milestone test."),
]  # fmt: skip


@pytest.mark.parametrize(("data", "sentence"), OF_WHAT_THEY_NAME)
def test_of_what_they_name(data: Any, sentence: str) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(("line", "progress", "sentence"), OF_PROGRESS)
def test_of_a_progress_that_the_method_does_not_have(line: Any, progress: Any, sentence: str) -> None:
    assert refusal({"events": [of(**line), dated(delivery(**progress))]}) == f"events[1].{sentence}"


def test_a_milestone_is_reached_once() -> None:
    reached = dated(delivery(milestone="design"))
    events = [of(**BY_PARTS), reached, dated(delivery(milestone="build")), reached]
    assert refusal({"events": events}) == "events[3].milestone: Milestone design was reached before."


def test_deliveries_together_are_no_more_than_is_counted() -> None:
    units = [of(method="units"), dated(delivery(quantity=10**12))]
    run_scenario({"through": "2025-03", "events": units})
    more = [*units, dated(delivery(quantity="0.000001"))]
    assert (
        refusal({"events": more}) == "events[2].quantity: What is delivered is more than this program counts."
    )


SEPARATE = (
    "This modification is to be a separate contract but changes a line that was there before: choose prospective or "
    "cumulative_catch_up, or leave the old line out."
)
ZERO = (
    "Line 1 of SO-1 is changed to a price of zero from inception: treat it as cumulative_catch_up, or cancel the "
    "line."
)
RESIDUALS = (
    "Line {} of SO-1 is priced by the residual approach, and so is another of its contract: give one of them an "
    "observed price."
)
OUTSIDE = (
    "The residual left for Line 2 of SO-1 lies outside its observed range: give its product a stand-alone selling "
    "price."
)
NO_RATE = (
    "Currency USD has no rate for period 2025-01: load the rates of the period. A scenario takes them from "
    "exchange_rate of its orders and invoices."
)


def test_rules_that_cannot_be_met_name_the_line_the_event_or_the_key() -> None:
    two = {**ORDER, "lines": [LINE, {**LINE, "line": "2", "product": "Q"}]}
    residual = {"Q": {"ssp": "residual", "range": {"low": "1", "high": "2"}}}
    assert refusal(after(change(treatment="separate", amount="5.00"))) == f"events[1]: {SEPARATE}"
    zero = after(bill(), change(treatment="prospective", amount="0"))
    assert refusal(zero) == f"events[2].lines[0]: {ZERO}"
    again = after(change(treatment="prospective", amount="0"), change(treatment="prospective", amount="1"))
    assert refusal(again) == f"events[1].lines[0]: {ZERO}"
    less = after(change(treatment="prospective", amount="100"), change(treatment="prospective", amount="0"))
    assert refusal(less) == f"events[2].lines[0]: {ZERO}"
    discounted = change(treatment="prospective", amount="100.00")
    discounted["lines"].append({"line": "2", "amount": "-100.00"})
    assert refusal(after(discounted)) == f"events[1].lines[0]: {ZERO}"
    assert refusal({"events": [two], "products": {"P": {"ssp": "1000.00"}, **residual}}) == (
        f"events[0].lines[1]: {OUTSIDE}"
    )
    both = {name: {"ssp": "residual"} for name in "PQ"}
    assert refusal({"events": [two], "products": both}) == f"events[0].lines[0]: {RESIDUALS.format(1)}"
    assert refusal({"events": [ORDER], "base_currency": "EUR"}) == f"base_currency: {NO_RATE}"


def test_a_document_in_a_foreign_currency_needs_a_rate() -> None:
    assert refusal(after({**bill(), "date": "2025-01-01"}, base_currency="EUR")) == (
        "events[1].exchange_rate: Document I1 needs an exchange_rate, or its order does."
    )
