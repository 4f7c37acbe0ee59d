"""Oracle's date arithmetic on stored dates: ADD_MONTHS, LAST_DAY, MONTHS_BETWEEN, TRUNC."""

from __future__ import annotations

from calendar import monthrange
from datetime import timedelta

from sample_data.netsuite.masks import BadMask, to_moment, to_seconds


def add_months(seconds: int, months: int) -> int:
    """Oracle's ADD_MONTHS: the last day of a month stays a last day."""
    moment = to_moment(seconds)
    index = moment.year * 12 + moment.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = monthrange(year, month)[1]
    was_last = moment.day == monthrange(moment.year, moment.month)[1]
    return to_seconds(moment.replace(year=year, month=month, day=last if was_last else min(moment.day, last)))


def last_day(seconds: int) -> int:
    """The last day of the month, at the same time of day."""
    moment = to_moment(seconds)
    return to_seconds(moment.replace(day=monthrange(moment.year, moment.month)[1]))


def months_between(later: int, earlier: int) -> float:
    """Oracle's MONTHS_BETWEEN: whole where the days agree or both are last days, else by 31sts."""
    a, b = to_moment(later), to_moment(earlier)
    whole = (a.year - b.year) * 12 + a.month - b.month
    ends = a.day == monthrange(a.year, a.month)[1] and b.day == monthrange(b.year, b.month)[1]
    if a.day == b.day or ends:
        return float(whole)
    in_days = (a - a.replace(day=1, hour=0, minute=0, second=0)) - (
        b - b.replace(day=1, hour=0, minute=0, second=0)
    )
    return whole + in_days.total_seconds() / (31 * 86_400)


def truncate(seconds: int, unit: str) -> int:
    """TRUNC(date, unit): the first moment of the day, week, month, quarter or year."""
    moment = to_moment(seconds).replace(hour=0, minute=0, second=0)
    name = unit.upper()
    if name in {"DD", "DDD", "J"}:
        return to_seconds(moment)
    if name in {"MM", "MONTH", "MON"}:
        return to_seconds(moment.replace(day=1))
    if name in {"Q"}:
        return to_seconds(moment.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1))
    if name in {"YYYY", "YEAR", "YY", "Y"}:
        return to_seconds(moment.replace(month=1, day=1))
    if name == "IW":
        return to_seconds(moment - timedelta(days=moment.weekday()))
    if name in {"DAY", "DY", "D"}:
        return to_seconds(moment - timedelta(days=(moment.weekday() + 1) % 7))
    raise BadMask(f"TRUNC does not know the unit {unit!r}")
