"""Invoices of a scenario that are contracts of their own: always, or until an order absorbs them."""

from tests.accounting.scenario_bills import (
    FULL,
    LINE,
    bill,
    billed,
    credit,
    earned,
    flags,
    order,
    replay,
    void,
)

# Invoices that are contracts

OWN = bill("I1", "2025-01-05", {**LINE, "line": "1"}, {**LINE, "line": "2", "product": "Q"})


def test_each_invoice_is_a_contract_of_its_number_with_its_lines() -> None:
    answer = replay(OWN, bill("I2", "2025-01-07", LINE), contract_source="invoices")
    assert billed(answer) == {"I1": "1200.00", "I2": "600.00"}
    assert [earned(answer, *name) for name in (("I1", "1"), ("I1", "2"), ("I2", "1"))] == [FULL] * 3


def test_an_invoice_line_without_days_is_earned_when_it_is_billed_where_it_is_its_own_contract() -> None:
    dateless = {"line": "1", "amount": "60.00", "method": "point_in_time"}
    for source in ("invoices", "orders_then_invoices"):
        answer = replay(bill("I1", "2025-02-10", dateless), contract_source=source)
        assert earned(answer, "I1") == ["0.00", "60.00", "0.00", "0.00", "0.00", "0.00"], source
    ordered = replay(order(lines=[dateless]), bill("I1", "2025-02-10", dateless))
    assert ordered["schedule"] == []


def test_an_untreated_credit_of_an_invoice_contract_is_prospective_and_decided() -> None:
    memo = credit("C1", "2025-04-10", {"amount": "60.00", "for_line": "2"}, invoice="I1")
    answer = replay(OWN, memo, contract_source="invoices")
    assert (earned(answer, "I1", "1"), earned(answer, "I1", "2")) == (FULL, ["100.00"] * 3 + ["80.00"] * 3)
    assert billed(answer) == {"I1": "1140.00"}
    assert set().union(*flags(answer).values()) == set()


def test_voiding_an_invoice_that_is_a_contract_undoes_its_revenue_and_no_other() -> None:
    """Two months are earned and taken back in March."""
    other = bill("I2", "2025-01-07", LINE)
    answer = replay(OWN, other, void("I1", "2025-03-10"), contract_source="invoices")
    assert earned(answer, "I1") == ["100.00", "100.00", "-200.00", "0.00", "0.00", "0.00"]
    assert earned(answer, "I2") == FULL
    assert billed(answer) == {"I1": "0.00", "I2": "600.00"}


def test_what_no_order_absorbs_is_a_contract_until_one_does() -> None:
    """The order of March takes the invoice over: its three months are caught up, those of the invoice reversed."""
    loose = bill("I1", "2025-01-05", LINE)
    late = order("SO-1", recorded="2025-03-05")
    answer = replay(loose, late, contract_source="orders_then_invoices")
    assert earned(answer, "I1") == ["100.00", "100.00", "-200.00", "0.00", "0.00", "0.00"]
    assert earned(answer) == ["0.00", "0.00", "300.00", "100.00", "100.00", "100.00"]
    assert billed(answer, "2025-02") == {"I1": "600.00"}
    assert billed(answer) == {"I1": "0.00", "SO-1": "600.00"}
    alone = replay(loose, contract_source="orders_then_invoices")
    assert (earned(alone, "I1"), billed(alone)) == (FULL, {"I1": "600.00"})


def test_an_invoice_that_names_an_order_is_no_contract_of_its_own() -> None:
    named = bill("I1", "2025-01-05", {**LINE, "amount": "650.00"}, order="SO-1")
    answer = replay(order(), named, contract_source="orders_then_invoices")
    assert billed(answer) == {"SO-1": "650.00"}
    assert [row["order"] for row in answer["allocations"]] == ["SO-1"]


def test_a_credit_of_an_invoice_that_is_its_own_contract_lowers_it_where_orders_may_come() -> None:
    memo = credit("C1", "2025-04-10", {"amount": "60.00"}, invoice="I1", treatment="prospective")
    answer = replay(bill("I1", "2025-01-05", LINE), memo, contract_source="orders_then_invoices")
    assert earned(answer, "I1") == ["100.00"] * 3 + ["80.00"] * 3
    assert billed(answer) == {"I1": "540.00"}


def test_an_invoice_of_nothing_is_a_contract_all_the_same() -> None:
    answer = replay(bill("I1", "2025-01-05", {**LINE, "amount": "0"}), contract_source="invoices")
    assert [(row["order"], row["stated"]) for row in answer["allocations"]] == [("I1", "0.00")]
    assert billed(answer) == {"I1": "0.00"}


def test_each_line_of_an_invoice_contract_bills_its_own_usage() -> None:
    usage = [{**LINE, "line": name, "amount": amount, "method": "as_invoiced", "end": "2025-01-31"} for name, amount in
             (("1", "30.00"), ("2", "50.00"))]  # fmt: skip
    answer = replay(bill("I1", "2025-01-31", *usage), contract_source="invoices")
    assert (earned(answer, "I1", "1")[0], earned(answer, "I1", "2")[0]) == ("30.00", "50.00")


def test_a_credit_names_a_line_of_an_invoice_that_no_order_has_absorbed() -> None:
    two = bill("I1", "2025-01-05", {**LINE, "line": "1"}, {**LINE, "line": "2", "product": "Q"})
    memo = credit(
        "C1", "2025-04-10", {"amount": "60.00", "for_line": "2"}, invoice="I1", treatment="prospective"
    )
    answer = replay(two, memo, contract_source="orders_then_invoices")
    assert (earned(answer, "I1", "1"), earned(answer, "I1", "2")) == (FULL, ["100.00"] * 3 + ["80.00"] * 3)


def test_an_order_takes_an_invoice_together_with_what_was_credited_of_it() -> None:
    """60.00 less from March on: 85.00 a month. What the invoice earned goes back; 370.00 are earned by April."""
    invoice = bill("I1", "2025-01-05", LINE)
    for named in ({"invoice": "I1"}, {}):
        memo = credit(
            "C1", "2025-03-01", {"product": "P", "amount": "60.00"}, treatment="prospective", **named
        )
        answer = replay(invoice, memo, order(date="2025-04-02"), contract_source="orders_then_invoices")
        assert earned(answer, "I1") == ["100.00", "100.00", "85.00", "-285.00", "0.00", "0.00"]
        assert earned(answer) == ["0.00", "0.00", "0.00", "370.00", "85.00", "85.00"]
        assert billed(answer) == {"I1": "0.00", "SO-1": "540.00"}
