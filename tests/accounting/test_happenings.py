"""In which order each contract meets what happens to it: by day, and what goes back before what goes on top of it."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Book, Changes, Contracts, Obligations
from revrec.accounting.calendar import month_calendar
from revrec.accounting.happenings import Credits, Homes, order_happenings
from revrec.accounting.terms import ChangeKind, CreditTreatment, Treatment

MODIFICATION, CANCEL, PRICE_CHANGE, CREDIT = (
    int(kind)
    for kind in (ChangeKind.MODIFICATION, ChangeKind.CANCEL, ChangeKind.PRICE_CHANGE, ChangeKind.CREDIT)
)
PROSPECTIVE, CATCH_UP = int(Treatment.PROSPECTIVE), int(Treatment.CUMULATIVE_CATCH_UP)
CONTRACTS = [7, 3]
"""The contracts of the book, in this order of rows."""
LINES = {70: 0, 71: 0, 72: 2, 30: 1}
"""Obligations and their pools: two lines of contract 7, one that was separated from it, one of contract 3."""


def order(changes=(), credits=(), relative=True, added=None):
    """What happens, contract by contract: kind, day, and what it refers to (of a modification its number); turns count
    from 0 in each contract.

    A change is a prospective modification of line 70 (30) of contract 7 (3) on day 100; a credit a retrospective one of
    contract 7.
    """
    made = [
        {
            "id": 50 + n,
            "kind": MODIFICATION,
            "day": 100,
            "contract": 7,
            "treatment": PROSPECTIVE,
            "sequence": 0,
            "obligation": 10 * row.get("contract", 7)
            if row.get("kind", MODIFICATION) == MODIFICATION
            else -1,
            **row,
        }
        for n, row in enumerate(changes)
    ]
    table = Changes.of(**{name: [row[name] for row in made] for name in made[0]}) if made else Changes.empty()
    memos = [
        {"contract": 0, "obligation": -1, "product": -1, "amount": 9, "day": 100, "document": 900, "line": 1,
         "treatment": int(CreditTreatment.RETROSPECTIVE), **row}
        for row in credits
    ]  # fmt: skip
    memo = (
        Credits.of(**{name: [row[name] for row in memos] for name in memos[0]}) if memos else Credits.empty()
    )
    contracts = Contracts.of(
        id=CONTRACTS, customer=5, subsidiary=1, currency=0, base_currency=0, ordered_day=0
    )
    none = np.full(len(LINES), -1)
    lines = replace(Obligations.empty(), id=np.array(list(LINES)), added_by=none if added is None else added)
    book = Book(month_calendar("1970-01", "1971-12"), contracts, lines, changes=table)
    homes = Homes(np.array(list(LINES.values())), np.full(len(LINES), relative), len(CONTRACTS), 3)
    found = order_happenings(book, memo, table.treatment, homes)
    assert all(column.dtype == np.int64 for column in vars(found).values())
    turns: dict[int, int] = {}
    for contract, turn in zip(found.contract.tolist(), found.turn.tolist(), strict=True):
        assert turn == turns.get(contract, 0)
        turns[contract] = turn + 1
    rows = zip(
        *(column.tolist() for column in (found.contract, found.kind, found.day, found.ref)), strict=True
    )
    return [
        (CONTRACTS[contract], kind, day, made[ref]["id"] if kind == MODIFICATION else ref)
        for contract, kind, day, ref in rows
    ]


def test_nothing_happens():
    assert order() == []


def test_each_contract_meets_its_own_by_day():
    found = order(
        [{"day": 120}, {"contract": 3, "day": 90}, {"day": 110}], [{"day": 115}, {"contract": 1, "day": 80}]
    )
    assert found == [
        (7, MODIFICATION, 110, 52), (7, CREDIT, 115, 0), (7, MODIFICATION, 120, 50),
        (3, CREDIT, 80, 1), (3, MODIFICATION, 90, 51),
    ]  # fmt: skip


def test_a_modification_of_many_lines_happens_once():
    found = order([{"id": 60}, {"id": 61, "day": 90}, {"id": 60}, {"id": 61, "day": 90}, {"id": 60}])
    assert found == [(7, MODIFICATION, 90, 61), (7, MODIFICATION, 100, 60)]


def test_each_line_of_a_cancel_happens_and_is_known_by_its_row():
    found = order(
        [{"kind": CANCEL, "id": 60}, {}, {"kind": CANCEL, "id": 60}, {"kind": PRICE_CHANGE, "day": 90}]
    )
    assert found == [
        (7, PRICE_CHANGE, 90, 3), (7, MODIFICATION, 100, 51), (7, CANCEL, 100, 0), (7, CANCEL, 100, 2),
    ]  # fmt: skip


def test_on_one_day_by_kind_then_by_sequence_then_by_number():
    """A price change goes back, so a cancel of the same day comes after it."""
    found = order([{"kind": PRICE_CHANGE}, {"kind": CANCEL}, {}], [{}])
    assert [kind for _, kind, _, _ in found] == [MODIFICATION, PRICE_CHANGE, CREDIT, CANCEL]
    found = order([{"sequence": 2}, {"sequence": 1}, {"sequence": 2, "id": 40}])
    assert [ref for *_, ref in found] == [51, 40, 50]
    credits = [{"document": 902}, {"document": 901, "line": 2}, {"document": 901}]
    assert [ref for *_, ref in order(credits=credits)] == [2, 1, 0]
    prices = [{"kind": PRICE_CHANGE, "sequence": 1}, {"kind": PRICE_CHANGE}, {"kind": PRICE_CHANGE, "id": 2}]
    assert [ref for *_, ref in order(prices)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("treatment", "on_top"),
    [
        (CreditTreatment.PROSPECTIVE, True),
        (CreditTreatment.IMMEDIATE, True),
        (CreditTreatment.RETROSPECTIVE, False),
    ],
)
def test_what_goes_back_comes_before_what_goes_on_top_of_it(treatment, on_top):
    back = [
        {"day": 120, "treatment": CATCH_UP},
        {"kind": PRICE_CHANGE, "day": 130},
        {"kind": CANCEL, "day": 90},
    ]
    found = [(kind, day) for _, kind, day, _ in order(back, [{"day": 100, "treatment": int(treatment)}])]
    credit = [(CREDIT, 100)]
    rest = [(MODIFICATION, 120), (PRICE_CHANGE, 130), (CANCEL, 90)]
    assert found == ([*rest, *credit] if on_top else [*credit, *rest])


def test_nothing_goes_back_behind_a_prospective_modification():
    """The stretches between them stand by themselves, in each contract."""
    events = [
        {"day": 90, "kind": CANCEL},
        {"day": 95, "treatment": CATCH_UP},
        {"day": 100},
        {"day": 105, "kind": CANCEL},
        {"day": 110, "treatment": CATCH_UP},
        {"day": 91, "kind": CANCEL, "contract": 3},
        {"day": 92, "kind": PRICE_CHANGE, "contract": 3},
    ]
    assert [(contract, kind, day) for contract, kind, day, _ in order(events)] == [
        (7, MODIFICATION, 95), (7, CANCEL, 90), (7, MODIFICATION, 100), (7, MODIFICATION, 110), (7, CANCEL, 105),
        (3, PRICE_CHANGE, 92), (3, CANCEL, 91),
    ]  # fmt: skip


def test_the_lines_of_one_modification_that_go_back_do_so_and_the_others_run_on():
    """Another event of the same number as a row is none of it."""
    mixed = [{"id": 60, "treatment": CATCH_UP}, {"id": 60, "treatment": PROSPECTIVE, "obligation": 71}]
    before, after = {"kind": CANCEL, "day": 90}, {"kind": PRICE_CHANGE, "day": 110}
    for events in ([*mixed, before, after], [*mixed[::-1], before, after]):
        kinds = [kind for _, kind, _, _ in order(events)]
        assert kinds == [MODIFICATION, CANCEL, MODIFICATION, PRICE_CHANGE]
    assert [kind for _, kind, _, _ in order(mixed)] == [MODIFICATION, MODIFICATION]
    # Of two modifications of a day all lines of the one come before all lines of the other.
    lines = [
        {"id": 60, "sequence": 0},
        {"id": 61, "sequence": 1},
        {"id": 60, "sequence": 2, "treatment": CATCH_UP},
    ]
    for events in (lines, lines[::-1], [before, *lines]):
        assert [ref for _, kind, _, ref in order(events) if kind == MODIFICATION] == [60, 60, 61]
    catch_up = [{"id": 60, "treatment": CATCH_UP}, before, after]
    assert [kind for _, kind, _, _ in order(catch_up)] == [MODIFICATION, PRICE_CHANGE, CANCEL]
    # The row of the price change is 1, and so is the number of a modification that runs on in the other contract.
    other = [
        {"kind": CANCEL, "day": 90},
        {"kind": PRICE_CHANGE, "day": 100},
        {"kind": PRICE_CHANGE, "day": 110},
    ]
    found = order([*other, {"id": 1, "contract": 3}])
    assert [kind for _, kind, _, _ in found] == [PRICE_CHANGE, PRICE_CHANGE, CANCEL, MODIFICATION]


CANCELLED, RAN_ON = {"kind": CANCEL, "day": 90}, {"day": 100}


@pytest.mark.parametrize(
    ("ran_on", "back", "behind"),
    [
        ({"obligation": 72}, {"treatment": CATCH_UP}, True),  # a separate contract ran on
        ({"obligation": 72}, {"treatment": CATCH_UP, "obligation": 72}, False),
        ({}, {"treatment": CATCH_UP, "obligation": 72}, True),
        ({"obligation": 71}, {"treatment": CATCH_UP}, False),  # it shares its rest with line 70
        ({"obligation": 72}, {"kind": PRICE_CHANGE}, True),
        ({"obligation": 71}, {"kind": PRICE_CHANGE}, False),
    ],
)
def test_what_was_not_modified_goes_back_behind_the_modification(ran_on, back, behind):
    found = [day for _, _, day, _ in order([CANCELLED, RAN_ON | ran_on, {"day": 110, **back}])]
    assert found == ([110, 90, 100] if behind else [90, 100, 110])


@pytest.mark.parametrize(
    ("ran_on", "behind"),
    [({"obligation": 72}, True), ({"day": 80}, True), ({"contract": 3}, False)],
)
def test_a_price_change_of_a_later_contract_goes_back_to_what_ran_on_of_its_own(ran_on, behind):
    """Contract 7, and line 72 that was separated from it, are another's."""
    events = [CANCELLED | {"contract": 3}, RAN_ON | ran_on, {"kind": PRICE_CHANGE, "day": 110, "contract": 3}]
    found = [day for contract, _, day, _ in order(events) if contract == 3]
    assert found == ([110, 90] if behind else [90, 100, 110])


