"""What the next closes would recognise if nothing more were learnt, added up by what people ask for."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from sqlmodel import Session

from jobs.closing.compute import open_book
from revrec.accounting.book import Book
from revrec.accounting.columns import NONE, Column, find_rows, group_rows, sum_by
from revrec.accounting.forecast import ExpectedRevenue, forecast
from revrec.accounting.problem import blockers
from revrec.operations.periods import Periods, periods_of
from revrec.operations.set_first_period import first_period
from revrec.problems import Conflict, Finding, Invalid
from revrec.store.books import Names
from revrec.store.engine import Store
from revrec.store.queries.closes import newest_closed_period

By: TypeAlias = Literal["period", "contract", "product"]
BY: tuple[By, ...] = ("period", "contract", "product")
USUAL_PERIODS = 12
MOST_PERIODS = 600


@dataclass(frozen=True, slots=True)
class Expected:
    """Revenue expected in a period, minor units of the currency. `key`: our id of the contract or product; None where
    all are added up, or a line has no product."""

    key: int | None
    currency: str
    period: str
    amount_minor: int


@dataclass(frozen=True)
class ExpectedPeriods:
    """A forecast from the first open period on."""

    periods: list[str]
    rows: list[Expected]


def expected_revenue(store: Store, *, through: str = "", by: By = "period") -> ExpectedPeriods:
    """The forecast from the next period to close `through` a period, else twelve of them, in one reading of the books.

    Raises `Conflict` before a first period is set or where the books cannot be computed, with what is wrong; `Invalid`
    for a period that is closed or too far ahead.
    """
    with store.read() as session:
        periods = periods_of(session)
        begin = _next_open(session, periods)
    first = periods.index(begin)
    last = periods.index(through) if through else min(first + USUAL_PERIODS, len(periods.calendar)) - 1
    if last < first:
        raise Invalid(f"{through} is closed; a forecast begins with {begin}.", where="through")
    if last - first >= MOST_PERIODS:
        raise Invalid(f"A forecast covers {MOST_PERIODS} periods at most.", where="through")
    book, names, policy, _ = open_book(store, periods.calendar.names[last])
    told = forecast(book, first, last, policy)
    if found := blockers(told.problems):
        findings = [Finding(one.kind, "blocking", one.where, one.message) for one in found]
        raise Conflict("The books cannot be computed: " + found[0].message, findings=findings)
    rows = _added_up(book, told.revenue, names, by)
    return ExpectedPeriods(list(periods.calendar.names[first : last + 1]), rows)


def _next_open(session: Session, periods: Periods) -> str:
    begin, newest = first_period(session), newest_closed_period(session)
    if begin is None:
        raise Conflict("No accounting period is set. Set the first one with `revrec period set`.")
    return periods.next(newest) if newest and newest >= begin else begin


def _added_up(book: Book, revenue: ExpectedRevenue, names: Names, by: By) -> list[Expected]:
    contract = find_rows(book.contracts.id, revenue.contract)
    currency = book.contracts.currency[contract] if len(revenue) else revenue.period
    key: Column = np.full(len(revenue), NONE, dtype=np.int64)
    if by == "contract":
        key = revenue.contract
    elif by == "product" and len(revenue):
        key = book.obligations.product[find_rows(book.obligations.id, revenue.obligation)]
    group, first = group_rows(key, currency, revenue.period)
    amount = sum_by(group, revenue.amount, first.size)
    return [
        Expected(
            None if key[row] == NONE else int(key[row]),
            names.currencies.get(int(currency[row]), ""),
            book.calendar.names[int(revenue.period[row])],
            int(total),
        )
        for row, total in zip(first.tolist(), amount.tolist(), strict=True)
        if total
    ]
