"""Closes of periods in a row, in one pass and one by one, as what is known goes from book to book."""

from collections.abc import Sequence
from dataclasses import replace

from revrec.accounting.book import Book
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.planning import prepare_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.result import CloseResult
from revrec.accounting.stretch import close_states

TABLES = ("booked", "transfers", "splits", "balances", "unassigned", "held", "allocations")
Known = Sequence[tuple[str, Book]]
"""From which month on which book is what is known."""


def rows(found: Sequence[CloseResult]) -> list[tuple[object, ...]]:
    return [
        (result.period, result.reasons, *(getattr(result, name).rows() for name in TABLES))
        for result in found
    ]


def one_by_one(known: Known, last: str, policy: Policy) -> list[CloseResult]:
    prior, found = known[0][1].prior, []
    for book, first, after in spans(known, last):
        for period in range(first, after + 1):
            result = close_period(replace(book, prior=prior), period, policy)
            found.append(result)
            prior = carry_forward(prior, result)
    return found


def in_one_pass(known: Known, last: str, policy: Policy) -> list[CloseResult]:
    states = ((prepare_contracts(book, policy), first, after) for book, first, after in spans(known, last))
    return list(close_states(states, known[0][1].prior, policy))


def spans(known: Known, last: str) -> list[tuple[Book, int, int]]:
    calendar = known[0][1].calendar
    begins = [calendar.index(month) for month, _ in known]
    ends = [*(begin - 1 for begin in begins[1:]), calendar.index(last)]
    return [(book, begin, end) for (_, book), begin, end in zip(known, begins, ends, strict=True)]


def agree(known: Known, policy: Policy, last: str = "2025-12") -> list[CloseResult]:
    found = in_one_pass(known, last, policy)
    assert rows(found) == rows(one_by_one(known, last, policy))
    return found
