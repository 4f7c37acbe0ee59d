"""Which lines of an order are one obligation (a ramp), and what discounts leave of a line."""

from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario

FIRST: dict[str, Any] = {
    "line": "a", "product": "P", "quantity": "1", "amount": "30.00", "start": "2025-01-01", "end": "2025-01-31",
}  # fmt: skip
SECOND = {**FIRST, "line": "b", "amount": "50.00", "start": "2025-02-01", "end": "2025-02-28"}


def obligations(*lines: dict[str, Any]) -> dict[str, str]:
    """The lines that are obligations, with their stated prices."""
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "Acme", "lines": list(lines)}
    answer = run_scenario({"policy": {"method": "even"}, "through": "2025-01", "events": [order]})
    return {row["line"]: row["stated"] for row in answer["allocations"]}


def test_one_product_and_quantity_over_adjoining_terms_at_two_prices_is_one_obligation() -> None:
    assert obligations(FIRST, SECOND) == {"a": "80.00"}
    third = {**SECOND, "line": "c", "amount": "30.00", "start": "2025-03-01", "end": "2025-03-31"}
    assert obligations(FIRST, SECOND, third) == {"a": "110.00"}
    assert obligations({**FIRST, "ssp": "5.00"}, {**SECOND, "ssp": "5.00"}) == {"a": "80.00"}


@pytest.mark.parametrize(
    "other",
    [
        {"product": "Q"},
        {"quantity": "2"},
        {"ssp": "5.00"},
        {"start": "2025-02-02"},
        {"start": "2025-01-31"},
        {"amount": "30.00"},
        {"ramp": False},
        {"method": "units"},
        {"end": None},
        {"amount": None},
    ],
)
def test_what_differs_in_more_than_its_price_is_an_obligation_of_its_own(other: dict[str, Any]) -> None:
    assert set(obligations(FIRST, {**SECOND, **other})) == {"a", "b"}


@pytest.mark.parametrize("both", [{"product": None}, {"method": "units"}, {"ramp": False}])
def test_lines_without_product_or_term_are_no_ramp(both: dict[str, Any]) -> None:
    assert set(obligations({**FIRST, **both}, {**SECOND, **both})) == {"a", "b"}


def test_a_discount_may_take_a_line_to_nothing() -> None:
    less = {"line": "b", "amount": "-29.99"}
    assert obligations(FIRST, less) == {"a": "0.01"}
    assert obligations(FIRST, less, {"line": "c", "amount": "-0.01"}) == {"a": "0.00"}
