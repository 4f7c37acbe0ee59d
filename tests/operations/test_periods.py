"""Periods by name."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.operations.actor import Actor
from revrec.operations.periods import MONTHS, periods_of
from revrec.operations.set_first_period import set_first_period
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict, Invalid
from revrec.store.engine import Store

days = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(days)
def test_a_day_lies_in_its_period_and_in_no_other(day: date) -> None:
    period = MONTHS.of(day)
    assert MONTHS.first_day(period) <= day <= MONTHS.last_day(period)
    assert MONTHS.of(MONTHS.first_day(period)) == MONTHS.of(MONTHS.last_day(period)) == period


@given(st.dates(date(1990, 2, 1), date(2100, 11, 30)))
def test_periods_adjoin(day: date) -> None:
    period = MONTHS.of(day)
    assert MONTHS.first_day(MONTHS.next(period)) == MONTHS.last_day(period) + timedelta(days=1)
    assert MONTHS.previous(MONTHS.next(period)) == period


@given(days, days)
def test_a_run_of_periods_is_whole_and_in_order(one: date, two: date) -> None:
    found = MONTHS.between(MONTHS.of(one), MONTHS.of(two))
    assert found == sorted(set(found))
    if one <= two:
        assert (found[0], found[-1]) == (MONTHS.of(one), MONTHS.of(two))
        assert len(found) == (two.year - one.year) * 12 + two.month - one.month + 1
    elif MONTHS.of(one) != MONTHS.of(two):
        assert found == []


@pytest.mark.parametrize(
    "name", ["2026-13", "2026-00", "26-03", "2026-3", "2026-03 ", "FY2026-P03", "", "1989-12"]
)
def test_what_names_no_period_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="2026-03"):
        MONTHS.first_day(name)


def test_fiscal_years_of_months_begin_where_the_company_says(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    assert MONTHS.fiscal("2026-05") == ("FY2026", "FY2026-Q2")
    with store.write() as session:
        set_policy(session, people["controller"], "fiscal_year_start", 7, now=now)
        periods = periods_of(session)
        assert periods.fiscal("2025-07") == ("FY2026", "FY2026-Q1")
        assert periods.fiscal("2026-06") == ("FY2026", "FY2026-Q4")
        assert periods.fiscal("2026-07") == ("FY2027", "FY2027-Q1")


def test_weeks_are_chosen_before_the_first_period_and_stay(
    store: Store, people: dict[str, Actor], now: datetime
) -> None:
    controller = people["controller"]
    with store.write() as session:
        with pytest.raises(Invalid, match="needs the first day"):
            set_policy(session, controller, "calendar", "454", now=now)
        with pytest.raises(Invalid, match="such as 2026-02-01"):
            set_policy(session, controller, "fiscal_year_first_day", "February", now=now)
        set_policy(session, controller, "fiscal_year_first_day", "2024-02-04", now=now)
        set_policy(session, controller, "calendar", "454", now=now)
        with pytest.raises(Invalid, match="within three days"):
            set_policy(session, controller, "fiscal_year_first_day", "2024-02-11", now=now)
        periods = periods_of(session)
        assert periods.first_day("FY2024-P01") == date(2024, 2, 4)
        assert periods.next("FY2023-P12") == "FY2024-P01"
        assert periods.previous("FY2024-P01") == "FY2023-P12"
        assert periods.of(date(2024, 2, 3)) == "FY2023-P12"
        assert periods.fiscal("FY2024-P06") == ("FY2024", "FY2024-Q2")
        assert periods.between("FY2023-P11", "FY2024-P01") == ["FY2023-P11", "FY2023-P12", "FY2024-P01"]
        with pytest.raises(Invalid, match="FY2026-P03"):
            periods.index("2026-03")
        with pytest.raises(Invalid, match="FY2026-P03"):
            set_first_period(session, controller, "2026-03", now=now)
        set_first_period(session, controller, "FY2026-P01", now=now)
        with pytest.raises(Conflict, match="the calendar stays"):
            set_policy(session, controller, "calendar", "months", now=now)
