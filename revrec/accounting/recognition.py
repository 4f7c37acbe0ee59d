# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""How much of an obligation is earned by the end of a day: the cumulative fraction of each method.

Every method answers with an exact fraction, numerator and denominator, per row; the numerator runs from 0 to the
denominator. ``daily`` and deliveries count days; all others weigh whole periods, so that any day of a period gives the
fraction of the period's end. The running total is rounded once, by ``schedule``; nothing is rounded here.

Rules: 606-10-25-31 (a single measure of progress), 606-10-55-18 (as invoiced); the names of the methods are those that
NetSuite, Stripe and ERPNext use for the same arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_DAY, NONE, Column, Mask, Table, among, column, differs, rows_where
from revrec.accounting.terms import Method

Fraction: TypeAlias = tuple[Column, Column]
"""Numerator and denominator, row by row; 0 <= numerator <= denominator, denominator > 0."""

DATED = (
    Method.DAILY,
    Method.EVEN,
    Method.PRORATE_ENDS,
    Method.PRORATE_ENDS_BY_MONTH,
    Method.HALF_MONTH,
    Method.THIRTY_360,
)
"""Methods that need a first and a last day of service."""
BY_DAY = (Method.DAILY, Method.UNITS, Method.PERCENT_COMPLETE, Method.MILESTONE, Method.POINT_IN_TIME)
"""Methods that know what was earned at any day; the others know it at the ends of periods."""

BY_TIME = (*DATED, Method.CUSTOM)
"""Methods by which a line is earned as time goes by."""

MAY_FALL = (Method.UNITS, Method.PERCENT_COMPLETE, Method.MILESTONE, Method.POINT_IN_TIME)
"""Methods whose fraction may fall: a return, a lower percentage, a milestone or an invoice taken back."""

BY_PROGRESS = (Method.UNITS, Method.PERCENT_COMPLETE, Method.MILESTONE, Method.CUSTOM)
"""Methods that read the progress log."""

ON_LEGS = frozenset(Method) - {Method.AS_INVOICED}
"""Methods that earn what is allocated; usage earns what is billed."""


@dataclass(frozen=True, eq=False)
class Terms(Table):
    """What a method needs to know of a row.

    ``trigger_day``: the day from which a ``point_in_time`` row is earned, NO_DAY while it has not come. ``progress``:
    the row's key in the progress log (``units``, ``percent_complete``, ``milestone``, deliveries), with ``whole`` as
    the value at which it is complete; ``custom`` reads its plan under the same key.
    """

    method: Column = column()
    start: Column = column(NO_DAY)
    end: Column = column(NO_DAY)
    trigger_day: Column = column(NO_DAY)
    progress: Column = column(NONE)
    whole: Column = column(1)


@dataclass(frozen=True, eq=False)
class ProgressLog(Table):
    """Cumulative progress: from ``day`` on, the row with this key stands at ``value``. Any order of rows."""

    key: Column = column()
    day: Column = column()
    value: Column = column()


def earned_fraction(
    terms: Terms, day: Column, calendar: Calendar, log: ProgressLog | None = None
) -> Fraction:
    """The fraction of each row earned through ``day`` (one a row).

    Rows of a dated method without dates, and rows without a method, have earned nothing.
    """
    codes = methods_in(terms.method)
    if len(codes) == 1 and codes[0] in ON_LEGS and bool(_usable(terms, Method(codes[0])).all()):
        return _fraction_of(Method(codes[0]), terms, day, calendar, log)
    numerator = np.zeros(len(terms), dtype=np.int64)
    denominator = np.ones(len(terms), dtype=np.int64)
    for code in codes:
        if code in ON_LEGS:
            method = Method(code)
            rows = rows_where(_usable(terms, method) & (terms.method == code))
            n, d = _fraction_of(method, terms.take(rows), day[rows], calendar, log)
            numerator[rows], denominator[rows] = n, d
    return numerator, denominator


