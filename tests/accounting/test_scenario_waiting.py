"""Events that name what is not yet known wait for it; what is known late lands in the open period."""

import copy
from decimal import Decimal
from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from tests.accounting.refused_events import LINE, ORDER

EVEN = {"allocation": "stated_price", "method": "even"}
Answer = dict[str, list[dict[str, Any]]]


def replay(*events: Any, through: str | None = None, **policy: str) -> Answer:
    return run_scenario(
        {"policy": {**EVEN, **policy}, "events": copy.deepcopy(list(events)), "through": through}
    )


def revenue(answer: Answer, line: str = "1") -> dict[str, Decimal]:
    return {row["period"]: Decimal(row["amount"]) for row in answer["schedule"] if row["line"] == line}


def balance(answer: Answer, period: str, field: str) -> Decimal:
    return sum((Decimal(row[field]) for row in answer["balances"] if row["period"] == period), Decimal(0))


def invoice(number: str = "I1", date: str = "2025-01-05", **keys: Any) -> dict[str, Any]:
    line = {"line": "1", "for_line": "1", "product": "P", "amount": "1200.00"}
    return {
        "type": "invoice",
        "date": date,
        "number": number,
        "customer": "Acme",
        "order": "SO-1",
        "lines": [line],
        **keys,
    }


def test_an_invoice_waits_for_the_order_that_it_names() -> None:
    answer = replay({**ORDER, "recorded": "2025-02-10"}, invoice())
    assert answer["balances"][0]["period"] == "2025-02"
    assert balance(answer, "2025-02", "billed") == 1200


@pytest.mark.parametrize(
    "event",
    [
        {"type": "price_change", "date": "2025-01-10", "order": "SO-1", "amount": "120.00"},
        {"type": "modification", "date": "2025-01-10", "order": "SO-1", "lines": [{"line": "1", "amount": "1320.00"}]},
        {"type": "cancel", "date": "2025-01-10", "order": "SO-1", "end": "2025-06-30"},
        {"type": "delivery", "date": "2025-01-10", "order": "SO-1", "line": "1", "quantity": "1"},
    ],
)  # fmt: skip
def test_an_event_dated_before_its_order_applies_with_it(event: dict[str, Any]) -> None:
    signed = {**ORDER, "date": "2025-03-10"}
    later = {**event, "date": "2025-03-10"}
    early, same = replay(signed, event), replay(signed, later)
    assert early["schedule"] == same["schedule"]
    assert min(row["period"] for row in early["schedule"]) == "2025-03"


def test_an_event_waits_for_the_line_that_a_modification_adds() -> None:
    added = {"line": "2", "product": "U", "amount": "100.00", "quantity": "10", "method": "units"}
    change = {
        "type": "modification",
        "date": "2025-02-01",
        "recorded": "2025-04-05",
        "order": "SO-1",
        "lines": [added],
    }
    delivery = {"type": "delivery", "date": "2025-02-15", "order": "SO-1", "line": "2", "quantity": "4"}
    bill = invoice(
        date="2025-02-20", lines=[{"line": "1", "for_line": "2", "product": "U", "amount": "40.00"}]
    )
    answer = replay(ORDER, change, delivery, bill)
    assert revenue(answer, "2") == {"2025-04": 40}
    assert balance(answer, "2025-03", "billed") == 0
    assert balance(answer, "2025-04", "billed") == 40


def test_a_void_waits_for_its_document_and_an_own_contract_is_undone() -> None:
    own = invoice(lines=[{**LINE, "amount": "600.00"}], recorded="2025-03-05")
    own.pop("order")
    void = {"type": "void", "date": "2025-01-20", "number": "I1"}
    answer = replay(own, void, contract_source="invoices")
    assert answer["schedule"] == []
    assert balance(answer, "2025-03", "billed") == 0


def test_a_credit_waits_for_the_invoice_that_is_its_contract() -> None:
    own = invoice(lines=[LINE], recorded="2025-03-05")
    credit = {
        "type": "credit_memo",
        "date": "2025-02-05",
        "number": "C1",
        "customer": "Acme",
        "invoice": "I1",
        "lines": [{"line": "1", "for_line": "1", "amount": "110.00"}],
    }
    answer = replay(own, credit, contract_source="invoices")
    # 1,200 - 100 for January = 1,100; less 110 over eleven months is 90.
    assert revenue(answer)["2025-03"] == 100 + 90 + 90
    assert revenue(answer)["2025-04"] == 90


