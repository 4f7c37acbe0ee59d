"""Which rows a scenario's answer has, in which order, and the stand-alone prices that it shows."""

from typing import Any

from tests.accounting.scenario_of_a_plan import PLAN, balance, invoice, journal, order, replay, rows

YEAR = {"line": "1", "product": "A", "amount": "1200.00", "start": "2025-01-01", "end": "2025-12-31"}
RELATIVE = {"allocation": "relative_ssp", "method": "even"}
PRICES = {"A": {"ssp": "100.00", "ssp_per": "month"}}
AFTERWARDS = {"contract_source": "orders_then_invoices", "allocation": "stated_price", "method": "even"}


def bill_of(number: str, product: str = "A") -> dict[str, Any]:
    """An invoice that names no order."""
    return {**invoice(number, "2025-01-05", "1200.00"), "lines": [{**YEAR, "product": product}]}


def test_balances_come_in_order_of_contracts_whoever_the_customers_are() -> None:
    answer = replay(order("SO-1", customer="Zeta"), order("SO-2", customer="Acme"), through="2025-01")
    asset = balance("2025-01", "0.00", "100.00", "0.00", "100.00")
    assert answer["balances"] == [
        {**asset, "contract": "SO-1", "customer": "Zeta"},
        {**asset, "contract": "SO-2", "customer": "Acme"},
    ]


def test_lines_of_a_journal_come_in_order_of_roles_whatever_their_amounts() -> None:
    """Billed 350.00, earned 300.00: the liability of 50.00 stands before the revenue."""
    answer = replay(
        order(lines=[{**PLAN, "amount": "900.00"}]),
        invoice("I1", "2025-01-05", "350.00", order="SO-1"),
        policy={"allocation": "stated_price", "method": "even", "billing_offset": "clearing"},
        through="2025-01",
    )
    assert answer["journals"] == [
        journal(
            "2025-01",
            ("clearing", "350.00", "0.00"),
            ("contract_liability", "0.00", "50.00"),
            ("revenue", "0.00", "300.00"),
        )
    ]


def test_a_contract_that_an_order_absorbed_hides_none_that_comes_after_it() -> None:
    answer = replay(
        bill_of("I1"),
        bill_of("I2", "B"),
        order(date="2025-02-01", lines=[YEAR]),
        policy=AFTERWARDS,
        through="2025-02",
    )
    assert rows(answer, "allocations", "order", "allocated") == [("I2", "1200.00"), ("SO-1", "1200.00")]


def test_an_invoiced_line_that_is_allocated_nothing_is_shown_all_the_same() -> None:
    """Its stand-alone price is zero, so the other line takes all of 1,300.00."""
    bill = bill_of("I1")
    bill["lines"] = [YEAR, {**YEAR, "line": "2", "product": "FREE", "amount": "100.00"}]
    prices = {**PRICES, "FREE": {"ssp": "0.00"}}
    answer = replay(bill, policy={**AFTERWARDS, **RELATIVE}, products=prices, through="2025-01")
    assert rows(answer, "allocations", "line", "ssp", "stated", "inception", "allocated") == [
        ("1", "1200.00", "1200.00", "1300.00", "1300.00"),
        ("2", "0.00", "100.00", "0.00", "0.00"),
    ]


def ssp(line: dict[str, Any], policy: dict[str, str], prices: dict[str, Any]) -> Any:
    answer = replay(order(lines=[line]), policy=policy, products=prices, through="2025-01")
    return rows(answer, "allocations", "ssp", "flags")


def test_the_stand_alone_price_is_that_of_the_line_over_its_term() -> None:
    assert ssp(YEAR, RELATIVE, PRICES) == [("1200.00", [])]


def test_a_missing_stand_alone_price_is_the_stated_one() -> None:
    assert ssp({**YEAR, "amount": "70.00"}, RELATIVE, {}) == [("70.00", ["missing_ssp"])]


def test_where_stated_prices_stand_no_stand_alone_price_is_shown() -> None:
    assert ssp(YEAR, {"allocation": "stated_price", "method": "even"}, PRICES) == [(None, [])]


def test_stand_alone_prices_beyond_any_order_are_shown_in_full() -> None:
    """90,000,000.00 each for 90,000 units: weights of this size are kept without their last bits."""
    line = {**YEAR, "quantity": "90000", "amount": "90000000000.00"}
    assert ssp(line, RELATIVE, {"A": {"ssp": "90000000.00"}}) == [("8100000000000.00", [])]
