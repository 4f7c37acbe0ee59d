"""Reading SuiteQL's text values: whole numbers, yes and no, dates, instants, decimals.

A value that cannot be read raises `AnswerUnreadable`, naming the column: it means a query that asked for it wrongly,
and guessing would lose data silently.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from revrec.netsuite.errors import AnswerUnreadable
from revrec.netsuite.page import Row

SCALE = 10
ZERO = Decimal(0)
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?\Z")


def text(row: Row, key: str) -> str | None:
    """The text, or None where it is null or empty (Oracle knows no empty text)."""
    return row.get(key) or None


def required(row: Row, key: str) -> str:
    """The text; raises where it is null."""
    value = row.get(key)
    if not value:
        raise _unreadable(key, value)
    return value


def whole(row: Row, key: str) -> int:
    """A whole number; raises where it is null or has a fraction."""
    value = required(row, key)
    if value.isascii() and value.isdecimal():
        return int(value)
    number = decimal(row, key)
    if number is None or number != number.to_integral_value():
        raise _unreadable(key, value)
    return int(number)


def flag(row: Row, key: str) -> bool:
    """NetSuite's `T` is true; `F` and null are false; anything else raises."""
    value = row.get(key)
    if value == "T":
        return True
    if value is not None and value not in {"", "F"}:
        raise _unreadable(key, value)
    return False


def day(row: Row, key: str) -> date | None:
    """A date asked for by `suiteql.date_text`."""
    value = row.get(key)
    if not value:
        return None
    found = _read_day(value)
    if found is None:
        raise _unreadable(key, value)
    return found


def moment(row: Row, key: str) -> datetime | None:
    """An instant asked for by `suiteql.utc_text`, in UTC."""
    value = row.get(key)
    if not value:
        return None
    found = _read_moment(value)
    if found is None:
        raise _unreadable(key, value)
    return found


def decimal(row: Row, key: str) -> Decimal | None:
    """An exact decimal; `.5` and `1E+3` are read, thousands separators are refused."""
    value = row.get(key)
    if value is None or value == "":
        return None
    found = _read_decimal(value)
    if found is None:
        raise _unreadable(key, value)
    return found


def scaled_rate(row: Row, key: str) -> int | None:
    """An exchange rate as an integer scaled by 10^10, rounded half away from zero."""
    value = decimal(row, key)
    if value is None:
        return None
    return int((value.scaleb(SCALE)).to_integral_value(rounding="ROUND_HALF_UP"))


# A pull reads few different texts very often: dates, stamps, amounts of prices. What is read of them never changes.


@lru_cache(maxsize=4096)
def _read_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if _DATE.match(value) else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _read_moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if _MOMENT.match(value) else None
    except ValueError:
        return None


@lru_cache(maxsize=16_384)
def _read_decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value) if _PLAIN_NUMBER.match(value) else None
    except InvalidOperation:
        return None


def _unreadable(key: str, value: str | None) -> AnswerUnreadable:
    shown = "nothing" if value is None else repr(value[:60])
    return AnswerUnreadable(f"the query for column {key}", f"it holds {shown} there")
