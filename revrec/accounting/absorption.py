"""Which contract each billing line bills.

A billing line goes to the order it names, in full; else to the customer's open contracts: the same product first, then
by oldest order date, order number and line, split where it exceeds what is open (stated price less what bills it);
usage, which has no price, takes all of its own product and nothing else. Lines that name their order come first, those
that have to find one fill what is left. A credit memo frees the absorption of the invoice it was created from, else
goes to the order it names, else frees the newest billing first. What nothing absorbs is unassigned billing. Never
across currency or subsidiary.

Invariants: the splits of a line add up to its amount and base amount; a split that closed periods made stays where it
is as long as its line still supports it; the result does not depend on the order of input rows.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from revrec.accounting.book import BillingLines, Book, PriorSplits
from revrec.accounting.columns import NONE, Column, find_rows, rows_where, sort_rows, sum_by
from revrec.accounting.crediting import find_credited, follow_taken, free_credited, leave_credited
from revrec.accounting.intervals import pour
from revrec.accounting.money import cumulate_within, differences_within
from revrec.accounting.placing import Absorption, Placing

__all__ = ["Absorption", "absorb"]


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
    placing = Placing(book, lines, price)
    placing.take_up(opening)
    _keep(placing, prior, prior_line)
    if not placing.open.any():
        return placing.result(prior_line)
    credited = find_credited(placing, prior, prior_line)
    np.add.at(placing.stands, credited.supply, credited.amount)
    own = _own_before(placing, prior, prior_line)
    placing.stands += own
    _bill_named_orders(placing)
    _bill_open_contracts(placing)
    _bill_own_contracts(placing)
    leave_credited(placing, credited)
    placing.stands = own
    if free_credited(placing):
        _reopen_own_contracts(placing)
        _bill_open_contracts(placing)
        _bill_own_contracts(placing)
    follow_taken(placing, own)
    return placing.result(prior_line)


def _keep(placing: Placing, prior: PriorSplits, prior_line: Column) -> None:
    """Splits of closed periods stay, up to what the line now is, unless it names another place or party."""
    if not len(prior):
        return
    lines = placing.lines
    at = np.maximum(prior_line, 0)
    contract = find_rows(placing.contracts.id, prior.contract)
    obligation = find_rows(placing.obligations.id, prior.obligation)
    stays = (prior_line != NONE) & (contract != NONE) & ((obligation != NONE) | (prior.obligation == NONE))
    if not stays.any():
        return
    for name in ("account", "account_type", "segments", "currency", "subsidiary"):
        stays &= getattr(prior, name) == getattr(lines, name)[at]
    named = placing.named_contract[at]
    names_line = placing.named_obligation[at]
    home = np.maximum(contract, 0)
    stays &= np.where(
        named != NONE, named == contract, placing.contracts.customer[home] == lines.customer[at]
    )
    stays &= (lines.order[at] == NONE) | (named != NONE)
    stays &= (names_line == NONE) | (names_line == obligation)
    stays &= (obligation == NONE) | (placing.contract_of[np.maximum(obligation, 0)] == contract)
    # An invoice that became a contract of its own gives way to any order that takes it, and so do its credits.
    stays &= (lines.own[at] == NONE) | (prior.obligation != lines.own[at])
    own = (obligation != NONE) & (placing.obligations.own[np.maximum(obligation, 0)] != 0)
    stays &= ~(own & (lines.created_from[at] != NONE))
    stays &= np.sign(prior.amount) == np.sign(lines.amount[at])
    rows = rows_where(stays)
    line, amount = prior_line[rows], np.abs(prior.amount[rows])
    kept = sum_by(line, amount, len(lines))
    sign = np.sign(lines.amount)
    if (kept > np.abs(lines.amount)).any():
        # The line shrank: its first splits, in the order in which they were filled, stay.
        place = np.where(obligation[rows] == NONE, -1, placing.place[np.maximum(obligation[rows], 0)])
        order = sort_rows(line, placing.contract_places(contract[rows]), place)
        rows, line, amount = rows[order], line[order], amount[order]
        limit = np.abs(lines.amount)[line]
        running = cumulate_within(amount, line)
        amount = differences_within(np.minimum(running, limit), line)
    placing.put(line, contract[rows], obligation[rows], amount * sign[line])


def _bill_named_orders(placing: Placing) -> None:
    """Positive lines that name an order: to the line they name, else its lines of that product, all of it."""
    lines = placing.lines
    placing.put_rows(rows_where((placing.open > 0) & (placing.named_obligation != NONE)))
    rows = rows_where((placing.open > 0) & (placing.named_contract != NONE))
    if not rows.size:
        return
    match = pour(
        placing.open[rows],
        (lines.order[rows], lines.product[rows]),
        placing.room()[placing.rank],
        (placing.obligations.order[placing.rank], placing.obligations.product[placing.rank]),
    )
    placing.put_matches(rows, match, placing.rank)
    placing.put_whole_contract(rows_where((placing.open > 0) & (placing.named_contract != NONE)))


def _bill_open_contracts(placing: Placing) -> None:
    """Positive lines that name no order: same product first, then any open line of the customer."""
    lines = placing.lines
    party = ("customer", "subsidiary", "currency")
    # What closed periods left as credited, or as a contract of its own, takes no room that only a credit made.
    stands = bool(placing.stands.any())
    for by_product, freed in product((True, False), (False, True) if stands else (True,)):
        rows = rows_where((placing.open > 0) & (lines.order == NONE))
        if not rows.size or not len(placing.obligations):
            return
        home = placing.contract_of[placing.rank]
        wanted: list[Column] = [getattr(lines, name)[rows] for name in party]
        offered: list[Column] = [getattr(placing.contracts, name)[home] for name in party]
        if by_product:
            wanted.append(lines.product[rows])
            offered.append(placing.obligations.product[placing.rank])
        room = placing.room(freed)
        if not by_product:
            room = np.where(placing.usage, 0, room)
        demand = placing.open[rows]
        if stands and freed:
            demand = np.maximum(demand - placing.stands[rows], 0)
        match = pour(demand, tuple(wanted), room[placing.rank], tuple(offered))
        placing.put_matches(rows, match, placing.rank)


def _bill_own_contracts(placing: Placing) -> None:
    """Lines that may be contracts of their own, and that no order absorbs: what is left of each goes to its own."""
    rows = rows_where((placing.open > 0) & (placing.lines.own != NONE))
    obligation = find_rows(placing.obligations.id, placing.lines.own[rows])
    rows, obligation = rows[obligation != NONE], obligation[obligation != NONE]
    placing.put(rows, placing.contract_of[obligation], obligation, placing.open[rows])


def _own_before(placing: Placing, prior: PriorSplits, prior_line: Column) -> Column:
    """How much of each line closed periods booked as a contract of its own."""
    before = np.zeros_like(placing.open)
    own = placing.lines.own
    if not (own != NONE).any():
        return before
    at = np.maximum(prior_line, 0)
    rows = rows_where((prior_line != NONE) & (prior.obligation != NONE) & (prior.obligation == own[at]))
    np.add.at(before, prior_line[rows], prior.amount[rows])
    return before


def _reopen_own_contracts(placing: Placing) -> None:
    """Lines that became contracts of their own in this close may fill the room that its credits made; what a credit
    took of them stays."""
    rows = rows_where(placing.lines.own != NONE)
    obligation = find_rows(placing.obligations.id, placing.lines.own[rows])
    rows, obligation = rows[obligation != NONE], obligation[obligation != NONE]
    fresh = np.maximum(placing.billed[obligation] - placing.stands[rows], 0)
    rows, obligation, fresh = rows[fresh > 0], obligation[fresh > 0], fresh[fresh > 0]
    placing.put(rows, placing.contract_of[obligation], obligation, -fresh)
