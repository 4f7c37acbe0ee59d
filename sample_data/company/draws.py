"""Seeded draws that can be repeated for any one record without making the ones before it.

Every record has its own stream, keyed by (seed, kind of record, number), so order 900,000 comes out the same whether
or not the 899,999 others were made, and a million documents need no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")

_MASK = (1 << 64) - 1


def draw(seed: int, kind: int, number: int) -> int:
    """64 well-mixed bits for one record (splitmix64); ten times cheaper than a generator of its own."""
    z = (seed * 0x9E3779B97F4A7C15 + kind * 0xD1B54A32D192ED03 + number * 0x8CB92BA72F3D8DD7) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def stream(seed: int, kind: int, number: int) -> Random:
    """A generator of its own for one record."""
    return Random(draw(seed, kind, number))


def pick_weighted(bits: int, choices: Sequence[tuple[Item, int]]) -> Item:
    """The choice that `bits` falls on; weights are per cent and add up to 100."""
    point = bits % 100
    for item, weight in choices:
        point -= weight
        if point < 0:
            return item
    raise ValueError("weights must add up to 100")
