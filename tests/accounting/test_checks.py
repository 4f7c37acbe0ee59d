"""A book that is not fit to be closed says what is wrong with it, and a close of it books nothing."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Balances, Prior, PriorBooked
from revrec.accounting.checks import check_again, check_book
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_DAY
from revrec.accounting.problem import Problem, blockers, name_some, report
from revrec.accounting.terms import BalanceScope

JANUARY = 12
GONE = "has booked revenue but is not in the book: pass it, cancelled if it is no more."


def booked(*rows):
    """Obligation, recognised, and the same in base currency."""
    obligation, recognised, base = zip(*rows, strict=True)
    return PriorBooked.of(obligation=obligation, recognised=recognised, base_recognised=base)


def standing(contract, scope=BalanceScope.CONTRACT):
    return Balances.of(
        scope=[int(scope)], contract=[contract], customer=[5], subsidiary=[1], currency=[0], billed=[100]
    )


def after(book, **prior):
    return replace(book, prior=Prior(**prior))


@pytest.fixture
def sound(book, line):
    """Contract 1 with lines 11 and 12."""
    return book([line(), line(id=12, line_rank=1)], [])


def test_a_book_whose_references_all_lead_somewhere_is_fit_to_be_closed(sound):
    assert check_book(sound, JANUARY) == ()
    assert check_book(sound, 0) == check_book(sound, len(sound.calendar) - 1) == ()


@pytest.mark.parametrize("period", [-1, 60])
def test_a_period_outside_the_calendar_is_none(sound, period):
    wrong = Problem("no_such_period", f"period {period}", "The period lies outside the calendar.")
    assert check_book(sound, period) == check_again(sound, period) == (wrong,)
    result = close_period(sound, period, None)
    assert (result.period, result.problems, len(result.booked)) == (period, (wrong,), 0)


def test_a_contract_or_line_that_is_given_twice_is_named_once(book, line):
    b = book([line(id=id, contract=2) for id in (14, 12, 14, 13, 12, 14)] + [line(id=15)], [])
    b = replace(b, contracts=b.contracts.take(np.asarray([1, 0, 1])))
    assert check_book(b, JANUARY) == (
        Problem("given_twice", "contract 1", "The book holds contract 1 more than once."),
        Problem("given_twice", "obligation 12, 14", "The book holds obligation 12, 14 more than once."),
    )


def test_a_line_whose_contract_is_not_here_is_named(book, line):
    b = book([line(), line(id=13, contract=3), line(id=12, contract=2)], [])
    b = replace(b, contracts=b.contracts.take(b.contracts.id == 1))
    assert check_book(b, JANUARY) == (
        Problem(
            "no_contract",
            "obligation 12, 13",
            "Obligation 12, 13 belongs to a contract that is not here.",
        ),
    )


@pytest.mark.parametrize(
    ("dates", "fits"),
    [
        ({"start": "2024-01-01", "end": "2028-12-31"}, True),
        ({"start": NO_DAY, "end": NO_DAY}, True),
        ({"start": "2025-01-01", "end": NO_DAY}, True),
        ({"start": "2023-12-31", "end": "2025-12-31"}, False),
        ({"start": "2025-01-01", "end": "2029-01-01"}, False),
    ],
)
def test_service_lies_inside_the_calendar_or_has_no_dates(book, line, dates, fits):
    b = book([line(id=9), line(**dates)], [])
    sentence = "Obligation 11 has service dates outside the calendar: add periods to it."
    assert check_book(b, JANUARY) == (
        () if fits else (Problem("outside_calendar", "obligation 11", sentence),)
    )


def test_what_is_booked_must_still_be_in_the_book_unless_it_came_to_nothing(sound):
    nothing = booked((11, 100, 100), (21, 0, 0), (22, 50, 50), (22, -50, -50))
    assert check_book(after(sound, booked=nothing), JANUARY) == ()
    lost = booked((24, 0, 1), (11, 100, 100), (23, 1, 0))
    wrong = Problem("booked_and_gone", "obligation 23, 24", f"Obligation 23, 24 {GONE}")
    assert check_book(after(sound, booked=lost), JANUARY) == (wrong,)
    # What the facts alone can tell is not asked again, what is booked is.
    assert check_again(after(sound, booked=lost), JANUARY) == (wrong,)


def test_a_contract_with_balances_must_still_be_in_the_book(sound):
    loose = [standing(-1, BalanceScope.UNASSIGNED), standing(-1, BalanceScope.CUSTOMER), standing(1)]
    assert check_book(after(sound, balances=Balances.concat(loose)), JANUARY) == ()
    lost = Balances.concat([*loose, standing(4)])
    assert check_again(after(sound, balances=lost), JANUARY) == (
        Problem("booked_and_gone", "contract 4", "Contract 4 has balances but is not in the book."),
    )


def test_facts_that_passed_once_are_not_read_again(book, line):
    b = book([line(), line()], [])
    assert [one.kind for one in check_book(b, JANUARY)] == ["given_twice"]
    assert check_again(b, JANUARY) == ()


def test_ten_are_named_in_order_and_each_once():
    ten = np.asarray([3, 1, 2, 10, 9, 8, 7, 6, 5, 4, 4], dtype=np.int64)
    assert name_some(ten) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10"
    assert name_some(np.append(ten, 11)) == "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ..."
    sentence = "Whatever {noun} {named} is."
    assert report("odd", "thing", ten[:3], sentence) == (
        Problem("odd", "thing 1, 2, 3", "Whatever thing 1, 2, 3 is."),
    )
    assert report("odd", "thing", ten[:0], sentence) == ()


def test_a_problem_blocks_unless_it_is_a_warning():
    stops, warns = Problem("a", "b", "c"), Problem("a", "b", "c", blocking=False)
    assert blockers((warns, stops, warns)) == (stops,)
    assert blockers((warns,)) == ()
