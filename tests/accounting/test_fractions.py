"""The fraction earned of each method, numerator and denominator, before, in and after its term, worked out by hand."""

import numpy as np
import pytest

from revrec.accounting.calendar import Calendar, month_calendar, parse_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.recognition import (
    ON_LEGS,
    WEIGHED,
    ProgressLog,
    Terms,
    earned_fraction,
    latest_value,
    methods_in,
    missing_dates,
)
from revrec.accounting.terms import Method

MONTHS = month_calendar("2024-01", "2026-12")
DAYS = ("2024-12-31", "2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31")


def fractions(
    method: Method, start: str, end: str, *days: str, calendar: Calendar = MONTHS
) -> tuple[list[int], int]:
    """The numerators on these days, and the one denominator."""
    at = np.asarray([parse_day(day) for day in days])
    first, last = (np.full(at.size, parse_day(day)) for day in (start, end))
    numerator, denominator = WEIGHED[method](first, last, at, calendar)
    assert numerator.dtype == denominator.dtype == np.int64
    (whole,) = set(denominator.tolist())
    return numerator.tolist(), whole


@pytest.mark.parametrize(
    ("method", "earned", "whole"),
    [
        (Method.DAILY, [0, 12, 40, 71, 81, 81], 81),
        (Method.EVEN, [0, 1, 2, 3, 4, 4], 4),
        # 12 days, 59 days in two equal parts, 10 days: all twice.
        (Method.PRORATE_ENDS, [0, 24, 83, 142, 162, 162], 162),
        # 12/31 + 1 + 1 + 10/30, in parts of 31 x 30.
        (Method.PRORATE_ENDS_BY_MONTH, [0, 360, 1290, 2220, 2530, 2530], 2530),
        (Method.HALF_MONTH, [0, 1, 3, 5, 6, 6], 6),
        (Method.THIRTY_360, [0, 11, 41, 71, 81, 81], 81),
    ],
)
def test_a_term_from_the_20th_to_the_10th(method: Method, earned: list[int], whole: int) -> None:
    assert fractions(method, "2025-01-20", "2025-04-10", *DAYS) == (earned, whole)
    assert fractions(method, "2025-01-20", "2025-04-10", "2024-01-31", "2024-11-30") == ([0, 0], whole)
    just_so_long = month_calendar("2025-01", "2025-04")
    within = fractions(method, "2025-01-20", "2025-04-10", *DAYS[1:5], calendar=just_so_long)
    assert within == (earned[1:5], whole)


@pytest.mark.parametrize(
    ("method", "earned", "whole"),
    [
        (Method.EVEN, [0, 1, 1], 1),
        (Method.PRORATE_ENDS, [0, 11, 11], 11),
        (Method.PRORATE_ENDS_BY_MONTH, [0, 1, 1], 1),
        (Method.HALF_MONTH, [0, 1, 1], 1),
        (Method.THIRTY_360, [0, 11, 11], 11),
    ],
)
def test_a_term_inside_one_month_is_earned_in_it(method: Method, earned: list[int], whole: int) -> None:
    found, denominator = fractions(method, "2025-01-10", "2025-01-20", *DAYS[:3])
    assert [value * whole for value in found] == [value * denominator for value in earned]


@pytest.mark.parametrize(
    ("method", "earned", "whole"),
    [
        (Method.PRORATE_ENDS, [0, 5, 15, 15], 15),  # 27 to 31 January, 1 to 10 February
        (Method.PRORATE_ENDS_BY_MONTH, [0, 5 * 28, 5 * 28 + 10 * 31, 450], 450),
        (Method.HALF_MONTH, [0, 1, 2, 2], 2),
    ],
)
def test_a_term_over_two_months_has_no_middle(method: Method, earned: list[int], whole: int) -> None:
    assert fractions(method, "2025-01-27", "2025-02-10", *DAYS[:4]) == (earned, whole)


