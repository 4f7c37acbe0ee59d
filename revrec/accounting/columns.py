"""Tables of integer columns.

Every fact that the core reads or returns is a frozen table: one int64 NumPy array per column, all of one length. Text
is interned to integer codes by the caller. Amounts are minor units (cents, yen, fils), dates are days since
1970-01-01, periods are indexes into the book's calendar, quantities are scaled by 10**6 and rates by 10**10.

The sum of the absolute amounts of one book stays below 2**62; single amounts are proven up to 10**15.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Column: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

Each: TypeAlias = int | Column
"""One number for all rows, or a column with one for each."""

NONE = -1
"""No such thing: an id, a code or a reference that is absent."""
NO_DAY = -(2**40)
"""No date. Far outside every calendar, and safe to subtract."""
NO_AMOUNT = -(2**62)
"""No amount: a price that is not known (zero is a price)."""
REQUIRED = object()
MANY = 200
"""Rows from which on it pays to lay out a table of ids, or to pack keys into one, instead of sorting and searching."""


def column(default: object = REQUIRED) -> Any:
    """A column; ``default`` fills it where ``Table.of`` is not given it. Without a default it must be given."""
    return field(metadata={"default": default})


_columns: dict[type[Table], dict[str, object]] = {}
_empty: dict[type[Table], Any] = {}


def _columns_of(table: type[Table]) -> dict[str, object]:
    """The columns of a table and their defaults; ``dataclasses.fields`` would work them out at every question, which
    small books feel."""
    found = _columns.get(table)
    if found is None:
        found = _columns[table] = {f.name: f.metadata["default"] for f in fields(table)}
    return found


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length. Build with ``of`` (defaults filled in), ``empty`` or ``concat``."""

    @classmethod
    def of(cls, **columns: ArrayLike) -> Self:
        """A table of the given columns; scalars are repeated, columns left out take their default.

        Raises ``TypeError`` for an unknown or missing column and ``ValueError`` for columns of unequal length.
        """
        known = _columns_of(cls)
        if not columns.keys() <= known.keys():
            unknown = ", ".join(sorted(columns.keys() - known.keys()))
            raise TypeError(f"{cls.__name__} has no column {unknown}.")
        arrays = {name: np.asarray(value, dtype=np.int64) for name, value in columns.items()}
        lengths = {a.size for a in arrays.values() if a.ndim == 1}
        if len(lengths) > 1:
            raise ValueError(f"The columns of {cls.__name__} differ in length: {sorted(lengths)}.")
        size = lengths.pop() if lengths else (1 if arrays else 0)
        full: dict[str, Column] = {}
        for name, default in known.items():
            given = arrays.get(name)
            if given is None:
                if default is REQUIRED and size:
                    raise TypeError(f"{cls.__name__} needs the column {name}.")
                full[name] = filled(size, 0 if default is REQUIRED else default)
            else:
                full[name] = given if given.ndim == 1 else filled(size, given)
        return cls(**full)

    @classmethod
    def empty(cls) -> Self:
        """The table without rows: one value for all who ask."""
        found: Self | None = _empty.get(cls)
        if found is None:
            nothing = np.zeros(0, dtype=np.int64)
            found = _empty[cls] = cls(**dict.fromkeys(_columns_of(cls), nothing))
        return found

    @classmethod
    def concat(cls, tables: Iterable[Self]) -> Self:
        """The rows of all tables, in their order."""
        parts = [t for t in tables if len(t)]
        if not parts:
            return cls.empty()
        if len(parts) == 1:
            return parts[0]
        return cls(**{name: np.concatenate([getattr(t, name) for t in parts]) for name in _columns_of(cls)})

    def __len__(self) -> int:
        first: Column
        for first in self.__dict__.values():
            return int(first.size)
        return 0

    def take(self, rows: Column | Mask) -> Self:
        """The rows at these indexes, or where the mask is true: all of them are this very table."""
        if rows.dtype == np.bool_:
            count = int(np.count_nonzero(rows))
            if count == rows.size:
                return self
            rows = rows_where(rows) if count else rows[:0]
        if not rows.size:
            return self.empty()
        return type(self)(**{name: column[rows] for name, column in self.__dict__.items()})

    def equals(self, other: Self) -> bool:
        """Whether both have the same rows in the same order."""
        pairs = zip(self.__dict__.values(), other.__dict__.values(), strict=True)
        return all(mine is theirs or mine.tobytes() == theirs.tobytes() for mine, theirs in pairs)

    def columns(self) -> dict[str, Column]:
        """Name to array, in the order of declaration."""
        return dict(self.__dict__)

    def rows(self) -> list[dict[str, int]]:
        """The rows as dictionaries of Python integers: for a few rows, at the edges and in tests."""
        cols = {name: array.tolist() for name, array in self.__dict__.items()}
        return [dict(zip(cols, values, strict=True)) for values in zip(*cols.values(), strict=True)]


def keep_freed_memory() -> None:
    """Let columns that come and go use the same memory again, instead of asking the system for it each time.

    glibc gives memory back by the size of the largest block it ever freed: so free one of 32 MB, its limit, that was
    never touched. Elsewhere this does nothing.
    """
    np.empty(2**22 - 2**10, dtype=np.int64)


