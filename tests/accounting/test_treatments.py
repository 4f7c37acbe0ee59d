"""Which treatment a modification gets, event by event, and the words for it."""

import numpy as np
import pytest

from revrec.accounting.allocation import prepare_weigher
from revrec.accounting.book import Book, Changes, Contracts, Obligations
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.policy import Policy
from revrec.accounting.terms import ChangeKind, Method, SspPer, Treatment
from revrec.accounting.treatments import Decided, decide_treatments

CALENDAR = month_calendar("2025-01", "2026-12")
AUTO, SEPARATE, PROSPECTIVE, CATCH_UP = (int(treatment) for treatment in Treatment)
SEPARATE_WORDS = "separate: all its lines are new, at their stand-alone selling prices"
NOT_AT_SSP = (
    "prospective or catch-up by line: its new lines are not priced at their stand-alone selling prices"
)
OLD_LINE = "prospective or catch-up by line: it changes a line that was there before"
CHOSEN = "chosen by a user or rule"


def decide(lines: list[dict[str, int]], changes: list[dict[str, int]], **policy: int) -> Decided:
    """Lines 11, 12, ... of one contract, with these changes."""
    usual = {"contract": 1, "order": 100, "method": 0, "ordered_day": 0, "stated": 100, "ssp_low": NO_AMOUNT,
             "added_by": NONE}  # fmt: skip
    rows = [{"id": 11 + n, **usual, **line} for n, line in enumerate(lines)]
    obligations = Obligations.of(**{name: [int(row[name]) for row in rows] for name in rows[0]})
    change = {"kind": 0, "day": 0, "contract": 1, "treatment": 0, "amount": 50, "ssp_tolerance_e10": NONE}
    made = [{**change, **row} for row in changes]
    contract = Contracts.of(id=1, customer=5, subsidiary=1, currency=0, base_currency=0, ordered_day=0)
    table = (
        Changes.of(**{name: [int(row[name]) for row in made] for name in made[0]})
        if made
        else Changes.empty()
    )
    book = Book(CALENDAR, contract, obligations, changes=table)
    given = Policy(**policy)
    return decide_treatments(book, given, prepare_weigher(book, np.zeros(len(rows), dtype=np.int64), given))


def test_without_changes_nothing_is_decided() -> None:
    decided = decide([{}, {}], [])
    assert (decided.treatment.tolist(), decided.group.tolist(), decided.groups) == ([], [NONE, NONE], 0)
    assert (decided.waits.tolist(), decided.reasons, decided.problems) == ([False, False], (), ())
    assert (decided.waits.dtype, decided.group.dtype) == (np.bool_, np.int64)


def test_other_changes_keep_what_they_came_with() -> None:
    kinds = (ChangeKind.CANCEL, ChangeKind.PRICE_CHANGE)
    rows = [{"id": 70 + kind, "kind": kind, "obligation": 11, "treatment": kind} for kind in kinds]
    decided = decide([{}], rows)
    assert (decided.treatment.tolist(), decided.groups, decided.reasons) == ([1, 2], 0, ())


NEW = {"added_by": 9, "ssp_low": 100}


@pytest.mark.parametrize(
    ("price", "tolerance", "own", "separate"),
    [
        (10000, 0, NONE, True),
        (10001, 0, NONE, False),
        (9999, 0, NONE, False),
        (10100, 10**8, NONE, True),  # one percent
        (10101, 10**8, NONE, False),
        (9900, 10**8, NONE, True),
        (9899, 10**8, NONE, False),
        (9899, 0, 2 * 10**8, True),  # the day's own
        (10001, 10**8, 0, False),
    ],
)
def test_a_new_line_is_separate_within_its_tolerance(price, tolerance, own, separate) -> None:
    line = {**NEW, "ssp_low": 10000, "stated": price}
    change = {"id": 9, "obligation": 12, "amount": price, "ssp_tolerance_e10": own}
    decided = decide([{}, line], [change], ssp_tolerance_e10=tolerance)
    assert decided.treatment.tolist() == [SEPARATE if separate else PROSPECTIVE]
    assert decided.reasons == ((9, SEPARATE_WORDS if separate else NOT_AT_SSP),)
    assert (decided.group.tolist(), decided.groups) == ([NONE, 0], 1)
    assert decided.waits.tolist() == [False, not separate]
    assert decided.problems == ()


def test_a_new_line_without_an_observed_price_is_not_separate() -> None:
    decided = decide([{}, {"added_by": 9}], [{"id": 9, "obligation": 12}], ssp_tolerance_e10=10**8)
    assert (decided.treatment.tolist(), decided.reasons) == ([PROSPECTIVE], ((9, NOT_AT_SSP),))


