"""Restating lines: what a modification makes of the legs and the weights of its contract.

``prospective`` fixes what was recognised and spreads the rest and the change over what remains; ``cumulative_catch_up``
works the current legs out again, so that the difference to what is booked is the catch-up (606-10-25-13).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from revrec.accounting.book import Changes
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, among
from revrec.accounting.contract_state import ContractState
from revrec.accounting.inception import by_percent
from revrec.accounting.recognition import BY_TIME, earned_fraction
from revrec.accounting.remaining import Totals, no_change
from revrec.accounting.schedule import earn_legs
from revrec.accounting.sharing import Weights
from revrec.accounting.terms import Method


def restate(state: ContractState, row: Column, changes: Changes, day: Column, prospective: bool) -> None:
    """New totals, ends and quantities of these lines; both treatments. What changes nothing is left alone."""
    fresh = ~state.begun[row]
    after, whole = _restated(state, row, changes)
    difference = after.stated - state.stated
    difference[row[fresh]] = after.stated[row[fresh]]
    real = fresh | (difference[row] != 0) | (after.end[row] != state.now["end"][row])
    real |= after.quantity_e6[row] != state.quantity[row]
    real |= whole[row] != state.now["whole"][row]
    if not real.any():
        return
    touched = np.zeros(difference.size, dtype=np.bool_)
    touched[row[real]] = True
    pools = np.zeros(state.pools, dtype=np.bool_)
    pools[state.pool_of[row[real]]] = True
    difference = np.where(touched, difference, 0)
    now = state.totals()
    state.stated = np.where(touched, after.stated, state.stated)
    state.quantity = np.where(touched, after.quantity_e6, state.quantity)
    if prospective:
        _run_on(state, touched, pools, difference, now, after, whole, day)
    else:
        _catch_up(state, touched, pools, difference, now, after, whole)
    state.begun |= touched
    first = (touched & state.main) & ~state.modified[state.contract_of]
    state.first |= first
    state.remaining.remember_inception(first)


def _restated(state: ContractState, row: Column, changes: Changes) -> tuple[Totals, Column]:
    """The totals of all lines after the changes of these, and the progress at which each is complete."""
    stated, end = state.stated.copy(), state.now["end"].copy()
    quantity, whole = state.quantity.copy(), state.now["whole"].copy()
    # Usage has a rate and no price.
    given = (changes.amount != NO_AMOUNT) & (state.book.obligations.method[row] != Method.AS_INVOICED)
    stated[row[given]] = changes.amount[given]
    end[row[changes.end != NO_DAY]] = changes.end[changes.end != NO_DAY]
    more = changes.quantity_e6 != NONE
    by_quantity = more & (state.book.obligations.whole[row] == NONE)
    by_quantity &= ~by_percent(state.book.obligations.method[row])
    quantity[row[more]] = changes.quantity_e6[more]
    whole[row[by_quantity]] = changes.quantity_e6[by_quantity]
    return Totals(stated, quantity, end), whole


def _catch_up(
    state: ContractState,
    touched: Mask,
    pools: Mask,
    difference: Column,
    now: Totals,
    after: Totals,
    whole: Column,
) -> None:
    """Work the current legs out again, as if the changed lines had been so when these began (606-10-25-13(b))."""
    pooled = state.relative[state.contract_of]
    # What goes back to a modification is as if that had made it (606-10-25-13(a)).
    again = touched & state.begun & (state.base_day[state.pool_of] != NO_DAY)
    before = state.day_before_each(state.base_day[state.pool_of])
    n, d = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    change, by_time = _weigh_change(state, touched, again, now, after, n < d)
    gone, end = np.where(again, n, 0), np.where(again, d, 1)
    _join_late(state, touched & pooled & state.begun & ~state.member)
    state.now["end"] = np.where(touched, after.end, state.now["end"])
    state.now["whole"] = np.where(touched, whole, state.now["whole"])
    _measure_again(state, touched & (state.now["before"] > 0))
    state.now["rest"] = np.where(touched & ~state.begun, 0, state.now["rest"])
    sold_until = np.where(touched & ~again, after.end, state.remaining.sold_until)
    state.remaining.catch_up(touched, change, sold_until, by_time, gone, end)
    _weigh_again(state, touched & ~pooled & state.begun)
    state.member |= touched & pooled
    state.share_pool(pools & state.relative_pools, state.total_by_pool(difference))
    state.now["rest"] = state.now["rest"] + np.where(pooled, 0, difference)


def _join_late(state: ContractState, rows: Mask) -> None:
    """Lines that were finished when their pool was last modified: what they had earned by then is fixed, as it is of
    all that the modification found, and they go on from there.
    """
    day = state.base_day[state.pool_of]
    rows = rows & (day != NO_DAY) & (state.now["from_day"] <= day)
    if not rows.any():
        return
    before = state.day_before_each(day)
    earned, _, _ = earn_legs(state.plan, state.current_legs(), before)
    state.past.append(state.current_legs().take(rows))
    numerator, _ = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    for name, value in (
        ("from_day", day),
        ("before", numerator),
        ("fixed", state.now["fixed"] + earned),
        ("rest", state.now["rest"] - earned),
    ):
        state.now[name] = np.where(rows, value, state.now[name])


def _weigh_again(state: ContractState, rows: Mask) -> None:
    """Lines that go back behind the latest modification of their contract: it found them as they are now."""
    day = state.base_day[state.pool_of]
    rows = rows & (day != NO_DAY) & (state.now["from_day"] < day)
    if rows.any():
        before = state.day_before_each(day)
        fraction = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
        state.remaining.run_on(rows, state.begun, no_change(rows.size), *fraction)


def _measure_again(state: ContractState, rows: Mask) -> None:
    """What was earned before the current leg began, as a fraction of the changed term."""
    if rows.any():
        before = state.day_before_each(state.now["from_day"])
        numerator, _ = earned_fraction(
            state.current_legs().terms(), before, state.plan.calendar, state.plan.log
        )
        state.now["before"] = np.where(rows, numerator, state.now["before"])


def _run_on(
    state: ContractState,
    touched: Mask,
    pools: Mask,
    difference: Column,
    now: Totals,
    after: Totals,
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
    pooled = state.relative[state.contract_of]
    open_now = old & (numerator < denominator) & state.still_open(before)
    affected = touched | (open_now & pooled & pools[state.pool_of])
    # A leg that had nothing left to wait for, and begins later than what is fixed: none of it is recognised by then.
    waiting = old & (state.now["before"] >= denominator) & (state.now["from_day"] > before)
    earned = np.where(waiting, 0, earned)
    change, by_time = _weigh_change(state, touched, touched & old, now, after, numerator < denominator)
    since = _weighed_at(state)
    recognised = state.now["fixed"] + np.where(old, earned, 0)
    rest = np.where(old, state.now["rest"] - earned, 0)
    state.begin_leg(affected & old, day)
    state.now["end"] = np.where(touched, after.end, state.now["end"])
    state.now["whole"] = np.where(touched, whole, state.now["whole"])
    state.begun |= touched
    n_new, _ = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    state.now["before"] = np.where(affected, np.where(old, n_new, 0), state.now["before"])
    state.now["fixed"] = np.where(affected, np.where(old, recognised, 0), state.now["fixed"])
    state.now["rest"] = np.where(affected, rest + np.where(pooled, 0, difference), state.now["rest"])
    pool = pools[state.pool_of]
    rows = touched | (old & pool)
    state.remaining.run_on(rows, old, change, numerator, denominator, by_time, waiting, since)
    state.weighed_day = np.where(rows & old & pooled, day[state.contract_of], state.weighed_day)
    state.member = np.where(pooled & pool, affected, state.member)
    state.base_day[state.pool_of[touched]] = day[state.contract_of[touched]]
    state.share_pool(pools & state.relative_pools, state.total_by_pool(difference))


def _weighed_at(state: ContractState) -> Column:
    """What was earned before what remains was weighed last, as a numerator of the current terms; 0 where it was not."""
    weighed = state.weighed_day != NO_DAY
    if not weighed.any():
        return np.zeros(weighed.size, dtype=np.int64)
    before = state.day_before_each(state.weighed_day)
    numerator, _ = earned_fraction(state.current_legs().terms(), before, state.plan.calendar, state.plan.log)
    return np.where(weighed, numerator, 0)


def _weigh_change(
    state: ContractState, touched: Mask, later: Mask, now: Totals, after: Totals, unfinished: Mask
) -> tuple[Weights, Weights]:
    """What the change of these lines weighs, and the part of it that goes by with time: of those that are changed
    ``later`` than they began more of a service serves only the rest of its term, and an SSP for ``each`` is the price
    of the term it was sold for.
    """
    timed = _timed(state, later, after)
    change = state.remaining.change(touched, now, after, timed)
    more = timed & (after.quantity_e6 != now.quantity_e6) & (unfinished | (after.end != now.end))
    if not more.any():
        return change, no_change(touched.size)
    return change, state.remaining.change(more, now, replace(now, quantity_e6=after.quantity_e6), timed)


def _timed(state: ContractState, rows: Mask, after: Totals) -> Mask:
    """Of these lines those that are earned as time goes by, with both dates before and after the change."""
    timed: Mask = rows & among(state.now["method"], BY_TIME)
    dated = (state.now["start"] != NO_DAY) & (state.now["end"] != NO_DAY) & (after.end != NO_DAY)
    timed &= dated
    return timed