def _fraction_of(
    method: Method, terms: Terms, day: Column, calendar: Calendar, log: ProgressLog | None
) -> Fraction:
    """``earned_fraction`` of rows of one method that have all it needs."""
    if method in WEIGHED:
        return WEIGHED[method](terms.start, terms.end, day, calendar)
    if method is not Method.POINT_IN_TIME:
        return _by_progress(terms, day, calendar, log)
    n, d = _once(terms, day)
    delivered = terms.progress != NONE
    if delivered.any():
        by_progress, whole = _by_progress(terms, day, calendar, log)
        n, d = np.where(delivered, by_progress, n), np.where(delivered, whole, d)
    return n, d


def methods_in(method: Column) -> list[int]:
    """The distinct codes of a column of methods, NONE among them, in order."""
    if not method.size:
        return []
    if not differs(method, int(method[0])):
        return [int(method[0])]
    codes: list[int] = (rows_where(np.bincount(method - NONE)) + NONE).tolist()
    return codes


def _usable(terms: Terms, method: Method) -> Mask:
    """Rows with the dates that this method needs."""
    usable: Mask = np.ones(len(terms), dtype=np.bool_)
    if method in DATED:
        usable = (terms.start != NO_DAY) & (terms.end >= terms.start)  # which no absent end is
    elif method is Method.CUSTOM:
        usable = terms.start != NO_DAY
    return usable


def missing_dates(terms: Terms) -> Mask:
    """Rows whose method needs dates that they do not have: they take part in allocation, recognition waits."""
    dated = among(terms.method, DATED)
    without = (terms.start == NO_DAY) | (terms.end == NO_DAY)
    wrong: Mask = (dated & (without | (terms.end < terms.start))) | (
        (terms.method == Method.CUSTOM) & (terms.start == NO_DAY)
    )
    return wrong


