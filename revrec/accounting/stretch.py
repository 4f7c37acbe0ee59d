"""Closes of periods in a row, in one pass: a scenario is one.

What is known at each close is planned in turn, since billing keeps the place it had. The closes themselves are laid out
side by side, each contract once for each period, and done by the functions of the close in one pass: a scenario of one
contract then costs what a close of some more contracts does. What rests on closes before in more than its totals goes
one period after the other: contracts in a foreign currency, revenue by segments, and billing that no contract absorbs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from revrec.accounting.book import Prior, PriorSplits
from revrec.accounting.carry import carry_forward
from revrec.accounting.checks import check_again
from revrec.accounting.close import check_stock, close_planned, take_stock, write_up
from revrec.accounting.columns import NONE, Column
from revrec.accounting.planning import Planned, Prepared, plan_contracts, plan_on, serves_through
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.sides import Run, Sides

State = tuple[Prepared, int, int]
"""What is known at the closes of some periods in a row: the contracts, the first of the periods, the last."""
ROWS = 100_000
"""Rows of obligations and billing x periods that are laid out at a time."""
FEW = 3
"""So few periods are sooner closed one by one than laid out."""


def close_states(states: Iterable[State], prior: Prior, policy: Policy) -> Iterator[CloseResult]:
    """``close_period`` of all periods of these states, which follow each other, one after the other.

    Every state is of a book that passed ``check_book``, and is asked for when its turn comes. ``prior``: what is booked
    before. Of findings the results have those that block.
    """
    for batch, together in _batches(_plan(states, prior.splits, policy), policy):
        for result, booked in _close(batch, together, prior, policy):
            prior = booked
            yield result


def _plan(states: Iterable[State], splits: PriorSplits, policy: Policy) -> Iterator[Run]:
    """Every state's plans: one where billing is posted or moves, and one for what follows until it does again."""
    for prepared, first, last in states:
        while first <= last:
            book = replace(prepared.book, prior=Prior(splits=splits))
            planned = plan_contracts(book, first, policy, prepared)
            through = serves_through(planned, first, last)
            splits = PriorSplits.concat((splits, planned.billing.moved))
            yield Run(planned, first, 1)
            if first < through:
                yield Run(plan_on(planned), first + 1, through - first)
            first = through + 1


def _batches(runs: Iterable[Run], policy: Policy) -> Iterator[tuple[list[Run], bool]]:
    """Runs, and whether they are closed in one pass together; one that cannot be stands alone."""
    batch: list[Run] = []
    rows, earning = 0, np.zeros(0, dtype=np.int64)
    for run in runs:
        alone, goes_on = _stands_alone(run.planned, policy), _earning(run.planned)
        room = max(ROWS // _size(run.planned), 1)
        for at in range(run.period, run.period + run.count, room):
            part = replace(run, period=at, count=min(room, run.period + run.count - at))
            size = part.count * _size(run.planned)
            if batch and (alone or rows + size > ROWS or not np.isin(earning, goes_on).all()):
                yield batch, True
                batch, rows = [], 0
            if alone:
                yield [part], False
                continue
            batch.append(part)
            rows, earning = rows + size, goes_on
    if batch:
        yield batch, True


def _size(planned: Planned) -> int:
    return max(len(planned.book.obligations) + len(planned.book.billing), 1)


def _earning(planned: Planned) -> Column:
    """The obligations of which nothing waits: what has earned and then waits keeps what the close before booked."""
    going: Column = planned.book.obligations.id[planned.reason == NONE]
    return going


def _stands_alone(planned: Planned, policy: Policy) -> bool:
    """Whether its closes need more of those before than totals or the accounts of a day, or find what stops them."""
    book = planned.book
    carried = (book.obligations.segments, book.obligations.default_segments, book.billing.segments)
    return (
        bool((book.contracts.currency != book.contracts.base_currency).any())
        or bool((planned.billing.splits.contract == NONE).any())
        or any(bool((segments != NONE).any()) for segments in carried)
        or bool(policy.accounts.rules and len(planned.billing.moved))
        or bool(blockers(planned.outcome.problems))
    )


def _close(
    batch: Sequence[Run], together: bool, prior: Prior, policy: Policy
) -> Iterator[tuple[CloseResult, Prior]]:
    """The results of these periods, and what is booked after each."""
    results: tuple[CloseResult, ...] = ()
    if together and sum(run.count for run in batch) > FEW:
        results = _side_by_side(batch, prior, policy)
    if not results:
        yield from _one_by_one(batch, prior, policy)
    for result in results:
        prior = carry_forward(prior, result)
        yield result, prior


def _one_by_one(batch: Sequence[Run], prior: Prior, policy: Policy) -> Iterator[tuple[CloseResult, Prior]]:
    for run in batch:
        for period in range(run.period, run.period + run.count):
            planned = replace(run.planned, book=replace(run.planned.book, prior=prior))
            result = close_planned(planned, period, policy, check_again(planned.book, period))
            prior = carry_forward(prior, result)
            yield result, prior


def _side_by_side(batch: Sequence[Run], prior: Prior, policy: Policy) -> tuple[CloseResult, ...]:
    """These periods in one pass; nothing where a control finds anything, so that each is closed by itself.

    Every side is closed twice: from what was booked before all of them, which says where each stands at its end, and
    then from where the side before it stood.
    """
    sides, first = Sides(batch, prior), batch[0].period
    laid = sides.lay_out()
    each = first + sides.side_of(laid.book.obligations.id)
    caught_up = sides.stands_before_each(take_stock(laid, first, policy, each))
    laid = replace(laid, book=replace(laid.book, prior=caught_up))
    stock = take_stock(laid, first, policy, each)
    result = write_up(stock, first, policy, each)
    found = (*check_again(laid.book, first), *check_stock(stock, result))
    return () if found else sides.apart(result)
