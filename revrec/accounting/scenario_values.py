"""Single values of a scenario: texts, dates, amounts, lists, each checked, each complaint with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from revrec.accounting.calendar import parse_day
from revrec.accounting.money import parse_scaled

AMOUNT_MAX = 10**15
"""Minor units of one amount or price."""
QUANTITY_MAX = 10**12
"""Units of one quantity."""
RATE_MAX = 10**6
"""Base currency units for one unit of the transaction currency."""
YEARS = (1900, 2199)
"""Years that a date of a scenario may lie in."""


class ScenarioError(ValueError):
    """A scenario that cannot be replayed: ``where`` is a path in the file, such as ``events[2].lines[0].amount``."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where, self.message = where, message


def join(where: str, key: str) -> str:
    """The place of a key inside an object."""
    return f"{where}.{key}" if where else key


def mapping(value: object, where: str, required: str, optional: str | None) -> Mapping[str, Any]:
    """An object with these keys (space-separated) and no others; ``optional`` None: any key."""
    if not isinstance(value, Mapping):
        raise ScenarioError(where, "An object is wanted here.")
    if optional is not None:
        allowed = [*required.split(), *optional.split()]
        for key in value:
            if key not in allowed:
                raise ScenarioError(
                    join(where, str(key)), f"This key is unknown here. Known: {', '.join(allowed)}."
                )
    for key in required.split():
        if key not in value:
            raise ScenarioError(join(where, key), "This key is required and missing.")
    return value


def sequence(value: object, where: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ScenarioError(where, "A list is wanted here.")
    return list(value)


def text(keys: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    """A text that says something; a whole number is taken as its digits."""
    value = keys.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ScenarioError(join(where, key), "A text is wanted here.")
    if not str(value).strip() and default is None:
        raise ScenarioError(join(where, key), "This text is empty.")
    return str(value)


def optional_text(keys: Mapping[str, Any], key: str, where: str) -> str | None:
    return text(keys, key, where) if keys.get(key) is not None else None


def choice(value: object, where: str, allowed: Iterable[str]) -> str:
    """One of these words."""
    names = list(allowed)
    if not isinstance(value, str) or value not in names:
        raise ScenarioError(where, f"{value!r} is none of {', '.join(names)}.")
    return value


def day(value: object, where: str) -> int:
    """A date as a day number."""
    try:
        if not isinstance(value, str) or not value.isascii():
            raise ValueError
        found = parse_day(value)
    except ValueError:
        raise ScenarioError(where, f"{value!r} is not a date: write it as 2026-03-31.") from None
    if not YEARS[0] <= int(value[:4]) <= YEARS[1]:
        raise ScenarioError(where, f"The year of a date lies between {YEARS[0]} and {YEARS[1]}.")
    return found


def optional_day(keys: Mapping[str, Any], key: str, where: str) -> int | None:
    return day(keys[key], join(where, key)) if keys.get(key) is not None else None


def number(keys: Mapping[str, Any], key: str, where: str, decimals: int, largest: int) -> int | None:
    """A decimal under a key, scaled by 10**decimals; None where the key is left out."""
    return decimal(keys[key], decimals, join(where, key), largest) if keys.get(key) is not None else None


def decimal(value: object, decimals: int, where: str, largest: int) -> int:
    """A decimal as an integer scaled by 10**decimals, at most ``largest`` (scaled) in size; never a float."""
    if isinstance(value, float):
        raise ScenarioError(where, 'A float is not exact: write the number as a text in quotes, "100.00".')
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ScenarioError(where, 'Write the number as a text in quotes: "100.00".')
    try:
        found = parse_scaled(str(value), decimals)
    except ValueError as error:
        raise ScenarioError(where, str(error)) from None
    if abs(found) > largest:
        raise ScenarioError(where, "This number is larger than this program counts.")
    return found
