"""Schedules written out, worked by hand: which periods have a row, and how much each moves."""

import numpy as np
import pytest

from revrec.accounting import expansion
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.expansion import expand_schedules, schedule_parts
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan
from revrec.accounting.terms import Method

MONTHS = month_calendar("2023-01", "2026-12")


def plan(*legs, log=()):
    """Legs of a year of 120.00, ``even``, from 2024 on, unless they say otherwise; log: key, day or offset, value."""
    usual = {"row": 0, "from_day": None, "rest": 12000, "method": int(Method.EVEN), "start": "2024-01-01",
             "end": "2024-12-31"}  # fmt: skip
    empty = Legs.of(row=[0], from_day=[0], rest=[0], method=[0]).rows()[0]
    full = [{**usual, **leg} for leg in legs]
    for leg in full:
        leg["from_day"] = leg["from_day"] or leg["start"]
    days = [
        {k: parse_day(v) if isinstance(v, str) else int(v) for k, v in {**empty, **leg}.items()}
        for leg in full
    ]
    progress = [(key, parse_day(day) if isinstance(day, str) else day, value) for key, day, value in log]
    columns = zip(*progress, strict=True) if progress else ()
    return Plan(
        Legs.of(**{name: [leg[name] for leg in days] for name in empty}),
        max(leg["row"] for leg in full) + 1,
        MONTHS,
        ProgressLog.of(**dict(zip(("key", "day", "value"), columns, strict=True)))
        if progress
        else ProgressLog.empty(),
    )


def written(of, first="2023-01", last="2026-12"):
    """Obligation, the month and the amount of each row."""
    found = expand_schedules(of, MONTHS.index(first), MONTHS.index(last))
    return [(r["row"], MONTHS.names[r["period"]], r["amount"]) for r in found.rows()]


def months(year, first, last, amount, row=0):
    return [(row, f"{year}-{month:02}", amount) for month in range(first, last + 1)]


def test_a_year_is_twelve_rows_whatever_the_window_around_it():
    year = months(2024, 1, 12, 1000)
    assert written(plan({})) == written(plan({}), "2024-01", "2024-12") == year
    assert written(plan({}), "2023-12", "2025-01") == year
    rows = expand_schedules(plan({}), 0, len(MONTHS) - 1)
    assert rows.row.dtype == rows.period.dtype == rows.amount.dtype == np.int64


def test_a_window_within_the_term_has_the_rows_of_the_window():
    assert written(plan({}), "2024-03", "2024-05") == months(2024, 3, 5, 1000)
    assert written(plan({}), "2024-12", "2026-12") == months(2024, 12, 12, 1000)
    assert written(plan({}), "2023-01", "2024-01") == months(2024, 1, 1, 1000)
    assert written(plan({}), "2023-01", "2023-12") == written(plan({}), "2025-01", "2026-12") == []


def test_days_are_counted_through_each_month():
    # 366 days of 2024 at 1.00 a day
    daily = plan({"method": Method.DAILY, "rest": 36600})
    assert written(daily, "2024-01", "2024-04") == [
        (0, "2024-01", 3100), (0, "2024-02", 2900), (0, "2024-03", 3100), (0, "2024-04", 3000)
    ]  # fmt: skip


def test_a_leg_takes_over_from_the_one_before_it_in_its_own_month():
    first, second = {}, {"from_day": "2024-07-01", "fixed": 6000, "rest": 12000, "start": "2024-07-01"}
    both = months(2024, 1, 6, 1000) + months(2024, 7, 12, 2000)
    assert written(plan(first, second)) == written(plan(second, first)) == both
    assert written(plan(first, second), "2024-06", "2024-07") == [(0, "2024-06", 1000), (0, "2024-07", 2000)]
    assert written(plan(first, second), "2024-09", "2024-10") == months(2024, 9, 10, 2000)
    # What is fixed and was not earned before moves on the day on which the leg takes over.
    more = {**second, "fixed": 7500}
    assert written(plan(first, more), "2024-06", "2024-08") == [
        (0, "2024-06", 1000), (0, "2024-07", 3500), (0, "2024-08", 2000)
    ]  # fmt: skip


def test_a_leg_that_takes_over_before_its_service_keeps_what_was_fixed_until_then():
    second = {"from_day": "2024-03-15", "fixed": 2500, "rest": 6000, "start": "2024-07-01"}
    assert written(plan({}, second)) == [
        *months(2024, 1, 2, 1000), (0, "2024-03", 500), *months(2024, 7, 12, 1000)
    ]  # fmt: skip
    assert written(plan({}, second), "2024-07", "2024-07") == months(2024, 7, 7, 1000)
    assert written(plan({}, second), "2024-03", "2024-04") == [(0, "2024-03", 500)]


def test_of_several_legs_of_one_month_the_last_holds_at_its_end():
    legs = [
        {},
        {"from_day": "2024-04-05", "fixed": 9999, "rest": 1},
        {"from_day": "2024-04-20", "fixed": 3000, "rest": 18000, "start": "2024-04-01"},
    ]
    expected = months(2024, 1, 3, 1000) + months(2024, 4, 12, 2000)
    for some in (legs, legs[::-1], [legs[1], legs[2], legs[0]]):
        assert written(plan(*some)) == expected
        assert written(plan(*some), "2024-04", "2024-05") == months(2024, 4, 5, 2000)
        assert written(plan(*some), "2024-05", "2024-05") == months(2024, 5, 5, 2000)


