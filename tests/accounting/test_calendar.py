"""Fiscal years of weeks, against calendars that were published."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.accounting.calendar import to_date, week_calendar

# The National Retail Federation's 4-5-4 calendar: first days of fiscal years 2012 to 2028 and of each month of 2023.
# https://nrf.com/resources/4-5-4-calendar. 2012, 2017 and 2023 have 53 weeks.
NRF_YEARS = {
    2012: date(2012, 1, 29),
    2013: date(2013, 2, 3),
    2014: date(2014, 2, 2),
    2015: date(2015, 2, 1),
    2016: date(2016, 1, 31),
    2017: date(2017, 1, 29),
    2018: date(2018, 2, 4),
    2019: date(2019, 2, 3),
    2020: date(2020, 2, 2),
    2021: date(2021, 1, 31),
    2022: date(2022, 1, 30),
    2023: date(2023, 1, 29),
    2024: date(2024, 2, 4),
    2025: date(2025, 2, 2),
    2026: date(2026, 2, 1),
}
NRF_2023 = [
    date(2023, 1, 29),
    date(2023, 2, 26),
    date(2023, 4, 2),
    date(2023, 4, 30),
    date(2023, 5, 28),
    date(2023, 7, 2),
    date(2023, 7, 30),
    date(2023, 8, 27),
    date(2023, 10, 1),
    date(2023, 10, 29),
    date(2023, 11, 26),
    date(2023, 12, 31),
]


@pytest.mark.parametrize("first_day", [NRF_YEARS[2012], NRF_YEARS[2018], NRF_YEARS[2023]])
def test_the_retail_calendar_whichever_of_its_years_is_given(first_day):
    calendar = week_calendar(first_day, years=30, pattern=(4, 5, 4), years_before=12)
    starts = {year: to_date(calendar.starts[calendar.index(f"FY{year}-P01")]) for year in NRF_YEARS}
    assert starts == NRF_YEARS
    weeks = {year: sum(calendar.lengths[calendar.index(f"FY{year}-P01") :][:12]) // 7 for year in NRF_YEARS}
    assert [year for year, count in weeks.items() if count == 53] == [2012, 2017, 2023]
    first = calendar.index("FY2023-P01")
    assert [to_date(day) for day in calendar.starts[first : first + 12]] == NRF_2023
    assert (calendar.lengths[first : first + 12] // 7).tolist() == [4, 5, 4, 4, 5, 4, 4, 5, 4, 4, 5, 5]


def test_years_that_end_with_the_last_saturday_of_september():
    """Apple's: fiscal 2023 began on 2022-09-25 and had 53 weeks, 2024 began on 2023-10-01, 2025 on 2024-09-29."""
    calendar = week_calendar(
        date(2024, 9, 29), years=8, pattern=(5, 4, 4), rule="last", named_by_end=True, years_before=4
    )
    starts = [
        to_date(calendar.starts[calendar.index(f"FY{year}-P01")]) for year in (2022, 2023, 2024, 2025, 2026)
    ]
    assert starts == [
        date(2021, 9, 26),
        date(2022, 9, 25),
        date(2023, 10, 1),
        date(2024, 9, 29),
        date(2025, 9, 28),
    ]
    assert calendar.lengths[calendar.index("FY2023-P01") :][:12].sum() == 53 * 7


@given(
    st.dates(date(1995, 1, 1), date(2095, 12, 31)),
    st.sampled_from(["nearest", "last"]),
    st.sampled_from([(4, 4, 5), (4, 5, 4), (5, 4, 4)]),
    st.booleans(),
)
def test_years_of_weeks_adjoin_and_never_drift(day, rule, pattern, named_by_end):
    try:
        calendar = week_calendar(
            day, years=6, pattern=pattern, rule=rule, named_by_end=named_by_end, years_before=3
        )
    except ValueError as refused:
        assert str(day) in str(refused)
        return
    weeks = calendar.lengths.reshape(-1, 12).sum(axis=1) // 7
    assert set(weeks.tolist()) <= {52, 53}
    assert set((calendar.lengths // 7).tolist()) <= {4, 5, 6}
    assert {to_date(start).weekday() for start in calendar.starts.tolist()} == {day.weekday()}
    assert day in [to_date(start) for start in calendar.starts[::12].tolist()]
    assert list(calendar.names) == sorted(calendar.names)
    assert bool(np.all(np.diff(calendar.boundaries) > 0))
