"""In which order each contract meets what happens to it: by day, and what goes back before what goes on top of it."""

import numpy as np
import pytest

from revrec.accounting.book import Book, Changes, Contracts, Obligations
from revrec.accounting.calendar import month_calendar
from revrec.accounting.happenings import Credits, order_happenings
from revrec.accounting.terms import ChangeKind, CreditTreatment, Treatment

MODIFICATION, CANCEL, PRICE_CHANGE, CREDIT = (
    int(kind)
    for kind in (ChangeKind.MODIFICATION, ChangeKind.CANCEL, ChangeKind.PRICE_CHANGE, ChangeKind.CREDIT)
)
PROSPECTIVE, CATCH_UP = int(Treatment.PROSPECTIVE), int(Treatment.CUMULATIVE_CATCH_UP)
CONTRACTS = [7, 3]
"""The contracts of the book, in this order of rows."""


def order(changes=(), credits=()):
    """What happens, contract by contract: kind, day, and what it refers to; turns count from 0 in each contract.

    A change is a prospective modification of contract 7 on day 100; a credit a retrospective one of its row 0.
    """
    made = [
        {
            "id": 50 + n,
            "kind": MODIFICATION,
            "day": 100,
            "contract": 7,
            "treatment": PROSPECTIVE,
            "sequence": 0,
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
    book = Book(month_calendar("1970-01", "1971-12"), contracts, Obligations.empty(), changes=table)
    found = order_happenings(book, memo, table.treatment)
    assert all(column.dtype == np.int64 for column in vars(found).values())
    turns: dict[int, int] = {}
    for contract, turn in zip(found.contract.tolist(), found.turn.tolist(), strict=True):
        assert turn == turns.get(contract, 0)
        turns[contract] = turn + 1
    rows = zip(
        *(column.tolist() for column in (found.contract, found.kind, found.day, found.ref)), strict=True
    )
    return [(CONTRACTS[contract], kind, day, ref) for contract, kind, day, ref in rows]


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


def test_a_modification_of_which_any_line_runs_on_bounds_a_stretch():
    """Another event of the same number as a row is none of it."""
    mixed = [{"id": 60, "treatment": CATCH_UP}, {"id": 60, "treatment": PROSPECTIVE}]
    before, after = {"kind": CANCEL, "day": 90}, {"kind": PRICE_CHANGE, "day": 110}
    assert [kind for _, kind, _, _ in order([*mixed, before, after])] == [CANCEL, MODIFICATION, PRICE_CHANGE]
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
