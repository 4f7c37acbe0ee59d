"""JSON with exact decimal numbers, both ways.

Python's encoder turns a Decimal into a float or refuses it; an amount must reach NetSuite as `33.30`, digit for digit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def encode(value: object) -> str:
    """JSON text of dicts, lists, text, integers, booleans, None and Decimals. A float is refused: it is not exact."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is not a number that JSON can carry")
        return format(value, "f")
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{encode(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(encode(item) for item in value) + "]"
    if value is None or isinstance(value, str | int):
        return json.dumps(value)
    raise TypeError(f"{type(value).__name__} cannot be sent exactly: {value!r}")


def decode(body: bytes) -> Any:
    """Parse JSON, numbers with a fraction as Decimal. Raises ValueError where it is not JSON."""
    return json.loads(body, parse_float=Decimal)
