"""Columns of a result as the columns of its tables: codes as words, days as dates, what is absent as null."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from revrec.accounting.calendar import to_date
from revrec.accounting.columns import NO_DAY, NONE, Column, Table

Columns = dict[str, Sequence[Any]]
"""Values of each column of a database table, all of one length."""
T = TypeVar("T", bound=Table)


def slices(table: T, size: int) -> Iterator[T]:
    """The rows, at most `size` at a time so that memory stays bounded."""
    for start in range(0, len(table), size):
        yield table.take(np.arange(start, min(start + size, len(table))))


def numbers(column: Column) -> list[int]:
    """Plain integers."""
    values: list[int] = column.tolist()
    return values


def known(column: Column, absent: int = NONE) -> list[int | None]:
    """Integers, null where there is none."""
    values = column.tolist()
    if not (column == absent).any():
        return values  # type: ignore[no-any-return]
    return [None if value == absent else value for value in values]


def looked_up(column: Column, meanings: Mapping[int, Any]) -> list[Any]:
    """What each code stands for, null where there is none. A code without a meaning is a defect (`KeyError`)."""
    return [None if value == NONE else meanings[value] for value in column.tolist()]


def texts(column: Column, meanings: Mapping[int, str]) -> list[str]:
    """What each code stands for, empty where it stands for nothing."""
    return [meanings.get(value, "") for value in column.tolist()]


def words_of(column: Column, enum: Callable[[int], Any]) -> list[str]:
    """The names of an enumeration's codes; empty for absent ones and for `NONE`."""
    names = {
        code: "" if code == NONE or enum(code).name == "NONE" else enum(code).name.lower()
        for code in np.unique(column).tolist()
    }
    return [names[value] for value in column.tolist()]


def dates(column: Column) -> list[Any]:
    """Dates, null where there is none."""
    by_day = {day: None if day == NO_DAY else to_date(day) for day in np.unique(column).tolist()}
    return [by_day[value] for value in column.tolist()]


def dictionaries(columns: Columns) -> list[dict[str, Any]]:
    """The same as rows: for a few of them, at the edges."""
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
