"""Periods by name."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.operations.periods import (
    first_day,
    last_day,
    next_period,
    period_of,
    periods_between,
    previous_period,
)
from revrec.problems import Invalid

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(days)
def test_a_day_lies_in_its_period_and_in_no_other(day: date) -> None:
    period = period_of(day)
    assert first_day(period) <= day <= last_day(period)
    assert period_of(first_day(period)) == period_of(last_day(period)) == period


@given(st.dates(date(1990, 2, 1), date(2100, 11, 30)))
def test_periods_adjoin(day: date) -> None:
    period = period_of(day)
    assert first_day(next_period(period)) == last_day(period) + timedelta(days=1)
    assert previous_period(next_period(period)) == period


@given(days, days)
def test_a_run_of_periods_is_whole_and_in_order(one: date, two: date) -> None:
    found = periods_between(period_of(one), period_of(two))
    assert found == sorted(set(found))
    if one <= two:
        assert (found[0], found[-1]) == (period_of(one), period_of(two))
        assert len(found) == (two.year - one.year) * 12 + two.month - one.month + 1
    elif period_of(one) != period_of(two):
        assert found == []


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-00", "26-03", "2026-3", "2026-03 ", "FY2026-P03", "", "1989-12"]
)
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="2026-03"):
        first_day(name)
