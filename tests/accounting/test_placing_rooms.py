"""What room order lines have left for billing, which comes first, and the order in which splits are given.

Order lines are of 300.00 and product 7, of contract 1 and order 100; a bill names nothing unless it says so.
"""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.absorption import absorb
from revrec.accounting.book import PriorSplits
from revrec.accounting.columns import NONE, filled
from revrec.accounting.terms import Method

USAGE = int(Method.AS_INVOICED)
TO_ALL = "2025-02-09"


# Which line is first.


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"ordered_day": "2025-01-01"}, {"ordered_day": "2025-01-02", "order_rank": 0}),
        ({"order_rank": 1, "order": 200}, {"order_rank": 2}),
        ({"order": 100, "line_rank": 2}, {"order": 200, "line_rank": 1}),
        ({"line_rank": 1, "id": 30}, {"line_rank": 2}),
        ({"id": 20}, {"id": 21}),
    ],
)
def test_billing_goes_by_day_then_order_number_then_order_then_line(place, line, bill, first, second):
    usual = {"order_rank": 0, "line_rank": 0, "ordered_day": "2025-01-01"}
    one, other = (
        line(**{**usual, **first, "contract": 1}),
        line(**{**usual, "id": 11, **second, "contract": 2}),
    )
    for rows in ([one, other], [other, one]):
        assert place(rows, [bill(1, 40000, TO_ALL)]) == [(1, one["id"], 30000), (1, other["id"], 10000)]


def test_splits_of_one_line_are_given_by_contract_number(book, line, bill):
    """Unassigned billing comes last, and the parts of the base amount add up in that order."""
    lines = [line(id=11), line(id=12, contract=2, order=200), line(id=13, contract=3, order=300)]
    for ranks in ([2, 3, 1], [0, 0, 0]):
        found = book(lines, [bill(1, 100001, TO_ALL, base_amount=10)])
        found = replace(found, contracts=replace(found.contracts, number_rank=np.array(ranks)))
        none = filled(0, NONE)
        placed = absorb(
            found, found.billing, PriorSplits.empty(), none, found.obligations.stated, PriorSplits.empty()
        )
        by_number = np.lexsort((found.contracts.id, ranks)).tolist()
        assert placed.contract.tolist() == [*by_number, NONE]
        assert placed.amount.tolist() == [30000, 30000, 30000, 10001]
        assert placed.base_amount.tolist() == [3, 3, 3, 1]


def test_a_cent_of_another_base_amount_or_that_is_left_is_placed(place, line, bill):
    assert place([line()], [bill(1, 1, TO_ALL, base_amount=7)]) == [(1, 11, 1)]
    assert place([line()], [bill(1, -1, TO_ALL, base_amount=-7)]) == [(1, "unassigned", -1)]
    assert place([line()], [bill(1, 30001, TO_ALL)]) == [(1, 11, 30000), (1, "unassigned", 1)]
    large = 2**53 + 1
    assert place([line()], [bill(1, large, TO_ALL)]) == [(1, 11, 30000), (1, "unassigned", large - 30000)]
    assert place([], []) == []


# What a line names.


def test_an_order_may_have_the_number_nought(place, line, bill):
    lines = [line(id=12, contract=2, order=200, ordered_day="2024-12-01"), line(order=0)]
    assert place(lines, [bill(1, 40000, TO_ALL, order=0)]) == [(1, 11, 40000)]


def test_a_line_of_another_order_than_the_one_it_names_is_not_billed(place, line, bill):
    lines = [line(), line(id=12, contract=2, order=200)]
    assert place(lines, [bill(1, 40000, TO_ALL, order=100, obligation=12)]) == [(1, 11, 40000)]
    assert place(lines, [bill(1, 40000, TO_ALL, order=999, obligation=12)]) == [(1, "unassigned", 40000)]
    assert place(lines, [bill(1, 40000, TO_ALL, order=200, obligation=99)]) == [(1, 12, 40000)]


def test_a_line_that_is_named_is_billed_beyond_its_price_before_others_of_its_order(place, line, bill):
    lines = [line(), line(id=12, contract=2, order=200), line(id=13, line_rank=1)]
    for first in (lines, lines[::-1]):
        assert place(first, [bill(1, 50000, TO_ALL, order=100, obligation=11)]) == [(1, 11, 50000)]