@pytest.mark.parametrize(
    ("ran_on", "back", "behind"),
    [
        ({"obligation": 71}, {"treatment": CATCH_UP}, True),  # under stated prices line 70 was not modified
        ({}, {"treatment": CATCH_UP, "obligation": 71}, True),
        ({"obligation": 72}, {"treatment": CATCH_UP, "obligation": 71}, True),
        ({}, {"treatment": CATCH_UP}, False),
        ({"obligation": 71}, {"kind": PRICE_CHANGE}, False),  # it falls on both
        ({"obligation": 72}, {"kind": PRICE_CHANGE}, True),
    ],
)
def test_under_stated_prices_each_line_is_modified_by_itself(ran_on, back, behind):
    found = [
        day for _, _, day, _ in order([CANCELLED, RAN_ON | ran_on, {"day": 110, **back}], relative=False)
    ]
    assert found == ([110, 90, 100] if behind else [90, 100, 110])


@pytest.mark.parametrize(("line", "behind"), [(-1, False), (0, True), (2, False)])
def test_a_credit_goes_back_with_its_line_or_else_with_the_contract(line, behind):
    """``line`` is a row of the obligations; that of row 2, the separate contract, was modified."""
    credit = {"day": 110, "obligation": line}
    found = [day for _, _, day, _ in order([CANCELLED, RAN_ON | {"obligation": 72}], [credit])]
    assert found == ([110, 90, 100] if behind else [90, 100, 110])