def test_an_invoice_contract_is_delivered_modified_and_cancelled_by_its_number() -> None:
    own = invoice(lines=[{**LINE, "method": "units", "quantity": "12"}])
    events = [
        {"type": "delivery", "date": "2025-01-31", "order": "I1", "line": "1", "quantity": "3"},
        {"type": "modification", "date": "2025-02-01", "order": "I1", "lines": [{"line": "1", "amount": "2100.00"}]},
        {"type": "delivery", "date": "2025-02-28", "order": "I1", "line": "1", "quantity": "3"},
        {"type": "cancel", "date": "2025-02-28", "order": "I1"},
    ]  # fmt: skip
    answer = replay(own, *events, contract_source="invoices")
    # 300, then 1,800 over the nine units left.
    assert revenue(answer) == {"2025-01": 300, "2025-02": 600}
    assert answer["allocations"][0]["allocated"] == "900.00"


def test_orders_and_what_names_them_are_left_out_where_invoices_are_the_contracts() -> None:
    own = invoice(lines=[{**LINE, "amount": "600.00"}])
    change = {
        "type": "modification",
        "date": "2025-02-01",
        "order": "SO-1",
        "lines": [{"line": "1", "amount": "9.00"}],
    }
    with_order = replay(ORDER, own, change, contract_source="invoices")
    assert with_order == replay(own, contract_source="invoices")


def test_the_void_of_an_invoice_of_a_closed_period_is_late_whenever_it_is_dated() -> None:
    own = invoice(lines=[{**LINE, "amount": "600.00"}])
    void = {"type": "void", "date": "2025-03-05", "number": "I1"}
    for recorded in ("2025-03-05", "2025-04-02"):
        answer = replay(own, {**void, "recorded": recorded}, contract_source="invoices")
        assert answer["schedule"][-1]["cause"] == "late"


def test_what_an_undecided_credit_may_concern_is_flagged_and_nothing_else() -> None:
    second = {**ORDER, "order": "SO-2"}
    credit = {
        "type": "credit_memo",
        "date": "2025-02-05",
        "number": "C1",
        "customer": "Acme",
        "order": "SO-2",
        "lines": [{"line": "1", "for_line": "1", "amount": "10.00"}],
    }
    answer = replay(ORDER, second, credit)
    assert [row["flags"] for row in answer["allocations"]] == [[], ["undecided_credit"]]


def test_overage_is_flagged_against_the_quantity_as_last_restated() -> None:
    units = {**ORDER, "lines": [{**LINE, "method": "units", "quantity": "10"}]}
    delivery = {"type": "delivery", "date": "2025-02-05", "order": "SO-1", "line": "1", "quantity": "12"}
    more = {
        "type": "modification",
        "date": "2025-03-01",
        "order": "SO-1",
        "lines": [{"line": "1", "quantity": "12"}],
    }
    assert replay(units, delivery)["allocations"][0]["flags"] == ["overage"]
    assert replay(units, delivery, more, through="2025-03")["allocations"][0]["flags"] == ["prospective"]


def test_an_absorbed_invoice_is_no_contract_of_its_own() -> None:
    bill = invoice(date="2025-01-20")
    bill.pop("order")
    bill["lines"] = [{"line": "1", "product": "P", "amount": "500.00"}]
    answer = replay(ORDER, bill, contract_source="orders_then_invoices")
    assert [row["order"] for row in answer["allocations"]] == ["SO-1"]
    assert {row["contract"] for row in answer["balances"]} == {"SO-1"}


def test_a_bundle_takes_each_line_once() -> None:
    products = {name: {"ssp": "50.00"} for name in "ABC"}
    lines = [{**LINE, "line": name, "product": name, "amount": "50.00"} for name in "ABC"]
    bundles = [{"products": ["A", "B"], "price": "60.00"}, {"products": ["B", "C"], "price": "10.00"}]
    answer = run_scenario({"products": products, "bundles": bundles, "events": [{**ORDER, "lines": lines}]})
    # A and B weigh 60 together, C its 50: 150 x 60 / 110 = 81.82.
    assert [row["allocated"] for row in answer["allocations"]] == ["40.91", "40.91", "68.18"]
    assert [row["flags"] for row in answer["allocations"]] == [["bundle"], ["bundle"], []]


def test_through_shows_every_period_and_without_it_the_last_with_revenue_ends_the_answer() -> None:
    data = {"policy": EVEN, "events": [ORDER, invoice()]}
    assert run_scenario(data)["balances"][-1]["period"] == "2025-12"
    assert run_scenario({**data, "through": "2026-02"})["balances"][-1]["period"] == "2026-02"
    short = run_scenario({**data, "through": "2025-02"})
    assert short["balances"][-1]["period"] == "2025-02"
    assert short["remaining"][-1] == {"period": "2025-02", "order": "SO-1", "line": "1", "amount": "1000.00"}
    assert run_scenario(data)["schedule"][:2] == short["schedule"]
