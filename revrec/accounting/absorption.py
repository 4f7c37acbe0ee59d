"""Which contract each billing line bills.

A billing line goes to the order it names, in full; else to the customer's open contracts: the same product first, then
by oldest order date, order number and line, split where it exceeds what is open (stated price less what bills it);
usage, which has no price, takes all of its own product and nothing else. A
credit memo frees the absorption of the invoice it was created from, else goes to the order it names, else frees the
newest billing first. What nothing absorbs is unassigned billing. Never across currency or subsidiary.

Invariants: the splits of a line add up to its amount and base amount; a split that closed periods made stays where it
is as long as its line still supports it; the result does not depend on the order of input rows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, find_rows, group_rows, sort_rows, sum_by
from revrec.accounting.intervals import Matches, pour
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


def absorb(
    book: Book,
    lines: BillingLines,
    prior: PriorSplits,
    prior_line: Column,
    price: Column,
    opening: PriorSplits,
) -> Absorption:
    """Split the billing lines.

    ``prior``: one row per key, ``prior_line``: the row of ``lines`` each belongs to (NONE: the line is gone).
    ``price``: what each obligation may be billed in all, minor units. ``opening``: billing loaded at cut-over, which
    takes up room and never moves.
    """
    order = sort_rows(lines.day, lines.rank, lines.document, lines.line)
    if bool((order[1:] < order[:-1]).any()):
        place = np.empty(order.size, dtype=np.int64)
        place[order] = np.arange(order.size)
        lines = lines.take(order)
        prior_line = np.where(prior_line == NONE, NONE, place[np.maximum(prior_line, 0)])
    work = _Work(book, lines, price)
    work.take_up(opening)
    work.keep(prior, prior_line)
    work.bill_named_orders()
    work.bill_open_contracts()
    work.bill_own_contracts()
    if work.free_credited():
        work.bill_open_contracts()
    return work.result(prior_line)


class _Work:
    """The splits so far, and what each line still has to place. Lives for one call of ``absorb``."""

    def __init__(self, book: Book, lines: BillingLines, price: Column) -> None:
        contracts, obligations = book.contracts, book.obligations
        self.lines = lines
        self.open = lines.amount.copy()
        self.parts: list[tuple[Column, Column, Column, Column]] = []
        none = np.zeros(0, dtype=np.int64)
        self.opened: tuple[PriorSplits, Column, Column] = PriorSplits.empty(), none, none
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
        self.named_contract, self.named_obligation = self._names()

    def _names(self) -> tuple[Column, Column]:
        """The contract and the obligation that each line names; NONE where it names none that is here."""
        lines, obligations = self.lines, self.obligations
        named = np.flatnonzero(lines.order >= 0)
        contract = np.full(len(lines), NONE, dtype=np.int64)
        obligation = np.full(len(lines), NONE, dtype=np.int64)
        if not named.size:
            return contract, obligation
        _, first = group_rows(obligations.order)
        row = find_rows(obligations.order[first], lines.order[named])
        target = np.where(
            row == NONE, NONE, self.contract_of[first[np.maximum(row, 0)]] if first.size else NONE
        )
        known = target != NONE
        at = np.maximum(target, 0)
        if len(self.contracts):
            known &= self.contracts.currency[at] == lines.currency[named]
            known &= self.contracts.subsidiary[at] == lines.subsidiary[named]
        contract[named] = np.where(known, target, NONE)
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

    def keep(self, prior: PriorSplits, prior_line: Column) -> None:
        """Splits of closed periods stay, up to what the line now is, unless it names another place or party."""
        if not len(prior):
            return
        lines = self.lines
        at = np.maximum(prior_line, 0)
        contract = find_rows(self.contracts.id, prior.contract)
        obligation = find_rows(self.obligations.id, prior.obligation)
        stays = (
            (prior_line != NONE) & (contract != NONE) & ((obligation != NONE) | (prior.obligation == NONE))
        )
        if not stays.any():
            return
        for name in ("account", "account_type", "segments", "currency", "subsidiary"):
            stays &= getattr(prior, name) == getattr(lines, name)[at]
        named = self.named_contract[at]
        names_line = self.named_obligation[at]
        home = np.maximum(contract, 0)
        stays &= np.where(
            named != NONE, named == contract, self.contracts.customer[home] == lines.customer[at]
        )
        stays &= (lines.order[at] == NONE) | (named != NONE)
        stays &= (names_line == NONE) | (names_line == obligation)
        stays &= (obligation == NONE) | (self.contract_of[np.maximum(obligation, 0)] == contract)
        # An invoice that became a contract of its own gives way to any order that takes it, and so do its credits.
        stays &= (lines.own[at] == NONE) | (prior.obligation != lines.own[at])
        own = (obligation != NONE) & (self.obligations.own[np.maximum(obligation, 0)] != 0)
        stays &= ~(own & (lines.created_from[at] != NONE))
        stays &= np.sign(prior.amount) == np.sign(lines.amount[at])
        rows = np.flatnonzero(stays)
        line, amount = prior_line[rows], np.abs(prior.amount[rows])
        kept = sum_by(line, amount, len(lines))
        sign = np.sign(lines.amount)
        if (kept > np.abs(lines.amount)).any():
            # The line shrank: its first splits, in the order in which they were filled, stay.
            place = np.where(obligation[rows] == NONE, -1, self.place[np.maximum(obligation[rows], 0)])
            order = sort_rows(line, self._contract_places(contract[rows]), place)
            rows, line, amount = rows[order], line[order], amount[order]
            limit = np.abs(lines.amount)[line]
            running = cumulate_within(amount, line)
            amount = differences_within(np.minimum(running, limit), line)
        self._put(line, contract[rows], obligation[rows], amount * sign[line])

    def bill_named_orders(self) -> None:
        """Positive lines that name an order: to the line they name, else its lines of that product, all of it."""
        lines = self.lines
        self._put_rows(np.flatnonzero((self.open > 0) & (self.named_obligation != NONE)))
        rows = np.flatnonzero((self.open > 0) & (self.named_contract != NONE))
        if not rows.size:
            return
        match = pour(
            self.open[rows],
            (lines.order[rows], lines.product[rows]),
            self._room()[self.rank],
            (self.obligations.order[self.rank], self.obligations.product[self.rank]),
        )
        self._put_matches(rows, match, self.rank)
        self._put_whole_contract(np.flatnonzero((self.open > 0) & (self.named_contract != NONE)))

    def bill_open_contracts(self) -> None:
        """Positive lines that name no order: same product first, then any open line of the customer."""
        lines = self.lines
        party = ("customer", "subsidiary", "currency")
        for by_product in (True, False):
            rows = np.flatnonzero((self.open > 0) & (lines.order == NONE))
            if not rows.size or not len(self.obligations):
                return
            home = self.contract_of[self.rank]
            wanted: list[Column] = [getattr(lines, name)[rows] for name in party]
            offered: list[Column] = [getattr(self.contracts, name)[home] for name in party]
            if by_product:
                wanted.append(lines.product[rows])
                offered.append(self.obligations.product[self.rank])
            room = self._room()
            if not by_product:
                room = np.where(self.usage, 0, room)
            match = pour(self.open[rows], tuple(wanted), room[self.rank], tuple(offered))
            self._put_matches(rows, match, self.rank)

    def bill_own_contracts(self) -> None:
        """Lines that may be contracts of their own, and that no order absorbs: what is left of each goes to its own."""
        rows = np.flatnonzero((self.open > 0) & (self.lines.own != NONE))
        obligation = find_rows(self.obligations.id, self.lines.own[rows])
        rows, obligation = rows[obligation != NONE], obligation[obligation != NONE]
        self._put(rows, self.contract_of[obligation], obligation, self.open[rows])

    def free_credited(self) -> bool:
        """Negative lines: free the invoice they were created from; else the order they name; else newest first.

        True where there was a credit, so that other billing may find room.
        """
        lines = self.lines
        if not (self.open < 0).any():
            return False
        for by_product in (True, False):
            self._free(np.flatnonzero((self.open < 0) & (lines.created_from != NONE)), True, by_product)
        self._put_rows(np.flatnonzero((self.open < 0) & (self.named_obligation != NONE)))
        self._put_whole_contract(np.flatnonzero((self.open < 0) & (self.named_contract != NONE)))
        for by_product in (True, False):
            self._free(np.flatnonzero((self.open < 0) & (lines.order == NONE)), False, by_product)
        return True

    def _free(self, rows: Column, from_invoice: bool, by_product: bool) -> None:
        """Pour credits into what their invoice (or the customer's newest invoices) bills net of earlier credits."""
        if not rows.size:
            return
        lines = self.lines
        line, contract, obligation, amount = self._joined()
        if from_invoice:
            unassigned = np.flatnonzero(self.open > 0)
            line = np.concatenate((unassigned, line))
            contract = np.concatenate((np.full(unassigned.size, NONE, dtype=np.int64), contract))
            obligation = np.concatenate((np.full(unassigned.size, NONE, dtype=np.int64), obligation))
            amount = np.concatenate((self.open[unassigned], amount))
        own = lines.document[line]
        origin = np.where((amount < 0) & (lines.created_from[line] != NONE), lines.created_from[line], own)
        # What was billed before the first period may be credited as well; it is the oldest.
        opened, opened_contract, opened_obligation = self.opened
        if not from_invoice:
            stood = opened_contract != NONE
            opened = opened.take(stood)
            opened_contract, opened_obligation = opened_contract[stood], opened_obligation[stood]
        origin = np.concatenate((origin, opened.document))
        product = np.concatenate((lines.product[line], opened.product))
        party: dict[str, Column] = {
            name: np.concatenate((getattr(lines, name)[line], getattr(opened, name)))
            for name in ("customer", "subsidiary", "currency")
        }
        line = np.concatenate((line, np.full(len(opened), NONE, dtype=np.int64)))
        contract = np.concatenate((contract, opened_contract))
        obligation = np.concatenate((obligation, opened_obligation))
        amount = np.concatenate((amount, opened.amount))
        group, first = group_rows(origin, product, *self._places(contract, obligation))
        net = sum_by(group, amount, first.size)
        order = np.arange(first.size, dtype=np.int64)
        if not from_invoice:
            # Newest first: the groups of the latest document lead.
            latest = np.full(first.size, NONE, dtype=np.int64)
            np.maximum.at(latest, group, line)
            order = sort_rows(-latest, -origin[first])
        head = first[order]
        room = np.maximum(net, 0)[order]
        if not from_invoice:
            # Earlier credits that name no invoice have taken the newest billing of their contract already.
            taken = pour(
                np.maximum(-net, 0),
                (contract[first], obligation[first]),
                room,
                (contract[head], obligation[head]),
            )
            room -= sum_by(taken.supply, taken.amount, room.size)
        if from_invoice:
            wanted: list[Column] = [lines.created_from[rows]]
            offered: list[Column] = [origin[head]]
        else:
            wanted = [
                np.asarray(getattr(lines, name)[rows]) for name in ("customer", "subsidiary", "currency")
            ]
            offered = [party[name][head] for name in ("customer", "subsidiary", "currency")]
        wanted += [lines.currency[rows], lines.subsidiary[rows]]
        offered += [party["currency"][head], party["subsidiary"][head]]
        if by_product:
            wanted.append(lines.product[rows])
            offered.append(product[head])
        match = pour(-self.open[rows], tuple(wanted), room, tuple(offered))
        at = head[match.supply]
        assigned = contract[at] != NONE
        # What was never assigned stays unassigned, on both sides: the credit is unassigned billing as well.
        self._put(
            rows[match.demand][assigned],
            contract[at][assigned],
            obligation[at][assigned],
            -match.amount[assigned],
        )
        self._set_aside(rows[match.demand][~assigned], match.amount[~assigned], line[at][~assigned])

    def _set_aside(self, credit: Column, amount: Column, invoice: Column) -> None:
        """A credit of unassigned billing: both stay unassigned, and neither is placed any more in this close. Billing
        of before the first period (no row in ``invoice``) is where it is."""
        self._put(credit, np.full(credit.size, NONE), np.full(credit.size, NONE), -amount)
        here = invoice != NONE
        none = np.full(int(here.sum()), NONE, dtype=np.int64)
        self._put(invoice[here], none, none, amount[here])

    def _room(self) -> Column:
        """What each obligation may still be billed: its price less its billing, within the room of its contract."""
        # An invoice that is a contract of its own is filled by its own lines alone, also where a credit made room.
        own = np.where(self.closed, 0, np.maximum(self.price - self.billed, 0))
        contract = self.contract_of[self.rank]
        size = len(self.contracts)
        priced = np.where(self.usage, 0, self.price)
        billed = self.contract_billed - sum_by(self.contract_of, np.where(self.usage, self.billed, 0), size)
        total = np.maximum(sum_by(self.contract_of, priced, size) - billed, 0)
        wanted = np.where(self.usage, 0, own)
        excess = np.maximum(sum_by(self.contract_of, wanted, size) - total, 0)
        if not excess.any():
            open_as_priced: Column = own
            return open_as_priced
        # Billing of the contract as a whole takes up the room of its first lines.
        order = self.rank[np.argsort(contract, kind="stable")]
        group = self.contract_of[order]
        running = cumulate_within(wanted[order], group)
        left = differences_within(np.maximum(running - excess[group], 0), group)
        room: Column = np.empty(own.size, dtype=np.int64)
        room[order] = left
        return np.where(self.usage, own, room)

    def _put_rows(self, rows: Column) -> None:
        """All that is open of these lines goes to the obligation that each names."""
        self._put(rows, self.named_contract[rows], self.named_obligation[rows], self.open[rows])

    def _put_whole_contract(self, rows: Column) -> None:
        """All that is open goes to the named order's first line of that product, else to the contract as a whole."""
        if not rows.size:
            return
        lines, obligations = self.lines, self.obligations
        order, product = obligations.order[self.rank], obligations.product[self.rank]
        keys = np.concatenate((order, lines.order[rows])), np.concatenate((product, lines.product[rows]))
        group, first = group_rows(*keys)
        first_of = first[group[order.size :]]
        found = np.where(first_of < order.size, self.rank[np.minimum(first_of, order.size - 1)], NONE)
        self._put(rows, self.named_contract[rows], found, self.open[rows])

    def _put_matches(self, rows: Column, match: Matches, supply_rows: Column) -> None:
        obligation = supply_rows[match.supply]
        self._put(rows[match.demand], self.contract_of[obligation], obligation, match.amount)

    def _put(self, line: Column, contract: Column, obligation: Column, amount: Column) -> None:
        if not line.size:
            return
        self.parts.append((line, contract, obligation, amount))
        np.subtract.at(self.open, line, amount)
        whole = contract != NONE
        np.add.at(self.contract_billed, contract[whole], amount[whole])
        one = obligation != NONE
        np.add.at(self.billed, obligation[one], amount[one])

    def _joined(self) -> tuple[Column, Column, Column, Column]:
        if not self.parts:
            none = np.zeros(0, dtype=np.int64)
            return none, none, none, none
        line, contract, obligation, amount = (np.concatenate(c) for c in zip(*self.parts, strict=True))
        return line, contract, obligation, amount

    def _places(self, contract: Column, obligation: Column) -> tuple[Column, Column]:
        """Sort keys that depend neither on the order of input rows nor on the codes of contracts: unassigned and whole
        contracts come first."""
        place = np.where(
            obligation == NONE, NONE, self.place[np.maximum(obligation, 0)] if self.place.size else NONE
        )
        return self._contract_places(contract), place

    def _contract_places(self, contract: Column) -> Column:
        """Contracts (rows, NONE) in the order of their numbers."""
        places = self.contract_place[np.maximum(contract, 0)] if self.contract_place.size else NONE
        return np.where(contract == NONE, NONE, places)

    def result(self, prior_line: Column) -> Absorption:
        """All splits, one per line, contract and obligation, unassigned billing last; base amounts by running share."""
        rest = np.flatnonzero(self.open != 0)
        nothing = np.full(rest.size, NONE, dtype=np.int64)
        self._put(rest, nothing, nothing, self.open[rest])
        line, contract, obligation, amount = self._joined()
        place = np.where(
            obligation == NONE, -1, self.place[np.maximum(obligation, 0)] if self.place.size else -1
        )
        unassigned = (contract == NONE).astype(np.int64)
        group, first = group_rows(line, unassigned, self._contract_places(contract), place)
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
