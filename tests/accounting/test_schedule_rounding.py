"""A price below what was recognised before: the running total is rounded, half away from zero, not the part of it."""

import pytest

from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan, position
from revrec.accounting.terms import Method

MONTHS = month_calendar("2024-12", "2025-12")
DAY = parse_day("2025-01-20")


@pytest.mark.parametrize(
    ("fixed", "rest", "of_four", "total", "left_out"),
    [
        (100, -1, 2, 100, -500_000),  # 99.5
        (100, -1, 1, 100, -250_000),  # 99.75
        (100, -1, 3, 99, 250_000),  # 99.25
        (100, -3, 2, 99, -500_000),  # 98.5
        (100, -1, 4, 99, 0),
        (1, -1, 2, 1, -500_000),  # a half
        (1, -3, 2, -1, 500_000),  # half a unit below zero
        (1, -5, 2, -2, 500_000),
        (-100, 1, 2, -100, 500_000),  # the same of what was taken back
        (-100, 1, 1, -100, 250_000),
        (-100, 1, 3, -99, -250_000),
        (-1, 1, 2, -1, 500_000),
        (-1, 3, 2, 1, -500_000),
        (-1, 5, 2, 2, -500_000),
        (100, 1, 2, 101, -500_000),  # upwards the part and the total agree
        (-100, -1, 2, -101, 500_000),
    ],
)
def test_the_total_is_rounded_once(fixed: int, rest: int, of_four: int, total: int, left_out: int) -> None:
    """``fixed`` and a quarter, a half or three quarters of ``rest``, minor units; what is left out in millionths."""
    leg = Legs.of(
        row=0,
        from_day=parse_day("2025-01-01"),
        fixed=fixed,
        rest=rest,
        method=int(Method.UNITS),
        progress=0,
        whole=4,
    )
    log = ProgressLog.of(key=[0], day=[DAY], value=[of_four])
    found = position(Plan(leg, 1, MONTHS, log), DAY, exact=True)
    assert (int(found.target[0]), int(found.excess_e6[0])) == (total, left_out)
