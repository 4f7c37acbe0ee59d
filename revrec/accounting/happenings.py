# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""What happens to contracts after inception, in the order in which each contract meets it.

By date, with one exception. A catch-up, a price change and a retrospective credit go back to inception, or to the
latest prospective modification; what lowers only the rest, or revenue at once (cancels and other credits), goes on top
of them. So within such a stretch the former come first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.columns import (
    Column,
    Table,
    column,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
)
from revrec.accounting.terms import ChangeKind, CreditTreatment, Treatment


@dataclass(frozen=True, eq=False)
class Credits(Table):
    """Credit memo lines that touch revenue: rows of the book's contracts and obligations, ``amount`` positive."""

    contract: Column = column()
    obligation: Column = column()  # NONE: over the contract's lines of ``product``, else over all
    product: Column = column()
    amount: Column = column()
    treatment: Column = column()  # CreditTreatment
    day: Column = column()
    document: Column = column()
    line: Column = column()


@dataclass(frozen=True, eq=False)
class Happenings:
    """One row per event, in the order in which each contract meets them; ``turn``: its number in its contract."""

    contract: Column
    kind: Column
    day: Column
    ref: Column  # modification: its id; else the row in Changes or Credits
    turn: Column


def order_happenings(book: Book, credits: Credits, treatment: Column) -> Happenings:
    """By contract, stretch, what goes back before what does not, date, kind and sequence; a modification of many lines
    happens once. ``treatment``: Treatment of each row of the book's changes, as decided.
    """
    changes = book.changes
    modified = rows_where(changes.kind == ChangeKind.MODIFICATION)
    _, lead = group_rows(changes.id[modified])
    modified = modified[lead]
    others = rows_where(changes.kind != ChangeKind.MODIFICATION)
    rows = np.concatenate((modified, others))
    home = find_rows(book.contracts.id, changes.contract[rows])
    size = len(credits)
    contract = np.concatenate((home, credits.contract))
    kind = np.concatenate((changes.kind[rows], filled(size, int(ChangeKind.CREDIT))))
    day = np.concatenate((changes.day[rows], credits.day))
    sequence = np.concatenate((changes.sequence[rows], credits.document))
    ref = np.concatenate((changes.id[modified], others, np.arange(size, dtype=np.int64)))
    tie = np.concatenate((changes.id[rows], credits.line))
    order = sort_rows(contract, day, kind, sequence, tie)
    runs_on = (changes.kind == ChangeKind.MODIFICATION) & (treatment == Treatment.PROSPECTIVE)
    boundary = (kind == ChangeKind.MODIFICATION) & np.isin(ref, changes.id[runs_on])
    on_top = kind == ChangeKind.CANCEL
    on_top[rows.size :] = credits.treatment != CreditTreatment.RETROSPECTIVE
    if on_top.any():
        stretch = np.cumsum(boundary[order])
        order = order[sort_rows(contract[order], stretch, on_top[order].astype(np.int64))]
    contract = contract[order]
    start = np.searchsorted(contract, contract, side="left")
    return Happenings(contract, kind[order], day[order], ref[order], np.arange(order.size) - start)
