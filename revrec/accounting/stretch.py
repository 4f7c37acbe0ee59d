"""Closes of periods in a row between which nothing becomes known: most periods of most contracts.

Such periods are laid out side by side, each contract once for each period, and closed by the functions of the close in
one pass: a scenario of one contract then costs what a close of some more contracts does. Contracts in a foreign
currency, whose base amounts rest on what was booked close by close, go one period after the other; so does billing that
no contract absorbs, which ages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from revrec.accounting.book import Book, Prior
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import check_stock, close_planned, take_stock, write_up
from revrec.accounting.columns import NONE, Column, Table
from revrec.accounting.planning import Planned, Prepared, plan_contracts, plan_on, serves_through
from revrec.accounting.policy import Policy
from revrec.accounting.postings import post_revenue
from revrec.accounting.result import CloseResult
from revrec.accounting.segmenting import carried_forward

AnyTable = TypeVar("AnyTable", bound=Table)
ROWS = 100_000
"""Obligations x periods that are laid out at a time."""
FEW = 3
"""So few periods are sooner closed one by one than laid out."""


def close_stretch(
    prepared: Prepared, prior: Prior, first: int, last: int, policy: Policy
) -> Iterator[tuple[CloseResult, Prior]]:
    """``close_period`` of these periods, one after the other, and what is booked after each.

    ``prepared``: of a book that passed ``check_book`` and holds all facts known in ``first``; until ``last`` nothing
    more becomes known. ``prior``: what is booked before. Findings for people (what waits, what ages) stand in the
    result of each period whose billing was worked out anew; the others have those that block.
    """
    book = prepared.book
    while first <= last:
        planned = plan_contracts(replace(book, prior=prior), first, policy, prepared)
        through = serves_through(planned, first, last)
        results: tuple[CloseResult, ...] = (close_planned(planned, first, policy),)
        while True:
            for result in results:
                prior = carry_forward(prior, result)
                yield result, prior
            first += len(results)
            if first > through:
                break
            results = _close_on(plan_on(planned, prior), first, through, policy)


def _close_on(planned: Planned, first: int, last: int, policy: Policy) -> tuple[CloseResult, ...]:
    """As many of these periods as can be closed in one pass: the first one at least."""
    contracts, size = planned.book.contracts, max(len(planned.book.obligations), 1)
    last = min(last, first + max(ROWS // size, 1) - 1)
    alone = last - first < FEW or bool((contracts.currency != contracts.base_currency).any())
    if alone or bool((planned.billing.splits.contract == NONE).any()):
        return (close_planned(planned, first, policy),)
    return _side_by_side(planned, first, last, policy) or (close_planned(planned, first, policy),)


def _side_by_side(planned: Planned, first: int, last: int, policy: Policy) -> tuple[CloseResult, ...]:
    """These periods in one pass; nothing where a control finds anything, so that each is closed by itself.

    Every side first catches up with the period before its own, then its own is closed.
    """
    sides = _Sides(planned.book, last - first + 1)
    laid = sides.lay_out(planned)
    each = first + sides.side_of(laid.book.obligations.id)
    then = take_stock(laid, first - 1, policy, each - 1)
    caught_up = carried_forward(
        laid.book.prior.booked, then.booked, post_revenue(laid.book, then.booked, first - 1)
    )
    laid = plan_on(laid, Prior(caught_up, laid.book.prior.splits, then.netted))
    stock = take_stock(laid, first, policy, each)
    result = write_up(stock, first, policy, each)
    return () if check_stock(stock, result) else sides.apart(result)


class _Sides:
    """The same book several times, side by side: ids of the n-th side are those of the book plus n times ``span``."""

    def __init__(self, book: Book, count: int) -> None:
        self.count = count
        self._rows: dict[int, Column] = {}
        prior = book.prior
        ids = (
            *(book.contracts.id, book.contracts.customer, book.obligations.id, book.bundles.id),
            *(book.billing.document, prior.balances.customer, prior.splits.document),
        )
        self.span = 1 + max((int(column.max()) for column in ids if column.size), default=0)

    def side_of(self, ids: Column) -> Column:
        return ids // self.span

    def lay(self, table: AnyTable, *ids: str) -> AnyTable:
        """The rows once for each side, those of the first side first; ``ids``: the columns that hold ids."""
        if not len(table):
            return table
        rows = self.rows(len(table))
        columns = {name: column[rows] for name, column in table.columns().items()}
        columns.update({name: self.lay_ids(getattr(table, name), self.span) for name in ids})
        return type(table)(**columns)

    def lay_ids(self, ids: Column, span: int) -> Column:
        """Ids, or rows of a table of so many rows, for each side; what is absent stays so."""
        every = ids[self.rows(ids.size)]
        return np.where(every < 0, every, every + (np.arange(self.count) * span).repeat(ids.size))

    def rows(self, size: int) -> Column:
        """The rows of a table of so many, once for each side."""
        if size not in self._rows:
            self._rows[size] = np.tile(np.arange(size), self.count)
        return self._rows[size]

    def lay_out(self, planned: Planned) -> Planned:
        """The plan of every side."""
        book, outcome, plan = planned.book, planned.outcome, planned.outcome.plan
        size = len(book.obligations)
        every = self.rows(size)
        legs, log = self.lay(plan.legs), self.lay(plan.log)
        plan = replace(
            plan,
            legs=replace(
                legs,
                row=self.lay_ids(plan.legs.row, size),
                progress=self.lay_ids(plan.legs.progress, size),
            ),
            obligations=size * self.count,
            log=replace(log, key=self.lay_ids(plan.log.key, size)),
        )
        splits = self.lay(planned.billing.splits, "contract", "obligation", "customer", "document")
        return replace(
            planned,
            book=self._lay_book(book),
            contract_of=self.lay_ids(planned.contract_of, len(book.contracts)),
            outcome=replace(
                outcome,
                plan=plan,
                allocated=outcome.allocated[every],
                inception=outcome.inception[every],
                weight=outcome.weight[every],
                flags=outcome.flags[every],
                stated=outcome.stated[every],
            ),
            billing=replace(planned.billing, splits=splits),
            reason=planned.reason[every],
            causes=planned.causes[self.rows(len(book.contracts))],
            usage_causes=planned.usage_causes[every],
        )

    def _lay_book(self, book: Book) -> Book:
        prior = book.prior
        return replace(
            book,
            contracts=self.lay(book.contracts, "id", "customer"),
            obligations=self.lay(book.obligations, "id", "contract", "bundle"),
            billing=self.lay(book.billing, "document", "customer", "obligation", "created_from", "own"),
            prior=Prior(
                self.lay(prior.booked, "obligation"),
                balances=self.lay(prior.balances, "contract", "customer"),
            ),
            changes=self.lay(book.changes, "contract", "obligation"),
            bundles=self.lay(book.bundles, "id"),
        )

    def apart(self, result: CloseResult) -> tuple[CloseResult, ...]:
        """The result of each side, as of its period."""
        party = _either(result.transfers.contract, result.transfers.customer)
        transfers = replace(result.transfers, period=result.period + self.side_of(party))
        booked = self._apart(result.booked, result.booked.obligation)
        moved = self._apart(transfers, party)
        balances = self._apart(result.balances, _either(result.balances.contract, result.balances.customer))
        held = self._apart(result.held, _either(result.held.contract, result.held.document))
        allocations = self._apart(result.allocations, result.allocations.obligation)
        return tuple(
            replace(
                result,
                period=result.period + side,
                booked=booked[side],
                transfers=moved[side],
                balances=balances[side],
                held=held[side],
                allocations=allocations[side],
            )
            for side in range(self.count)
        )

    def _apart(self, table: AnyTable, ids: Column) -> list[AnyTable]:
        """The rows of each side, told by these ids, under the ids of the book."""
        if not len(table):
            return [table] * self.count
        side = self.side_of(ids)
        order = side.argsort(kind="stable")
        ends = side[order].searchsorted(np.arange(self.count + 1))
        columns = {name: column[order] for name, column in table.columns().items()}
        for name in _IDS & columns.keys():
            columns[name] = np.where(columns[name] < 0, columns[name], columns[name] % self.span)
        return [
            type(table)(**{name: column[begin:end] for name, column in columns.items()})
            for begin, end in pairwise(ends.tolist())
        ]


_IDS = {"contract", "obligation", "customer", "document"}


def _either(ids: Column, others: Column) -> Column:
    return np.where(ids < 0, others, ids)