@pytest.mark.parametrize(("months", "separate"), [(1, False), (2, True)])
def test_a_price_by_month_is_met_by_all_months_of_the_new_line(months: int, separate: bool) -> None:
    term = {
        "start": parse_day("2025-01-16"),
        "end": parse_day(f"2025-0{months + 1}-15"),
        "ssp_per": int(SspPer.MONTH),
    }
    line = {**NEW, "ssp_low": 5000, "stated": 10000, **term}
    old = {"start": NO_DAY, "end": NO_DAY, "ssp_per": int(SspPer.EACH)}
    decided = decide([old, line], [{"id": 9, "obligation": 12}])
    assert decided.treatment.tolist() == [SEPARATE if separate else PROSPECTIVE]
    assert decided.waits.dtype == np.bool_


def test_all_lines_of_an_event_must_be_new_and_at_their_prices() -> None:
    lines = [{}, NEW, {**NEW, "stated": 150}, {**NEW, "added_by": 8}, {**NEW, "added_by": 7}]
    rows = [
        {"id": 9, "obligation": 12},
        {"id": 8, "obligation": 14},
        {"id": 9, "obligation": 13},
        {"id": 8, "obligation": 11},
        {"id": 7, "obligation": 15},
    ]
    decided = decide(lines, rows)
    assert decided.treatment.tolist() == [PROSPECTIVE] * 4 + [SEPARATE]
    assert decided.reasons == ((7, SEPARATE_WORDS), (8, OLD_LINE), (9, NOT_AT_SSP))
    assert (decided.group.tolist(), decided.groups) == ([NONE, 2, 2, 1, 0], 3)
    assert decided.waits.tolist() == [False, True, True, True, False]


def test_lines_measured_by_progress_catch_up_and_all_others_go_on() -> None:
    decided = decide(
        [{"method": method} for method in Method], [{"id": 9, "obligation": 11 + method} for method in Method]
    )
    caught_up = [
        method for method, treatment in zip(Method, decided.treatment, strict=True) if treatment == CATCH_UP
    ]
    assert caught_up == [Method.PERCENT_COMPLETE, Method.MILESTONE]
    assert set(decided.treatment.tolist()) == {PROSPECTIVE, CATCH_UP}


@pytest.mark.parametrize("asked", [SEPARATE, PROSPECTIVE, CATCH_UP])
def test_what_was_asked_for_governs_the_whole_event(asked: int) -> None:
    lines = [{"method": Method.MILESTONE}, {**NEW, "stated": 999}, NEW]
    rows = [{"id": 9, "obligation": 12, "treatment": asked}, {"id": 9, "obligation": 13, "treatment": asked}]
    decided = decide([lines[0], {**lines[1], "method": Method.MILESTONE}, lines[2]], rows)
    assert (decided.treatment.tolist(), decided.reasons) == ([asked, asked], ((9, CHOSEN),))
    assert decided.waits.tolist() == [False] + [asked != SEPARATE] * 2
    assert decided.problems == ()


def test_a_separate_contract_that_changes_an_old_line_is_an_error() -> None:
    lines = [{}, NEW, {}]
    rows = [
        {"id": 9, "obligation": 12, "treatment": SEPARATE},
        {"id": 9, "obligation": 11, "treatment": SEPARATE},
        {"id": 10, "obligation": 13},
    ]
    decided = decide(lines, rows)
    (problem,) = decided.problems
    assert (problem.kind, problem.where) == ("separate_touches_old_line", "modification 9")
    assert problem.message == (
        "Modification 9 is to be a separate contract but changes a line that was there before: choose "
        "prospective or cumulative_catch_up, or leave the old line out."
    )


@pytest.mark.parametrize(
    ("amount", "stated", "treatment", "refused"),
    [
        (0, 100, PROSPECTIVE, True),
        (0, 100, AUTO, True),
        (1, 100, PROSPECTIVE, False),
        (-1, 100, PROSPECTIVE, False),
        (NO_AMOUNT, 100, PROSPECTIVE, False),
        (0, 100, CATCH_UP, False),
        (0, 0, PROSPECTIVE, False),
        (0, 1, PROSPECTIVE, True),
    ],
)
def test_a_price_of_zero_from_inception_needs_a_catch_up(amount, stated, treatment, refused) -> None:
    row = {"id": 9, "obligation": 12, "amount": amount, "treatment": treatment}
    found = decide([{}, {"stated": stated}], [row]).problems
    assert [(problem.kind, problem.where) for problem in found] == (
        [("zero_price_needs_catch_up", "obligation 12")] if refused else []
    )
    assert [problem.message for problem in found] == (
        [
            "Obligation 12 is changed to a price of zero from inception: treat it as cumulative_catch_up, or cancel "
            "the line."
        ]
        if refused
        else []
    )
