# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""What happens to contracts after inception, in the order in which each contract meets it.

By date, with one exception. A catch-up, a price change and a retrospective credit go back to inception, or to the
latest prospective modification; what lowers only the rest, or revenue at once (cancels and other credits), goes on top
of them. So within such a stretch the former come first. A prospective modification of a separate contract, or under
stated prices of another line, ends no stretch: what it did not modify still goes back behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book, Changes
from revrec.accounting.columns import (
    NONE,
    Column,
    Mask,
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
    billed: Column = column(0)  # what bills the contract before it, usage aside
    turn: Column = column(NONE)  # of those of its contract that are shared as on their own day: which of them


@dataclass(frozen=True, eq=False)
class Homes:
    """Of each obligation the pool of those that share one price, and whether they share what remains of it.

    The first ``contracts`` of the ``pools`` are the contracts without what was separated from them.
    """

    pool: Column
    relative: Mask
    contracts: int
    pools: int


@dataclass(frozen=True, eq=False)
class Happenings:
    """One row per event, in the order in which each contract meets them; ``turn``: its number in its contract."""

    contract: Column
    kind: Column
    day: Column
    ref: Column  # the row in Changes or Credits; of a modification the first of those treated alike
    place: Column  # in order of contract and date
    turn: Column

    def before(self, limit: Column) -> Happenings:
        """Those of each contract that come before this place by date."""
        rows = rows_where(self.place < limit[self.contract])
        columns = (self.contract, self.kind, self.day, self.ref, self.place)
        contract, kind, day, ref, place = (column[rows] for column in columns)
        return Happenings(contract, kind, day, ref, place, number_within(contract))

    def shared_out_of_turn(self, credits: Credits) -> Column:
        """Rows of credits that name no line and meet other events than had happened by their own day, by date."""
        rows = rows_where(self.kind == ChangeKind.CREDIT)
        rows = rows[credits.obligation[self.ref[rows]] == NONE]
        # A credit meets those of before, and no others, where it stands at its place and none before it is of later.
        latest = np.maximum.accumulate(self.place)  # contracts adjoin in order of place, too
        rows = rows[(self.place[rows] != rows) | (latest[rows] > self.place[rows])]
        by_date: Column = rows[np.argsort(self.place[rows])]
        return by_date


def order_happenings(book: Book, credits: Credits, treatment: Column, homes: Homes) -> Happenings:
    """By contract, stretch, what goes back before what does not, date, kind and sequence. The lines of a modification
    that go back happen at once, and then those that run on. ``treatment``: Treatment of each row of the book's changes,
    as decided.
    """
    changes, size = book.changes, len(credits)
    modified = rows_where(changes.kind == ChangeKind.MODIFICATION)
    others = rows_where(changes.kind != ChangeKind.MODIFICATION)
    runs_on = (changes.kind == ChangeKind.MODIFICATION) & (treatment == Treatment.PROSPECTIVE)
    number, lead = group_rows(changes.id[modified], runs_on[modified])
    event = filled(len(changes), NONE)
    event[modified], event[others] = number, lead.size + np.arange(others.size)
    rows = np.concatenate((modified[lead], others))
    home = find_rows(book.contracts.id, changes.contract[rows])
    contract = np.concatenate((home, credits.contract))
    kind = np.concatenate((changes.kind[rows], filled(size, int(ChangeKind.CREDIT))))
    day = np.concatenate((changes.day[rows], credits.day))
    sequence = np.concatenate((_sequence_of_events(changes, modified)[rows], credits.document))
    ref = np.concatenate((rows, np.arange(size, dtype=np.int64)))
    tie = np.concatenate((changes.id[rows], credits.line))
    forward = np.concatenate((runs_on[rows], np.zeros(size, dtype=np.bool_)))
    order = sort_rows(contract, day, kind, sequence, tie, forward)
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    on_top = kind == ChangeKind.CANCEL
    on_top[rows.size :] = credits.treatment != CreditTreatment.RETROSPECTIVE
    if on_top.any():
        restart = _restarts(book, credits, runs_on, homes, contract, place, event)
        back = ~on_top & ~forward
        order = sort_rows(contract, np.where(back, restart, place), back, place)
    contract = contract[order]
    return Happenings(contract, kind[order], day[order], ref[order], place[order], number_within(contract))


def number_within(contract: Column) -> Column:
    """0, 1, 2 and so on within each contract; its rows adjoin."""
    number: Column = np.arange(contract.size) - np.searchsorted(contract, contract, side="left")
    return number


def _sequence_of_events(changes: Changes, modified: Column) -> Column:
    """Of each row the sequence; of the lines of one modification the first of theirs, so that they stay together."""
    sequence = changes.sequence.copy()
    event, first = group_rows(changes.id[modified])
    if first.size < modified.size:
        earliest = sequence[modified[first]]
        np.minimum.at(earliest, event, sequence[modified])
        sequence[modified] = earliest[event]
    return sequence


def _restarts(
    book: Book,
    credits: Credits,
    runs_on: Mask,
    homes: Homes,
    contract: Column,
    place: Column,
    event: Column,
) -> Column:
    """For each event the place of the latest prospective modification of what it is about, NONE where there was none.

    A modification, or a credit, of a line is about it and those that share with it; one that adds a line about all that
    it joins; a price change about all that was not separated; a credit of no line about the contract. ``contract`` and
    ``place`` in order of date, of each event; ``event`` and ``runs_on`` (a line modified prospectively) of each row of
    the book's changes.
    """
    changes, size = book.changes, place.size
    line = find_rows(book.obligations.id, changes.obligation)
    pool = homes.contracts + homes.pool  # scopes are numbered: contracts, pools, lines
    own = homes.contracts + homes.pools + np.arange(pool.size)
    at, of = event[runs_on], line[runs_on]
    scopes = np.concatenate((contract[at], pool[of], own[of]))
    restarts = np.sort(scopes * size + np.tile(place[at], 3))

    shared = np.where(homes.relative, pool, own)
    credited = np.arange(size - len(credits), size)
    added = (line != NONE) & (book.obligations.added_by[line] == changes.id)
    by_change = np.where(added, pool[line], shared[line])
    by_change = np.where(line == NONE, homes.contracts + contract[event], by_change)
    by_credit = np.where(credits.obligation == NONE, contract[credited], shared[credits.obligation])
    asked, scope = np.concatenate((event, credited)), np.concatenate((by_change, by_credit))
    latest = np.searchsorted(restarts, scope * size + place[asked], side="right") - 1
    found = np.where(latest == NONE, NONE, restarts[latest] - scope * size) if restarts.size else latest
    out = filled(size, NONE)
    np.maximum.at(out, asked, np.maximum(found, NONE))
    return out
