"""Schedules written out from a later period on: what was earned by the end of the period before is not told again."""

import pytest

from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.expansion import expand_schedules
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan
from revrec.accounting.terms import Method

MONTHS = month_calendar("2024-12", "2025-12")


def moves(legs, first, last, delivered=()):
    """(period, amount) of one obligation; ``delivered``: (day, millionths of its ten units, cumulative)."""
    columns = {
        name: [parse_day(leg[name]) if isinstance(leg[name], str) else leg[name] for leg in legs]
        for name in legs[0]
    }
    log = ProgressLog.of(
        key=[0 for _ in delivered],
        day=[parse_day(day) for day, _ in delivered],
        value=[v for _, v in delivered],
    )
    plan = Plan(Legs.of(row=0, **columns), 1, MONTHS, log)
    found = expand_schedules(plan, MONTHS.index(first), MONTHS.index(last))
    return [
        (MONTHS.names[period], amount)
        for period, amount in zip(found.period.tolist(), found.amount.tolist(), strict=True)
    ]


def test_a_term_that_began_on_the_last_day_of_the_month_before_has_earned_that_day():
    """3,200 over 32 days."""
    leg = {
        "from_day": "2025-01-10", "rest": 3200, "method": Method.DAILY, "start": "2025-02-28", "end": "2025-03-31",
    }  # fmt: skip
    assert moves([leg], "2025-03", "2025-04") == [("2025-03", 3100)]
    assert moves([leg], "2025-01", "2025-04") == [("2025-02", 100), ("2025-03", 3100)]


def test_a_change_on_the_last_day_of_the_month_before_holds_by_then():
    """100 a day for 58 days; from February 28 on 200 a day for 32 days."""
    before = {
        "from_day": "2025-01-01", "fixed": 0, "rest": 9000, "method": Method.DAILY, "start": "2025-01-01",
        "end": "2025-03-31",
    }  # fmt: skip
    after = {**before, "from_day": "2025-02-28", "fixed": 5800, "rest": 6400, "start": "2025-02-28"}
    assert moves([before, after], "2025-03", "2025-03") == [("2025-03", 6200)]
    assert moves([before, after], "2025-02", "2025-03") == [("2025-02", 2900), ("2025-03", 6200)]


UNITS = {
    "from_day": "2025-01-10", "rest": 1000, "method": Method.UNITS, "start": "2025-03-01", "end": "2025-12-31",
    "progress": 0, "whole": 10_000_000,
}  # fmt: skip


def test_units_are_earned_when_they_are_delivered_although_their_term_has_not_begun():
    assert moves([UNITS], "2025-01", "2025-04", [("2025-02-10", 4_000_000)]) == [("2025-02", 400)]


def test_what_was_delivered_on_the_day_of_signing_the_last_of_a_month_is_earned_by_then():
    signed = {**UNITS, "from_day": "2025-02-28"}
    assert moves([signed], "2025-03", "2025-12", [("2025-02-28", 4_000_000)]) == []


@pytest.mark.parametrize("at_once", [{"fixed": 1}, {"extra": 1, "extra_day": "2025-01-20"}])
def test_a_single_unit_that_is_earned_before_the_term_begins_has_its_own_month(at_once):
    leg = {
        "from_day": "2025-01-10", "rest": 200, "method": Method.EVEN, "start": "2025-03-01", "end": "2025-04-30",
        **at_once,
    }  # fmt: skip
    assert moves([leg], "2025-01", "2025-12") == [("2025-01", 1), ("2025-03", 100), ("2025-04", 100)]
