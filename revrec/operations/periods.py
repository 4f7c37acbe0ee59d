"""Accounting periods by name: calendar months, `2026-03`.

The name is the key everywhere: in the ledger, the API and the workbooks. Days are inclusive.
"""

import re
from calendar import monthrange
from datetime import date, timedelta

from revrec.problems import Invalid

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])\Z")


def period_of(day: date) -> str:
    """The period a day lies in."""
    return f"{day.year:04d}-{day.month:02d}"


def first_day(period: str) -> date:
    """The first day of a period. Raises `Invalid` for what names none."""
    found = _MONTH.match(period)
    if not found or not 1990 <= int(found[1]) <= 2100:
        raise Invalid(f"'{period}' is not a period; write it as 2026-03.", where="period")
    return date(int(found[1]), int(found[2]), 1)


def last_day(period: str) -> date:
    """The last day of a period."""
    start = first_day(period)
    return start.replace(day=monthrange(start.year, start.month)[1])


def next_period(period: str) -> str:
    return period_of(last_day(period) + timedelta(days=1))


def previous_period(period: str) -> str:
    return period_of(first_day(period) - timedelta(days=1))


def periods_between(first: str, last: str) -> list[str]:
    """Every period from `first` to `last`, both included; empty if they are the wrong way round."""
    start, end = first_day(first), first_day(last)
    found = []
    while start <= end:
        found.append(period_of(start))
        start = last_day(found[-1]) + timedelta(days=1)
    return found
