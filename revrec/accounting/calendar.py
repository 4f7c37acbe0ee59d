"""Accounting periods: which one a day lies in, and where each begins and ends.

A calendar is a run of adjoining periods. Months are one way to make it; a 4-4-5 year (``FY2026-P03``) is another,
given by its boundaries. Days are int64, counted from 1970-01-01; both ends of a period are inclusive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from revrec.accounting.columns import NO_DAY, Column, Mask

EPOCH = dt.date(1970, 1, 1).toordinal()


def to_day(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return date.toordinal() - EPOCH


def to_date(day: int) -> dt.date:
    """The date of a day number."""
    return dt.date.fromordinal(int(day) + EPOCH)


def parse_day(text: str) -> int:
    """``2026-03-31`` as a day number. Raises ``ValueError`` for anything else."""
    if len(text) != 10:
        raise ValueError(f"{text!r} is not a date: write it as 2026-03-31.")
    return to_day(dt.date.fromisoformat(text))


@dataclass(frozen=True, eq=False)
class Calendar:
    """``boundaries``: the first day of each period and, last, the day after the end. ``names``: one per period."""

    names: tuple[str, ...]
    boundaries: Column

    def __post_init__(self) -> None:
        if self.boundaries.size != len(self.names) + 1 or not self.names:
            raise ValueError("A calendar needs a name for each period, and one boundary more than periods.")
        if not bool(np.all(np.diff(self.boundaries) > 0)):
            raise ValueError("The periods of a calendar must adjoin and come in order.")

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def starts(self) -> Column:
        """First day of each period."""
        return self.boundaries[:-1]

    @cached_property
    def ends(self) -> Column:
        """Last day of each period."""
        return self.boundaries[1:] - 1

    @cached_property
    def lengths(self) -> Column:
        """Days in each period."""
        return np.diff(self.boundaries)

    @cached_property
    def _by_day(self) -> Column:
        return np.repeat(np.arange(len(self.names), dtype=np.int64), self.lengths)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """The index of a period by its name. Raises ``KeyError`` with a sentence where it is unknown."""
        try:
            return self._index[name]
        except KeyError:
            raise KeyError(
                f"There is no period {name}: periods run {self.names[0]} to {self.names[-1]}."
            ) from None

    def covers(self, days: Column) -> Mask:
        """Where a day lies inside the calendar; days that are ``NO_DAY`` count as covered."""
        inside: Mask = (days >= self.boundaries[0]) & (days < self.boundaries[-1])
        covered: Mask = inside | (days == NO_DAY)
        return covered

    def period_of(self, days: ArrayLike) -> Column:
        """The period index of each day; -1 before the calendar and ``len`` after it."""
        offset = np.asarray(days, dtype=np.int64) - self.boundaries[0]
        size = self._by_day.size
        found = self._by_day[np.clip(offset, 0, size - 1)]
        return np.where(offset < 0, -1, np.where(offset >= size, len(self.names), found))

    def end_of(self, periods: ArrayLike) -> Column:
        """The last day of each period index; the day before the calendar for -1, its last day for ``len``."""
        index = np.clip(np.asarray(periods, dtype=np.int64) + 1, 0, len(self.names))
        return self.boundaries[index] - 1

    def start_of(self, periods: ArrayLike) -> Column:
        """The first day of each period index; the day after the calendar for ``len``."""
        return self.boundaries[np.clip(np.asarray(periods, dtype=np.int64), 0, len(self.names))]


def month_calendar(first: str = "1990-01", last: str = "2100-12") -> Calendar:
    """Calendar months from ``first`` to ``last`` inclusive, named ``2026-03``."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + np.timedelta64(2, "M"))
    days = months.astype("datetime64[D]").astype(np.int64)
    return Calendar(tuple(str(m) for m in months[:-1]), days)


def week_calendar(
    first_day: int, first_year: int, years: int, pattern: Sequence[int] = (4, 4, 5)
) -> Calendar:
    """Fiscal years of 52 weeks in quarters of ``pattern`` weeks, named ``FY2026-P03``.

    A year gets a 53rd week, in its last period, where it would otherwise begin a week or more earlier in the
    calendar year than the first one did; ``first_day`` is the first day of ``first_year``.
    """
    weeks = list(pattern) * 4
    names: list[str] = []
    bounds = [first_day]
    anchor = to_date(first_day)
    for year in range(first_year, first_year + years):
        next_anchor = to_day(
            anchor.replace(year=anchor.year + year - first_year + 1, day=min(anchor.day, 28))
        )
        start = bounds[-1]
        long_year = start + 364 < next_anchor - 3
        for number, count in enumerate(weeks, start=1):
            names.append(f"FY{year}-P{number:02d}")
            extra = 1 if long_year and number == len(weeks) else 0
            bounds.append(bounds[-1] + 7 * (count + extra))
    return Calendar(tuple(names), np.asarray(bounds, dtype=np.int64))
