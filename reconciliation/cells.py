"""From the program's values to a workbook's cells and back, without losing a digit or a letter.

Each value has one *canonical text*, which both writer and reader can tell and the content hash is made of:

    text, id     itself, after `clean_text`
    numbers      shortest decimal, no exponent, no trailing zeros: 33.3, -5, 0
    dates        2026-03-31
    times        2026-03-31T23:59:59 (UTC)
    empty cell   "" (an empty text and no value are the same cell)

Excel keeps 15 significant digits of a number. A number with more is written as its exact decimal *text*, so that no
digit is lost; such a cell takes no part in subtotals, and the Summary says how many there are.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

EXACT_DIGITS = 15
MAX_TEXT_UNITS = 32_767
FIRST_DATE = date(1900, 3, 1)  # earlier dates stand as text: Excel has none, or has them wrong
_EPOCH = date(1899, 12, 30)
_CUT = "... (cut)"
_SURROGATES = re.compile("[\ud800-\udfff]")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class CellError(Exception):
    """A cell that cannot be read; `message` says why, the caller says where."""

    message: str


def clean_text(text: str) -> str:
    """The text as a cell can hold it: half of a surrogate pair becomes U+FFFD, beyond Excel's limit it is cut
    visibly.
    """
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    if len(text) <= MAX_TEXT_UNITS // 2 or _utf16_units(text) <= MAX_TEXT_UNITS:
        return text
    room = (MAX_TEXT_UNITS - len(_CUT)) * 2
    return text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + _CUT


def unescape_text(text: str) -> str:
    """The text behind Excel's own escapes: `_x000D_` is a carriage return, `_x005F_x000D_` those seven characters."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet program would take the text for a formula if someone edited the cell."""
    return text[:1] in ("=", "+", "-", "@")


def scaled_text(unscaled: int, digits: int) -> str:
    """The canonical text of `unscaled / 10^digits`: (3330, 2) is 33.3."""
    sign = "-" if unscaled < 0 else ""
    figures = str(abs(unscaled))
    if not digits:
        return sign + figures
    figures = figures.zfill(digits + 1)
    fraction = figures[-digits:].rstrip("0")
    return f"{sign}{figures[:-digits]}.{fraction}" if fraction else f"{sign}{figures[:-digits]}"


def fits_a_number(unscaled: int) -> bool:
    """Whether Excel keeps every digit of this integer, wherever its decimal point stands."""
    return abs(unscaled) < 10**EXACT_DIGITS or len(str(abs(unscaled)).rstrip("0")) <= EXACT_DIGITS


def date_serial(day: date) -> int:
    """Excel's number of a date from `FIRST_DATE` on. (It counts a 29 February 1900 that never was, so starts later.)"""
    return (day - _EPOCH).days


def time_serial(moment: datetime) -> str:
    """Excel's number of a naive moment: days, to 10 decimals, which is finer than a second by far."""
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    return scaled_text(date_serial(moment.date()) * 10**10 + round(seconds * 10**10 / 86_400), 10)


def read_number(value: object, digits: int) -> int:
    """The integer, scaled by 10^digits, in a number cell or in an exact decimal text. CellError where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise CellError(f"expected a number such as 1234.50, found {_describe(value)}")
    try:
        number = Decimal(value.strip() if isinstance(value, str) else repr(value))
    except InvalidOperation:
        raise CellError(f"expected a number such as 1234.50, found {_describe(value)}") from None
    if not number.is_finite():
        raise CellError(f"expected a number such as 1234.50, found {_describe(value)}")
    if number and number.adjusted() > 30:
        raise CellError(f"the number {_describe(value)} is larger than any amount")
    scaled = number.scaleb(digits)
    if scaled != scaled.to_integral_value():
        raise CellError(f"{number:f} has more than {digits} decimals")
    return int(scaled)


def read_date(value: object) -> date:
    """The date in a date cell, or in a text such as 2026-03-31. CellError where it is none."""
    if isinstance(value, datetime):
        if value.time().replace(microsecond=0) != datetime.min.time():
            raise CellError(f"expected a date, found the time {value.isoformat(sep=' ')}")
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise CellError(f"expected a date, found {_describe(value)}")


def read_time(value: object) -> datetime:
    """The UTC moment in a date cell, to the nearest second (Excel stores a fraction of a day)."""
    if not isinstance(value, datetime):
        raise CellError(f"expected a time, found {_describe(value)}")
    return (value + timedelta(milliseconds=500)).replace(microsecond=0, tzinfo=UTC)


def read_text(value: object) -> str:
    """The text in a cell. A number in a text column is a person's typing, taken by its shortest decimal."""
    if isinstance(value, str):
        return unescape_text(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise CellError(f"expected text, found {_describe(value)}")
    return f"{Decimal(repr(value)).normalize():f}"


def time_text(moment: datetime) -> str:
    """The canonical text of a moment; it must be aware, so that nobody's zone is guessed."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; a workbook time is a UTC moment.")
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()


def _utf16_units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _describe(value: object) -> str:
    shown = repr(value) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