# Room.


def test_what_is_billed_leaves_less_room(place, line, bill):
    lines = [line(), line(id=12, line_rank=1)]
    named = bill(1, 20000, "2025-02-01", order=100, obligation=12)
    rest = bill(2, 50000, "2025-02-02")
    assert place(lines, [named, rest]) == [
        (1, 12, 20000),
        (2, 11, 30000),
        (2, 12, 10000),
        (2, "unassigned", 10000),
    ]
    first = bill(1, 20000, "2025-02-01", order=100, obligation=11)
    assert place(lines, [first, rest]) == [
        (1, 11, 20000),
        (2, 11, 10000),
        (2, 12, 30000),
        (2, "unassigned", 10000),
    ]


def test_what_is_billed_beyond_a_line_takes_room_from_its_contract(place, line, bill):
    lines = [line(), line(id=12, line_rank=1), line(id=13, contract=2, order=200, ordered_day="2025-01-05")]
    beyond = bill(1, 40000, "2025-02-01", order=100, obligation=12)
    assert place(lines, [beyond, bill(2, 60000, "2025-02-02")]) == [
        (1, 12, 40000), (2, 11, 20000), (2, 13, 30000), (2, "unassigned", 10000),
    ]  # fmt: skip


def test_what_is_billed_beyond_a_line_leaves_the_first_lines_their_room(place, line, bill):
    """The last line, which is billed last, has 200.00 of its 300.00 left; what nothing billed is billed in full."""
    lines = [line(id=11 + n, line_rank=n) for n in range(3)]
    beyond = bill(1, 40000, "2025-02-01", order=100, obligation=12)
    assert place(lines, [beyond, bill(2, 60000, "2025-02-02")]) == [
        (1, 12, 40000), (2, 11, 30000), (2, 13, 20000), (2, "unassigned", 10000),
    ]  # fmt: skip


def test_the_room_of_many_lines_is_taken_in_their_order(place, line, bill):
    """Forty lines of two contracts by turns: billing of the first as a whole takes the room of its first five."""
    lines = [
        line(id=100 + n, contract=1 + n % 2, order=100 * (1 + n % 2), ordered_day=20000 + n, stated=100)
        for n in range(40)
    ]
    whole = bill(1, 450, "2025-02-01", order=100, product=9)
    found = place(lines, [whole, bill(2, 1000, "2025-02-02")])
    both = [(109 + n, 100) for n in range(5)]
    expected = [(101, 100), (103, 100), (105, 100), (107, 100), (108, 50), *both, (114, 50)]
    by_contract = sorted(expected, key=lambda part: part[0] % 2)
    assert found == [(1, "contract 1", 450), *((2, *part) for part in by_contract)]


@pytest.mark.parametrize("rank", [0, 2])
def test_usage_of_a_contract_leaves_the_room_of_its_other_lines(place, line, bill, rank):
    """It takes all billing of its product, and neither its rate nor what bills it counts for the others."""
    lines = [line(method=USAGE, stated=100, line_rank=rank), line(id=12, line_rank=1, product=8)]
    named = bill(1, 90000, "2025-02-01", order=100)
    other = bill(2, 40000, "2025-02-02", product=8)
    assert place(lines, [named, other]) == [(1, 11, 90000), (2, 12, 30000), (2, "unassigned", 10000)]
    whole = bill(1, 5000, "2025-02-01", order=100, product=9)
    more = bill(3, 70000, "2025-02-03")
    assert place(lines, [whole, other, more]) == [
        (1, "contract 1", 5000), (2, 12, 25000), (2, "unassigned", 15000), (3, 11, 70000),
    ]  # fmt: skip
    # What bills the whole contract beyond its price leaves nothing but usage.
    beyond = bill(1, 50000, "2025-02-01", order=100, product=9)
    assert place(lines, [beyond, other, more]) == [
        (1, "contract 1", 50000), (2, "unassigned", 40000), (3, 11, 70000),
    ]  # fmt: skip