def daily(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """Days elapsed / days in the term."""
    days = end - start
    days += 1
    elapsed = day - start
    elapsed += 1
    np.minimum(elapsed, days, out=elapsed)
    np.maximum(elapsed, 0, out=elapsed)
    return elapsed, days


def even(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """Periods touched so far / periods touched in all."""
    first = calendar.period_of(start)
    periods = calendar.period_of(end) - first + 1
    return np.clip(calendar.period_of(day) - first + 1, 0, periods), periods


def prorate_ends(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """First and last period by days / term days; the middle shared evenly."""
    first, last, so_far = _spans(start, end, day, calendar)
    days = end - start + 1
    middle = np.maximum(last - first - 1, 0)
    spread = np.maximum(middle, 1)
    head = calendar.end_of(first) - start + 1
    tail = end - calendar.start_of(last) + 1
    numerator = head * spread + np.clip(so_far, 0, middle) * (days - head - tail)
    return _close(numerator, days * spread, so_far, last - first)


def prorate_ends_by_month(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """Weights: first and last = days covered / days in that period, middle = 1."""
    first, last, so_far = _spans(start, end, day, calendar)
    length = calendar.lengths
    first_days, last_days = length[first], length[last]
    unit = first_days * last_days
    head = (calendar.end_of(first) - start + 1) * last_days
    tail = (end - calendar.start_of(last) + 1) * first_days
    middle = np.maximum(last - first - 1, 0)
    numerator = head + np.clip(so_far, 0, middle) * unit
    return _close(numerator, head + middle * unit + tail, so_far, last - first)


def half_month(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """A period entered on or after its 16th day, or left on or before its 15th, counts one half."""
    first, last, so_far = _spans(start, end, day, calendar)
    head = np.where(start - calendar.start_of(first) + 1 >= 16, 1, 2)
    tail = np.where(end - calendar.start_of(last) + 1 <= 15, 1, 2)
    middle = np.maximum(last - first - 1, 0)
    numerator = head + 2 * np.clip(so_far, 0, middle)
    return _close(numerator, head + 2 * middle + tail, so_far, last - first)


def thirty_360(start: Column, end: Column, day: Column, calendar: Calendar) -> Fraction:
    """Months of 30 days. An end on the last day of February counts as the 30th, a start does not."""
    whole = _days_360(start, end)
    through = np.minimum(calendar.end_of(calendar.period_of(day)), end)
    numerator = np.where(through < start, 0, _days_360(start, through))
    return np.clip(numerator, 0, whole), whole


WEIGHED: dict[Method, Callable[[Column, Column, Column, Calendar], Fraction]] = {
    Method.DAILY: daily,
    Method.EVEN: even,
    Method.PRORATE_ENDS: prorate_ends,
    Method.PRORATE_ENDS_BY_MONTH: prorate_ends_by_month,
    Method.HALF_MONTH: half_month,
    Method.THIRTY_360: thirty_360,
}


def _spans(start: Column, end: Column, day: Column, calendar: Calendar) -> tuple[Column, Column, Column]:
    """First and last period touched, and how many periods after the first the day lies (negative: before)."""
    first = calendar.period_of(start)
    last = calendar.period_of(end)
    inside = len(calendar) - 1
    return np.clip(first, 0, inside), np.clip(last, 0, inside), calendar.period_of(day) - first


def _close(numerator: Column, whole: Column, so_far: Column, span: Column) -> Fraction:
    """Nothing before the first period, all from the last one on (a term inside one period included)."""
    return np.where(so_far < 0, 0, np.where(so_far >= span, whole, numerator)), whole


def _days_360(start: Column, end: Column) -> Column:
    start_year, start_month, start_day, _ = _parts(start)
    end_year, end_month, end_day, next_month = _parts(end)
    last_of_february = (end_month == 1) & (end + 1 == next_month)
    to = np.where(last_of_february, 30, np.minimum(end_day, 30))
    days: Column = (
        360 * (end_year - start_year) + 30 * (end_month - start_month) + to - np.minimum(start_day, 30) + 1
    )
    return days


def _parts(day: Column) -> tuple[Column, Column, Column, Column]:
    """Year, month from 0, day of the month, and the first day of the next month."""
    month = day.astype("datetime64[D]").astype("datetime64[M]")
    number = month.astype(np.int64)
    first = month.astype("datetime64[D]").astype(np.int64)
    following = (month + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64)
    return number // 12, number % 12, day - first + 1, following


def _once(terms: Terms, day: Column) -> Fraction:
    """1 from the trigger's day on."""
    reached = (terms.trigger_day != NO_DAY) & (terms.trigger_day <= day)
    return reached.astype(np.int64), np.ones(len(terms), dtype=np.int64)


def _by_progress(terms: Terms, day: Column, calendar: Calendar, log: ProgressLog | None) -> Fraction:
    """The latest value logged by ``day`` / the whole: returns lower it, what exceeds the whole is overage."""
    whole = np.maximum(terms.whole, 1)
    if log is None:
        return np.zeros(len(terms), dtype=np.int64), whole
    # A custom plan is logged by period offset from the row's first period; all else by day.
    offset = calendar.period_of(day) - calendar.period_of(terms.start)
    at = np.where(terms.method == Method.CUSTOM, offset, day)
    return np.clip(latest_value(log, terms.progress, at), 0, whole), whole


def latest_value(log: ProgressLog, key: Column, at: Column) -> Column:
    """The value that each key stands at on a day: that of its last entry by then, 0 before the first."""
    if not len(log):
        return np.zeros(key.size, dtype=np.int64)
    order = np.lexsort((log.day, log.key))
    keys, days, values = log.key[order], log.day[order], log.value[order]
    # Rank (key, day) pairs of log and question together; on equal days the entry comes before the question.
    both_keys = np.concatenate((keys, key))
    both_days = np.concatenate((days, at))
    asked = np.concatenate((np.zeros(keys.size, dtype=np.int64), np.ones(key.size, dtype=np.int64)))
    ranked = np.lexsort((asked, both_days, both_keys))
    entries = np.cumsum(asked[ranked] == 0)
    last = np.empty(ranked.size, dtype=np.int64)
    last[ranked] = entries - 1
    found = last[keys.size :]
    hit = (found >= 0) & (keys[np.maximum(found, 0)] == key)
    value: Column = np.where(hit, values[np.maximum(found, 0)], 0)
    return value
