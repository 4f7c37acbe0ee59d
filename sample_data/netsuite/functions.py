"""Functions registered in SQLite for what SQL alone cannot say. Each takes and gives SQLite values; NULL gives NULL."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from sample_data.netsuite import date_arithmetic, masks
from sample_data.netsuite.dialect import read_number
from sample_data.netsuite.rendering import number_text
from sample_data.netsuite.zones import Zone


def register(connection: sqlite3.Connection, zone: Zone) -> None:
    """Give a connection all the functions that compiled queries call."""
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "ns_to_char": (2, masks.render),
        "ns_to_date": (2, masks.parse),
        "ns_utc": (2, lambda seconds, name: (_zone(name) if name else zone).to_utc(seconds)),
        "ns_in_zone": (2, lambda seconds, name: _zone(name).from_utc(seconds)),
        "ns_add_months": (2, date_arithmetic.add_months),
        "ns_last_day": (1, date_arithmetic.last_day),
        "ns_months_between": (2, date_arithmetic.months_between),
        "ns_truncate": (2, date_arithmetic.truncate),
        "ns_to_number": (1, _to_number),
        "ns_divide": (2, _divide),
        "ns_power": (2, _power),
        "ns_round": (2, _rounder(ROUND_HALF_UP)),
        "ns_trunc": (2, _rounder(ROUND_DOWN)),
        "ns_upper": (1, lambda text: str(text).upper()),
        "ns_lower": (1, lambda text: str(text).lower()),
        "ns_initcap": (1, _initcap),
        "ns_instr": (4, _instr),
        "ns_lpad": (3, _lpad),
        "ns_rpad": (3, _rpad),
        "ns_regexp_substr": (3, _optional(_regexp_substr)),
        "ns_regexp_replace": (3, _optional(_regexp_replace)),
        "ns_regexp_like": (3, _optional(_regexp_like)),
        "ns_regexp_instr": (3, _optional(_regexp_instr)),
        "ns_regexp_count": (3, _optional(_regexp_count)),
    }
    for name, (arguments, function) in functions.items():
        wrapped = function if name.startswith("ns_regexp") else _strict(function)
        connection.create_function(name, arguments, wrapped, deterministic=True)
    optional: dict[str, tuple[int, Callable[..., Any]]] = {
        "ns_number_text": (2, _number_text),
        "ns_number_mask": (3, _number_mask),
        "ns_ceil": (2, _whole(ROUND_CEILING)),
        "ns_floor": (2, _whole(ROUND_FLOOR)),
    }
    for name, (arguments, function) in optional.items():
        connection.create_function(name, arguments, _optional(function), deterministic=True)


@lru_cache(maxsize=64)
def _zone(name: str) -> Zone:
    return Zone(name)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: None if None in values else function(*values)


def _optional(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda first, *rest: None if first is None else function(first, *rest)


def _to_number(text: Any) -> float:
    number = read_number(str(text))
    if number is None:
        raise ValueError(f"invalid number {text!r}")
    return float(number)


def _divide(left: float, right: float) -> float:
    if right == 0:
        raise ZeroDivisionError("divisor is equal to zero")
    return left / right


def _power(base: float, exponent: float) -> float:
    return math.pow(base, exponent)


def _rounder(rounding: str) -> Callable[[float, int], int]:
    def cut(number: float, places: int) -> int:
        # Fifteen digits first: the float 2.675 stands for 2.675, though it is a little less.
        exact = Decimal(f"{number:.15g}").quantize(Decimal(1).scaleb(-places), rounding=rounding)
        return int(exact.scaleb(max(places, 0)))

    return cut


def _whole(rounding: str) -> Callable[[Any, int | None], int]:
    def cut(number: Any, scale: int | None) -> int:
        exact = Decimal(f"{number:.15g}") if scale is None else Decimal(number).scaleb(-scale)
        return int(exact.to_integral_value(rounding=rounding))

    return cut


def _number_text(number: Any, scale: int | None) -> str:
    return number_text(number, scale)


def _number_mask(number: Any, scale: int | None, mask: str) -> str:
    """TO_CHAR(number, mask) for masks of 9, 0, comma, point, ``FM`` and ``$``."""
    fill = mask.upper().startswith("FM")
    body = mask[2:] if fill else mask
    if not re.fullmatch(r"\$?[90,]*(\.[90]*)?", body):
        raise ValueError(f"number format {mask!r} is not supported")
    whole, _, fraction = body.lstrip("$").partition(".")
    exact = Decimal(number_text(number, scale)).quantize(
        Decimal(1).scaleb(-len(fraction)), rounding=ROUND_HALF_UP
    )
    digits = f"{abs(exact):,f}" if "," in whole else f"{abs(exact):f}"
    shown_whole, _, shown_fraction = digits.partition(".")
    least = len(whole.replace(",", "").lstrip("9"))
    shown_whole = shown_whole.zfill(least) if least else ("" if shown_whole == "0" else shown_whole)
    text = ("-" if exact < 0 else ("" if fill else " ")) + ("$" if body.startswith("$") else "") + shown_whole
    return text + (f".{shown_fraction}" if fraction else "")


def _initcap(text: str) -> str:
    return re.sub(r"[^\W_]+", lambda word: word.group().capitalize(), text)


def _instr(text: str, part: str, start: int, occurrence: int) -> int:
    if start < 0:
        at = len(text) + start + 1
        for _ in range(occurrence):
            at = text.rfind(part, 0, at + len(part) - 1)
            if at < 0:
                return 0
        return at + 1
    at = start - 2
    for _ in range(occurrence):
        at = text.find(part, at + 1)
        if at < 0:
            return 0
    return at + 1


def _lpad(text: str, width: int, filler: str) -> str:
    missing = max(0, width - len(text))
    return (filler * (missing // len(filler) + 1))[:missing] + text[:width]


def _rpad(text: str, width: int, filler: str) -> str:
    missing = max(0, width - len(text))
    return text[:width] + (filler * (missing // len(filler) + 1))[:missing]


def _regexp_substr(text: str, pattern: str, _: Any) -> str | None:
    found = re.search(pattern, text)
    return found.group() or None if found else None


def _regexp_replace(text: str, pattern: str, new: str | None) -> str | None:
    return re.sub(pattern, new or "", text) or None


def _regexp_like(text: str, pattern: str, flags: str | None) -> int:
    return int(re.search(pattern, text, re.IGNORECASE if flags and "i" in flags else 0) is not None)


def _regexp_instr(text: str, pattern: str, _: Any) -> int:
    found = re.search(pattern, text)
    return found.start() + 1 if found else 0


def _regexp_count(text: str, pattern: str, _: Any) -> int:
    return len(re.findall(pattern, text))
