"""Is a book fit to be closed? Findings as values; a close that finds a blocking one still returns, and says so."""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.columns import NONE, Column, find_rows
from revrec.accounting.problem import Problem
from revrec.accounting.segmenting import latest_booked
from revrec.accounting.terms import BalanceScope

SHOWN = 10
"""At most this many ids are named in one message."""


def check_book(book: Book, period: int) -> tuple[Problem, ...]:
    """References that lead nowhere, ids given twice, days outside the calendar, facts booked and now missing."""
    problems: list[Problem] = []
    contracts, obligations = book.contracts, book.obligations

    def report(kind: str, noun: str, ids: Column, sentence: str) -> None:
        if ids.size:
            named = ", ".join(str(i) for i in ids[:SHOWN].tolist()) + (", ..." if ids.size > SHOWN else "")
            problems.append(Problem(kind, f"{noun} {named}", sentence.format(named=named, count=ids.size)))

    if not 0 <= period < len(book.calendar):
        problems.append(
            Problem("no_such_period", f"period {period}", "The period lies outside the calendar.")
        )
    report("given_twice", "contract", _twice(contracts.id), "The book holds contract {named} more than once.")
    report(
        "given_twice",
        "obligation",
        _twice(obligations.id),
        "The book holds obligation {named} more than once.",
    )
    lost = find_rows(contracts.id, obligations.contract) == NONE
    report(
        "no_contract",
        "obligation",
        obligations.id[lost],
        "Obligation {named} belongs to a contract that is not here.",
    )
    outside = ~(book.calendar.covers(obligations.start) & book.calendar.covers(obligations.end))
    report(
        "outside_calendar",
        "obligation",
        obligations.id[outside],
        "Obligation {named} has service dates outside the calendar: add periods to it.",
    )
    booked = latest_booked(book.prior.booked)
    gone = find_rows(obligations.id, booked.obligation) == NONE
    gone &= (booked.recognised != 0) | (booked.base_recognised != 0)
    report(
        "booked_and_gone",
        "obligation",
        booked.obligation[gone],
        "Obligation {named} has booked revenue but is not in the book: pass it, cancelled if it is no more.",
    )
    held = book.prior.balances.take(book.prior.balances.scope == BalanceScope.CONTRACT)
    missing = find_rows(contracts.id, held.contract) == NONE
    report(
        "booked_and_gone",
        "contract",
        held.contract[missing],
        "Contract {named} has balances but is not in the book.",
    )
    return tuple(problems)


def _twice(ids: Column) -> Column:
    if ids.size < 2 or bool((np.diff(ids) > 0).all()):
        return ids[:0]
    ranked = np.sort(ids)
    return np.unique(ranked[1:][ranked[1:] == ranked[:-1]])
