"""Fixtures that build small books in the words of accounting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from revrec.accounting import stretch
from revrec.accounting.absorption import absorb
from revrec.accounting.allocation import prepare_weigher
from revrec.accounting.book import (
    BillingLines,
    Book,
    Bundles,
    Changes,
    Contracts,
    Obligations,
    PriorSplits,
    Progress,
)
from revrec.accounting.calendar import Calendar, month_calendar, parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.happenings import Credits
from revrec.accounting.inception import contract_rows, progress_log
from revrec.accounting.modifications import Outcome, run_contracts
from revrec.accounting.planning import USAGE_ROOM
from revrec.accounting.policy import Accounts, Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.schedule import position
from revrec.accounting.terms import AccountType, AllocationRule, Method, Role

CALENDAR = month_calendar("2024-01", "2028-12")
ACCOUNTS = Accounts(defaults={role: 1000 + role for role in Role})


def order_line(**given: Any) -> dict[str, Any]:
    """One order line; dates as text."""
    line: dict[str, Any] = {
        "id": 11,
        "contract": 1,
        "order": 100,
        "method": Method.EVEN,
        "stated": 30000,
        "start": "2025-01-01",
        "end": "2025-03-31",
        "ordered_day": "2025-01-01",
        "product": 7,
    }
    return _days({**line, **given})


def bill_line(document: int, amount: int, day: str, **given: Any) -> dict[str, Any]:
    """One billing line, posted in the period of its date to an income account."""
    line: dict[str, Any] = {
        "document": document,
        "line": 1,
        "customer": 5,
        "subsidiary": 1,
        "currency": 0,
        "product": 7,
        "amount": amount,
        "base_amount": amount,
        "period": CALENDAR.index(day[:7]),
        "day": day,
        "rank": document,
        "account": 4000,
        "account_type": AccountType.INCOME,
    }
    return _days({**line, **given})


def _days(row: dict[str, Any]) -> dict[str, Any]:
    return {k: parse_day(v) if isinstance(v, str) else v for k, v in row.items()}


def table(cls: Any, rows: list[dict[str, Any]]) -> Any:
    """Rows of dictionaries as a table; a column that any row gives is given by all."""
    if not rows:
        return cls.empty()
    return cls.of(**{name: [row[name] for row in rows] for name in rows[0]})


def make_book(lines: list[dict[str, Any]], bills: list[dict[str, Any]], **contract: Any) -> Book:
    """One contract per distinct contract id among the lines."""
    firsts: dict[int, dict[str, Any]] = {}
    for line in lines:
        firsts.setdefault(line["contract"], line)
    contracts = [
        {
            "id": number,
            "customer": 5,
            "subsidiary": 1,
            "currency": 0,
            "base_currency": 0,
            "ordered_day": line["ordered_day"],
            "exchange_rate_e10": -1,
            **contract,
        }
        for number, line in firsts.items()
    ]
    return Book(CALENDAR, table(Contracts, contracts), table(Obligations, lines), table(BillingLines, bills))


def run_close(book: Book, period: str, policy: Policy) -> tuple[CloseResult, Book]:
    """Close a period without blocking findings; the book as the next close sees it."""
    result = close_period(book, CALENDAR.index(period), policy)
    assert blockers(result.problems) == ()
    return result, replace(book, prior=carry_forward(book.prior, result))


@pytest.fixture
def policy() -> Policy:
    return Policy(accounts=ACCOUNTS)


@pytest.fixture
def book() -> Callable[..., Book]:
    return make_book


@pytest.fixture
def line() -> Callable[..., dict[str, Any]]:
    return order_line


@pytest.fixture
def bill() -> Callable[..., dict[str, Any]]:
    return bill_line


@pytest.fixture
def close() -> Callable[[Book, str, Policy], tuple[CloseResult, Book]]:
    return run_close


@pytest.fixture
def billing_table() -> Callable[[list[dict[str, Any]]], BillingLines]:
    return lambda rows: table(BillingLines, rows)


@pytest.fixture
def obligation_table() -> Callable[[list[dict[str, Any]]], Obligations]:
    return lambda rows: table(Obligations, rows)


YEARS = month_calendar("2024-01", "2030-12")


class Life:
    """What became of some contracts by the events known: the running total and the price of each line, by its id."""

    def __init__(self, outcome: Outcome, ids: list[int]) -> None:
        self.outcome, self._rows = outcome, {number: row for row, number in enumerate(ids)}

    def on(self, day: int) -> list[int]:
        """What all lines should have earned by the end of a day, as it is known now."""
        return [int(amount) for amount in position(self.outcome.plan, day).target]

    def total(self, line: int, *days: str) -> list[int]:
        """What a line should have earned by the end of these days."""
        return [int(position(self.outcome.plan, parse_day(day)).target[self._rows[line]]) for day in days]

    def months(self, line: int, first: str, last: str) -> list[int]:
        """The same month by month: what each adds."""
        ends = [int(end) for end in YEARS.ends[YEARS.index(first) - 1 : YEARS.index(last) + 1]]
        totals = [int(position(self.outcome.plan, end).target[self._rows[line]]) for end in ends]
        return [after - before for before, after in pairwise(totals)]

    def price(self, line: int) -> int:
        return int(self.outcome.allocated[self._rows[line]])

    @property
    def prices(self) -> list[int]:
        return [int(amount) for amount in self.outcome.allocated]


def live(
    lines: list[dict[str, Any]],
    changes: Sequence[dict[str, Any]] = (),
    credits: Sequence[dict[str, Any]] = (),
    progress: Sequence[tuple[int, str | int, int]] = (),
    bundles: Bundles | None = None,
    billed: dict[int, str] | None = None,
    stated_prices: Sequence[int] = (),
    calendar: Calendar = YEARS,
    **policy: Any,
) -> Life:
    """Run contracts from inception to now, without any close.

    A line is a year of 120.00, ``even``, of contract 1, unless it says otherwise; ids from 11. A change is a
    prospective modification of line 11 on 2025-07-01; ids from 1. A credit is a prospective one of contract 1, on
    2025-07-10. ``progress``: line, day and cumulative value. ``billed``: the days of first invoices, by line.
    ``stated_prices``: contracts that were signed where stated prices are not reallocated.
    """
    usual = {
        "contract": 1, "order": 100, "method": int(Method.EVEN), "stated": 12000, "start": "2025-01-01",
        "end": "2025-12-31", "ordered_day": "2025-01-01", "product": 7,
    }  # fmt: skip
    rows = _full([{"id": 11 + n, **usual, **line} for n, line in enumerate(lines)], Obligations)
    event = {"kind": 0, "contract": 1, "obligation": 11, "day": "2025-07-01", "treatment": 2}
    events = _full([{"id": 1 + n, **event, **change} for n, change in enumerate(changes)], Changes)
    memo = {
        "contract": 1, "obligation": NONE, "product": NONE, "treatment": 2, "day": "2025-07-10", "document": 900,
        "line": 1,
    }  # fmt: skip
    memos = [_days({**memo, **given}) for given in credits]
    ids = [row["id"] for row in rows]
    contracts = sorted({row["contract"] for row in rows}, reverse=True)
    book = Book(
        calendar,
        Contracts.of(
            id=contracts,
            customer=5,
            subsidiary=1,
            currency=0,
            base_currency=0,
            ordered_day=rows[0]["ordered_day"],
            allocation=[AllocationRule.STATED_PRICE if one in stated_prices else NONE for one in contracts],
        ),
        table(Obligations, rows),
        changes=table(Changes, events),
        bundles=bundles or Bundles.empty(),
        progress=Progress.of(
            obligation=[line for line, _, _ in progress],
            day=[parse_day(day) if isinstance(day, str) else day for _, day, _ in progress],
            value=[value for _, _, value in progress],
        ),
    )
    for given in memos:
        given["contract"] = contracts.index(given["contract"])
        given["obligation"] = ids.index(given["obligation"]) if given["obligation"] != NONE else NONE
    chosen, contract_of = Policy(**policy), contract_rows(book)
    weigher = prepare_weigher(book, contract_of, chosen)
    first_billed = np.full(len(rows), NO_DAY, dtype=np.int64)
    for line, day in (billed or {}).items():
        first_billed[ids.index(line)] = parse_day(day)
    outcome = run_contracts(
        book, chosen, weigher, contract_of, first_billed, table(Credits, memos), progress_log(book)
    )
    return Life(outcome, ids)


def _full(rows: list[dict[str, Any]], cls: Any) -> list[dict[str, Any]]:
    """Rows in which a column that any row gives is given by all."""
    defaults = {f.name: f.metadata["default"] for f in fields(cls)}
    names = {name for row in rows for name in row}
    return [_days({name: row.get(name, defaults[name]) for name in names}) for row in rows]


@pytest.fixture
def life() -> Callable[..., Life]:
    return live


def place_billing(
    lines: list[dict[str, Any]],
    bills: list[dict[str, Any]],
    prior: Sequence[dict[str, Any]] = (),
    opening: Sequence[dict[str, Any]] = (),
    **contract: Any,
) -> list[tuple[int, str | int, int]]:
    """Where billing goes: document, the order line (its id, ``contract N`` or ``unassigned``) and the amount.

    Order lines and bills in any order of rows; ``prior``: splits of closed periods, ``opening``: those of before.
    """
    lines, bills = _full(lines, Obligations), _full(bills, BillingLines)
    book = make_book(lines, bills, **contract)
    usage = book.obligations.method == Method.AS_INVOICED
    price = np.where(usage, USAGE_ROOM, book.obligations.stated)
    row_of = {(bill["document"], bill["line"]): row for row, bill in enumerate(bills)}
    prior_line = [row_of.get((split["document"], split.get("line", 1)), NONE) for split in prior]
    found = absorb(
        book, book.billing, _splits(prior), np.asarray(prior_line, dtype=np.int64), price, _splits(opening)
    )
    contracts, obligations = book.contracts.id.tolist(), book.obligations.id.tolist()
    assert sum(found.base_amount.tolist()) == sum(bill["base_amount"] for bill in bills)
    assert found.amount.dtype == found.base_amount.dtype == np.int64
    still = [found.lines.document[row] if row != NONE else NONE for row in found.prior_line.tolist()]
    assert still == [
        split["document"] if row != NONE else NONE for split, row in zip(prior, prior_line, strict=True)
    ]
    names = [
        obligations[o] if o != NONE else f"contract {contracts[c]}" if c != NONE else "unassigned"
        for c, o in zip(found.contract.tolist(), found.obligation.tolist(), strict=True)
    ]
    return list(zip(found.lines.document[found.line].tolist(), names, found.amount.tolist(), strict=True))


def _splits(rows: Sequence[dict[str, Any]]) -> PriorSplits:
    usual = {
        "line": 1, "contract": 1, "obligation": 11, "customer": 5, "subsidiary": 1, "currency": 0, "product": 7,
        "account": 4000, "account_type": AccountType.INCOME, "segments": NONE, "period": 11,
    }  # fmt: skip
    return table(PriorSplits, [{**usual, "base_amount": row["amount"], **row} for row in rows])


@pytest.fixture
def place() -> Callable[..., list[tuple[int, str | int, int]]]:
    return place_billing


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many periods each pass closed: none, where it found what is wrong."""
    counted: list[int] = []
    laid = stretch._side_by_side

    def count(batch: Any, prior: Any, policy: Policy) -> tuple[CloseResult, ...]:
        results = laid(batch, prior, policy)
        counted.append(len(results))
        return results

    monkeypatch.setattr(stretch, "_side_by_side", count)
    return counted