def test_what_is_fixed_from_the_outset_moves_when_the_first_leg_begins():
    fixed = {"from_day": "2023-11-10", "fixed": 500}
    assert written(plan(fixed)) == [(0, "2023-11", 500), *months(2024, 1, 12, 1000)]
    assert written(plan(fixed), "2023-12", "2024-01") == months(2024, 1, 1, 1000)
    assert written(plan(fixed), "2024-02", "2024-02") == months(2024, 2, 2, 1000)


def test_service_before_the_order_moves_at_once_when_the_leg_begins():
    assert written(plan({"from_day": "2024-03-10"})) == [(0, "2024-03", 3000), *months(2024, 4, 12, 1000)]
    assert written(plan({"from_day": "2024-03-10"}), "2023-01", "2024-02") == []
    late = plan({"from_day": "2025-02-10"})
    assert written(late) == [(0, "2025-02", 12000)] and written(late, "2025-03", "2026-12") == []


def test_a_cancellation_ends_the_rows_and_a_fee_is_a_row_of_its_month():
    stopped = {"stop_day": "2024-03-31", "extra": 700, "extra_day": "2024-06-15"}
    assert written(plan(stopped)) == [*months(2024, 1, 3, 1000), (0, "2024-06", 700)]
    assert written(plan(stopped), "2024-06", "2024-12") == [(0, "2024-06", 700)]
    assert written(plan(stopped), "2024-07", "2024-12") == []
    assert written(plan({"extra": 700, "extra_day": "2025-06-15"}), "2024-12", "2026-12") == [
        (0, "2024-12", 1000), (0, "2025-06", 700)
    ]  # fmt: skip
    early = {"extra": 700, "extra_day": "2023-10-01", "from_day": "2023-09-01"}
    assert written(plan(early), "2023-01", "2024-01") == [(0, "2023-10", 700), (0, "2024-01", 1000)]


def test_a_point_in_time_is_one_row():
    point = {"method": Method.POINT_IN_TIME, "trigger_day": "2024-05-20"}
    assert written(plan(point)) == written(plan(point), "2024-05", "2024-05") == [(0, "2024-05", 12000)]
    assert written(plan({**point, "from_day": "2024-02-01"}), "2024-06", "2026-12") == []


def test_deliveries_and_plans_move_where_their_log_says():
    units = {"method": Method.UNITS, "progress": 4, "whole": 10, "from_day": "2024-01-01"}
    log = [(4, "2024-02-10", 3), (4, "2025-07-01", 10), (9, "2026-01-01", 10)]
    assert written(plan(units, log=log)) == [(0, "2024-02", 3600), (0, "2025-07", 8400)]
    assert written(plan(units, log=log), "2025-01", "2026-12") == [(0, "2025-07", 8400)]
    assert written(plan({**units, "progress": 5}, log=log)) == []
    custom = {"method": Method.CUSTOM, "progress": 4, "whole": 100}
    rows = written(plan(custom, log=[(4, 0, 50), (4, 14, 100)]))
    assert rows == [(0, "2024-01", 6000), (0, "2025-03", 6000)]


def test_periods_rounded_by_themselves_leave_the_rest_to_the_last():
    apart = {"rest": 10000, "rounding": 1, "start": "2024-01-01", "end": "2024-06-30"}
    expected = [*months(2024, 1, 5, 1667), (0, "2024-06", 1665)]
    assert written(plan(apart)) == expected
    assert written(plan(apart), "2024-03", "2024-06") == expected[2:]
    running = {**apart, "rounding": 0}
    assert [amount for *_, amount in written(plan(running))] == [1667, 1666, 1667, 1667, 1666, 1667]
    both = plan(apart, {**running, "row": 1, "start": "2024-05-01"})
    assert written(both) == [*expected, (1, "2024-05", 5000), (1, "2024-06", 5000)]


def test_rows_come_in_order_of_obligation_and_period_and_none_moves_nothing():
    of = plan(
        {"row": 2, "rest": 3, "end": "2024-04-30"}, {"row": 0, "end": "2024-02-29"}, {"row": 1, "rest": 0}
    )
    # 3 cents over four months: 0.75, 1.50, 2.25 and 3.00 are 1, 2, 2 and 3.
    assert written(of) == [
        (0, "2024-01", 6000), (0, "2024-02", 6000), (2, "2024-01", 1), (2, "2024-02", 1), (2, "2024-04", 1)
    ]  # fmt: skip


@pytest.mark.parametrize(("legs", "rows"), [(1, 1), (2, 5), (3, 12), (100, 7)])
def test_parts_of_any_size_say_the_same(monkeypatch, legs, rows):
    of = plan(
        *({"row": n, "rest": 1200 * (n + 1)} for n in range(5)),
        {"row": 3, "from_day": "2024-07-01", "fixed": 2400, "rest": 2400, "start": "2024-07-01"},
    )
    whole = written(of)
    inner = written(of, "2024-06", "2024-08")
    assert len(whole) == 60
    monkeypatch.setattr(expansion, "LEGS_AT_ONCE", legs)
    monkeypatch.setattr(expansion, "ROWS_AT_ONCE", rows)
    assert written(of) == whole and written(of, "2024-06", "2024-08") == inner
    parts = [part.rows() for part in schedule_parts(of, 0, len(MONTHS) - 1)]
    assert all(parts) and len(parts) > 1
    assert [(r["row"], MONTHS.names[r["period"]], r["amount"]) for part in parts for r in part] == whole


@pytest.mark.parametrize(("first", "last"), [(-1, 5), (0, len(MONTHS)), (-1, len(MONTHS))])
def test_a_window_that_leaves_the_calendar_is_refused(first, last):
    with pytest.raises(ValueError, match=rf"^Periods {first} to {last} do not lie inside the calendar\.$"):
        expand_schedules(plan({}), first, last)
