"""Long lists of keys in parts: a statement takes only so many values (PostgreSQL: 65,535)."""

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

K = TypeVar("K", bound=Any)

SIZE = 10_000


def batches(keys: Iterable[K]) -> Iterator[list[K]]:
    """The distinct keys, sorted, in lists of at most `SIZE`; one empty list where there are none."""
    every = sorted(set(keys))
    for start in range(0, max(len(every), 1), SIZE):
        yield every[start : start + SIZE]