def test_any_day_of_a_period_earns_the_period_but_by_the_day() -> None:
    for method in WEIGHED:
        found, _ = fractions(method, "2025-01-20", "2025-04-10", "2025-02-01", "2025-02-15", "2025-02-28")
        assert (len(set(found)) == 1) == (method is not Method.DAILY)
    days = ("2025-01-19", "2025-01-20", "2025-01-21", "2025-04-09", "2025-04-10", "2025-04-11")
    assert fractions(Method.DAILY, "2025-01-20", "2025-04-10", *days) == ([0, 1, 2, 80, 81, 81], 81)


@pytest.mark.parametrize(
    ("start", "end", "earned", "whole"),
    [
        ("2025-01-15", "2025-03-16", [2, 4, 6], 6),
        ("2025-01-16", "2025-03-15", [1, 3, 4], 4),
        ("2025-01-01", "2025-03-31", [2, 4, 6], 6),
    ],
)
def test_half_a_month_from_the_16th_and_to_the_15th(start, end, earned, whole) -> None:
    assert fractions(Method.HALF_MONTH, start, end, *DAYS[1:4]) == (earned, whole)


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [
        ("2025-01-31", "2025-02-28", 31),  # from the 30th to the 30th
        ("2024-02-29", "2024-02-29", 2),  # a start in February is no 30th, an end is
        ("2024-02-01", "2024-02-28", 28),  # not the last day in a leap year
        ("2025-01-01", "2025-01-31", 30),
        ("2025-01-30", "2025-01-31", 1),
        ("2024-12-31", "2025-12-30", 361),
        ("2024-06-15", "2026-06-14", 720),
    ],
)
def test_months_of_thirty_days(start: str, end: str, whole: int) -> None:
    assert fractions(Method.THIRTY_360, start, end, end) == ([whole], whole)


def test_the_31st_is_not_earned_by_a_period_that_ends_on_the_30th() -> None:
    days = [parse_day(day) for day in ("2025-01-01", "2025-01-31", "2025-03-01")]
    periods = Calendar(("a", "b"), np.asarray(days))
    found = fractions(
        Method.THIRTY_360, "2025-01-31", "2025-02-28", "2025-01-30", "2025-01-31", calendar=periods
    )
    assert found == ([0, 31], 31)


LOG = ProgressLog.of(
    key=[7, 9, 7, 8, 8], day=[parse_day("2025-03-10"), 0, parse_day("2025-02-10"), 1, 0],
    value=[90, 100, 40, 60, 25],
)  # fmt: skip


def mixed() -> Terms:
    """A row of every kind, those that cannot earn among them."""
    year = {"start": parse_day("2025-01-01"), "end": parse_day("2025-12-31")}
    rows = [
        {"method": Method.DAILY, **year},
        {"method": Method.EVEN, **year},
        {"method": NONE, **year},
        {"method": Method.AS_INVOICED, **year},
        {"method": Method.DAILY, "start": year["start"]},
        {"method": Method.HALF_MONTH, "start": year["end"], "end": year["start"]},
        {"method": Method.CUSTOM, "progress": 8, "whole": 100},
        {"method": Method.CUSTOM, "start": parse_day("2025-02-20"), "progress": 8, "whole": 100},
        {"method": Method.POINT_IN_TIME, "trigger_day": parse_day("2025-02-28")},
        {"method": Method.POINT_IN_TIME, "trigger_day": parse_day("2025-03-01")},
        {"method": Method.POINT_IN_TIME},
        {"method": Method.POINT_IN_TIME, "trigger_day": parse_day("2025-01-05"), "progress": 7, "whole": 80},
        {"method": Method.UNITS, "progress": 7, "whole": 30},
        {"method": Method.MILESTONE, "progress": 6, "whole": 5},
        {"method": Method.DAILY, "end": year["end"]},
        {"method": Method.UNITS, "progress": 7, "whole": 0},
    ]
    common = {"start": NO_DAY, "end": NO_DAY, "trigger_day": NO_DAY, "progress": NONE, "whole": 1}
    return Terms.of(**{n: [int({**common, **row}[n]) for row in rows] for n in ("method", *common)})


EARNED = [
    (59, 365), (2, 12), (0, 1), (0, 1), (0, 1), (0, 1), (0, 1), (25, 100), (1, 1), (0, 1), (0, 1),
    (40, 80), (30, 30), (0, 5), (0, 1), (1, 1),
]  # fmt: skip


