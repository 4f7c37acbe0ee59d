"""Accounting periods: which one a day lies in, and where each begins and ends.

A calendar is a run of adjoining periods. Months are one way to make it; a 4-4-5 year (``FY2026-P03``) is another,
given by its boundaries. Days are int64, counted from 1970-01-01; both ends of a period are inclusive.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from revrec.accounting.columns import NO_DAY, Column, Each, Mask

EPOCH = dt.date(1970, 1, 1).toordinal()


def to_day(date: dt.date) -> int:
    """Days since 1970-01-01."""
    return date.toordinal() - EPOCH


def to_date(day: int) -> dt.date:
    """The date of a day number."""
    return dt.date.fromordinal(int(day) + EPOCH)


def parse_day(text: str) -> int:
    """``2026-03-31`` as a day number. Raises ``ValueError`` for anything else."""
    if len(text) != 10 or "W" in text:  # a week date is as long
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
        found = self._by_day[np.minimum(np.maximum(offset, 0), size - 1)]
        return np.where(offset < 0, -1, np.where(offset >= size, len(self.names), found))

    def first_and_last(self, period: Each) -> tuple[Each, Each]:
        """The first and the last day of a period of the calendar, or of one for each row."""
        if isinstance(period, int):
            return int(self.starts[period]), int(self.ends[period])
        return self.starts[period], self.ends[period]

    def end_of(self, periods: ArrayLike) -> Column:
        """The last day of each period index; the day before the calendar for -1, its last day for ``len``."""
        return self.start_of(np.asarray(periods, dtype=np.int64) + 1) - 1

    def start_of(self, periods: ArrayLike) -> Column:
        """The first day of each period index; the day after the calendar for ``len``."""
        index = np.asarray(periods, dtype=np.int64)
        return self.boundaries[np.minimum(np.maximum(index, 0), len(self.names))]


def month_calendar(first: str = "1990-01", last: str = "2100-12") -> Calendar:
    """Calendar months from ``first`` to ``last`` inclusive, named ``2026-03``."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + np.timedelta64(2, "M"))
    days = months.astype("datetime64[D]").astype(np.int64)
    return Calendar(tuple(str(m) for m in months[:-1]), days)


def week_calendar(
    first_day: dt.date,
    *,
    years: int,
    pattern: Sequence[int] = (4, 4, 5),
    rule: str = "nearest",
    named_by_end: bool = False,
    years_before: int = 0,
) -> Calendar:
    """Fiscal years of 52 or 53 weeks in quarters of ``pattern`` weeks, named ``FY2026-P03``.

    ``first_day``: the first day of any fiscal year, which tells the weekday and the month. Rule ``nearest``: every year
    begins on that weekday nearest to the first of the month (the National Retail Federation's rule: the Sunday nearest
    to 1 February); ``last``: on that weekday on or before it, so that years end with the last such week of the month
    before. A 53rd week belongs to the last period. A year bears the calendar year in which it begins, or ends.
    ``years``: how many in all, ``years_before`` of them earlier. Raises ``ValueError`` where the rule cannot give
    ``first_day``.
    """
    anchor = _anchor(first_day, rule)
    starts = [
        _year_start(anchor.replace(year=anchor.year + at), first_day.weekday(), rule)
        for at in range(-years_before, years - years_before + 1)
    ]
    weeks = list(pattern) * 4
    names: list[str] = []
    bounds = [to_day(starts[0])]
    for at, (start, after) in enumerate(pairwise(starts), start=-years_before):
        name = anchor.year + at + (1 if named_by_end and anchor.month > 1 else 0)
        extra = (after - start).days // 7 - sum(weeks)
        for number, count in enumerate(weeks, start=1):
            names.append(f"FY{name}-P{number:02d}")
            bounds.append(bounds[-1] + 7 * (count + (extra if number == len(weeks) else 0)))
    return Calendar(tuple(names), np.asarray(bounds, dtype=np.int64))


def _anchor(first_day: dt.date, rule: str) -> dt.date:
    """The first of the month to which the fiscal year that begins on ``first_day`` belongs."""
    following = (first_day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    for anchor in (first_day.replace(day=1), following):
        if _year_start(anchor, first_day.weekday(), rule) == first_day:
            return anchor
    near = "within three days of" if rule == "nearest" else "on or within six days before"
    raise ValueError(
        f"No fiscal year begins on {first_day} by the rule {rule}: its first day lies {near} the first of a month."
    )


def _year_start(anchor: dt.date, weekday: int, rule: str) -> dt.date:
    before = anchor - dt.timedelta(days=(anchor.weekday() - weekday) % 7)
    late = rule == "nearest" and (anchor - before).days > 3
    return before + dt.timedelta(days=7) if late else before
