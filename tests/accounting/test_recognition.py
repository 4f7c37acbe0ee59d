"""The published numbers of each dated method, and what holds for all of them."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.calendar import Calendar, month_calendar, parse_day, week_calendar
from revrec.accounting.recognition import DATED, ProgressLog
from revrec.accounting.schedule import Legs, Plan, position
from revrec.accounting.terms import Method, Rounding

MONTHS = month_calendar("2018-01", "2032-12")
WEEKS = week_calendar(dt.date(2017, 12, 31), years=14)


def schedule(
    method: Method,
    amount: int,
    start: str,
    end: str,
    rounding: str = "cumulative",
    calendar: Calendar = MONTHS,
) -> list[int]:
    """Revenue per period from the first that is touched to the last, minor units."""
    first, last = parse_day(start), parse_day(end)
    legs = Legs.of(
        row=[0],
        from_day=[first - 400],
        rest=[amount],
        method=[method],
        start=[first],
        end=[last],
        rounding=[Rounding[rounding.upper()]],
    )
    plan = Plan(legs, 1, calendar, ProgressLog.empty())
    periods = range(int(calendar.period_of(first)), int(calendar.period_of(last)) + 1)
    totals = [int(position(plan, int(calendar.ends[p])).target[0]) for p in periods]
    return np.diff([0, *totals]).tolist()


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (Method.EVEN, [8000, 8000, 8000, 8000, 8000]),
        (Method.PRORATE_ENDS, [3934, 9945, 9945, 9946, 6230]),
        (Method.DAILY, [3934, 9836, 10164, 9836, 6230]),
        (Method.PRORATE_ENDS_BY_MONTH, [3871, 10000, 10000, 10000, 6129]),
    ],
)
def test_four_hundred_over_four_months_as_netsuite_publishes_it(method: Method, expected: list[int]) -> None:
    got = schedule(method, 40000, "2025-08-20", "2025-12-19")
    assert sum(got) == 40000
    assert all(abs(a - b) <= 1 for a, b in zip(got, expected, strict=True)), got


def test_half_month_as_erpnext_publishes_it() -> None:
    assert schedule(Method.HALF_MONTH, 5000000, "2019-01-16", "2019-03-31") == [1000000, 2000000, 2000000]


def test_daily_over_a_month_straddle_as_stripe_publishes_it() -> None:
    assert schedule(Method.DAILY, 3100, "2019-01-15", "2019-02-14") == [1700, 1400]


def test_last_period_rounding_as_erpnext_publishes_it() -> None:
    assert schedule(Method.DAILY, 10000, "2019-01-10", "2019-03-15", "last_period") == [3385, 4308, 2307]


def test_thirty_360_gives_equal_months_and_takes_february_as_thirty() -> None:
    assert schedule(Method.THIRTY_360, 12000, "2025-01-01", "2025-12-31") == [1000] * 12
    assert schedule(Method.THIRTY_360, 6000, "2025-01-01", "2025-02-28") == [3000, 3000]
    assert schedule(Method.THIRTY_360, 4600, "2025-01-15", "2025-02-28") == [1600, 3000]


def test_half_month_counts_a_start_on_the_16th_and_an_end_on_the_15th_as_half() -> None:
    assert schedule(Method.HALF_MONTH, 4000, "2025-01-15", "2025-02-16") == [2000, 2000]
    assert schedule(Method.HALF_MONTH, 4000, "2025-01-16", "2025-02-15") == [2000, 2000]
    assert schedule(Method.HALF_MONTH, 3000, "2025-01-16", "2025-02-16") == [1000, 2000]


DATES = st.dates(dt.date(2018, 1, 1), dt.date(2026, 12, 31))


@given(
    method=st.sampled_from(DATED),
    amount=st.integers(-(10**15), 10**15),
    start=DATES,
    days=st.integers(0, 1500),
    rounding=st.sampled_from(["cumulative", "last_period"]),
    calendar=st.sampled_from([MONTHS, WEEKS]),
)
def test_every_schedule_foots_and_never_turns_back(
    method: Method, amount: int, start: dt.date, days: int, rounding: str, calendar: Calendar
) -> None:
    end = start + dt.timedelta(days=days)
    got = schedule(method, amount, start.isoformat(), end.isoformat(), rounding, calendar)
    assert sum(got) == amount
    if rounding == "cumulative":
        assert all(part * amount >= 0 for part in got)


def test_point_in_time_is_earned_in_the_period_of_its_trigger() -> None:
    day = parse_day("2025-03-31")
    legs = Legs.of(row=[0], from_day=[0], rest=[500], method=[Method.POINT_IN_TIME], trigger_day=[day])
    plan = Plan(legs, 1, MONTHS, ProgressLog.empty())
    assert position(plan, day - 1).target.tolist() == [0]
    assert position(plan, day).target.tolist() == [500]


def test_units_follow_the_latest_quantity_and_stop_at_the_promise() -> None:
    legs = Legs.of(row=[0], from_day=[0], rest=[12000], method=[Method.UNITS], progress=[7], whole=[120])
    log = ProgressLog.of(key=[7, 7, 7, 8], day=[30, 10, 20, 5], value=[130, 60, 50, 120])
    plan = Plan(legs, 1, MONTHS, log)
    assert [int(position(plan, d).target[0]) for d in (9, 10, 20, 30)] == [0, 6000, 5000, 12000]


def test_a_leg_with_a_stop_earns_no_more_and_keeps_its_fee() -> None:
    start, end = parse_day("2025-01-01"), parse_day("2025-12-31")
    legs = Legs.of(
        row=[0],
        from_day=[start],
        rest=[36500],
        method=[Method.DAILY],
        start=[start],
        end=[end],
        stop_day=[parse_day("2025-02-10")],
        extra=[500],
        extra_day=[parse_day("2025-02-20")],
    )
    plan = Plan(legs, 1, MONTHS, ProgressLog.empty())
    assert [
        int(position(plan, int(MONTHS.ends[MONTHS.index(m)])).target[0])
        for m in ("2025-01", "2025-02", "2026-01")
    ] == [
        3100,
        4600,
        4600,
    ]
