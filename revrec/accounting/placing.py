"""Billing lines while they are placed: what each still has to place, and what room each obligation has left.

Invariant: what is put of a line and what is open of it add up to its amount.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import (
    NONE,
    Column,
    Mask,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.intervals import Matches
from revrec.accounting.money import cumulate_within, differences_within, share_columns
from revrec.accounting.terms import Method


@dataclass(frozen=True, eq=False)
class Absorption:
    """Splits of the current billing lines: rows of ``lines``, of the contracts and of the obligations of the book."""

    lines: BillingLines
    line: Column
    contract: Column  # NONE: unassigned
    obligation: Column  # NONE: the contract as a whole
    amount: Column
    base_amount: Column
    prior_line: Column  # the row of ``lines`` of each prior split, NONE: its line is gone


class Placing:
    """The splits so far, and what each line still has to place. Lives for one call of ``absorb``."""

    def __init__(self, book: Book, lines: BillingLines, price: Column) -> None:
        contracts, obligations = book.contracts, book.obligations
        self.lines = lines
        self.open = lines.amount.copy()
        self.parts: list[tuple[Column, Column, Column, Column]] = []
        self.aside: list[tuple[Column, Column]] = []
        self.opened: tuple[PriorSplits, Column, Column]
        self.price = price
        self.contract_of = find_rows(contracts.id, obligations.contract)
        self.rank = sort_rows(
            obligations.ordered_day,
            obligations.order_rank,
            obligations.order,
            obligations.line_rank,
            obligations.id,
        )
        self.place = np.empty(self.rank.size, dtype=np.int64)
        self.place[self.rank] = np.arange(self.rank.size)
        self.contracts, self.obligations = contracts, obligations
        self.contract_place = np.empty(len(contracts), dtype=np.int64)
        self.contract_place[sort_rows(contracts.number_rank, contracts.id)] = np.arange(len(contracts))
        self.closed = obligations.own != 0
        named = find_rows(obligations.id, np.unique(lines.own[lines.own != NONE]))
        self.closed[named[named != NONE]] = True
        # Usage has no price to be billed up to: it takes all billing of its product, and of no other.
        self.usage = obligations.method == Method.AS_INVOICED
        self.billed = np.zeros(len(obligations), dtype=np.int64)
        self.contract_billed = np.zeros(len(contracts), dtype=np.int64)
        # What credits freed of that, and how much of each line keeps out of the room that they made.
        self.freed, self.contract_freed = np.zeros_like(self.billed), np.zeros_like(self.contract_billed)
        self.stands = np.zeros_like(self.open)
        self.named_contract, self.named_obligation = self._names()

    def _names(self) -> tuple[Column, Column]:
        """The contract and the obligation that each line names; NONE where it names none that is here."""
        lines, obligations = self.lines, self.obligations
        named = rows_where(lines.order >= 0)
        contract = filled(len(lines), NONE)
        obligation = filled(len(lines), NONE)
        if not named.size:
            return contract, obligation
        _, first = group_rows(obligations.order)
        row = find_rows(obligations.order[first], lines.order[named])
        target = np.where(
            row == NONE, NONE, self.contract_of[first[np.maximum(row, 0)]] if first.size else NONE
        )
        at = np.maximum(target, 0)
        if len(self.contracts):
            same = self.contracts.currency[at] == lines.currency[named]
            same &= self.contracts.subsidiary[at] == lines.subsidiary[named]
            contract[named] = np.where(same, target, NONE)
        by_line = find_rows(obligations.id, lines.obligation)
        if len(obligations):
            belongs = (
                (by_line != NONE)
                & (self.contract_of[np.maximum(by_line, 0)] == contract)
                & (contract != NONE)
            )
            obligation = np.where(belongs, by_line, NONE)
        return contract, obligation

    def take_up(self, opening: PriorSplits) -> None:
        """Billing of before the first period takes up room."""
        contract = find_rows(self.contracts.id, opening.contract)
        obligation = find_rows(self.obligations.id, opening.obligation)
        known, one = contract != NONE, obligation != NONE
        self.opened = opening, contract, obligation
        np.add.at(self.contract_billed, contract[known], opening.amount[known])
        np.add.at(self.billed, obligation[one], opening.amount[one])

    def room(self, freed: bool = True) -> Column:
        """What each obligation may still be billed: its price less its billing, within the room of its contract.

        ``freed``: the room that credits made as well.
        """
        line_billed = self.billed if freed else self.billed + self.freed
        whole_billed = self.contract_billed if freed else self.contract_billed + self.contract_freed
        # An invoice that is a contract of its own is filled by its own lines alone, also where a credit made room.
        own = np.where(self.closed, 0, np.maximum(self.price - line_billed, 0))
        contract = self.contract_of[self.rank]
        size = len(self.contracts)
        priced = np.where(self.usage, 0, self.price)
        billed = whole_billed - sum_by(self.contract_of, np.where(self.usage, line_billed, 0), size)
        total = np.maximum(sum_by(self.contract_of, priced, size) - billed, 0)
        wanted = np.where(self.usage, 0, own)
        excess = np.maximum(sum_by(self.contract_of, wanted, size) - total, 0)
        if not excess.any():
            open_as_priced: Column = own
            return open_as_priced
        # Billing of the contract as a whole takes up the room of its first lines; what bills a line beyond its price
        # that of the last, which are filled last.
        order = self.rank[np.argsort(contract, kind="stable")]
        group = self.contract_of[order]
        whole = np.maximum(whole_billed - sum_by(self.contract_of, line_billed, size), 0)
        running = cumulate_within(wanted[order], group)
        left = differences_within(np.minimum(np.maximum(running - whole[group], 0), total[group]), group)
        room: Column = np.empty(own.size, dtype=np.int64)
        room[order] = left
        return np.where(self.usage, own, room)

    def put_rows(self, rows: Column) -> None:
        """All that is open of these lines goes to the obligation that each names."""
        self.put(rows, self.named_contract[rows], self.named_obligation[rows], self.open[rows])

    def put_whole_contract(self, rows: Column) -> None:
        """All that is open goes to the named order's first line of that product, else to the contract as a whole."""
        if not rows.size:
            return
        lines, obligations = self.lines, self.obligations
        order, product = obligations.order[self.rank], obligations.product[self.rank]
        keys = np.concatenate((order, lines.order[rows])), np.concatenate((product, lines.product[rows]))
        group, first = group_rows(*keys)
        first_of = first[group[order.size :]]
        found = np.where(first_of < order.size, self.rank[np.minimum(first_of, order.size - 1)], NONE)
        self.put(rows, self.named_contract[rows], found, self.open[rows])

    def put_matches(self, rows: Column, match: Matches, supply_rows: Column) -> None:
        obligation = supply_rows[match.supply]
        self.put(rows[match.demand], self.contract_of[obligation], obligation, match.amount)

    def put(self, line: Column, contract: Column, obligation: Column, amount: Column) -> None:
        if not line.size:
            return
        self.parts.append((line, contract, obligation, amount))
        np.subtract.at(self.open, line, amount)
        whole = contract != NONE
        np.add.at(self.contract_billed, contract[whole], amount[whole])
        one = obligation != NONE
        np.add.at(self.billed, obligation[one], amount[one])
        if (amount < 0).any():
            np.add.at(self.contract_freed, contract[whole], np.maximum(-amount[whole], 0))
            np.add.at(self.freed, obligation[one], np.maximum(-amount[one], 0))

    def set_aside(self, match: Matches) -> None:
        """Credits (``demand``) of unassigned billing (``supply``): both stay unassigned, and are placed no more."""
        for line, amount in ((match.demand, -match.amount), (match.supply, match.amount)):
            self.aside.append((line, amount))
            np.subtract.at(self.open, line, amount)

    def joined(self) -> tuple[Column, Column, Column, Column]:
        if not self.parts:
            none = np.zeros(0, dtype=np.int64)
            return none, none, none, none
        line, contract, obligation, amount = (np.concatenate(c) for c in zip(*self.parts, strict=True))
        return line, contract, obligation, amount

    def absorbed(self, contract: Column, obligation: Column) -> Mask:
        """Whether an order absorbs this: it is neither unassigned nor of an invoice that is a contract of its own."""
        taken: Mask = contract != NONE
        if self.closed.any():
            taken &= (obligation == NONE) | ~self.closed[np.maximum(obligation, 0)]
        return taken

    def places(self, contract: Column, obligation: Column) -> tuple[Column, Column]:
        """Sort keys that depend neither on the order of input rows nor on the codes of contracts: unassigned and whole
        contracts come first."""
        place = np.where(
            obligation == NONE, NONE, self.place[np.maximum(obligation, 0)] if self.place.size else NONE
        )
        return self.contract_places(contract), place

    def contract_places(self, contract: Column) -> Column:
        """Contracts (rows, NONE) in the order of their numbers."""
        places = self.contract_place[np.maximum(contract, 0)] if self.contract_place.size else NONE
        return np.where(contract == NONE, NONE, places)

    def result(self, prior_line: Column) -> Absorption:
        """All splits, one per line, contract and obligation, unassigned billing last; base amounts by running share."""
        rest = rows_where(self.open != 0)
        for loose, part in (*self.aside, (rest, self.open[rest])):
            nothing = filled(loose.size, NONE)
            self.parts.append((loose, nothing, nothing, part))
        line, contract, obligation, amount = self.joined()
        group, first = group_rows(line, contract == NONE, *self.places(contract, obligation))
        amount = sum_by(group, amount, first.size)
        line, contract, obligation = line[first], contract[first], obligation[first]
        real: Mask = amount != 0
        line, contract, obligation, amount = line[real], contract[real], obligation[real], amount[real]
        total, base = self.lines.amount[line], self.lines.base_amount[line]
        sign = np.where(total < 0, -1, 1)
        running = cumulate_within(amount, line)
        upto = share_columns(base, running * sign, np.maximum(np.abs(total), 1))
        base = differences_within(upto, line)
        return Absorption(self.lines, line, contract, obligation, amount, base, prior_line)
