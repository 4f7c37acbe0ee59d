"""Reading SuiteQL's text values: whole numbers, yes and no, dates, instants, decimals.

A value that cannot be read raises `AnswerUnreadable`, naming the column: it means a query that asked for it wrongly,
and guessing would lose data silently.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

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
    if value not in {None, "", "T", "F"}:
        raise _unreadable(key, value)
    return value == "T"


def day(row: Row, key: str) -> date | None:
    """A date asked for by `suiteql.date_text`."""
    value = row.get(key)
    if not value:
        return None
    try:
        if _DATE.match(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise _unreadable(key, value)


def moment(row: Row, key: str) -> datetime | None:
    """An instant asked for by `suiteql.utc_text`, in UTC."""
    value = row.get(key)
    if not value:
        return None
    try:
        if _MOMENT.match(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    raise _unreadable(key, value)


def decimal(row: Row, key: str) -> Decimal | None:
    """An exact decimal; `.5` and `1E+3` are read, thousands separators are refused."""
    value = row.get(key)
    if value is None or value == "":
        return None
    if not _PLAIN_NUMBER.match(value):
        raise _unreadable(key, value)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise _unreadable(key, value) from None


def scaled_rate(row: Row, key: str) -> int | None:
    """An exchange rate as an integer scaled by 10^10, rounded half away from zero."""
    value = decimal(row, key)
    if value is None:
        return None
    return int((value.scaleb(SCALE)).to_integral_value(rounding="ROUND_HALF_UP"))


def _unreadable(key: str, value: str | None) -> AnswerUnreadable:
    shown = "nothing" if value is None else repr(value[:60])
    return AnswerUnreadable(f"the query for column {key}", f"it holds {shown} there")