def test_an_invoice_that_is_its_own_contract_is_filled_by_its_own_line_alone(place, line, bill):
    """Marked by itself, or by the billing line that names it; also where a credit makes room."""
    for marked in (1, 0):
        own = line(id=50, contract=9, order=900, stated=20000, own=marked)
        bills = [bill(1, 20000, "2025-02-01", own=50), bill(2, 5000, "2025-02-02", customer=5)]
        assert place([own], bills) == [(1, 50, 20000), (2, "unassigned", 5000)]
        credit = bill(3, -8000, "2025-02-03", created_from=1)
        assert place([own], [*bills, credit]) == [(1, 50, 20000), (2, "unassigned", 5000), (3, 50, -8000)]
        early = bill(2, 5000, "2025-01-02")
        assert place([own], [bills[0], early]) == [(2, "unassigned", 5000), (1, 50, 20000)]


# Credits of an invoice.


def test_a_credit_frees_the_lines_of_its_invoice_one_by_one(place, line, bill):
    lines = [line(), line(id=12, line_rank=1)]
    credit = bill(2, -40000, "2025-02-02", created_from=1)
    assert place(lines, [bill(1, 60000, "2025-02-01"), credit])[2:] == [(2, 11, -30000), (2, 12, -10000)]


def test_a_credit_frees_what_is_billed_of_the_contract_as_a_whole_first(place, line, bill):
    lines = [line(), line(id=12, line_rank=1)]
    invoice = [
        bill(1, 20000, "2025-02-01", order=100, obligation=11, product=9),
        bill(1, 10000, "2025-02-01", line=2, order=100, product=9),
    ]
    credit = bill(2, -25000, "2025-02-02", created_from=1, product=9)
    for bills in (invoice, invoice[::-1]):
        assert place(lines, [*bills, credit])[2:] == [(2, "contract 1", -10000), (2, 11, -15000)]


def test_usage_beside_what_is_billed_beyond_a_line_makes_no_room(place, line, bill):
    """Line 11 is billed 30.00 beyond its price: 270.00 are left of line 12, to the cent."""
    lines = [line(), line(id=12, line_rank=1), line(id=13, line_rank=2, product=9, method=USAGE, stated=500)]
    bills = [bill(1, 33000, "2025-02-01", order=100, obligation=11), bill(2, 30000, "2025-02-02")]
    assert place(lines, bills) == [(1, 11, 33000), (2, 12, 27000), (2, "unassigned", 3000)]


def test_a_line_that_was_credited_may_be_billed_anew_by_the_name_of_its_order(place, line, bill):
    lines = [line(), line(id=12, line_rank=1)]
    bills = [
        bill(1, 30000, "2025-02-01", order=100, obligation=11),
        bill(2, -30000, "2025-02-02", order=100, obligation=11),
        bill(3, 30000, "2025-03-01", order=100),
    ]
    prior = [{"document": 1, "amount": 30000}, {"document": 2, "amount": -30000}]
    assert place(lines, bills, prior)[-1] == (3, 11, 30000)


def test_a_cent_goes_to_the_line_it_names(place, line, bill):
    lines = [line(), line(id=12, line_rank=1)]
    assert place(lines, [bill(1, 1, TO_ALL, order=100, obligation=12)]) == [(1, 12, 1)]


def test_each_of_two_lines_that_shrank_keeps_its_first_splits(place, line, bill):
    """In the order of their contracts and lines, however the rows came: 40.00 of 50.00, and 10.00 of 50.00."""
    lines = [line(id=12, line_rank=0), line(id=11, line_rank=1), line(id=13, contract=2, order=200)]
    bills = [bill(1, 4000, "2025-02-01"), bill(2, 1000, "2025-02-02")]
    splits = [
        {"document": number, "obligation": to, "contract": home, "amount": amount}
        for to, home, amount in ((12, 1, 800), (11, 1, 2700), (13, 2, 1500))
        for number in (1, 2)
    ]
    for rows in (splits, splits[::-1]):
        assert place(lines, bills, rows) == [
            (1, 12, 800), (1, 11, 2700), (1, 13, 500), (2, 12, 800), (2, 11, 200),
        ]  # fmt: skip
