"""Dates of the made-up company: its history, its accounting periods, months and terms."""

from __future__ import annotations

import calendar as month_lengths
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

HISTORY_START = date(2026, 1, 2)
HISTORY_MONTHS = (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1))
HISTORY_END = date(2026, 4, 30)
AS_OF = datetime(2026, 5, 1, 6, 0, 0, tzinfo=UTC)
"""The moment that the seeded data shows: nothing in it was created or changed later."""


@dataclass(frozen=True, slots=True)
class Period:
    """An accounting period as NetSuite keeps it: base months under quarters under years."""

    id: int
    name: str
    start: date
    end: date
    parent: int | None
    is_quarter: bool = False
    is_year: bool = False
    closed: bool = False


def month_end(day: date) -> date:
    return day.replace(day=month_lengths.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day `months` later; the last day of the month where that month is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, month_lengths.monthrange(year, month + 1)[1]))


def months_between(first: date, second: date) -> int:
    """Calendar months from the month of `first` to the month of `second`."""
    return (second.year - first.year) * 12 + second.month - first.month


def on_weekday(day: date) -> date:
    """`day`, or the Friday before a week-end; never before the month's first day."""
    back = max(0, day.weekday() - 4)
    moved = day - timedelta(days=back)
    return moved if moved.month == day.month else day + timedelta(days=7 - day.weekday())


def make_periods(first_year: int = 2025, last_year: int = 2027) -> tuple[Period, ...]:
    """Years, quarters and months; everything that ends before the company's history is closed."""
    periods: list[Period] = []
    number = 101
    for year in range(first_year, last_year + 1):
        closed = year < HISTORY_START.year
        year_id, number = number, number + 1
        first, last = date(year, 1, 1), date(year, 12, 31)
        periods.append(Period(year_id, f"FY {year}", first, last, None, is_year=True, closed=closed))
        for quarter in range(4):
            quarter_id, number = number, number + 1
            first = date(year, 3 * quarter + 1, 1)
            last = month_end(add_months(first, 2))
            name = f"Q{quarter + 1} {year}"
            periods.append(Period(quarter_id, name, first, last, year_id, is_quarter=True, closed=closed))
            for offset in range(3):
                start = add_months(first, offset)
                name = f"{month_lengths.month_abbr[start.month]} {year}"
                periods.append(Period(number, name, start, month_end(start), quarter_id, closed=closed))
                number += 1
    return tuple(periods)
