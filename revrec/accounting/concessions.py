"""Cancels, price changes and credits: what lowers or raises the price of a contract without modifying its lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Changes
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, filled, find_rows, rows_where
from revrec.accounting.contract_state import ContractState
from revrec.accounting.happenings import Credits
from revrec.accounting.money import apportion
from revrec.accounting.recognition import earned_fraction
from revrec.accounting.schedule import earn_legs
from revrec.accounting.terms import CreditTreatment, Method


def cancel(state: ContractState, changes: Changes) -> None:
    """What was earned through ``end`` stays, and the fee; the rest leaves the price."""
    o = state.book.obligations
    by_line = find_rows(o.id, changes.obligation)
    for name in ("stop_day", "rest", "extra", "extra_day"):  # legs of the past may hold what stands now
        state.now[name] = state.now[name].copy()
    for event in range(len(changes)):  # one per contract and turn, few in any close
        day = int(changes.day[event])
        if by_line[event] != NONE:
            rows = by_line[event : event + 1]
        else:
            rows = _there(state, rows_where((o.order == changes.order[event]) & state.begun), day)
        end = int(changes.end[event])
        if end == NO_DAY:
            end = day - 1
        stop = state.now["stop_day"][rows]
        _stop_sooner(state, rows[stop > end], end)
        state.now["stop_day"][rows] = np.where(stop == NO_DAY, end, np.minimum(stop, end))
        fee = int(changes.amount[event])
        if fee != NO_AMOUNT and fee and rows.size:
            charged = np.isin(np.arange(state.begun.size), rows)
            _settle_extra(state, charged, filled(len(state.book.contracts), day))
            zero = np.zeros(rows.size, dtype=np.int64)
            part = apportion(
                np.asarray([fee]), np.maximum(state.now["rest"][rows], 0), zero, 1, state.stated[rows]
            )
            state.now["extra"][rows] = part
            state.now["extra_day"][rows] = day


def _there(state: ContractState, rows: Column, day: int) -> Column:
    """Those of an order's lines that were there when it was cancelled: what was added later goes on. All of them where
    the order itself came later.
    """
    there = rows[state.book.obligations.ordered_day[rows] <= day]
    return there if there.size else rows


def _stop_sooner(state: ContractState, rows: Column, end: int) -> None:
    """Of what was to be earned by the old end only the part up to the new one stays."""
    rows = rows[state.now["by_stop"][rows] == 1]
    if rows.size:
        part = state.current_legs().take(rows)
        state.now["rest"][rows], _, _ = earn_legs(state.plan, part, filled(rows.size, end))


def _settle_extra(state: ContractState, rows: Mask, day: Column) -> None:
    """What came in one lump before is fixed from this day of its contract on; until then the leg that has it stands."""
    some = rows & (state.now["extra"] != 0)
    if not some.any():
        return
    state.begin_leg(some, day)
    state.now["fixed"] = np.where(some, state.now["fixed"] + state.now["extra"], state.now["fixed"])
    state.now["extra"] = np.where(some, 0, state.now["extra"])
    state.now["extra_day"] = np.where(some, NO_DAY, state.now["extra_day"])


def change_price(state: ContractState, changes: Changes, day: Column) -> None:
    """An estimate of variable consideration: shared as at inception, earned at once where already transferred.

    After a prospective modification the part of what is unfinished is shared anew, by what remains (606-10-32-45).
    """
    amount = np.zeros(len(state.book.contracts), dtype=np.int64)
    contract = find_rows(state.book.contracts.id, changes.contract)
    amount[contract] = changes.amount
    hit = np.zeros(amount.size, dtype=np.bool_)
    hit[contract] = True
    plain = hit & ~state.modified
    if plain.any():
        rows = state.begun & state.main & plain[state.contract_of]
        state.now["rest"] += state.spread_by(np.where(plain, amount, 0), state.remaining.in_all(), rows)
    later = hit & state.modified
    if not later.any():
        return
    first = state.first & later[state.contract_of]
    part = state.spread_by(np.where(later, amount, 0), state.remaining.at_inception(), first)
    before = state.day_before(day)
    numerator, denominator = earned_fraction(
        state.current_legs().terms(), before, state.plan.calendar, state.plan.log
    )
    finished = numerator >= denominator
    state.now["rest"] += np.where(finished, part, 0)
    again = state.total(np.where(finished, 0, part))
    unfinished = state.begun & state.main & ~finished & later[state.contract_of]
    state.now["rest"] += state.spread_by(again, state.remaining.weights(), unfinished)


@dataclass(frozen=True, eq=False)
class _Found:
    """What a credit finds, by line: what is recognised, what is left (``still``: as far as a cancelled line earns it),
    the lines that it lowers, and their weights. By contract: what it has to lower, and the refund owed."""

    recognised: Column
    rest: Column
    still: Column
    chosen: Mask
    stopped: Mask
    weight: Column
    amount: Column
    owed: Column


def share_of_credit(state: ContractState, credits: Credits, day: Column) -> tuple[Mask, Column]:
    """The lines that these credits lower, one a contract, and the weights by which they do."""
    found = _find(state, credits, day)
    return found.chosen, found.weight


def _find(state: ContractState, credits: Credits, day: Column) -> _Found:
    before = state.day_before(day)
    earned, _, _ = earn_legs(state.plan, state.current_legs(), before)
    recognised, rest = state.now["fixed"] + earned, state.now["rest"] - earned
    hit = np.zeros(len(state.book.contracts), dtype=np.bool_)
    hit[credits.contract] = True
    amount, treatment, named, product, turn = (
        state.per_contract(credits.contract, column)
        for column in (credits.amount, credits.treatment, credits.obligation, credits.product, credits.turn)
    )
    home = state.contract_of
    rows = np.arange(state.stated.size)
    o = state.book.obligations
    candidate = state.begun & hit[home] & (o.method != Method.AS_INVOICED)
    by_name = candidate & (named[home] == rows)
    # A line that a catch-up added later, though from inception, was not there to be credited.
    there = _some_or_all(candidate, candidate & (o.ordered_day <= day[home]), home, hit.size)
    by_product = there & (named[home] == NONE) & (o.product == product[home])
    chosen = _some_or_all(there, by_name | by_product, home, hit.size)
    for number, (lowered, _) in enumerate(state.shares):
        chosen = np.where(turn[home] == number, lowered, chosen)
    stopped = chosen & (state.now["stop_day"] != NO_DAY)
    still, owed = rest, np.zeros(hit.size, dtype=np.int64)
    if stopped.any():
        earnable, _, _ = earn_legs(
            state.plan, state.current_legs(), np.where(stopped, state.now["stop_day"], before)
        )
        still = np.where(stopped, earnable - earned, rest)
        owed = np.where(state.total(stopped.astype(np.int64)) > 0, _owed(state, credits), 0)
        amount = amount - np.where(treatment == CreditTreatment.PROSPECTIVE, np.minimum(amount, owed), 0)
    left = np.where(chosen, np.maximum(still, 0), 0)
    whole = np.where(chosen, np.maximum(recognised + still + state.now["extra"], 0), 0)
    weight = np.where(state.total(left)[home] > 0, left, whole)
    for number, (_, on_its_day) in enumerate(state.shares):
        weight = np.where(turn[home] == number, on_its_day, weight)
    return _Found(recognised, rest, still, chosen, stopped, weight, amount, owed)


def credit(state: ContractState, credits: Credits, day: Column) -> None:
    """Lower what is billed for in the lines that these credits are for, one a contract, by its treatment."""
    before, home = state.day_before(day), state.contract_of
    found = _find(state, credits, day)
    recognised, rest, still = found.recognised, found.rest, found.still
    chosen, stopped, owed = found.chosen, found.stopped, found.owed
    treatment, extra = state.per_contract(credits.contract, credits.treatment), state.now["extra"]
    cut = state.spread(found.amount, found.weight, chosen)
    kind = treatment[home]
    backward = chosen & (kind == CreditTreatment.RETROSPECTIVE)
    if backward.any():
        pooled = backward & state.member & state.relative[home]
        state.now["rest"] = state.now["rest"] - np.where(backward & ~pooled, cut, 0)
        if pooled.any():
            pools = np.zeros(state.pools, dtype=np.bool_)
            pools[state.pool_of[pooled]] = True
            state.share_pool(pools, -state.total_by_pool(np.where(pooled, cut, 0)))
    forward = chosen & (kind == CreditTreatment.PROSPECTIVE)
    at_once = chosen & (kind == CreditTreatment.IMMEDIATE)
    # A fee is recognised from its day on; what an earlier credit took, on whatever day of the period, is gone.
    so_far = recognised + np.where(state.now["extra_day"] <= before, extra, np.minimum(extra, 0))
    taken = np.where(at_once, np.minimum(cut, np.maximum(so_far, 0)), 0)
    # A cancelled price does not come back; what is more than the rest of any other line lowers revenue at once.
    if (stopped & at_once).any():
        beyond = np.where(at_once, cut - taken, 0)
        cut = cut - state.spread(np.minimum(state.total(beyond), owed), beyond, at_once)
        cut = np.where(stopped & at_once, np.minimum(cut, taken + np.maximum(still, 0)), cut)
    rest = still
    taken += np.where(forward | at_once, np.maximum(cut - taken - np.maximum(rest, 0), 0), 0)
    # What leaves the rest alone is a lump of its own: the running total goes on as it was.
    lump = (forward | at_once) & (cut != 0) & (cut == taken)
    _settle_extra(state, lump, day)
    state.now["extra"] = np.where(lump, -taken, state.now["extra"])
    state.now["extra_day"] = np.where(lump, day[home], state.now["extra_day"])
    legs = (forward | at_once) & (cut != 0) & ~lump
    if not legs.any():
        return
    state.begin_leg(legs, day)
    numerator, _ = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    state.now["before"] = np.where(legs, numerator, state.now["before"])
    state.now["fixed"] = np.where(legs, recognised - taken, state.now["fixed"])
    state.now["rest"] = np.where(legs, rest - (cut - taken), state.now["rest"])
    state.now["by_stop"] = np.where(legs & stopped, 1, state.now["by_stop"])


def _owed(state: ContractState, credits: Credits) -> Column:
    """Of each contract the refund owed before its credit: what bills it above its price."""
    price = state.total(np.where(state.begun, state.price_now(), 0))
    owed: Column = np.maximum(state.per_contract(credits.contract, credits.billed) - price, 0)
    return owed


def _some_or_all(rows: Mask, some: Mask, home: Column, contracts: int) -> Mask:
    """Some of each contract's rows; all of them in a contract that has none of these."""
    has = np.zeros(contracts, dtype=np.bool_)
    has[home[some]] = True
    return some | (rows & ~has[home])
