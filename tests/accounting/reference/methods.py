"""F(p) of the twelve methods: the fraction of a line that is earned by the end of a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from .months import DAY, days, first_day, last_day, month_of

BY_PERIOD = {"even", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360", "custom"}
DATED = {"daily", *BY_PERIOD}
BY_SERVICE_DATES = DATED - {"custom"}
METHODS = (
    "point_in_time",
    "daily",
    "even",
    "prorate_ends",
    "prorate_ends_by_month",
    "half_month",
    "thirty_360",
    "units",
    "percent_complete",
    "milestone",
    "custom",
    "as_invoiced",
)


@dataclass(frozen=True)
class Terms:
    """What a method reads of a line."""

    method: str
    trigger: str | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    quantity: Fraction = Fraction(1)
    milestones: tuple[tuple[str, Fraction], ...] = ()
    percentages: tuple[tuple[int, Fraction], ...] = ()

    def fires_on(self) -> str:
        """The trigger of a line at a point in time: ``start`` where dated, else ``delivery``."""
        return self.trigger or ("start" if self.start else "delivery")

    def missing(self) -> str | None:
        """Which date its recognition waits for."""
        if self.method in DATED:
            if self.start is None:
                return "start"
            if self.end is None and self.method != "custom":
                return "end"
        if self.method == "point_in_time" and self.fires_on() == "start" and self.start is None:
            return "start"
        return None


@dataclass(frozen=True)
class Facts:
    """What happened to a line: deliveries (day, what, how much), the order's day, the first day it was billed."""

    ordered: dt.date
    deliveries: tuple[tuple[dt.date, str, object], ...] = ()
    first_billed: dt.date | None = None


def earned(terms: Terms, facts: Facts, through: dt.date) -> Fraction:
    """F at the end of ``through``: a period's last day, or any day for the methods that go by days."""
    if terms.missing():
        return Fraction(0)
    if terms.method == "point_in_time":
        return _at_a_point(terms, facts, through)
    if terms.method in ("units", "percent_complete", "milestone"):
        return _progress(terms, facts, through)
    if terms.method == "as_invoiced":
        return Fraction(0)
    start = terms.start
    if terms.method == "custom":
        offset = month_of(through) - month_of(start)
        return min(Fraction(1), sum((p for o, p in terms.percentages if o <= offset), Fraction(0)) / 100)
    end = terms.end
    if through < start:
        return Fraction(0)
    if through >= end:
        return Fraction(1)
    if terms.method == "daily":
        return Fraction(days(start, through), days(start, end))
    if terms.method == "thirty_360":
        return Fraction(thirty_360(start, through), thirty_360(start, end))
    months = range(month_of(start), month_of(end) + 1)
    weights = [_weight(terms.method, month, start, end) for month in months]
    so_far = sum(w for month, w in zip(months, weights, strict=True) if month <= month_of(through))
    return so_far / sum(weights)


def _weight(method: str, month: int, start: dt.date, end: dt.date) -> Fraction:
    first, last = month_of(start), month_of(end)
    if method == "even":
        return Fraction(1)
    inside = days(max(start, first_day(month)), min(end, last_day(month)))
    if method == "prorate_ends_by_month":
        return Fraction(inside, days(first_day(month), last_day(month)))
    if method == "half_month":
        late = month == first and start.day >= 16
        early = month == last and end.day <= 15
        return Fraction(1, 2) if late or early else Fraction(1)
    if month in (first, last):  # prorate_ends
        return Fraction(inside, days(start, end))
    middle = last - first - 1
    ends = days(start, last_day(first)) + days(first_day(last), end)
    return Fraction(days(start, end) - ends, days(start, end) * middle)


def thirty_360(start: dt.date, end: dt.date) -> int:
    """Inclusive days of 30-day months; the last day of February is 30 as an end, not as a start."""
    d1 = min(start.day, 30)
    d2 = 30 if (end + DAY).month != end.month else min(end.day, 30)
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + (d2 - d1) + 1


def _at_a_point(terms: Terms, facts: Facts, through: dt.date) -> Fraction:
    trigger = terms.fires_on()
    if trigger == "delivery":
        return _progress(terms, facts, through)
    day = {"start": terms.start, "order": facts.ordered, "invoice": facts.first_billed}[trigger]
    return Fraction(int(day is not None and day <= through))


def _progress(terms: Terms, facts: Facts, through: dt.date) -> Fraction:
    """Deliveries on or before the day: quantities add up, the latest percentage stands, milestones are reached once."""
    known = [(kind, value) for day, kind, value in facts.deliveries if day <= through]
    if terms.method == "milestone":
        reached = {value for kind, value in known if kind == "milestone"}
        total = sum((w for _, w in terms.milestones), Fraction(0))
        return (
            sum((w for n, w in terms.milestones if n in reached), Fraction(0)) / total
            if total
            else Fraction(0)
        )
    percent = [value for kind, value in known if kind == "percent"]
    if percent and terms.method in ("percent_complete", "point_in_time"):
        return _between(Fraction(percent[-1]) / 100)
    if terms.method == "percent_complete":
        return Fraction(0)
    return _between(_sum(value for kind, value in known if kind == "quantity") / terms.quantity)


def _sum(values: Iterable[object]) -> Fraction:
    return sum((Fraction(v) for v in values), Fraction(0))


def _between(value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)), Fraction(1))


def cutoff(method: str, effective: dt.date) -> dt.date:
    """Through when "what was recognised before" an effective day reaches: the day before, or the previous period."""
    if method in BY_PERIOD:
        return first_day(month_of(effective)) - DAY
    return effective - DAY
