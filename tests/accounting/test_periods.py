"""Days and periods at their edges, by the numbers."""

from datetime import date

import numpy as np
import pytest

from revrec.accounting.calendar import Calendar, month_calendar, parse_day, to_date, to_day, week_calendar
from revrec.accounting.columns import NO_DAY

QUARTER = month_calendar("2025-01", "2025-03")
JANUARY_FIRST = 20089


def test_days_are_counted_from_1970() -> None:
    assert [to_day(date(1970, 1, 1)), to_day(date(1969, 12, 31)), to_day(date(2025, 1, 1))] == [0, -1, 20089]
    assert [to_date(0), to_date(20089)] == [date(1970, 1, 1), date(2025, 1, 1)]
    assert parse_day("2025-01-01") == JANUARY_FIRST


@pytest.mark.parametrize("text", ["20250101", "2025-W01", "2025-W01-1", "2025-01-01T00", "2025-1-1"])
def test_a_date_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not a date: write it as 2026-03-31."):
        parse_day(text)


@pytest.mark.parametrize("text", ["2025-31-01", "2025-02-30", "tomorrow !"])
def test_ten_letters_that_are_no_day_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"month must be|day is out of range|Invalid isoformat"):
        parse_day(text)


@pytest.mark.parametrize(
    ("names", "boundaries", "words"),
    [
        ((), [0], "^A calendar needs a name for each period, and one boundary more than periods.$"),
        (("a",), [0], "^A calendar needs a name for each period"),
        (("a",), [0, 1, 2], "^A calendar needs a name for each period"),
        (("a",), [5, 5], "^The periods of a calendar must adjoin and come in order.$"),
        (("a", "b"), [0, 5, 4], "^The periods of a calendar must adjoin"),
    ],
)
def test_a_calendar_is_a_run_of_named_periods(names, boundaries, words) -> None:
    with pytest.raises(ValueError, match=words):
        Calendar(names, np.asarray(boundaries, dtype=np.int64))


def test_periods_of_one_day_each_are_a_calendar() -> None:
    days = Calendar(("a", "b"), np.asarray([7, 8, 9]))
    assert (len(days), days.lengths.tolist(), days.starts.tolist(), days.ends.tolist()) == (
        2, [1, 1], [7, 8], [7, 8]
    )  # fmt: skip
    assert days.period_of([6, 7, 8, 9]).tolist() == [-1, 0, 1, 2]


def test_a_period_is_known_by_its_name() -> None:
    assert [QUARTER.index(name) for name in QUARTER.names] == [0, 1, 2]
    with pytest.raises(KeyError, match=r"There is no period 2025-04: periods run 2025-01 to 2025-03\."):
        QUARTER.index("2025-04")


def test_each_day_lies_in_its_period_and_beyond_them_in_none() -> None:
    offsets = [-1, 0, 30, 31, 58, 59, 89, 90, 400]
    days = np.asarray([JANUARY_FIRST + offset for offset in offsets])
    assert QUARTER.period_of(days).tolist() == [-1, 0, 0, 1, 1, 2, 2, 3, 3]
    assert QUARTER.covers(days).tolist() == [False] + [True] * 6 + [False, False]
    assert QUARTER.covers(np.asarray([NO_DAY])).tolist() == [True]


def test_ends_and_starts_of_periods_and_of_what_lies_beside_them() -> None:
    ends = [QUARTER.end_of(period).tolist() - JANUARY_FIRST for period in (-2, -1, 0, 1, 2, 3, 4)]
    assert ends == [-1, -1, 30, 58, 89, 89, 89]
    starts = [QUARTER.start_of(period).tolist() - JANUARY_FIRST for period in (-1, 0, 1, 2, 3, 4)]
    assert starts == [0, 0, 31, 59, 90, 90]


def test_months_run_from_1990_to_2100_unless_told() -> None:
    months = month_calendar()
    assert (len(months), months.names[0], months.names[-1]) == (1332, "1990-01", "2100-12")
    assert to_date(months.boundaries[0]) == date(1990, 1, 1)
    assert to_date(months.boundaries[-1]) == date(2101, 1, 1)


def test_weeks_come_by_four_four_five_of_one_nearest_year_unless_told() -> None:
    weeks = week_calendar(date(2025, 2, 2), years=1)
    assert (weeks.lengths // 7).tolist() == [4, 4, 5] * 4
    assert (weeks.names[0], weeks.names[-1], len(weeks)) == ("FY2025-P01", "FY2025-P12", 12)
    assert to_date(weeks.starts[0]) == date(2025, 2, 2)


def test_years_before_are_some_of_all_years() -> None:
    weeks = week_calendar(date(2025, 2, 2), years=3, years_before=1)
    assert (weeks.names[0], weeks.names[-1], len(weeks)) == ("FY2024-P01", "FY2026-P12", 36)


def test_a_year_is_named_by_where_it_begins_or_ends() -> None:
    named = [
        week_calendar(first, years=1, rule=rule, named_by_end=by_end).names[0]
        for first, rule, by_end in [
            (date(2024, 9, 29), "last", False),
            (date(2024, 9, 29), "last", True),
            (date(2025, 2, 2), "nearest", True),
            (date(2024, 12, 29), "nearest", False),
            (date(2024, 12, 29), "nearest", True),
        ]
    ]
    assert named == ["FY2024-P01", "FY2025-P01", "FY2026-P01", "FY2025-P01", "FY2025-P01"]


@pytest.mark.parametrize(
    ("first", "rule", "second"),
    [
        (date(2025, 1, 4), "nearest", date(2026, 1, 3)),  # three days after the first, two after
        (date(2024, 12, 29), "nearest", date(2026, 1, 4)),  # three days before: 53 weeks
        (date(2024, 12, 26), "last", date(2026, 1, 1)),  # six days before, and on the day itself
    ],
)
def test_how_far_from_the_first_of_the_month_a_year_may_begin(first, rule, second) -> None:
    calendar = week_calendar(first, years=2, rule=rule)
    assert [to_date(calendar.starts[0]), to_date(calendar.starts[12])] == [first, second]


@pytest.mark.parametrize(
    ("first", "rule", "near"),
    [
        (date(2025, 1, 5), "nearest", "within three days of"),
        (date(2025, 1, 28), "nearest", "within three days of"),
        (date(2025, 1, 2), "last", "on or within six days before"),
        (date(2025, 1, 25), "last", "on or within six days before"),
    ],
)
def test_a_day_on_which_no_year_begins_is_refused_in_words(first, rule, near) -> None:
    with pytest.raises(
        ValueError, match=f"^No fiscal year begins on {first} by the rule {rule}: its first day lies {near}"
    ):
        week_calendar(first, years=1, rule=rule)