def test_what_goes_back_before_any_modification_stays_before_it():
    found = order([{"kind": CANCEL, "day": 95}, {"day": 100}], [{"day": 90}])
    assert [day for _, _, day, _ in found] == [90, 95, 100]


def test_the_latest_of_the_modifications_of_what_goes_back_is_the_one():
    events = [CANCELLED, RAN_ON, {"kind": CANCEL, "day": 105}, {"day": 107}, {"kind": CANCEL, "day": 108}]
    back = {"id": 80, "day": 110, "treatment": CATCH_UP}
    assert [day for _, _, day, _ in order([*events, back])] == [90, 100, 105, 107, 110, 108]
    both = [back, back | {"obligation": 72}]
    assert [day for _, _, day, _ in order([*events[:3], RAN_ON | {"obligation": 72, "day": 106}, *both])] == [
        90, 100, 105, 106, 110,
    ]  # fmt: skip


def test_a_line_joins_what_was_modified_before_it():
    """Line 71 is added by number 52: under stated prices, too, it joins a contract of which line 70 ran on."""
    events = [CANCELLED, RAN_ON, {"day": 110, "treatment": CATCH_UP, "obligation": 71}]
    assert [day for _, _, day, _ in order(events, relative=False)] == [110, 90, 100]
    added = np.array([-1, 52, -1, -1])
    assert [day for _, _, day, _ in order(events, relative=False, added=added)] == [90, 100, 110]
