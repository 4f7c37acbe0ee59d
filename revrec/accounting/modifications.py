"""From inception to now: what modifications and all other events make of each obligation's legs.

A fold over the events of each contract, in order of date; the n-th events of all contracts are applied together, so
that one path serves one contract and a million. ``prospective`` fixes what was recognised and begins a new leg;
``cumulative_catch_up`` works the current leg out again, so that the difference to what is booked is the catch-up
(``restating`` does both). Inception is the order, or the latest prospective modification; no further back (606-10-25-10
to -13, 606-10-32-42).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from revrec.accounting.allocation import Weigher, stated_prices
from revrec.accounting.book import Book
from revrec.accounting.choices import Choices, choices_of
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    filled,
    find_rows,
    rows_where,
)
from revrec.accounting.concessions import cancel, change_price, credit, share_of_credit
from revrec.accounting.contract_state import ContractState, price_now
from revrec.accounting.happenings import Credits, Happenings, number_within, order_happenings
from revrec.accounting.inception import begin_legs
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.restating import restate
from revrec.accounting.schedule import Legs, Plan
from revrec.accounting.sharing import Weights
from revrec.accounting.terms import ChangeKind, Treatment
from revrec.accounting.transaction_price import Allocation, allocate
from revrec.accounting.treatments import Decided, decide_treatments


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


@dataclass(frozen=True, eq=False)
class Inception:
    """What billing does not change: the choices of each contract, the treatment of each modification, and how the
    price of each contract, and of each that a modification makes, is shared.
    """

    choices: Choices
    decided: Decided
    allocation: Allocation


def begin_contracts(book: Book, policy: Policy, weigher: Weigher, contract_of: Column) -> Inception:
    """Choose the treatments, and allocate at inception."""
    choices = choices_of(book.contracts, policy)
    decided = decide_treatments(book, policy, weigher)
    group = np.where(decided.group == NONE, contract_of, len(book.contracts) + decided.group)
    relative = choices.relative[contract_of]
    allocation = allocate(book, weigher, group, len(book.contracts) + decided.groups, relative)
    return Inception(choices, decided, allocation)


def run_contracts(
    book: Book,
    policy: Policy,
    weigher: Weigher,
    contract_of: Column,
    first_billed: Column,
    credits: Credits,
    log: ProgressLog,
    inception: Inception | None = None,
) -> Outcome:
    """Allocate at inception (``inception``: where that was done already), then apply every event known."""
    if inception is None:
        inception = begin_contracts(book, policy, weigher, contract_of)
    choices, decided, allocation = inception.choices, inception.decided, inception.allocation
    legs = begin_legs(book, allocation.amount, first_billed, choices.rounding[contract_of])
    plan = Plan(legs, len(book.obligations), book.calendar, log)
    price = price_now(plan, legs)
    stated = stated_prices(book)
    rows = _rows_with_events(book, contract_of, credits)
    if rows.size:

        def begin() -> tuple[ContractState, Credits]:
            return _part(
                book, choices, weigher, contract_of, plan, allocation.weights, decided, rows, credits
            )

        state = _apply(begin)
        legs = _merge(legs, state.legs(), rows)
        price[rows], stated[rows] = state.price_now(), state.stated
    return Outcome(
        Plan(legs, len(book.obligations), book.calendar, log),
        price,
        allocation.amount,
        allocation.weights.near,
        allocation.flags,
        stated,
        decided.reasons,
        (*allocation.problems, *decided.problems),
    )


def _rows_with_events(book: Book, contract_of: Column, credits: Credits) -> Column:
    """The obligations of contracts to which anything happened after inception."""
    hit = np.zeros(len(book.contracts), dtype=np.bool_)
    if not len(book.changes) and not len(credits):
        return np.zeros(0, dtype=np.int64)
    home = find_rows(book.contracts.id, book.changes.contract)
    hit[home[home != NONE]] = True
    hit[credits.contract] = True
    return rows_where(hit[contract_of])


def _part(
    book: Book,
    choices: Choices,
    weigher: Weigher,
    contract_of: Column,
    plan: Plan,
    weights: Weights,
    decided: Decided,
    rows: Column,
    credits: Credits,
) -> tuple[ContractState, Credits]:
    """The state of these obligations and their contracts alone, and the credits as rows of it."""
    homes = np.unique(contract_of[rows])
    home_of = filled(len(book.contracts), NONE)
    home_of[homes] = np.arange(homes.size)
    row_of = filled(len(book.obligations) + 1, NONE)  # the last: NONE stays NONE
    row_of[rows] = np.arange(rows.size)
    legs = replace(plan.legs.take(rows), row=np.arange(rows.size, dtype=np.int64))
    state = ContractState(
        replace(book, contracts=book.contracts.take(homes), obligations=book.obligations.take(rows)),
        replace(choices, relative=choices.relative[homes]),
        weigher.take(rows),
        home_of[contract_of[rows]],
        replace(plan, legs=legs, obligations=rows.size),
        Weights(weights.near[rows], weights.slack[rows], lambda at: weights.exact(rows[at])),
        replace(decided, group=decided.group[rows], waits=decided.waits[rows]),
    )
    moved = replace(credits, contract=home_of[credits.contract], obligation=row_of[credits.obligation])
    return state, moved


def _merge(legs: Legs, part: Legs, rows: Column) -> Legs:
    """The legs of all obligations: those of ``rows`` are replaced, and stand last."""
    others = np.ones(len(legs), dtype=np.bool_)
    others[rows] = False
    return Legs.concat((legs.take(others), replace(part, row=rows[part.row])))


def _apply(begin: Callable[[], tuple[ContractState, Credits]]) -> ContractState:
    """The state after all events. ``begin``: the state before them, anew each time, and its credits.

    A credit that names no line is shared by what remained on its own day. Where it meets other events than had happened
    by then, that is worked out first, from a state in which nothing else has: of all contracts the first such credit,
    then the second.
    """
    state, credits = begin()
    events = order_happenings(state.book, credits, state.decided.treatment, state.homes())
    late = events.shared_out_of_turn(credits)
    turn = number_within(events.contract[late])
    numbers = filled(len(credits), NONE)
    numbers[events.ref[late]] = turn
    credits = replace(credits, turn=numbers)
    for number in range(int(turn.max()) + 1 if turn.size else 0):
        rows = late[turn == number]
        limit = np.zeros(len(state.book.contracts), dtype=np.int64)
        limit[events.contract[rows]] = events.place[rows]
        until, _ = begin()
        until.shares = state.shares
        _fold(until, events.before(limit), credits)
        day = filled(limit.size, NO_DAY)
        day[events.contract[rows]] = events.day[rows]
        state.shares = [*state.shares, share_of_credit(until, credits.take(events.ref[rows]), day)]
    _fold(state, events, credits)
    return state


def _fold(state: ContractState, events: Happenings, credits: Credits) -> None:
    """Apply these events, the first of every contract, then the second, and so on."""
    for turn in range(int(events.turn.max()) + 1 if events.turn.size else 0):
        for kind in ChangeKind:
            at = rows_where((events.turn == turn) & (events.kind == kind))
            if not at.size:
                continue
            day = filled(len(state.book.contracts), NO_DAY)
            day[events.contract[at]] = events.day[at]
            if kind is ChangeKind.MODIFICATION:
                modify(state, events.ref[at], day)
            elif kind is ChangeKind.CANCEL:
                cancel(state, state.book.changes.take(events.ref[at]))
            elif kind is ChangeKind.PRICE_CHANGE:
                change_price(state, state.book.changes.take(events.ref[at]), day)
            else:
                credit(state, credits.take(events.ref[at]), day)


def modify(state: ContractState, leads: Column, day: Column) -> None:
    """Restate the lines of these modifications: of each those that go back, or those that run on, as its lead does."""
    changes, treatment = state.book.changes, state.decided.treatment
    lead = find_rows(changes.id[leads], changes.id)
    runs_on = treatment == Treatment.PROSPECTIVE
    mine = (changes.kind == ChangeKind.MODIFICATION) & (lead != NONE) & (runs_on == runs_on[leads][lead])
    for chosen in (Treatment.CUMULATIVE_CATCH_UP, Treatment.PROSPECTIVE):
        part = mine & (treatment == chosen)
        if part.any():
            row = find_rows(state.book.obligations.id, changes.obligation[part])
            restate(state, row, changes.take(part), day, chosen is Treatment.PROSPECTIVE)
