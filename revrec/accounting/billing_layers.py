"""What bills a contract abroad, oldest first: posting period, then the document's date, then its number.

Invariant: the layers of a contract add up to what is billed, net of the credits that took part of them back, where
that is positive.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, find_rows, group_rows, rows_where, sort_rows, sum_by
from revrec.accounting.money import share_columns


@dataclass(frozen=True, eq=False)
class Layers:
    """What is billed of each contract, oldest first: rows in order of contract. ``base`` is at the invoice's rate."""

    contract: Column
    amount: Column
    base: Column


@dataclass(frozen=True, eq=False)
class OneRate:
    """Per contract the layer that a month lies in: base minor units / minor units. ``amount`` 0: there is no one."""

    base: Column
    amount: Column


def list_layers(book: Book, splits: PriorSplits, foreign: Mask) -> Layers:
    """Invoices net of the credits that take them back."""
    contract = find_rows(book.contracts.id, splits.contract)
    rows = rows_where((contract != NONE) & foreign[np.maximum(contract, 0)])
    contract, splits = contract[rows], splits.take(rows)
    origin = _origin(book, splits)
    group, first = group_rows(contract, origin)
    size = first.size
    amount = sum_by(group, splits.amount, size)
    positive = splits.amount > 0
    invoiced = sum_by(group, np.where(positive, splits.amount, 0), size)
    invoiced_base = sum_by(group, np.where(positive, splits.base_amount, 0), size)
    owner = contract[first]
    order = sort_rows(owner, *_first_in(book, origin[first], splits.period[first]), origin[first])
    owner, amount, invoiced, invoiced_base = (
        owner[order],
        amount[order],
        invoiced[order],
        invoiced_base[order],
    )
    amount = _without_credits(owner, amount)
    base = share_columns(invoiced_base, amount, np.maximum(invoiced, 1))
    live = amount > 0
    return Layers(owner[live], amount[live], base[live])


def base_upto(layers: Layers, position: Column, scale_of: Column) -> Column:
    """Base amount of the first ``position`` (x scale) units billed, per contract: of all of them where it is more."""
    if not layers.contract.size:
        return np.zeros(position.size, dtype=np.int64)
    scale = scale_of[layers.contract]
    used = np.clip(position[layers.contract] - _below(layers) * scale, 0, layers.amount * scale)
    part = share_columns(layers.base, used, layers.amount * scale)
    return sum_by(layers.contract, part, position.size)


def one_rate(layers: Layers, start: Column, end: Column, scale_of: Column) -> OneRate:
    """The layer that holds all between two positions (x scale) of a contract, where one does."""
    found = OneRate(np.zeros(start.size, dtype=np.int64), np.zeros(start.size, dtype=np.int64))
    if not layers.contract.size:
        return found
    of, scale, below = layers.contract, scale_of[layers.contract], _below(layers)
    low, high = np.minimum(start, end)[of], np.maximum(start, end)[of]
    holds = (low >= below * scale) & (high <= (below + layers.amount) * scale) & (low < high)
    found.base[of[holds]] = layers.base[holds]
    found.amount[of[holds]] = layers.amount[holds]
    return found


def _below(layers: Layers) -> Column:
    """How much is billed of the layer's contract before it."""
    before = np.cumsum(layers.amount) - layers.amount
    starts = np.concatenate(([True], layers.contract[1:] != layers.contract[:-1]))
    below: Column = before - before[starts][np.cumsum(starts) - 1]
    return below


def _origin(book: Book, splits: PriorSplits) -> Column:
    """The invoice that each split's document was created from, else the document itself."""
    billing = book.billing
    credits = rows_where(billing.created_from != NONE)
    if not credits.size:
        return splits.document
    documents, first = np.unique(billing.document[credits], return_index=True)
    at = find_rows(documents, splits.document)
    return np.where(at == NONE, splits.document, billing.created_from[credits][first][np.maximum(at, 0)])


def _first_in(book: Book, document: Column, period: Column) -> tuple[Column, Column, Column]:
    """What says which of two documents came first: posting period, date, rank of the number.

    ``period``: where it stands for a document that is not in the book (an opening).
    """
    billing = book.billing
    documents, first = np.unique(billing.document, return_index=True)
    at = find_rows(documents, document)
    if not documents.size:
        return period, period, period
    line, absent = first[np.maximum(at, 0)], at == NONE
    return (
        np.where(absent, period, billing.period[line]),
        np.where(absent, book.calendar.end_of(period), billing.day[line]),
        np.where(absent, 0, billing.rank[line]),
    )


def _without_credits(owner: Column, amount: Column) -> Column:
    """Credits that name no invoice take back the newest billing before them, and what they exceed it by the next.

    Rows in order of owner, the oldest first.
    """
    out = amount.copy()
    for contract in np.unique(
        owner[amount < 0]
    ).tolist():  # few: contracts with such a credit in a foreign currency
        first, end = np.searchsorted(owner, (contract, contract + 1)).tolist()
        out[first:end] = _take_back(amount[first:end].tolist())
    return out


def _take_back(amounts: list[int]) -> list[int]:
    """What is left of the billing of one contract, oldest first, by the credits in between."""
    left: list[int] = []
    pending = 0
    for amount in amounts:
        taken = min(pending, max(amount, 0))
        left.append(max(amount, 0) - taken)
        pending += max(-amount, 0) - taken
        for at in range(len(left) - 1, -1, -1):
            if not pending:
                break
            taken = min(pending, left[at])
            left[at] -= taken
            pending -= taken
    return left
