"""Sharing amounts by weights that whole numbers hold only nearly.

What remains of an obligation weighs its inception weight times what is left of it, which is a fraction. Columns keep
it as a whole number, with a bound of what rounding left out; a group where that much could move a minor unit is shared
once more, by exact fractions. Invariant: the parts are those of the exact weights, to the unit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from revrec.accounting.columns import Column, Mask, rows_where, sum_by
from revrec.accounting.money import apportion

Exact: TypeAlias = NDArray[Any]
"""A column of Python integers and fractions."""
FLOAT_ROOM = 1e-12
"""More than the error of a fraction that is worked out in floats."""


@dataclass(frozen=True, eq=False)
class Weights:
    """Weights of all obligations on one scale per contract.

    ``near``: whole numbers >= 0; ``slack``: how far the exact weight may lie from them, 0 where they are exact;
    ``exact``: the exact weights of some rows, on any one scale per contract.
    """

    near: Column
    slack: Column
    exact: Callable[[Column], Exact]


def share_by_weight(
    amount: Column, weights: Weights, rows: Column, group: Column, fallback: Column
) -> Column:
    """``apportion`` of each group's amount over these rows (indexes) by their exact weights.

    ``group``: the group of each of the rows. ``fallback`` (one per row) weighs where all weights of a group are zero.
    """
    near, slack = weights.near[rows], weights.slack[rows]
    part = apportion(amount, near, group, amount.size, fallback)
    if not slack.any():
        return part
    doubt = _in_doubt(amount, near, slack, group, part)
    again = rows_where(doubt[group])
    if not again.size:
        return part
    again = again[np.argsort(group[again], kind="stable")]
    exact = weights.exact(rows[again])
    ends = rows_where(np.diff(group[again], append=-1))
    start = 0
    for end in (ends + 1).tolist():
        mine = again[start:end]
        part[mine] = largest_remainder(
            int(amount[group[mine[0]]]), exact[start:end].tolist(), fallback[mine].tolist()
        )
        start = end
    return part


def largest_remainder(amount: int, weights: list[Fraction | int], fallback: list[int]) -> list[int]:
    """One amount over exact weights: on its absolute value, ties to the later one."""
    if not any(weights):
        weights = [max(weight, 0) for weight in fallback]
    if not any(weights):
        weights = [1] * len(weights)
    common = lcm(*(weight.denominator for weight in weights))
    whole = [int(weight * common) for weight in weights]
    total = sum(whole)
    parts = [abs(amount) * weight // total for weight in whole]
    rest = [abs(amount) * weight - part * total for weight, part in zip(whole, parts, strict=True)]
    first = sorted(range(len(parts)), key=lambda row: (rest[row], row), reverse=True)
    for row in first[: abs(amount) - sum(parts)]:
        parts[row] += 1
    return [-part for part in parts] if amount < 0 else parts


def _in_doubt(amount: Column, near: Column, slack: Column, group: Column, part: Column) -> Mask:
    """Groups in which weights as far off as their slack allows could give a unit to another row.

    Only the rows on both sides of the line between those that got a unit of the remainder and those that did not can
    change places. A share that is whole, or nearly so, comes to the same part from either side.
    """
    size = amount.size
    total, loose = sum_by(group, near, size), sum_by(group, slack, size)
    whole = np.abs(amount)
    with np.errstate(over="ignore"):
        rest = whole[group] * near - np.abs(part) * total[group]  # less than the total: exact modulo 2**64
    got = rest < 0
    left = np.where(got, rest + total[group], rest) / np.maximum(total, 1)[group]
    lowest, highest = np.ones(size), np.zeros(size)
    np.minimum.at(lowest, group[got], left[got])
    np.maximum.at(highest, group[~got], left[~got])
    error = 2.1 * whole * loose / np.maximum(total, 1) + FLOAT_ROOM
    doubt: Mask = (loose > 0) & ((lowest - highest <= 2 * error) | (error > 0.2) | (100 * loose > total))
    return doubt
