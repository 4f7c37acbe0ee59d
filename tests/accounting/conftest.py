"""Fixtures that build small books in the words of accounting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from revrec.accounting.book import BillingLines, Book, Contracts, Obligations
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.policy import Accounts, Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.terms import AccountType, Method, Role

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
