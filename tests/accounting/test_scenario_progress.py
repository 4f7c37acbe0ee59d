"""Deliveries of a scenario: how much of a line is done, in quantities, percentages and milestones."""

from typing import Any

import pytest

from tests.accounting.scenario_of_a_year import LINE, YEAR, change, earned, on, order, replay

# Deliveries

TEN = {**LINE, "amount": "1000.00", "quantity": "10"}


def delivered(*steps: dict[str, str], **line: Any) -> dict[str, str]:
    """Revenue by period of a line on which these are reported in January, February and so on."""
    reports = [
        on(f"{month}-15", "delivery", line="1", **step) for month, step in zip(YEAR, steps, strict=False)
    ]
    return earned(replay(order(lines=[{**TEN, **line}]), *reports))


@pytest.mark.parametrize("line", [{"method": "units"}, {"method": "point_in_time", "trigger": "delivery"}])
def test_quantities_add_up_and_a_negative_one_is_a_return(line: Any) -> None:
    found = delivered({"quantity": "4"}, {"quantity": "3.5"}, {"quantity": "-2.5"}, **line)
    assert found == {"2025-01": "400.00", "2025-02": "350.00", "2025-03": "-250.00"}


def test_a_percentage_of_a_quantity_is_cumulative_and_a_quantity_adds_to_it() -> None:
    found = delivered(
        {"percent": "40"}, {"percent": "70"}, {"quantity": "1"}, {"percent": "0"}, method="units"
    )
    assert found == {"2025-01": "400.00", "2025-02": "300.00", "2025-03": "100.00", "2025-04": "-800.00"}
    assert delivered({"percent": "50"}, method="units", quantity=None) == {"2025-01": "500.00"}


def test_the_latest_percentage_reported_is_what_is_complete() -> None:
    found = delivered(
        {"percent": "25"},
        {"percent": "60.5"},
        {"percent": "50"},
        {"percent": "100"},
        method="percent_complete",
    )
    assert found == {"2025-01": "250.00", "2025-02": "355.00", "2025-03": "-105.00", "2025-04": "500.00"}  # fmt: skip


def test_milestones_earn_their_weight_in_whatever_order_they_are_reached() -> None:
    plan = [
        {"name": "design", "weight": "1"},
        {"name": "build", "weight": "2.5"},
        {"name": "test", "weight": "1.5"},
    ]
    found = delivered(
        {"milestone": "build"},
        {"milestone": "design"},
        {"milestone": "test"},
        method="milestone",
        milestones=plan,
    )
    assert found == {"2025-01": "500.00", "2025-02": "200.00", "2025-03": "300.00"}  # fmt: skip


def test_a_custom_plan_counts_periods_from_the_start_however_it_is_listed() -> None:
    plan = [["3", "50"], ["0", "20"], ["1", "30"]]
    found = delivered(method="custom", percentages=plan, start="2025-02-15", end="2025-12-31")
    assert found == {"2025-02": "200.00", "2025-03": "300.00", "2025-05": "500.00"}


def test_deliveries_of_one_day_apply_as_they_are_listed() -> None:
    first = on("2025-01-15", "delivery", line="1", percent="30")
    second = on("2025-01-15", "delivery", line="1", quantity="2")
    units = order(lines=[{**TEN, "method": "units"}])
    assert earned(replay(units, first, second)) == {"2025-01": "500.00"}
    assert earned(replay(units, second, first)) == {"2025-01": "300.00"}


def test_a_delivery_of_nothing_earns_nothing() -> None:
    """A millionth of the unit would be 9.00."""
    line = {**LINE, "method": "units", "quantity": "1", "amount": "9000000.00"}
    answer = replay(
        order(lines=[line]), on("2025-02-01", "delivery", line="1", quantity="0"), through="2025-03"
    )
    assert answer["schedule"] == []


def test_a_percentage_is_of_the_quantity_as_last_restated() -> None:
    """Three of ten for 300.00; ten more for 1,000.00: half of the twenty is delivered, seven more at 100.00."""
    answer = replay(
        order(lines=[{**TEN, "method": "units"}]),
        on("2025-01-15", "delivery", line="1", quantity="3"),
        change("2025-02-01", {"line": "1", "amount": "2000.00", "quantity": "20"}),
        on("2025-02-15", "delivery", line="1", percent="50"),
    )
    assert earned(answer) == {"2025-01": "300.00", "2025-02": "700.00"}
