"""What may pass through the engine: small plain JSON.

A step's result is stored and, after a restart, read instead of running the step. A value that JSON changes on
the way (a tuple, a date, an int key) would make the replay differ from the first run, so a value is either
refused or given back in the very form in which it will be read later. Bulk rows go to the database; a step
returns a count and a key.
"""

import json
from typing import Any

from revrec.problems import RevRecError

LIMIT_BYTES = 256 * 1024


class NotStorable(RevRecError):
    """A value that the engine cannot hold. `where` names the step or workflow and the place in the value."""

    code = "not_storable"


def plain(value: Any, where: str) -> Any:
    """The value as it will be read back (tuples are lists). Raises `NotStorable` for what is not JSON or too big."""
    copied = _copy(value, where)
    try:
        size = len(json.dumps(copied, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise NotStorable(
            f"{where} holds half of a surrogate pair, which is not text.", where=where
        ) from None
    if size > LIMIT_BYTES:
        raise NotStorable(
            f"{where} is {size:,} bytes; the limit is {LIMIT_BYTES:,}. "
            "Write the rows to the database and pass their count and key.",
            where=where,
        )
    return copied


def is_plain(value: Any) -> bool:
    """Whether `plain` would take the value."""
    try:
        plain(value, "value")
    except NotStorable:
        return False
    return True


def _copy(value: Any, where: str) -> Any:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        if value != value or value in (float("inf"), float("-inf")):
            raise NotStorable(f"{where} is {value}, which JSON cannot hold.", where=where)
        return value
    if isinstance(value, list | tuple):
        return [_copy(item, f"{where}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, dict):
        for key in value:
            if type(key) is not str:
                raise NotStorable(f"{where} has the key {key!r}; only text keys can be stored.", where=where)
        return {key: _copy(item, f"{where}.{key}") for key, item in value.items()}
    raise NotStorable(
        f"{where} is a {type(value).__name__}; pass text, whole numbers, true/false, lists and objects "
        "(a date as its ISO text, money as minor units).",
        where=where,
    )
