"""Rows that are set from a day on: which of them rules for each of many keys and days."""

import numpy as np

from revrec.accounting.columns import NO_DAY, NONE, Column, find_rows, group_rows

_SPAN = 2**24
"""More days than lie between any two dates that a database holds."""


def newest_rows(held: tuple[Column, ...], since: Column, wanted: tuple[Column, ...], day: Column) -> Column:
    """For each wanted key, the row of `held` with that key which is valid from the latest day not after its `day`.

    Among rows of one key and day the last one rules, so they come in the order in which they were set. `since` is
    `NO_DAY` where a row always holds. `NONE` where no row is valid.
    """
    if not since.size or not day.size:
        return np.full(day.size, NONE, dtype=np.int64)
    group, _ = group_rows(*(np.concatenate(pair) for pair in zip(held, wanted, strict=True)))
    own, asked = group[: since.size], group[since.size :]
    begins = own * _SPAN + np.where(since == NO_DAY, 0, since + _SPAN // 2)
    order = np.argsort(begins, kind="stable")
    at = np.searchsorted(begins[order], asked * _SPAN + day + _SPAN // 2, side="right") - 1
    found = order[np.maximum(at, 0)]
    rows: Column = np.where((at >= 0) & (own[found] == asked), found, NONE)
    return rows


def last_rows(key: Column, wanted: Column) -> Column:
    """For each wanted key the last row that has it, `NONE` where none has."""
    if not key.size:
        return np.full(wanted.size, NONE, dtype=np.int64)
    kept, at = np.unique(key[::-1], return_index=True)
    row = find_rows(kept, wanted)
    found: Column = np.where(row == NONE, NONE, key.size - 1 - at[np.maximum(row, 0)])
    return found


def pick(values: Column, rows: Column, missing: int) -> Column:
    """The values of these rows; `missing` where a row is `NONE`."""
    if not values.size:
        return np.full(rows.size, missing, dtype=np.int64)
    found: Column = np.where(rows == NONE, missing, values[np.maximum(rows, 0)])
    return found
