"""Oracle's date format models, for TO_CHAR, TO_DATE and TO_TIMESTAMP.

A mask is read into pieces once. A mask whose pieces SQLite's ``strftime`` knows is handed to it (``native_format``),
which keeps grouping a million lines by month fast; all others are rendered here.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall clock of whatever zone the value is in

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ELEMENTS = [
    "SYYYY",
    "YYYY",
    "YYY",
    "YY",
    "RRRR",
    "RR",
    "Y",
    "MONTH",
    "MON",
    "MM",
    "DDD",
    "DD",
    "DY",
    "DAY",
    "D",
    "HH24",
    "HH12",
    "HH",
    "MI",
    "SSSSS",
    "SS",
    "FF9",
    "FF6",
    "FF3",
    "FF",
    "AM",
    "PM",
    "A.M.",
    "P.M.",
    "Q",
    "IYYY",
    "IW",
    "WW",
    "W",
    "J",
    "DS",
    "DL",
    "TS",
    "FM",
    "TZH",
    "TZM",
]
_TOKEN = re.compile(
    r'"([^"]*)"|(' + "|".join(sorted(map(re.escape, _ELEMENTS), key=len, reverse=True)) + r")|([\-/,.;: ])",
    re.IGNORECASE,
)
_NATIVE = {"YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H", "MI": "%M", "SS": "%S", "DDD": "%j"}
_WIDTHS = {
    "YYYY": 4,
    "RRRR": 4,
    "YY": 2,
    "RR": 2,
    "MM": 2,
    "DD": 2,
    "HH24": 2,
    "HH12": 2,
    "HH": 2,
    "MI": 2,
    "SS": 2,
}


class BadMask(ValueError):
    """The format model holds something that Oracle does not know (ORA-01821)."""


class BadDate(ValueError):
    """The text does not fit its format model."""


@lru_cache(maxsize=512)
def pieces(mask: str) -> tuple[tuple[bool, str], ...]:
    """The mask as (is an element, text) pairs; elements keep their letter case, which decides on ``Mon`` or ``MON``."""
    found: list[tuple[bool, str]] = []
    at = 0
    while at < len(mask):
        match = _TOKEN.match(mask, at)
        if match is None:
            raise BadMask(f"date format not recognized: {mask!r} at {mask[at:]!r}")
        quoted, element, mark = match.groups()
        if element is not None:
            found.append((True, element))
        else:
            found.append((False, quoted if quoted is not None else mark))
        at = match.end()
    return tuple(found)


@lru_cache(maxsize=512)
def native_format(mask: str) -> str | None:
    """The same mask for SQLite's strftime, or None where that cannot render it."""
    out: list[str] = []
    for is_element, text in pieces(mask):
        if not is_element:
            out.append(text.replace("%", "%%"))
        elif text.upper() in _NATIVE:
            out.append(_NATIVE[text.upper()])
        else:
            return None
    return "".join(out)


@lru_cache(maxsize=512)
def keeps_order(mask: str) -> bool:
    """True where texts in this mask sort and compare just as the instants do, to the second."""
    elements = [text.upper() for is_element, text in pieces(mask) if is_element]
    return elements == ["YYYY", "MM", "DD", "HH24", "MI", "SS"]


def to_moment(seconds: int) -> datetime:
    """The wall-clock time of a stored date."""
    return EPOCH + timedelta(seconds=seconds)


def to_seconds(moment: datetime) -> int:
    """The stored form of a wall-clock time."""
    return int((moment - EPOCH).total_seconds())


def render(seconds: int, mask: str) -> str:
    """A stored date in the mask."""
    moment = to_moment(seconds)
    out: list[str] = []
    fill = True
    for is_element, text in pieces(mask):
        if is_element and text.upper() == "FM":
            fill = not fill
        else:
            out.append(_element(moment, text, fill) if is_element else text)
    return "".join(out)


def _element(moment: datetime, text: str, fill: bool) -> str:
    name = text.upper()
    if name in {"MONTH", "MON", "DAY", "DY"}:
        word = _MONTHS[moment.month - 1] if name.startswith("MON") else _DAYS[moment.weekday()]
        if name in {"MON", "DY"}:
            word = word[:3]
        elif fill:
            word = word.ljust(9)
        return word.upper() if text.isupper() else (word.lower() if text.islower() else word)
    if name in {"AM", "PM", "A.M.", "P.M."}:
        half = "AM" if moment.hour < 12 else "PM"
        return f"{half[0]}.{half[1]}." if "." in name else half
    if name == "DS":
        return f"{moment.month}/{moment.day}/{moment.year}"
    if name == "TS":
        return f"{(moment.hour % 12) or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"
    if name == "DL":
        return f"{_DAYS[moment.weekday()]}, {_MONTHS[moment.month - 1]} {moment.day:02d}, {moment.year}"
    number, width = _numeric(moment, name)
    return str(number).zfill(width) if fill else str(number)


