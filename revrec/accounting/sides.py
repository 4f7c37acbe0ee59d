"""Books side by side, one for each of some periods, so that all of them are closed in one pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from revrec.accounting.book import Balances, Book, Obligations, Prior, PriorBooked
from revrec.accounting.close import Stock
from revrec.accounting.columns import Column, Each, Table, sort_rows
from revrec.accounting.money import cumulate_within
from revrec.accounting.planning import Planned
from revrec.accounting.result import CloseResult
from revrec.accounting.terms import BalanceScope

AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True, eq=False)
class Run:
    """A plan and the periods that it serves: ``count`` of them from ``period`` on."""

    planned: Planned
    period: int
    count: int


class Sides:
    """Books side by side, one for each period: ids of the n-th side are those of its book plus n times ``span``."""

    def __init__(self, batch: Sequence[Run], prior: Prior) -> None:
        self.batch, self.prior = batch, prior
        self.counts = np.asarray([run.count for run in batch], dtype=np.int64)
        self.count = int(self.counts.sum())
        self._rows: dict[tuple[int, ...], tuple[Column, Column, Column]] = {}
        ids = [prior.booked.obligation, prior.balances.contract, prior.balances.customer]
        ids += [column for run in batch for column in _ids_of(run.planned)]
        self.span = 1 + max((int(column.max()) for column in ids if column.size), default=0)

    def side_of(self, ids: Column) -> Column:
        return ids // self.span

    def rows(self, sizes: tuple[int, ...]) -> tuple[Column, Column, Column]:
        """Of tables of so many rows, one a run and one below the other: the rows that each side has, the side of each,
        and where the rows of each side begin."""
        if sizes not in self._rows:
            above = np.cumsum((0, *sizes[:-1]))
            size, begins = np.asarray(sizes).repeat(self.counts), above.repeat(self.counts)
            ends = np.cumsum(size)
            starts = ends - size
            rows = np.arange(int(ends[-1])) + (begins - starts).repeat(size)
            self._rows[sizes] = rows, np.arange(self.count).repeat(size), starts
        return self._rows[sizes]

    def lay(self, of: Callable[[Planned], AnyTable], *ids: str) -> AnyTable:
        """A table of every side, that of the first side first; ``ids``: the columns that hold ids."""
        tables = [of(run.planned) for run in self.batch]
        whole = type(tables[0]).concat(tables)
        if not len(whole):
            return whole
        rows, side, _ = self.rows(tuple(len(table) for table in tables))
        columns = {name: column[rows] for name, column in whole.columns().items()}
        for name in ids:
            columns[name] = _moved(columns[name], side * self.span)
        return type(whole)(**columns)

    def column(self, of: Callable[[Planned], Column]) -> Column:
        """A column of every side."""
        columns = [of(run.planned) for run in self.batch]
        rows, _, _ = self.rows(tuple(column.size for column in columns))
        return np.concatenate(columns)[rows]

    def row_numbers(self, of: Callable[[Planned], Column], target: Callable[[Planned], Table]) -> Column:
        """A column that holds rows of another table."""
        _, side, _ = self.rows(tuple(of(run.planned).size for run in self.batch))
        _, _, starts = self.rows(tuple(len(target(run.planned)) for run in self.batch))
        return _moved(self.column(of), starts[side])

    def lay_out(self) -> Planned:
        """The plan of every side, each with what was booked before all of them."""
        planned = self.batch[0].planned
        outcome, plan, billing = planned.outcome, planned.outcome.plan, planned.billing
        legs = self.lay(lambda p: p.outcome.plan.legs)
        log = self.lay(lambda p: p.outcome.plan.log)
        book = self._lay_book(planned.book)
        plan = replace(
            plan,
            legs=replace(
                legs,
                row=self.row_numbers(lambda p: p.outcome.plan.legs.row, _obligations),
                progress=self.row_numbers(lambda p: p.outcome.plan.legs.progress, _obligations),
            ),
            obligations=len(book.obligations),
            log=replace(log, key=self.row_numbers(lambda p: p.outcome.plan.log.key, _obligations)),
        )
        ids = ("contract", "obligation", "customer", "document")
        return replace(
            planned,
            book=book,
            contract_of=self.row_numbers(lambda p: p.contract_of, lambda p: p.book.contracts),
            outcome=replace(
                outcome,
                plan=plan,
                allocated=self.column(lambda p: p.outcome.allocated),
                inception=self.column(lambda p: p.outcome.inception),
                weight=self.column(lambda p: p.outcome.weight),
                flags=self.column(lambda p: p.outcome.flags),
                stated=self.column(lambda p: p.outcome.stated),
            ),
            billing=replace(
                billing,
                splits=self.lay(lambda p: p.billing.splits, *ids),
                moved=self.lay(lambda p: p.billing.moved, *ids),
                event=self.column(lambda p: p.billing.event),
                late=self.column(lambda p: p.billing.late.astype(np.int64)).astype(np.bool_),
                document_version=self.column(lambda p: p.billing.document_version),
            ),
            reason=self.column(lambda p: p.reason),
            causes=self.column(lambda p: p.causes),
            usage_causes=self.column(lambda p: p.usage_causes),
        )

    def _lay_book(self, book: Book) -> Book:
        return replace(
            book,
            contracts=self.lay(lambda p: p.book.contracts, "id", "customer"),
            obligations=self.lay(_obligations, "id", "contract", "bundle"),
            billing=self.lay(
                lambda p: p.book.billing,
                *("document", "customer", "obligation", "created_from", "own"),
            ),
            prior=Prior(self.lay(lambda _: self.prior.booked, "obligation")),
            changes=self.lay(lambda p: p.book.changes, "contract", "obligation"),
            bundles=self.lay(lambda p: p.book.bundles, "id"),
        )

    def stands_before_each(self, stock: Stock) -> Prior:
        """What is booked before the close of each side: before that of the first ``prior``, before every other where
        the side before it stands.

        ``stock``: every side at its end, from what was booked before all of them. What never moved is not booked.
        """
        o, earned = stock.book.obligations, stock.earned
        mine = sort_rows(o.id % self.span, o.id)
        moved = (earned.revenue[mine] != 0) | (earned.adjustment[mine] != 0)
        known = np.isin(o.id[mine], stock.book.prior.booked.obligation)
        known |= cumulate_within(moved.astype(np.int64), o.id[mine] % self.span) > 0
        rows = mine[known & (self.side_of(o.id[mine]) < self.count - 1)]
        base = earned.base_booked[rows] + earned.target[rows] - earned.booked[rows]
        after = PriorBooked.of(
            obligation=o.id[rows] + self.span,
            recognised=earned.target[rows],
            base_recognised=base,
            order_version=o.order_version[rows],
        )
        return Prior(
            PriorBooked.concat((self.prior.booked, after)),
            balances=Balances.concat((self.prior.balances, self._balances_after(stock))),
        )

    def _balances_after(self, stock: Stock) -> Balances:
        """The balances of every side but the last, as the side after it finds them; rows once there stay, at zero."""
        contracts, netted = stock.book.contracts, stock.netted
        mine = sort_rows(contracts.id % self.span, contracts.id)
        ids = contracts.id[mine]
        live = np.isin(ids, netted.contract)
        ever = cumulate_within(live.astype(np.int64), ids % self.span) > 0
        ever |= np.isin(ids % self.span, self.prior.balances.contract)
        empty = contracts.take(mine[ever & ~live])
        gone = Balances.of(
            scope=int(BalanceScope.CONTRACT),
            contract=empty.id,
            customer=empty.customer,
            subsidiary=empty.subsidiary,
            currency=empty.currency,
        )
        rows = Balances.concat((netted, gone))
        columns = rows.take(self.side_of(_either(rows.contract, rows.customer)) < self.count - 1).columns()
        for name in ("contract", "customer"):
            columns[name] = _moved(columns[name], self.span)
        return Balances(**columns)

    def apart(self, result: CloseResult) -> tuple[CloseResult, ...]:
        """The result of each side, as of its period."""
        party = _either(result.transfers.contract, result.transfers.customer)
        transfers = replace(result.transfers, period=result.period + self.side_of(party))
        booked = self._apart(result.booked, result.booked.obligation)
        moved = self._apart(transfers, party)
        balances = self._apart(result.balances, _either(result.balances.contract, result.balances.customer))
        held = self._apart(result.held, _either(result.held.contract, result.held.document))
        allocations = self._apart(result.allocations, result.allocations.obligation)
        plans = [run.planned for run in self.batch for _ in range(run.count)]
        return tuple(
            replace(
                result,
                period=result.period + side,
                booked=booked[side],
                transfers=moved[side],
                splits=planned.billing.moved,
                balances=balances[side],
                held=held[side],
                allocations=allocations[side],
                reasons=planned.outcome.reasons,
            )
            for side, planned in enumerate(plans)
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


def _moved(ids: Column, by: Each) -> Column:
    """Ids, or rows, so much further on; what is absent stays so."""
    return np.where(ids < 0, ids, ids + by)


def _either(ids: Column, others: Column) -> Column:
    """Ids, and others where they are absent."""
    return np.where(ids < 0, others, ids)


def _ids_of(planned: Planned) -> tuple[Column, ...]:
    book = planned.book
    return (
        *(book.contracts.id, book.contracts.customer, book.obligations.id, book.bundles.id),
        *(book.billing.document, book.billing.customer, planned.billing.splits.document),
        *(planned.billing.splits.customer, planned.billing.moved.document, planned.billing.moved.customer),
    )


def _obligations(planned: Planned) -> Obligations:
    return planned.book.obligations
