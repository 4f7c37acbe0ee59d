"""How obligations got their prices, kept from close to close: a row is written only where anything of it changed."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.calendar import EPOCH
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, find_rows
from revrec.accounting.result import Allocations
from revrec.accounting.terms import Method, SspPer, Trigger
from revrec.store.books.prior import standing_closes
from revrec.store.books.rows import Columns, dates, known, numbers, words_of
from revrec.store.core import allocation

AMOUNTS = {
    "quantity_e6": "quantity_e6",
    "price": "price_minor",
    "stated": "stated_minor",
    "weight": "weight",
    "inception": "inception_minor",
    "allocated": "allocated_minor",
    "fixed": "fixed_minor",
    "rest": "rest_minor",
    "lump": "lump_minor",
    "flags": "flags",
}
IDS = {"order_version": "order_version_id", "added_by": "added_by"}
DAYS = {
    "starts": "starts",
    "ends": "ends",
    "leg_from": "leg_from",
    "lump_day": "lump_on",
    "stops": "stops_on",
}
WORDS: dict[str, tuple[str, Callable[[int], Any]]] = {
    "method": ("method", Method),
    "trigger": ("trigger", Trigger),
    "ssp_per": ("ssp_per", SspPer),
}
"""Columns of `Allocations` and of the table, by how they are written."""


def allocation_columns(rows: Allocations) -> Columns:
    """Columns of `allocation`."""
    columns: Columns = {
        "obligation_id": numbers(rows.obligation),
        "contract_id": numbers(rows.contract),
        "ssp_minor": known(rows.ssp, NO_AMOUNT),
    }
    columns |= {name: numbers(getattr(rows, one)) for one, name in AMOUNTS.items()}
    columns |= {name: known(getattr(rows, one)) for one, name in IDS.items()}
    columns |= {name: dates(getattr(rows, one)) for one, name in DAYS.items()}
    columns |= {name: words_of(getattr(rows, one), enum) for one, (name, enum) in WORDS.items()}
    return columns


def changed_allocations(session: Session, rows: Allocations) -> Allocations:
    """The rows that say anything else than the newest that stand; all columns are compared at once."""
    standing = _read_standing(session)
    at = find_rows(standing.obligation, rows.obligation)
    new: Mask = at == NONE
    if not len(standing):
        return rows
    before = standing.take(np.maximum(at, 0))
    for name in ("contract", "ssp", *AMOUNTS, *IDS, *DAYS, *WORDS):
        new |= getattr(rows, name) != getattr(before, name)
    return rows if new.all() else rows.take(new)


def _read_standing(session: Session) -> Allocations:
    """The newest standing row of each obligation. There are few older ones: rows are written where they change."""
    a = allocation.c
    names = ["obligation_id", "contract_id", "ssp_minor"]
    names += [*AMOUNTS.values(), *IDS.values(), *DAYS.values(), *(name for name, _ in WORDS.values())]
    found = session.execute(
        select(*(a[name] for name in names)).where(a.period_close_id.in_(standing_closes())).order_by(a.id)
    ).all()
    if not found:
        return Allocations.empty()
    values = dict(zip(names, zip(*found, strict=True), strict=True))
    size = len(found)
    columns = {
        "obligation": _integers(values["obligation_id"]),
        "contract": _integers(values["contract_id"]),
        "ssp": _integers(values["ssp_minor"], NO_AMOUNT),
        "remaining": np.zeros(size, dtype=np.int64),
    }
    columns |= {one: _integers(values[name]) for one, name in AMOUNTS.items()}
    columns |= {one: _integers(values[name]) for one, name in IDS.items()}
    columns |= {one: _days(values[name]) for one, name in DAYS.items()}
    columns |= {one: _codes(values[name], enum) for one, (name, enum) in WORDS.items()}
    rows = Allocations.of(**columns)
    last = np.zeros(size, dtype=np.bool_)
    _, at = np.unique(rows.obligation[::-1], return_index=True)
    last[size - 1 - at] = True
    return rows.take(last)


def _integers(values: Sequence[int | None], absent: int = NONE) -> Column:
    return np.fromiter(
        (absent if value is None else value for value in values), dtype=np.int64, count=len(values)
    )


def _days(values: Sequence[date | None]) -> Column:
    return np.fromiter(
        (NO_DAY if value is None else value.toordinal() - EPOCH for value in values),
        dtype=np.int64,
        count=len(values),
    )


def _codes(values: Sequence[str], enum: Callable[[int], Any]) -> Column:
    codes = {word: int(enum[word.upper()]) if word else NONE for word in set(values)}  # type: ignore[index]
    return np.fromiter((codes[value] for value in values), dtype=np.int64, count=len(values))
