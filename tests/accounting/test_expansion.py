"""Schedules written out say the same as the running total asked period by period."""

from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting import expansion
from revrec.accounting.calendar import Calendar, month_calendar, parse_day, week_calendar
from revrec.accounting.columns import NO_DAY, NONE, sum_by
from revrec.accounting.expansion import expand_schedules, schedule_parts
from revrec.accounting.recognition import DATED, ProgressLog
from revrec.accounting.schedule import Legs, Plan, position
from revrec.accounting.terms import Method

MONTHS = month_calendar("2023-01", "2028-12")
WEEKS = week_calendar(date(2023, 1, 1), years=6)
LOW, HIGH = parse_day("2024-01-01"), parse_day("2026-06-30")
DAYS = st.integers(LOW, HIGH)
AMOUNTS = st.one_of(st.integers(-(10**4), 10**4), st.integers(-(10**15), 10**15))


@st.composite
def a_leg(draw: st.DrawFn, row: int) -> dict[str, int]:
    method = draw(st.sampled_from(list(Method)))
    start = draw(DAYS)
    stop, lump = draw(st.one_of(st.just(NO_DAY), DAYS)), draw(st.sampled_from([0, 0, 0, 700]))
    dates = {"start": start, "end": start + draw(st.integers(0, 700))}
    if method not in DATED and method is not Method.CUSTOM and draw(st.booleans()):
        dates = {"start": NO_DAY, "end": NO_DAY}
    by_progress = method in (Method.UNITS, Method.PERCENT_COMPLETE, Method.MILESTONE, Method.CUSTOM)
    by_progress |= method is Method.POINT_IN_TIME and draw(st.booleans())
    return {
        "row": row,
        "from_day": draw(DAYS),
        "fixed": draw(st.sampled_from([0, 0, 12345])),
        "rest": draw(AMOUNTS),
        "before": draw(st.sampled_from([0, 0, 1, 3, 40])),
        "method": method,
        **dates,
        "trigger_day": draw(st.one_of(st.just(NO_DAY), DAYS)) if method is Method.POINT_IN_TIME else NO_DAY,
        "progress": row if by_progress else NONE,
        "whole": draw(st.integers(1, 12)),
        "stop_day": stop,
        "by_stop": draw(st.integers(0, 1)) if stop != NO_DAY else 0,
        "extra": lump,
        "extra_day": draw(DAYS) if lump else NO_DAY,
        "rounding": draw(st.integers(0, 1)),
    }


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    size = draw(st.integers(1, 5))
    rows = [row for row in range(size) for _ in range(draw(st.integers(0, 3)))]
    legs = draw(st.permutations([draw(a_leg(row)) for row in rows]))
    entries = draw(st.lists(st.tuples(st.integers(0, size), DAYS, st.integers(0, 15)), max_size=6))
    offsets = [(row, draw(st.integers(0, 20)), draw(st.integers(0, 12))) for row in range(size)]
    custom = {leg["row"] for leg in legs if leg["method"] == Method.CUSTOM}
    log = [e for e in entries if e[0] not in custom] + [e for e in offsets if e[0] in custom]
    return Plan(
        _table(Legs, legs),
        size,
        draw(st.sampled_from([MONTHS, WEEKS])),
        _table(ProgressLog, [dict(zip(("key", "day", "value"), e, strict=True)) for e in log]),
    )


def _table(cls: Any, rows: list[dict[str, int]]) -> Any:
    return cls.of(**{name: [row[name] for row in rows] for name in rows[0]}) if rows else cls.empty()


def asked_period_by_period(plan: Plan, first: int, last: int) -> list[tuple[int, int, int]]:
    totals = [position(plan, int(plan.calendar.end_of(p))).target for p in range(first - 1, last + 1)]
    moves = [
        (row, first + n, int(amount))
        for n, step in enumerate(np.diff(np.asarray(totals), axis=0))
        for row, amount in enumerate(step)
        if amount
    ]
    return sorted(moves)


def written_out(plan: Plan, first: int, last: int) -> list[tuple[int, int, int]]:
    rows = expand_schedules(plan, first, last)
    return list(zip(rows.row.tolist(), rows.period.tolist(), rows.amount.tolist(), strict=True))


@settings(deadline=None, max_examples=80)
@given(plan=plans(), first=st.integers(0, 45), length=st.integers(1, 25), data=st.data())
def test_every_row_is_the_movement_of_the_running_total(
    plan: Plan, first: int, length: int, data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        first, length = 0, len(plan.calendar)
    last = min(first + length, len(plan.calendar)) - 1
    assert written_out(plan, first, last) == asked_period_by_period(plan, first, last)


@given(plan=plans(), cut=st.integers(1, 60))
@settings(deadline=None)
def test_two_windows_that_adjoin_say_what_one_says(plan: Plan, cut: int) -> None:
    last = len(plan.calendar) - 1
    both = written_out(plan, 0, cut - 1) + written_out(plan, cut, last)
    assert sorted(both) == written_out(plan, 0, last)


def many(size: int, calendar: Calendar = MONTHS) -> Plan:
    """Daily terms of 1 to 36 months, as a company has them."""
    random = np.random.default_rng(7)
    start = random.integers(LOW, HIGH, size)
    legs = Legs.of(
        row=np.arange(size),
        from_day=start - random.integers(0, 40, size),
        rest=random.integers(1, 10**7, size),
        method=np.full(size, int(Method.DAILY)),
        start=start,
        end=start + random.integers(28, 1095, size),
    )
    return Plan(legs, size, calendar, ProgressLog.empty())


def test_many_schedules_foot_whatever_the_size_of_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = many(3000)
    whole = expand_schedules(plan, 0, len(MONTHS) - 1)
    inside = plan.legs.end < MONTHS.boundaries[-1]
    totals = sum_by(whole.row, whole.amount, 3000)
    assert (totals[inside] == plan.legs.rest[inside]).all()
    monkeypatch.setattr(expansion, "ROWS_AT_ONCE", 10)
    monkeypatch.setattr(expansion, "LEGS_AT_ONCE", 100)
    parts = list(schedule_parts(plan, 0, len(MONTHS) - 1))
    assert len(parts) > 1000
    for name in ("row", "period", "amount"):
        assert (np.concatenate([getattr(part, name) for part in parts]) == getattr(whole, name)).all()


def test_a_term_of_a_hundred_thousand_days_at_the_largest_amount_foots() -> None:
    calendar = month_calendar("1990-01", "2299-12")
    start = parse_day("2001-02-03")
    for amount in (10**15, -(10**15), 10**15 - 1):
        for rounding in (0, 1):
            legs = Legs.of(
                row=np.arange(len(DATED)),
                from_day=start,
                rest=amount,
                method=[int(m) for m in DATED],
                start=start,
                end=start + 10**5 - 1,
                rounding=rounding,
            )
            plan = Plan(legs, len(DATED), calendar, ProgressLog.empty())
            rows = expand_schedules(plan, 0, len(calendar) - 1)
            assert sum_by(rows.row, rows.amount, len(DATED)).tolist() == [amount] * len(DATED)


def test_a_window_outside_the_calendar_is_refused() -> None:
    with pytest.raises(ValueError, match="do not lie inside the calendar"):
        expand_schedules(many(1), 0, len(MONTHS))


def test_nothing_promised_gives_no_rows() -> None:
    assert len(expand_schedules(Plan(Legs.empty(), 0, MONTHS, ProgressLog.empty()), 0, 5)) == 0