def test_rows_of_every_method_earn_side_by_side_and_each_alone() -> None:
    terms = mixed()
    day = np.full(len(terms), parse_day("2025-02-28"))
    together = earned_fraction(terms, day, MONTHS, LOG)
    assert list(zip(*(column.tolist() for column in together), strict=True)) == EARNED
    for row, expected in enumerate(EARNED):
        one = np.asarray([row])
        numerator, denominator = earned_fraction(terms.take(one), day[one], MONTHS, LOG)
        assert (int(numerator[0]), int(denominator[0])) == expected
        assert numerator.dtype == denominator.dtype == np.int64


def test_rows_of_two_methods_that_all_have_dates() -> None:
    terms = mixed().take(np.asarray([1, 0, 1]))
    numerator, denominator = earned_fraction(terms, np.full(3, parse_day("2025-02-28")), MONTHS)
    assert (numerator.tolist(), denominator.tolist()) == ([2, 59, 2], [12, 365, 12])


def test_rows_of_one_method_that_cannot_all_earn() -> None:
    terms = mixed().take(np.asarray([0, 4, 14, 0]))
    numerator, denominator = earned_fraction(terms, np.full(4, parse_day("2025-02-28")), MONTHS)
    assert (numerator.tolist(), denominator.tolist()) == ([59, 0, 0, 59], [365, 1, 1, 365])


def test_without_a_log_no_progress_is_known() -> None:
    terms = mixed().take(np.asarray([7, 11, 12, 15]))
    numerator, denominator = earned_fraction(terms, np.full(4, parse_day("2025-02-28")), MONTHS)
    assert (numerator.tolist(), denominator.tolist()) == ([0, 0, 0, 0], [100, 80, 30, 1])
    assert numerator.dtype == denominator.dtype == np.int64
    alone = earned_fraction(terms.take(np.asarray([2])), np.asarray([0]), MONTHS)
    assert alone[0].dtype == alone[1].dtype == np.int64


def test_progress_below_nothing_earns_nothing() -> None:
    log = ProgressLog.of(key=[1], day=[5], value=[-3])
    terms = Terms.of(method=[Method.UNITS], progress=[1], whole=[10])
    assert earned_fraction(terms, np.asarray([9]), MONTHS, log)[0].tolist() == [0]


def test_rows_that_wait_for_dates() -> None:
    waiting = [row for row, waits in enumerate(missing_dates(mixed()).tolist()) if waits]
    assert waiting == [4, 5, 6, 14]
    one_day = Terms.of(method=[Method.DAILY], start=[5], end=[5])
    assert missing_dates(one_day).tolist() == [False]
    assert earned_fraction(one_day, np.asarray([5]), MONTHS)[0].tolist() == [1]


def test_the_methods_of_a_column() -> None:
    found = [
        methods_in(np.asarray(column, dtype=np.int64)) for column in ([], [2, 2], [NONE], [NONE, 3, 0, 3])
    ]
    assert found == [[], [2], [-1], [-1, 0, 3]]
    assert set(Method) - ON_LEGS == {Method.AS_INVOICED}


def test_the_latest_value_of_each_key() -> None:
    log = ProgressLog.of(key=[7, 8, 7, 7], day=[30, 20, 10, 20], value=[130, 5, 60, 50])
    asked = [(6, 99), (7, 9), (7, 10), (7, 19), (7, 20), (7, 31), (8, 19), (8, 20), (9, 99)]
    keys, days = (np.asarray(column) for column in zip(*asked, strict=True))
    assert latest_value(log, keys, days).tolist() == [0, 0, 60, 60, 50, 130, 0, 5, 0]
    unknown = latest_value(ProgressLog.empty(), keys, days)
    assert (unknown.tolist(), unknown.dtype) == ([0] * 9, np.int64)


def test_of_two_entries_of_one_day_the_later_row_counts() -> None:
    log = ProgressLog.of(key=[1, 1], day=[4, 4], value=[10, 20])
    assert latest_value(log, np.asarray([1]), np.asarray([4])).tolist() == [20]
