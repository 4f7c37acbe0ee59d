# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Schedules written out: what every obligation earns in each period, and what the next closes would book.

The third caller of the engine, beside the close and the scenario: the same legs, the same fractions, the same running
total, rounded once. A row stands for a period in which an obligation's running total moves, so the rows of an
obligation add up to what it earns between the two ends of the window, to the unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from revrec.accounting.book import Book, Prior, PriorBooked, PriorSplits
from revrec.accounting.checks import check_book
from revrec.accounting.columns import (
    NONE,
    Column,
    Table,
    among,
    column,
    filled,
    group_rows,
    rows_where,
    sum_by,
)
from revrec.accounting.earning import earn
from revrec.accounting.expansion import Schedule, expand_schedules
from revrec.accounting.overage import overage_e6, overage_earned
from revrec.accounting.planning import Planned, plan_contracts, serves_through
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.terms import Method
from revrec.accounting.usage import usage_earned


@dataclass(frozen=True, eq=False)
class ExpectedRevenue(Table):
    """One row per obligation and period in which revenue is expected: transaction currency, minor units."""

    obligation: Column = column()
    contract: Column = column()
    period: Column = column()
    amount: Column = column()


@dataclass(frozen=True, eq=False)
class Forecast:
    """``revenue``: one row for each obligation and period, in no order. With a blocking problem it is empty."""

    revenue: ExpectedRevenue
    problems: tuple[Problem, ...]


def forecast(book: Book, first: int, last: int, policy: Policy) -> Forecast:
    """What the closes of ``first`` to ``last`` would recognise if nothing more were learnt.

    ``first``: the next period to close. Equal, row by row, to the revenue of ``close_period`` run for each period in
    turn: the first one catches up with what is booked, held obligations wait, and a billing line that is posted to a
    later period counts from that period on.
    """
    problems = check_book(book, first)
    if blockers(problems):
        return Forecast(ExpectedRevenue.empty(), problems)
    last = min(last, len(book.calendar) - 1)
    parts: list[ExpectedRevenue] = []
    begin = first
    while begin <= last:
        planned = plan_contracts(book, begin, policy)
        problems = (*problems, *(p for p in planned.outcome.problems if p not in problems))
        if blockers(problems):
            return Forecast(ExpectedRevenue.empty(), problems)
        end = serves_through(planned, begin, last)
        booked, rows = _expect(planned, begin, end)
        o = planned.book.obligations
        parts.append(ExpectedRevenue(o.id[rows.row], o.contract[rows.row], rows.period, rows.amount))
        book = replace(book, prior=_carried(planned, booked + sum_by(rows.row, rows.amount, len(o))))
        begin = end + 1
    return Forecast(ExpectedRevenue.concat(parts), problems)


def _expect(planned: Planned, begin: int, end: int) -> tuple[Column, Schedule]:
    """What is booked of each obligation, and what each will earn in the periods of a stretch."""
    book, plan, splits = planned.book, planned.outcome.plan, planned.billing.splits
    reason = planned.reason
    no_cause = filled(len(book.contracts), NONE)
    earned = earn(
        book, plan, begin, reason, planned.contract_of, splits, no_cause, beyond=_overage(planned, begin)
    )
    moved = rows_where(earned.revenue)
    now = Schedule(moved, filled(moved.size, begin), earned.revenue[moved])
    if end == begin:
        return earned.booked, now
    waits = reason != NONE
    later = [expand_schedules(plan, begin + 1, end), *_as_billed(planned, begin, end)]
    if waits.any():
        later = [part.take(~waits[part.row]) for part in later]
    return earned.booked, _one_row_each(Schedule.concat((now, *later)), len(later) > 1)


def _one_row_each(rows: Schedule, twice: bool) -> Schedule:
    """One row per obligation and period; `twice`: billing may earn beside a leg."""
    if not twice:
        return rows
    group, first = group_rows(rows.row, rows.period)
    amount = sum_by(group, rows.amount, first.size)
    return Schedule(rows.row[first], rows.period[first], amount).take(amount != 0)


def _as_billed(planned: Planned, begin: int, end: int) -> Iterator[Schedule]:
    """Usage, and what was delivered beyond the promise, are earned as they are billed, which no leg says."""
    if not among(planned.book.obligations.method, (Method.AS_INVOICED, Method.UNITS)).any():
        return
    then = _usage(planned, begin) + _overage(planned, begin)
    for period in range(begin + 1, end + 1):
        now = _usage(planned, period) + _overage(planned, period)
        rows = rows_where(now != then)
        yield Schedule(rows, filled(rows.size, period), (now - then)[rows])
        then = now


def _usage(planned: Planned, period: int) -> Column:
    book = planned.book
    day = int(book.calendar.ends[period])
    return usage_earned(book, planned.billing.splits, planned.outcome.plan.log, day)


def _overage(planned: Planned, period: int) -> Column:
    book, outcome = planned.book, planned.outcome
    day = int(book.calendar.ends[period])
    beyond = overage_e6(outcome.plan, book.obligations.method, day)
    splits = planned.billing.splits
    return overage_earned(book, beyond, planned.contract_of, splits, outcome.stated, outcome.allocated, day)


def _carried(planned: Planned, recognised: Column) -> Prior:
    """What the closes of a stretch would leave behind, as far as revenue depends on it."""
    obligation, splits = planned.book.obligations.id, planned.book.prior.splits
    booked = PriorBooked.of(obligation=obligation, recognised=recognised, base_recognised=recognised)
    return Prior(booked, PriorSplits.concat((splits, planned.billing.moved)))
