"""From inception to now: what modifications and all other events make of each obligation's legs.

A fold over the events of each contract, in order of date; the n-th events of all contracts are applied together, so
that one path serves one contract and a million. ``prospective`` fixes what was recognised and begins a new leg;
``cumulative_catch_up`` works the current leg out again, so that the difference to what is booked is the catch-up.
Inception is the order, or the latest prospective modification; no further back (606-10-25-10 to -13, 606-10-32-42).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.allocation import Weigher, allocate
from revrec.accounting.book import Book, Changes
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, find_rows
from revrec.accounting.concessions import cancel, change_price, credit
from revrec.accounting.contract_state import ContractState
from revrec.accounting.happenings import Credits, order_happenings
from revrec.accounting.inception import begin_legs
from revrec.accounting.money import share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.recognition import ProgressLog, earned_fraction
from revrec.accounting.schedule import Plan, earn_legs
from revrec.accounting.terms import ChangeKind, Treatment
from revrec.accounting.treatments import decide_treatments


@dataclass(frozen=True, eq=False)
class Outcome:
    """Legs of all obligations, their price now, allocation at inception, and why each modification went its way."""

    plan: Plan
    allocated: Column
    inception: Column
    weight: Column
    flags: Column
    stated: Column
    reasons: tuple[tuple[int, str], ...]
    problems: tuple[Problem, ...]


def run_contracts(
    book: Book,
    policy: Policy,
    weigher: Weigher,
    contract_of: Column,
    first_billed: Column,
    credits: Credits,
    log: ProgressLog,
) -> Outcome:
    """Allocate at inception, then apply every event known. One call per close."""
    decided = decide_treatments(book, policy, weigher)
    group = np.where(decided.group == NONE, contract_of, len(book.contracts) + decided.group)
    allocation = allocate(book, weigher, group, len(book.contracts) + decided.groups, policy)
    legs = begin_legs(book, allocation.amount, first_billed)
    plan = Plan(legs, len(book.obligations), book.calendar, log, policy.rounding)
    state = ContractState(book, policy, weigher, contract_of, plan, allocation.weight, decided)
    _apply(state, credits)
    outcome = state.legs()
    return Outcome(
        Plan(outcome, len(book.obligations), book.calendar, log, policy.rounding),
        state.price_now(outcome),
        allocation.amount,
        allocation.weight,
        allocation.flags,
        state.stated,
        decided.reasons,
        (*allocation.problems, *decided.problems),
    )


def _apply(state: ContractState, credits: Credits) -> None:
    """Apply all events, the first of every contract, then the second, and so on."""
    events = order_happenings(state.book, credits)
    for turn in range(int(events.turn.max()) + 1 if events.turn.size else 0):
        for kind in ChangeKind:
            at = np.flatnonzero((events.turn == turn) & (events.kind == kind))
            if not at.size:
                continue
            day = np.full(len(state.book.contracts), NO_DAY, dtype=np.int64)
            day[events.contract[at]] = events.day[at]
            if kind is ChangeKind.MODIFICATION:
                modify(state, events.ref[at], day)
            elif kind is ChangeKind.CANCEL:
                cancel(state, state.book.changes.take(events.ref[at]), day)
            elif kind is ChangeKind.PRICE_CHANGE:
                change_price(state, state.book.changes.take(events.ref[at]), day)
            else:
                credit(state, credits.take(events.ref[at]), day)


def modify(state: ContractState, ids: Column, day: Column) -> None:
    changes = state.book.changes
    mine = np.flatnonzero((changes.kind == ChangeKind.MODIFICATION) & np.isin(changes.id, ids))
    row = find_rows(state.book.obligations.id, changes.obligation[mine])
    treatment = state.decided.treatment[mine]
    for chosen in (Treatment.CUMULATIVE_CATCH_UP, Treatment.PROSPECTIVE):
        part = treatment == chosen
        if part.any():
            restate(state, row[part], changes.take(mine[part]), day, chosen is Treatment.PROSPECTIVE)


def restate(state: ContractState, row: Column, changes: Changes, day: Column, prospective: bool) -> None:
    """New totals, ends and quantities of these lines; both treatments."""
    fresh = ~state.begun[row]
    stated, end = state.stated.copy(), state.now["end"].copy()
    quantity, whole = state.quantity.copy(), state.now["whole"].copy()
    given = changes.amount != NO_AMOUNT
    stated[row[given]] = changes.amount[given]
    end[row[changes.end != NO_DAY]] = changes.end[changes.end != NO_DAY]
    more = changes.quantity_e6 != NONE
    by_quantity = more & (state.book.obligations.whole[row] == NONE)
    by_quantity &= whole[row] == state.quantity[row]
    quantity[row[more]] = changes.quantity_e6[more]
    whole[row[by_quantity]] = changes.quantity_e6[by_quantity]
    difference = stated - state.stated
    difference[row[fresh]] = stated[row[fresh]]
    touched = np.zeros(stated.size, dtype=np.bool_)
    touched[row] = True
    real = fresh | (difference[row] != 0) | (end[row] != state.now["end"][row])
    real |= quantity[row] != state.quantity[row]
    contracts = np.zeros(len(state.book.contracts), dtype=np.bool_)
    contracts[state.contract_of[row[real]]] = True
    if not contracts.any():
        return  # nothing changed: nothing is shared anew
    touched &= contracts[state.contract_of]
    weight, _ = state.weigher.weigh(stated, quantity, end) if state.relative else (state.weight, None)
    old_weight = np.where(state.begun, state.weight, 0)
    if prospective:
        _run_on(state, touched, contracts, difference, weight, old_weight, end, whole, day)
    else:
        state.now["end"] = np.where(touched, end, state.now["end"])
        state.now["whole"] = np.where(touched, whole, state.now["whole"])
        _measure_again(state, touched & (state.now["before"] > 0))
        state.now["rest"] = np.where(_fresh(state, row, fresh), 0, state.now["rest"])
        if state.relative:
            state.member |= touched
            state.pool_weight = np.where(
                touched, np.maximum(_pooled(state, row, fresh) + weight - old_weight, 0), state.pool_weight
            )
            state.share_pool(contracts, state.total(np.where(touched, difference, 0)))
        else:
            state.now["rest"] = state.now["rest"] + np.where(touched, difference, 0)
    state.begun |= touched
    state.stated = np.where(touched, stated, state.stated)
    state.quantity = np.where(touched, quantity, state.quantity)
    state.weight = np.where(touched, weight, state.weight)


def _measure_again(state: ContractState, rows: Mask) -> None:
    """What was earned before the current leg began, as a fraction of the changed term."""
    if rows.any():
        before = state.day_before_each(state.now["from_day"])
        numerator, _ = earned_fraction(
            state.current_legs().terms(), before, state.plan.calendar, state.plan.log
        )
        state.now["before"] = np.where(rows, numerator, state.now["before"])


def _fresh(state: ContractState, row: Column, fresh: Mask) -> Mask:
    new = np.zeros(state.stated.size, dtype=np.bool_)
    new[row[fresh]] = True
    return new


def _pooled(state: ContractState, row: Column, fresh: Mask) -> Column:
    return np.where(_fresh(state, row, fresh), 0, state.pool_weight)


def _run_on(
    state: ContractState,
    touched: Mask,
    contracts: Mask,
    difference: Column,
    weight: Column,
    old_weight: Column,
    end: Column,
    whole: Column,
    day: Column,
) -> None:
    """Fix what was recognised, spread the rest and the change over what remains (606-10-25-13(a))."""
    before = state.day_before(day)
    old = state.begun.copy()
    earned, _, _ = earn_legs(state.plan, state.current_legs(), before)
    numerator, denominator = earned_fraction(
        state.current_legs().terms(), before, state.plan.calendar, state.plan.log
    )
    open_now = old & (numerator < denominator) & (state.still_open(before))
    affected = touched.copy()
    if state.relative:
        main = state.decided.group == NONE
        joined = main | state.decided.waits
        affected |= open_now & contracts[state.contract_of] & joined
    recognised = state.now["fixed"] + np.where(old, earned, 0)
    rest = np.where(old, state.now["rest"] - earned, 0)
    state.begin_leg(affected & old, day)
    state.now["end"] = np.where(touched, end, state.now["end"])
    state.now["whole"] = np.where(touched, whole, state.now["whole"])
    state.begun |= touched
    n_new, _ = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    state.now["before"] = np.where(affected, np.where(old, n_new, 0), state.now["before"])
    state.now["fixed"] = np.where(affected, np.where(old, recognised, 0), state.now["fixed"])
    if not state.relative:
        state.now["rest"] = np.where(affected, rest + difference, state.now["rest"])
        return
    left = share_columns(old_weight, denominator - numerator, denominator)
    remaining = np.maximum(left + np.where(touched, weight - old_weight, 0), 0)
    state.pool_weight = np.where(affected, remaining, state.pool_weight)
    state.member = np.where(contracts[state.contract_of], affected, state.member)
    state.modified |= contracts
    state.now["rest"] = np.where(affected, rest, state.now["rest"])
    state.share_pool(contracts, state.total(np.where(touched, difference, 0)))