def _numeric(moment: datetime, name: str) -> tuple[int, int]:
    iso = moment.isocalendar()
    day_of_year = moment.timetuple().tm_yday
    values: dict[str, tuple[int, int]] = {
        "SYYYY": (moment.year, 5),
        "YYYY": (moment.year, 4),
        "RRRR": (moment.year, 4),
        "IYYY": (iso.year, 4),
        "YYY": (moment.year % 1000, 3),
        "YY": (moment.year % 100, 2),
        "RR": (moment.year % 100, 2),
        "Y": (moment.year % 10, 1),
        "Q": ((moment.month + 2) // 3, 1),
        "MM": (moment.month, 2),
        "IW": (iso.week, 2),
        "WW": ((day_of_year + 6) // 7, 2),
        "W": ((moment.day + 6) // 7, 1),
        "DDD": (day_of_year, 3),
        "DD": (moment.day, 2),
        "D": (moment.isoweekday() % 7 + 1, 1),
        "HH24": (moment.hour, 2),
        "HH12": ((moment.hour % 12) or 12, 2),
        "HH": ((moment.hour % 12) or 12, 2),
        "MI": (moment.minute, 2),
        "SS": (moment.second, 2),
        "SSSSS": (moment.hour * 3600 + moment.minute * 60 + moment.second, 5),
        "FF": (0, 6),
        "FF3": (0, 3),
        "FF6": (0, 6),
        "FF9": (0, 9),
        "J": (moment.toordinal() + 1_721_425, 7),
    }
    if name not in values:
        raise BadMask(f"format element {name} is not supported here")
    return values[name]


def parse(text: str, mask: str) -> int:
    """A text in the mask as a stored date; what the mask leaves out is the first of the month, midnight."""
    got = {"year": None, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    half: str | None = None
    at = 0
    for is_element, piece in pieces(mask):
        name = piece.upper()
        if not is_element:
            if at < len(text):
                if text[at] != piece[:1] and not (piece in "-/,.;: " and text[at] in "-/,.;: "):
                    raise BadDate(f"{text!r} does not fit {mask!r}")
                at += len(piece)
            continue
        if name == "FM":
            continue
        if at >= len(text):
            break
        if name in {"MON", "MONTH"}:
            month = next(
                (n for n, m in enumerate(_MONTHS, 1) if text[at : at + len(m)].lower() == m.lower()), None
            )
            length = len(_MONTHS[month - 1]) if month else 3
            if month is None:
                month = next(
                    (n for n, m in enumerate(_MONTHS, 1) if text[at : at + 3].lower() == m[:3].lower()), None
                )
            if month is None:
                raise BadDate(f"{text!r} does not fit {mask!r}")
            got["month"], at = month, at + length
        elif name in {"AM", "PM"}:
            half, at = text[at : at + 2].upper(), at + 2
        else:
            number, at = _take_number(text, at, name, mask)
            _store(got, name, number)
    if at < len(text):
        raise BadDate(f"{text!r} is longer than {mask!r}")
    if half == "PM" and (got["hour"] or 0) < 12:
        got["hour"] = (got["hour"] or 0) + 12
    elif half == "AM" and got["hour"] == 12:
        got["hour"] = 0
    return _assemble(got, text, mask)


def _take_number(text: str, at: int, name: str, mask: str) -> tuple[int, int]:
    if name.startswith("FF"):
        match = re.compile(r"\d{1,9}").match(text, at)
    elif name in _WIDTHS:
        match = re.compile(rf"\d{{1,{_WIDTHS[name]}}}").match(text, at)
    else:
        raise BadMask(f"format element {name} cannot be read from a text")
    if match is None:
        raise BadDate(f"{text!r} does not fit {mask!r}")
    return int(match.group()), match.end()


def _store(got: dict[str, int | None], name: str, number: int) -> None:
    if name in {"YYYY", "RRRR"}:
        got["year"] = number
    elif name in {"YY", "RR"}:
        got["year"] = 2000 + number if number < 50 or name == "YY" else 1900 + number
    elif not name.startswith("FF"):
        key = {"MM": "month", "DD": "day", "MI": "minute", "SS": "second"}.get(name, "hour")
        got[key] = number


def _assemble(got: dict[str, int | None], text: str, mask: str) -> int:
    year = got["year"] if got["year"] is not None else datetime.now(UTC).year
    try:
        moment = datetime(  # noqa: DTZ001
            year, got["month"] or 0, got["day"] or 0, got["hour"] or 0, got["minute"] or 0, got["second"] or 0
        )
    except ValueError as problem:
        raise BadDate(f"{text!r} in {mask!r}: {problem}") from problem
    return to_seconds(moment)
