"""Invoices, credit memos and voids of a scenario: what they bill, whom they concern, what they are worth."""

from typing import Any

import pytest

from tests.accounting.scenario_bills import (
    FULL,
    LINE,
    MONTHS,
    bill,
    billed,
    credit,
    earned,
    flags,
    order,
    replay,
    void,
)

# What is billed


def test_an_invoice_bills_the_order_it_names_else_the_oldest_open_one() -> None:
    orders = order("SO-1", "2025-01-02"), order("SO-2", "2025-01-01"), order("SO-3", "2025-01-03")
    answer = replay(
        *orders,
        bill("I1", "2025-02-01", {"amount": "50.00"}, order="SO-3"),
        bill("I2", "2025-02-02", {"amount": "700.00"}),
    )
    assert billed(answer) == {"SO-1": "100.00", "SO-2": "600.00", "SO-3": "50.00"}


def test_orders_of_one_day_are_billed_by_their_number() -> None:
    answer = replay(order("SO-2"), order("SO-1"), bill("I1", "2025-02-01", {"amount": "650.00"}))
    assert billed(answer) == {"SO-1": "600.00", "SO-2": "50.00"}


def test_an_invoice_line_goes_to_its_product_first() -> None:
    other = order("SO-2", "2025-01-02", lines=[{**LINE, "product": "Q"}])
    answer = replay(order(), other, bill("I1", "2025-02-01", {"product": "Q", "amount": "50.00"}))
    assert billed(answer) == {"SO-1": "0.00", "SO-2": "50.00"}


def test_lines_of_one_order_are_billed_in_their_order() -> None:
    """Earned when first billed: 70.00 fill the line of 60.00 and touch the next."""
    once = {"line": "b", "amount": "60.00", "method": "point_in_time", "trigger": "invoice"}
    lines = [once, {**once, "line": "a"}, {**once, "line": "c"}]
    answer = replay(order(lines=lines), bill("I1", "2025-02-01", {"amount": "70.00"}))
    assert [row["line"] for row in answer["schedule"]] == ["b", "a"]


def test_for_line_says_which_line_is_billed() -> None:
    once = {"line": "1", "product": "P", "amount": "60.00", "method": "point_in_time", "trigger": "invoice"}
    sold = order(lines=[once, {**once, "line": "2"}])
    second = replay(sold, bill("I1", "2025-02-01", {"for_line": "2", "amount": "60.00"}, order="SO-1"))
    assert [(row["line"], row["period"]) for row in second["schedule"]] == [("2", "2025-02")]
    by_itself = replay(sold, bill("I1", "2025-02-01", {"for_line": "2", "amount": "60.00"}))
    assert [(row["line"], row["period"]) for row in by_itself["schedule"]] == [("1", "2025-02")]


def test_the_days_of_an_invoice_line_are_those_of_the_usage_it_bills() -> None:
    usage = order(lines=[{**LINE, "quantity": "60", "method": "as_invoiced"}])
    february = {"amount": "80.00", "for_line": "1", "start": "2025-02-01", "end": "2025-02-28"}
    answer = replay(usage, bill("I1", "2025-04-02", february, order="SO-1"))
    (row,) = answer["schedule"]
    assert (row["period"], row["amount"], row["adjustment"]) == ("2025-04", "80.00", "80.00")


def test_a_discount_line_of_a_document_lowers_the_line_above_it() -> None:
    lines = {"amount": "50.00"}, {"amount": "-20.00"}, {"amount": "5.00"}
    assert billed(replay(order(), bill("I1", "2025-02-01", *lines))) == {"SO-1": "35.00"}


def test_an_invoice_of_nothing_bills_nothing() -> None:
    answer = replay(order(), bill("I1", "2025-02-01", {"amount": "0"}))
    assert billed(answer) == {"SO-1": "0.00"}
    assert billed(replay(order(), credit("C1", "2025-02-01", {"amount": "0"}))) == {"SO-1": "0.00"}


def test_billing_is_posted_in_the_period_of_its_date_and_late_in_the_period_that_knows_it() -> None:
    answer = replay(order(), bill("I1", "2025-02-01", {"amount": "50.00"}, recorded="2025-04-03"))
    assert [billed(answer, month)["SO-1"] for month in MONTHS] == ["0.00"] * 3 + ["50.00"] * 3


# Credit memos

HUNDRED = bill("I1", "2025-01-05", {"amount": "600.00", "for_line": "1"}, order="SO-1")
MEMO = credit("C1", "2025-04-10", {"amount": "60.00", "for_line": "1"}, order="SO-1")


@pytest.mark.parametrize(
    ("treatment", "months"),
    [
        ("billing_only", FULL),
        ("prospective", ["100.00"] * 3 + ["80.00"] * 3),
        ("retrospective", ["100.00"] * 3 + ["60.00"] + ["90.00"] * 2),
        ("immediate", ["100.00"] * 3 + ["40.00"] + ["100.00"] * 2),
    ],
)
def test_a_credit_does_to_revenue_what_its_treatment_says(treatment: str, months: list[str]) -> None:
    answer = replay(order(), HUNDRED, {**MEMO, "treatment": treatment})
    assert earned(answer) == months
    assert billed(answer) == {"SO-1": "540.00"}
    assert flags(answer) == {("SO-1", "1"): []}


def test_bad_debt_is_neither_billing_nor_revenue() -> None:
    assert replay(order(), HUNDRED, {**MEMO, "treatment": "bad_debt"}) == replay(order(), HUNDRED)


