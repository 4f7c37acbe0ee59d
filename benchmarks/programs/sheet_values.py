"""The same made-up rows for every writer: in five columns text, an id, a date, an amount in cents, text, and again."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

KINDS = ("text", "id", "date", "amount", "text")
FIRST_DAY = date(2024, 1, 1)


def kind_of(column: int) -> str:
    """What a column holds."""
    return KINDS[column % len(KINDS)]


def rows(count: int, columns: int) -> Iterator[tuple[Any, ...]]:
    """Rows of values; amounts are whole minor units."""
    kinds = [kind_of(column) for column in range(columns)]
    for row in range(count):
        yield tuple(_value(kind, row, column) for column, kind in enumerate(kinds))


def _value(kind: str, row: int, column: int) -> Any:
    if kind == "date":
        return FIRST_DAY + timedelta(days=(row + column) % 900)
    if kind == "amount":
        return (row * 7919 + column * 104729) % 9_000_000 - 1_000_000
    if kind == "id":
        return str(10_000_000 + row * 3 + column)
    return f"Kestrel Systems {row % 1000} plan {column}"
