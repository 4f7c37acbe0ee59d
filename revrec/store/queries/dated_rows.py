"""Rows that are set from a day on and never overwritten: which of them rules."""

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row with the day from which it is valid; empty: always."""

    valid_from: date | None


R = TypeVar("R", bound=Dated)
K = TypeVar("K", bound=Hashable)


def ruling_rows(rows: Iterable[R], key: Callable[[R], K]) -> dict[K, R]:
    """Of rows in the order they were set, for each key the one valid from the latest day, and of those of one day
    the last one set. Rows that are not valid yet are left out by the caller."""
    ruling: dict[K, R] = {}
    for row in rows:
        present = ruling.get(key(row))
        if present is None or (row.valid_from or date.min) >= (present.valid_from or date.min):
            ruling[key(row)] = row
    return ruling