def filled(size: int, value: Any) -> Column:
    """A column of so many rows that all hold one value: ``np.full`` of integers, with less ado for a few rows."""
    column = np.empty(size, dtype=np.int64)
    column.fill(value)
    return column


def spread(size: int, value: Each) -> Column:
    """A column of so many rows, of one value for all or of one for each."""
    return filled(size, value) if isinstance(value, int) else value


def rows_where(true: Column | Mask) -> Column:
    """The rows for which a mask is true, or a number not zero: ``np.flatnonzero`` with less ado for a few rows."""
    rows: Column = true.nonzero()[0]
    return rows


def each_of(value: Each, rows: Column) -> Each:
    """The numbers of these rows; the one number that holds for all."""
    return value if isinstance(value, int) else value[rows]


def among(codes: Column, wanted: Iterable[int]) -> Mask:
    """Rows whose code, NONE to 62, is one of a few: ``np.isin`` for columns of small codes, and sooner done."""
    is_wanted = np.zeros(64, dtype=np.bool_)
    for code in wanted:
        is_wanted[code] = True
    found: Mask = is_wanted[codes]  # NONE is -1: the last
    return found


def sum_by(group: Column, values: Column, size: int) -> Column:
    """Exact integer sums of ``values`` per group 0..size-1 (``bincount`` would go through floats)."""
    out = np.zeros(size, dtype=np.int64)
    np.add.at(out, group, values)
    return out


def differs(values: Column, ordinary: int) -> bool:
    """Whether any value is another than the ordinary one. At once where one value stands for the whole column."""
    if values.size and values.strides == (0,):
        return bool(values[0] != ordinary)
    return bool(np.count_nonzero(values != ordinary))


def find_rows(ids: Column, wanted: Column) -> Column:
    """For each wanted id the row of ``ids`` that holds it, ``NONE`` where there is none. Ids are unique."""
    if not ids.size or not wanted.size:
        return filled(wanted.size, NONE)
    if ids.size == wanted.size and np.count_nonzero(ids == wanted) == ids.size:
        return np.arange(ids.size, dtype=np.int64)
    if ids.size + wanted.size >= MANY:
        low, high = int(ids.min()), int(ids.max())
        if high - low < 8 * ids.size + 1024:
            return _look_up(ids, wanted, low, high)
    order = ids.argsort(kind="stable")
    ranked = ids[order]
    at = np.minimum(ranked.searchsorted(wanted), ids.size - 1)
    found: Column = np.where(ranked[at] == wanted, order[at], NONE)
    return found


def _look_up(ids: Column, wanted: Column, low: int, high: int) -> Column:
    """``find_rows`` of ids that lie close together, as those of a database do: a table instead of a search."""
    table = filled(high - low + 1, NONE)
    table[ids - low] = np.arange(ids.size)
    inside = (wanted >= low) & (wanted <= high)
    return np.where(inside, table[np.where(inside, wanted - low, 0)], NONE)


def group_rows(*keys: Column | Mask) -> tuple[Column, Column]:
    """Number the distinct combinations of the keys, in sorted order.

    Returns ``(group, first)``: the group of each row, and for each group the first row that belongs to it.
    """
    size = keys[0].size
    if size < 2:
        alone = np.zeros(size, dtype=np.int64)
        return alone, alone.copy()
    new = np.zeros(size, dtype=bool)
    new[0] = True
    packed = _pack(keys)
    if packed is not None:
        if bool((packed[1:] > packed[:-1]).all()):
            every = np.arange(size, dtype=np.int64)
            return every, every.copy()
        order = np.argsort(packed, kind="stable")
        ranked = packed[order]
        np.not_equal(ranked[1:], ranked[:-1], out=new[1:])
    else:
        order = np.lexsort(keys[::-1])
        for key in keys:
            values = key[order]
            new[1:] |= values[1:] != values[:-1]
    group = np.empty(size, dtype=np.int64)
    group[order] = new.cumsum() - 1
    return group, order[new]


def sort_rows(*keys: Column | Mask) -> Column:
    """The rows in order of the first key, then the second and so on; equal rows stay in their order."""
    if keys[0].size < 2:
        return np.zeros(keys[0].size, dtype=np.int64)
    packed = _pack(keys)
    if packed is None:
        return np.lexsort(keys[::-1]).astype(np.int64)
    return np.argsort(packed, kind="stable").astype(np.int64)


def _pack(keys: tuple[Column | Mask, ...]) -> Column | None:
    """One key that sorts like all of them, where their spans fit into 62 bits: one sort instead of one a key."""
    if keys[0].size < MANY:
        return None
    packed = np.zeros(keys[0].size, dtype=np.int64)
    room = 2**62
    for key in keys:
        low, high = int(key.min()), int(key.max())
        span = high - low + 1
        if span == 1:
            continue
        room //= span
        if room == 0:
            return None
        packed *= span
        packed += key
        packed -= low
    return packed


def distinct(ids: Column) -> Column:
    """Every id once, in order."""
    if ids.size < 2:
        return ids
    low, high = int(ids.min()), int(ids.max())
    if high - low < 8 * ids.size + 1024:
        seen = np.zeros(high - low + 1, dtype=np.bool_)
        seen[ids - low] = True
        found: Column = rows_where(seen) + low
        return found
    return np.unique(ids)
