"""The cause that a scenario gives to revenue of closed periods: late is what came after its period was closed."""

import pytest

from revrec.accounting.scenario import run_scenario


def causes(policy, *events):
    """Line, period and cause of every row with an adjustment."""
    scenario = {"policy": policy, "products": {"P": {"method": "even"}}, "events": list(events)}
    rows = run_scenario({**scenario, "through": "2025-06"})["schedule"]
    return [(r["order"], r["period"], r["adjustment"], r["cause"]) for r in rows if r["cause"]]


def invoice(date, amount="60.00", number="I1", **given):
    line = {"line": "1", "product": "P", "amount": amount}
    line |= {key: given.pop(key) for key in ("start", "end", "for_line") if key in given}
    return {"type": "invoice", "date": date, "number": number, "customer": "A", "lines": [line], **given}


OWN = {"start": "2025-02-26", "end": "2025-05-02"}


@pytest.mark.parametrize("source", ["invoices", "orders_then_invoices"])
def test_an_invoice_contract_that_is_voided_after_its_period_was_closed_is_late(source):
    void = {"type": "void", "date": "2025-03-07", "number": "I1"}
    found = causes({"contract_source": source}, invoice("2025-01-07", **OWN), void)
    assert found == [("I1", "2025-03", "-15.00", "late")]


def order(date, **given):
    """An order of January and February."""
    line = {"line": "1", "product": "P", "amount": "60.00", "start": "2025-01-01", "end": "2025-02-28"}
    return {"type": "order", "date": date, "order": "S1", "customer": "A", "lines": [line], **given}


def test_an_invoice_contract_that_gives_way_to_a_new_order_is_modified():
    """The order is no earlier than March: nothing came late."""
    found = causes(
        {"contract_source": "orders_then_invoices"}, invoice("2025-01-07", **OWN), order("2025-03-05")
    )
    assert found == [("I1", "2025-03", "-15.00", "modification")]


def test_an_invoice_contract_that_gives_way_to_a_late_order_is_late():
    late = order("2025-01-05", recorded="2025-03-05")
    found = causes({"contract_source": "orders_then_invoices"}, invoice("2025-01-07", **OWN), late)
    assert found == [("I1", "2025-03", "-15.00", "late"), ("S1", "2025-03", "60.00", "late")]


USAGE = {"line": "1", "product": "P", "amount": "100.00", "quantity": "10", "method": "as_invoiced"}
FEBRUARY = {"start": "2025-02-01", "end": "2025-02-28", "for_line": "1", "order": "S1"}


def used(day, quantity="3", **given):
    return {"type": "delivery", "date": day, "order": "S1", "line": "1", "quantity": quantity, **given}


def signed(**given):
    return {
        "type": "order", "date": "2025-01-01", "order": "S1", "customer": "A", "lines": [USAGE], **given,
    }  # fmt: skip


def test_usage_whose_invoice_came_late_is_late():
    bill = invoice("2025-02-28", "33.00", recorded="2025-04-03", **FEBRUARY)
    assert causes({}, signed(), used("2025-02-10"), bill) == [("S1", "2025-04", "3.00", "late")]


def test_usage_that_was_delivered_and_recorded_late_is_late():
    found = causes({}, signed(), used("2025-02-10", recorded="2025-04-03"))
    assert found == [("S1", "2025-04", "30.00", "late")]


def test_usage_of_a_late_order_is_late():
    found = causes({}, signed(recorded="2025-04-30"), used("2025-02-10"))
    assert found == [("S1", "2025-04", "30.00", "late")]


def test_usage_that_is_billed_for_other_than_was_accrued_was_an_estimate():
    bill = invoice("2025-04-03", "33.00", **FEBRUARY)
    assert causes({}, signed(), used("2025-02-10"), bill) == [("S1", "2025-04", "3.00", "estimate")]