def test_a_credit_without_treatment_lowers_billing_and_is_flagged_under_orders() -> None:
    answer = replay(order(), HUNDRED, MEMO)
    assert (earned(answer), billed(answer)) == (FULL, {"SO-1": "540.00"})
    assert flags(answer) == {("SO-1", "1"): ["undecided_credit"]}


def test_an_undecided_credit_may_concern_its_line_its_order_or_its_customer() -> None:
    two = [LINE, {**LINE, "line": "2", "product": "Q"}]
    orders = [order(lines=two), order("SO-2"), {**order("SO-3"), "customer": "Zenith"}]

    def flagged(*events: dict[str, Any]) -> list[str]:
        found = flags(replay(*orders, *events))
        assert set().union(*found.values()) <= {"undecided_credit"}
        return ["/".join(line) for line, words in found.items() if words]

    one, acme = {"amount": "5.00"}, {"customer": "Acme"}
    assert flagged(credit("C1", "2025-02-01", {**one, "for_line": "2"}, order="SO-1")) == ["SO-1/2"]
    assert flagged(credit("C1", "2025-02-01", one, order="SO-1")) == ["SO-1/1", "SO-1/2"]
    assert flagged(credit("C1", "2025-02-01", one, **acme)) == ["SO-1/1", "SO-1/2", "SO-2/1"]
    invoice = bill("I1", "2025-01-05", {"amount": "600.00"}, order="SO-2")
    assert flagged(invoice, credit("C1", "2025-02-01", one, invoice="I1")) == ["SO-2/1"]
    named = credit("C1", "2025-02-01", {**one, "for_line": "1"}, {**one, "for_line": "2"}, order="SO-1")
    assert flagged(named) == ["SO-1/1", "SO-1/2"]
    assert flagged(named, void("C1", "2025-03-01")) == []
    decided = credit("C0", "2025-02-01", one, order="SO-1", treatment="billing_only")
    assert flagged(decided, credit("C1", "2025-02-01", one, order="SO-2")) == ["SO-2/1"]


def test_a_credit_of_a_line_lowers_what_remains_of_that_line_alone() -> None:
    two = order(lines=[LINE, {**LINE, "line": "2", "product": "Q"}])
    memo = credit(
        "C1", "2025-04-10", {"amount": "60.00", "for_line": "2"}, order="SO-1", treatment="prospective"
    )
    answer = replay(two, memo)
    assert earned(answer) == FULL
    assert earned(answer, line="2") == ["100.00"] * 3 + ["80.00"] * 3


def test_a_credit_of_a_product_lowers_the_lines_of_that_product() -> None:
    two = order(lines=[LINE, {**LINE, "line": "2", "product": "Q"}])
    for line, expected in (({"product": "Q", "amount": "60.00"}, "80.00"), ({"amount": "120.00"}, "80.00")):
        answer = replay(two, credit("C1", "2025-04-10", line, order="SO-1", treatment="prospective"))
        assert earned(answer, line="2")[3:] == [expected] * 3
        assert earned(answer)[3:] == (["100.00"] if "product" in line else ["80.00"]) * 3


def test_a_credit_that_names_an_invoice_frees_what_that_invoice_bills() -> None:
    """The first invoice bills SO-2, which it names; the credit of that invoice lowers SO-2 and no other."""
    events = [
        order("SO-1"),
        order("SO-2"),
        bill("I1", "2025-01-05", {"amount": "100.00"}, order="SO-2"),
        bill("I2", "2025-02-05", {"amount": "100.00"}, order="SO-1"),
    ]
    freed = replay(*events, credit("C1", "2025-03-05", {"amount": "30.00"}, invoice="I1"))
    assert billed(freed) == {"SO-1": "100.00", "SO-2": "70.00"}
    newest = replay(*events, credit("C1", "2025-03-05", {"amount": "30.00"}))
    assert billed(newest) == {"SO-1": "70.00", "SO-2": "100.00"}


def test_a_line_of_a_credit_means_the_order_of_the_invoice_that_it_names() -> None:
    two = order(lines=[LINE, {**LINE, "line": "2", "product": "Q"}])
    invoice = bill("I1", "2025-01-05", {"amount": "600.00", "for_line": "2"}, order="SO-1")
    memo = credit(
        "C1", "2025-04-10", {"amount": "60.00", "for_line": "2"}, invoice="I1", treatment="prospective"
    )
    answer = replay(two, invoice, memo)
    assert (earned(answer), earned(answer, line="2")[3:]) == (FULL, ["80.00"] * 3)


# Voids


def test_voiding_undoes_billing_and_credits_and_leaves_an_order_s_revenue() -> None:
    answer = replay(order(), HUNDRED, void("I1", "2025-03-10"))
    assert earned(answer) == FULL
    assert [billed(answer, month)["SO-1"] for month in MONTHS] == ["600.00"] * 2 + ["0.00"] * 4
    prospective = {**MEMO, "treatment": "prospective"}
    undone = replay(order(), HUNDRED, prospective, void("C1", "2025-04-20"))
    assert (earned(undone), billed(undone)) == (FULL, {"SO-1": "600.00"})


def test_voiding_one_document_leaves_the_others() -> None:
    more = bill("I2", "2025-01-06", {"amount": "7.00"}, order="SO-1")
    assert billed(replay(order(), HUNDRED, more, void("I1", "2025-01-10"))) == {"SO-1": "7.00"}
