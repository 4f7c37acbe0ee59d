"""Which lines of an order a cancellation stops: those that were there on its day.

600.00 a line over half a year, ``even`` at stated prices: 100.00 a month.
"""

from typing import Any

from tests.accounting.scenario_bills import FULL, LINE, earned, order, replay

CANCEL = {"type": "cancel", "date": "2025-03-31", "order": "SO-1", "end": "2025-03-31"}
STOPPED = ["100.00"] * 3 + ["0.00"] * 3


def added(date: str) -> dict[str, Any]:
    """A second line that a modification of this day adds from inception."""
    return {
        "type": "modification",
        "date": date,
        "order": "SO-1",
        "treatment": "cumulative_catch_up",
        "lines": [{**LINE, "line": "2"}],
    }


def test_a_line_that_was_added_later_goes_on() -> None:
    answer = replay(order(), CANCEL, added("2025-05-01"))
    assert earned(answer) == STOPPED
    assert earned(answer, line="2") == ["0.00"] * 4 + ["500.00", "100.00"]


def test_a_line_that_was_added_on_the_same_day_was_there() -> None:
    answer = replay(order(), CANCEL, added("2025-03-31"))
    assert earned(answer) == STOPPED
    assert earned(answer, line="2") == ["0.00", "0.00", "300.00", "0.00", "0.00", "0.00"]


def test_all_of_an_order_stops_that_came_after_its_cancellation() -> None:
    answer = replay(order(date="2025-02-01"), {**CANCEL, "date": "2025-01-20"})
    assert earned(answer) == ["0.00", "200.00", "100.00", "0.00", "0.00", "0.00"]
    assert earned(replay(order(date="2025-02-01"))) == ["0.00", "200.00", *FULL[2:]]
