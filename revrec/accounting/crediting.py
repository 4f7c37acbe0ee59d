"""Which billing a credit memo frees: that of the invoice it was created from, of the order it names, or the newest."""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import PriorSplits
from revrec.accounting.columns import (
    NONE,
    Column,
    filled,
    find_rows,
    group_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.intervals import Matches, pour
from revrec.accounting.money import cumulate_within, differences_within
from revrec.accounting.placing import Placing

PARTY = ("customer", "subsidiary", "currency")


def free_credited(placing: Placing) -> bool:
    """Negative lines: free the invoice they were created from; else the order they name; else newest first.

    True where there was a credit, so that other billing may find room.
    """
    lines = placing.lines
    if not (placing.open < 0).any():
        return False
    for by_product in (True, False):
        _free(placing, rows_where((placing.open < 0) & (lines.created_from != NONE)), True, by_product)
    placing.put_rows(rows_where((placing.open < 0) & (placing.named_obligation != NONE)))
    placing.put_whole_contract(rows_where((placing.open < 0) & (placing.named_contract != NONE)))
    for by_product in (True, False):
        _free(placing, rows_where((placing.open < 0) & (lines.order == NONE)), False, by_product)
    return True


def find_credited(placing: Placing, prior: PriorSplits, prior_line: Column) -> Matches:
    """Unassigned billing (``supply``) that unassigned credits (``demand``) took in closed periods, as far as both are
    still open: of the invoice that each was created from, else of the customer's newest; its product first."""
    rows = rows_where((prior.contract == NONE) & (prior_line != NONE))
    if not rows.size or not (prior.amount[rows] < 0).any():
        return Matches.concat(())
    lines = placing.lines
    then = sum_by(prior_line[rows], prior.amount[rows], len(lines))
    left = np.where(then < 0, np.clip(placing.open, then, 0), np.clip(placing.open, 0, np.maximum(then, 0)))
    found: list[Matches] = []
    newest = np.arange(len(lines), dtype=np.int64)[::-1]
    nameless = lines.order == NONE
    for from_invoice, by_product in ((True, True), (True, False), (False, True), (False, False)):
        asking = lines.created_from != NONE if from_invoice else nameless
        offering = left > 0 if from_invoice else nameless & (left > 0)
        credits, billed = rows_where((left < 0) & asking), newest[offering[newest]]
        wanted, offered = ([getattr(lines, name)[at] for name in PARTY] for at in (credits, billed))
        if from_invoice:
            wanted[0], offered[0] = lines.created_from[credits], lines.document[billed]
        if by_product:
            wanted, offered = [*wanted, lines.product[credits]], [*offered, lines.product[billed]]
        match = pour(-left[credits], tuple(wanted), left[billed], tuple(offered))
        found.append(Matches(credits[match.demand], billed[match.supply], match.amount))
        np.add.at(left, found[-1].demand, match.amount)
        np.subtract.at(left, found[-1].supply, match.amount)
    return Matches.concat(found)


def leave_credited(placing: Placing, credited: Matches) -> None:
    """What credits took in closed periods, and no order has taken since, stays unassigned together with them."""
    if not credited.amount.size:
        return
    order = sort_rows(credited.supply)
    demand, supply, amount = credited.demand[order], credited.supply[order], credited.amount[order]
    left = np.minimum(cumulate_within(amount, supply), placing.open[supply])
    placing.set_aside(Matches(demand, supply, differences_within(left, supply)))


def follow_taken(placing: Placing, own_before: Column) -> None:
    """Credits of an invoice that was a contract of its own go with what orders took of it in this close: it keeps no
    more of them, the oldest first, than its own lines still bill. ``own_before``: what each line billed of its own."""
    gone = np.where(placing.lines.own != NONE, own_before, 0)
    if not gone.any():
        return
    line, contract, obligation, amount = placing.joined()
    group, first = group_rows(line, contract, obligation)
    line, contract, obligation = line[first], contract[first], obligation[first]
    amount = sum_by(group, amount, first.size)
    own = find_rows(placing.obligations.id, placing.lines.own)
    home, size = own[line], len(placing.obligations)
    still = rows_where((home != NONE) & (obligation == home))
    np.subtract.at(gone, line[still], amount[still])
    left = rows_where((own != NONE) & (gone > 0))
    owed = np.minimum(np.maximum(-placing.billed, 0), sum_by(own[left], gone[left], size))
    if not owed.any():
        return
    owing = rows_where((obligation != NONE) & (amount < 0) & (owed[np.maximum(obligation, 0)] > 0))
    owing = owing[sort_rows(-line[owing])]
    part = pour(-amount[owing], (obligation[owing],), owed, (np.arange(size),))
    credits = owing[part.demand]
    taken = rows_where((amount > 0) & (home != NONE) & (obligation != home) & (obligation != NONE))
    taken = taken[sort_rows(placing.place[obligation[taken]])]
    net = np.minimum(amount[taken], np.maximum(placing.billed[obligation[taken]], 0))
    match = pour(part.amount, (obligation[credits],), net, (home[taken],))
    credits, taken = credits[match.demand], taken[match.supply]
    placing.put(line[credits], contract[credits], obligation[credits], match.amount)
    placing.put(line[credits], contract[taken], obligation[taken], -match.amount)


def _free(placing: Placing, rows: Column, from_invoice: bool, by_product: bool) -> None:
    """Pour credits into what their invoice (or the customer's newest invoices) bills net of earlier credits."""
    if not rows.size:
        return
    lines = placing.lines
    line, contract, obligation, amount = placing.joined()
    loose = placing.open > 0
    if not from_invoice:
        loose &= lines.order == NONE
        somewhere = contract != NONE
        line, contract, obligation, amount = (
            column[somewhere] for column in (line, contract, obligation, amount)
        )
    unassigned = rows_where(loose)
    line = np.concatenate((unassigned, line))
    contract = np.concatenate((filled(unassigned.size, NONE), contract))
    obligation = np.concatenate((filled(unassigned.size, NONE), obligation))
    amount = np.concatenate((placing.open[unassigned], amount))
    own = lines.document[line]
    origin = np.where((amount < 0) & (lines.created_from[line] != NONE), lines.created_from[line], own)
    # What was billed before the first period may be credited as well; it is the oldest.
    opened, opened_contract, opened_obligation = placing.opened
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
    line = np.concatenate((line, filled(len(opened), NONE)))
    contract = np.concatenate((contract, opened_contract))
    obligation = np.concatenate((obligation, opened_obligation))
    amount = np.concatenate((amount, opened.amount))
    # Of one document what no order absorbs goes first; each unassigned line by itself.
    nowhere = np.where((contract == NONE) & (amount > 0), line, NONE)
    group, first = group_rows(
        origin,
        product,
        placing.absorbed(contract, obligation),
        *placing.places(contract, obligation),
        nowhere,
    )
    net = sum_by(group, amount, first.size)
    order = np.arange(first.size, dtype=np.int64)
    if not from_invoice:
        # Newest first: the groups of the latest document lead.
        latest = filled(first.size, NONE)
        np.maximum.at(latest, group, line)
        order = sort_rows(-latest, -origin[first])
    head = first[order]
    room = np.maximum(net, 0)[order]
    # Earlier credits that name no invoice have taken the newest billing of their contract already; those of another
    # product that name one have taken theirs.
    place = (contract, obligation, origin) if from_invoice else (contract, obligation)
    taken = pour(
        np.maximum(-net, 0), tuple(key[first] for key in place), room, tuple(key[head] for key in place)
    )
    room -= sum_by(taken.supply, taken.amount, room.size)
    if from_invoice:
        wanted: list[Column] = [lines.created_from[rows]]
        offered: list[Column] = [origin[head]]
    else:
        wanted = [np.asarray(getattr(lines, name)[rows]) for name in ("customer", "subsidiary", "currency")]
        offered = [party[name][head] for name in ("customer", "subsidiary", "currency")]
    wanted += [lines.currency[rows], lines.subsidiary[rows]]
    offered += [party["currency"][head], party["subsidiary"][head]]
    if by_product:
        wanted.append(lines.product[rows])
        offered.append(product[head])
    match = pour(-placing.open[rows], tuple(wanted), room, tuple(offered))
    at = head[match.supply]
    assigned = contract[at] != NONE
    placing.put(
        rows[match.demand][assigned],
        contract[at][assigned],
        obligation[at][assigned],
        -match.amount[assigned],
    )
    # What was never assigned stays unassigned, on both sides; billing of before the first period is where it is.
    here = ~assigned & (line[at] != NONE)
    placing.set_aside(Matches(rows[match.demand][here], line[at][here], match.amount[here]))
    before = rows_where(~assigned & (line[at] == NONE))
    none = filled(before.size, NONE)
    placing.put(rows[match.demand][before], none, none, -match.amount[before])
