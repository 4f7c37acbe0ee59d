"""Calendar months as numbers (year * 12 + month - 1), and days."""

import datetime as dt
from fractions import Fraction

DAY = dt.timedelta(days=1)


def month_of(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def first_day(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> dt.date:
    return first_day(month + 1) - DAY


def label(month: int) -> str:
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def days(start: dt.date, end: dt.date) -> int:
    """Inclusive."""
    return (end - start).days + 1


def months_later(day: dt.date, count: int) -> dt.date:
    month = month_of(day) + count
    return min(first_day(month) + DAY * (day.day - 1), last_day(month))


def whole_months(start: dt.date, end: dt.date) -> int | None:
    """How many whole months the inclusive term is, or None where it is no whole number."""
    count = month_of(end + DAY) - month_of(start)
    return count if count > 0 and months_later(start, count) == end + DAY else None


def term(start: dt.date | None, end: dt.date | None, per: str) -> Fraction:
    """The term in the SSP's unit: whole months, else days / 365; ``each``: 1."""
    if per == "each" or start is None or end is None:
        return Fraction(1)
    whole = whole_months(start, end)
    years = Fraction(whole, 12) if whole else Fraction(days(start, end), 365)
    return years if per == "year" else years * 12
