"""Is a book fit to be closed? Findings as values; a close that finds a blocking one still returns, and says so."""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.columns import NONE, Column, find_rows
from revrec.accounting.problem import Problem, report
from revrec.accounting.segmenting import latest_booked
from revrec.accounting.terms import BalanceScope


def check_book(book: Book, period: int) -> tuple[Problem, ...]:
    """References that lead nowhere, ids given twice, days outside the calendar, facts booked and now missing."""
    return (*_check_period(book, period), *_check_facts(book), *_check_booked(book))


def check_again(book: Book, period: int) -> tuple[Problem, ...]:
    """``check_book`` of a book whose facts have passed it before: the period and what is booked are new."""
    return (*_check_period(book, period), *_check_booked(book))


def _check_period(book: Book, period: int) -> tuple[Problem, ...]:
    if 0 <= period < len(book.calendar):
        return ()
    return (Problem("no_such_period", f"period {period}", "The period lies outside the calendar."),)


def _check_facts(book: Book) -> tuple[Problem, ...]:
    contracts, obligations = book.contracts, book.obligations
    lost = find_rows(contracts.id, obligations.contract) == NONE
    outside = ~(book.calendar.covers(obligations.start) & book.calendar.covers(obligations.end))
    return (
        *report(
            "given_twice", "contract", _twice(contracts.id), "The book holds contract {named} more than once."
        ),
        *report(
            "given_twice",
            "obligation",
            _twice(obligations.id),
            "The book holds obligation {named} more than once.",
        ),
        *report(
            "no_contract",
            "obligation",
            obligations.id[lost],
            "Obligation {named} belongs to a contract that is not here.",
        ),
        *report(
            "outside_calendar",
            "obligation",
            obligations.id[outside],
            "Obligation {named} has service dates outside the calendar: add periods to it.",
        ),
    )


def _check_booked(book: Book) -> tuple[Problem, ...]:
    booked = latest_booked(book.prior.booked)
    gone = find_rows(book.obligations.id, booked.obligation) == NONE
    gone &= (booked.recognised != 0) | (booked.base_recognised != 0)
    held = book.prior.balances.take(book.prior.balances.scope == BalanceScope.CONTRACT)
    missing = find_rows(book.contracts.id, held.contract) == NONE
    return (
        *report(
            "booked_and_gone",
            "obligation",
            booked.obligation[gone],
            "Obligation {named} has booked revenue but is not in the book: pass it, cancelled if it is no more.",
        ),
        *report(
            "booked_and_gone",
            "contract",
            held.contract[missing],
            "Contract {named} has balances but is not in the book.",
        ),
    )


def _twice(ids: Column) -> Column:
    ranked: Column = np.sort(ids)
    again: Column = ranked[1:][ranked[1:] == ranked[:-1]]
    return again
