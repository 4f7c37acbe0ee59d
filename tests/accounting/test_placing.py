"""Where billing lines go, rule by rule, with what closed periods and the time before them placed already.

Order lines are of 300.00 and product 7; SO-1 (order 100, contract 1, line 11) is a day older than SO-2 (200, 2, 12).
"""

import pytest

from revrec.accounting.book import UNKNOWN_ORDER
from revrec.accounting.columns import NONE
from revrec.accounting.terms import AccountType, Method


@pytest.fixture
def orders(line):
    def of(*more, **second):
        return [
            line(id=11, contract=1, order=100, order_rank=1, ordered_day="2025-01-01"),
            line(**{"id": 12, "contract": 2, "order": 200, "ordered_day": "2025-01-02", **second}),
            *more,
        ]

    return of


# Lines that name their order.


def test_a_line_that_names_an_order_line_bills_it_in_full_and_beyond(place, orders, bill):
    bills = [bill(1, 50000, "2025-02-01", order=200, obligation=12)]
    assert place(orders(), bills) == [(1, 12, 50000)]


def test_a_line_that_names_an_order_bills_its_lines_of_the_product_then_the_first_of_them(place, line, bill):
    lines = [line(id=11, product=8), line(id=12, line_rank=1), line(id=13, line_rank=2)]
    bills = [bill(1, 70000, "2025-02-01", order=100)]
    assert place(lines, bills) == [(1, 12, 40000), (1, 13, 30000)]


def test_a_line_of_a_product_that_its_order_does_not_hold_bills_the_contract_as_a_whole(place, orders, bill):
    bills = [bill(1, 10000, "2025-02-01", order=200, product=9)]
    assert place(orders(), bills) == [(1, "contract 2", 10000)]


def test_billing_of_a_contract_as_a_whole_takes_up_the_room_of_its_first_lines(place, line, bill):
    lines = [line(id=11), line(id=12, line_rank=1, stated=20000)]
    bills = [bill(1, 35000, "2025-02-01", order=100, product=9), bill(2, 40000, "2025-02-02")]
    assert place(lines, bills) == [(1, "contract 1", 35000), (2, 12, 15000), (2, "unassigned", 25000)]


def test_lines_that_name_their_order_come_before_older_ones_that_do_not(place, orders, bill):
    bills = [bill(1, 30000, "2025-02-01"), bill(2, 30000, "2025-02-09", order=100)]
    assert place(orders(), bills) == [(1, 12, 30000), (2, 11, 30000)]


def test_an_order_of_two_lines_in_one_contract_with_another(place, line, bill):
    """Combined orders: the named order's line first, then the contract, never the other order's line by itself."""
    lines = [line(id=11), line(id=12, order=200, product=8)]
    assert place(lines, [bill(1, 40000, "2025-02-01", order=200, product=8)]) == [(1, 12, 40000)]


def test_what_names_an_order_that_is_not_known_waits(place, orders, bill):
    bills = [bill(1, 10000, "2025-02-01", order=UNKNOWN_ORDER), bill(2, 5000, "2025-02-01", order=999)]
    assert place(orders(), bills) == [(1, "unassigned", 10000), (2, "unassigned", 5000)]


@pytest.mark.parametrize("other", [{"currency": 1}, {"subsidiary": 2}])
def test_an_order_of_another_currency_or_subsidiary_is_not_billed_by_name(place, orders, bill, other):
    assert place(orders(), [bill(1, 10000, "2025-02-01", order=100, **other)]) == [(1, "unassigned", 10000)]


# Lines that have to find one.


def test_the_same_product_then_the_oldest_then_what_is_left_is_unassigned(place, orders, line, bill):
    third = line(id=13, contract=3, order=300, product=8, ordered_day="2024-12-01")
    bills = [bill(1, 100000, "2025-02-01", base_amount=300001)]
    assert place(orders(third), bills) == [
        (1, 11, 30000),
        (1, 12, 30000),
        (1, 13, 30000),
        (1, "unassigned", 10000),
    ]
    other = [bill(1, 65000, "2025-02-01", product=9)]
    assert place(orders(third), other) == [(1, 11, 30000), (1, 12, 5000), (1, 13, 30000)]
    assert place(orders(third), [bill(1, 60000, "2025-02-01")]) == [(1, 11, 30000), (1, 12, 30000)]
    assert place(orders(third), [bill(1, 40000, "2025-02-01", product=8)]) == [(1, 11, 10000), (1, 13, 30000)]


@pytest.mark.parametrize("other", [{"customer": 6}, {"currency": 1}, {"subsidiary": 2}])
def test_billing_finds_only_contracts_of_its_customer_currency_and_subsidiary(place, orders, bill, other):
    for product in (7, 9):
        bills = [bill(1, 10000, "2025-02-01", product=product, **other)]
        assert place(orders(), bills) == [(1, "unassigned", 10000)]


def test_older_bills_are_placed_first_however_the_rows_come(place, orders, bill):
    bills = [bill(2, 40000, "2025-03-01"), bill(1, 50000, "2025-02-01"), bill(3, 10000, "2025-04-01")]
    expected = [
        (1, 11, 30000),
        (1, 12, 20000),
        (2, 12, 10000),
        (2, "unassigned", 30000),
        (3, "unassigned", 10000),
    ]
    assert place(orders(), bills) == expected
    assert place(orders()[::-1], bills[::-1]) == expected


def test_bills_of_one_day_go_by_number_then_document_then_line(place, line, bill):
    def first(*bills):
        return [document for document, where, _ in place([line()], list(bills)) if where == 11]

    day = "2025-02-01"
    assert first(bill(1, 30000, day, rank=2), bill(2, 30000, day, rank=1)) == [2]
    assert first(bill(2, 30000, day, rank=1), bill(1, 30000, day, rank=1)) == [1]
    assert first(bill(3, 30000, "2025-01-01"), bill(1, 9, "2025-03-01"), bill(2, 8, "2025-02-01")) == [3]
    assert first(bill(3, 29991, "2025-01-01"), bill(1, 9, "2025-03-01"), bill(2, 9, "2025-02-01")) == [3, 2]
    two = [bill(1, 20000, day, line=2), bill(1, 30000, day, line=1)]
    assert place([line()], two) == [(1, 11, 30000), (1, "unassigned", 20000)]


@pytest.mark.parametrize(
    ("named", "where"),
    [
        ({"order": 200, "obligation": 12}, 12),
        ({"order": 200}, 12),
        ({"order": 200, "product": 9}, "contract 2"),
        ({}, 11),
        ({"product": 9}, 11),
        ({"own": 50, "customer": 6}, 50),
    ],
)
def test_a_cent_goes_where_a_fortune_goes(place, orders, line, bill, named, where):
    own = line(id=50, contract=9, order=900, stated=0, own=1, ordered_day="2025-02-01")
    for amount in (1, 20000):
        assert place(orders(own), [bill(1, amount, "2025-02-01", **named)]) == [(1, where, amount)]


def test_usage_takes_all_billing_of_its_product_and_no_other(place, line, bill):
    lines = [line(id=11, method=Method.AS_INVOICED, stated=100), line(id=12, order=200, product=8)]
    bills = [bill(1, 90000, "2025-02-01"), bill(2, 40000, "2025-02-01", product=8)]
    assert place(lines, bills) == [(1, 11, 90000), (2, 12, 30000), (2, "unassigned", 10000)]


def test_an_invoice_line_that_no_order_absorbs_is_its_own_contract(place, orders, line, bill):
    own = line(id=50, contract=9, order=900, stated=0, own=1, ordered_day="2025-02-01")
    bills = [bill(1, 70000, "2025-02-01", own=50), bill(2, 10000, "2025-02-02")]
    assert place(orders(own), bills) == [
        (1, 11, 30000), (1, 12, 30000), (1, 50, 10000), (2, "unassigned", 10000),
    ]  # fmt: skip
    # One whose own contract the book does not hold waits.
    assert place(orders(), [bill(1, 70000, "2025-02-01", own=51)])[-1] == (1, "unassigned", 10000)


# What closed periods placed, and what stood before the first one.


def kept(obligation=12, contract=2, amount=20000, **given):
    return {"document": 1, "contract": contract, "obligation": obligation, "amount": amount, **given}


def test_a_split_stays_although_an_older_order_has_room(place, orders, bill):
    assert place(orders(), [bill(1, 20000, "2025-01-05")], [kept()]) == [(1, 12, 20000)]


def test_what_a_line_grew_by_is_placed_anew(place, orders, bill):
    found = place(orders(), [bill(1, 45000, "2025-01-05")], [kept()])
    assert found == [(1, 11, 25000), (1, 12, 20000)]


def test_of_a_line_that_shrank_the_first_splits_stay(place, orders, bill):
    splits = [kept(amount=25000), kept(11, 1, 30000), kept(NONE, 1, 5000)]
    # In the order of contracts, and in a contract the whole of it before its lines.
    for rows in (splits, splits[::-1]):
        found = place(orders(), [bill(1, 50000, "2025-01-05")], rows)
        assert found == [(1, "contract 1", 5000), (1, 11, 30000), (1, 12, 15000)]
        found = place(orders(), [bill(1, 10000, "2025-01-05")], rows)
        assert found == [(1, "contract 1", 5000), (1, 11, 5000)]
    rows = [kept(NONE, 2, 10000), kept(11, 1, 30000)]
    assert place(orders(), [bill(1, 35000, "2025-01-05")], rows) == [(1, 11, 30000), (1, "contract 2", 5000)]


def test_a_line_that_is_gone_leaves_its_room(place, orders, bill):
    gone = kept(11, 1, 30000, document=9)
    assert place(orders(), [bill(1, 20000, "2025-01-05")], [gone]) == [(1, 11, 20000)]
    bills = [bill(1, 20000, "2025-01-05"), bill(2, 30000, "2025-01-04")]
    assert place(orders(), bills, [gone]) == [(2, 11, 30000), (1, 12, 20000)]


def test_kept_splits_take_up_room(place, orders, bill):
    bills = [bill(1, 30000, "2025-01-05"), bill(2, 40000, "2025-01-01")]
    assert place(orders(), bills, [kept(11, 1, 30000)]) == [
        (2, 12, 30000),
        (2, "unassigned", 10000),
        (1, 11, 30000),
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"account": 4001},
        {"account_type": AccountType.DEFERRED_REVENUE},
        {"segments": 3},
        {"currency": 1},
        {"subsidiary": 2},
        {"contract": 77, "obligation": 12},
        {"contract": 2, "obligation": 99},
        {"contract": 1, "obligation": 12},
        {"amount": -20000},
    ],
)
def test_a_split_that_its_line_no_longer_supports_is_placed_anew(place, orders, bill, changed):
    """Posted elsewhere, of another party, of a contract or line that is not (there) any more, or turned around."""
    found = place(orders(), [bill(1, 20000, "2025-01-05")], [{**kept(), **changed}])
    assert found == [(1, 11, 20000)]


@pytest.mark.parametrize(
    ("named", "stays"),
    [
        ({"order": 200}, True),
        ({"order": 200, "obligation": 12}, True),
        ({"order": 100}, False),
        ({"order": 100, "obligation": 11}, False),
        ({"customer": 6}, False),
        ({"customer": 6, "order": 200}, True),  # billed to another party of the order it names
        ({"order": UNKNOWN_ORDER}, False),
    ],
)
def test_a_split_goes_where_its_line_says_now(place, orders, bill, named, stays):
    found = place(orders(), [bill(1, 20000, "2025-01-05", **named)], [kept()])
    where = 12 if stays else 11 if named.get("order") == 100 else "unassigned"
    assert found == [(1, where, 20000)]


def test_a_split_of_another_line_of_the_named_order_moves_to_the_named_line(place, line, bill):
    lines = [line(id=11), line(id=12, line_rank=1)]
    names = bill(1, 20000, "2025-01-05", order=100, obligation=12)
    assert place(lines, [names], [kept(11, 1)]) == [(1, 12, 20000)]
    assert place(lines, [names], [kept(12, 1)]) == [(1, 12, 20000)]
    whole = bill(1, 20000, "2025-01-05", order=100)
    assert place(lines, [whole], [kept(12, 1)]) == [(1, 12, 20000)]
    assert place(lines, [whole], [kept(NONE, 1)]) == [(1, "contract 1", 20000)]


def test_an_invoice_of_its_own_gives_way_to_an_order_and_so_does_its_credit(place, line, orders, bill):
    own = line(id=50, contract=9, order=900, stated=0, own=1, ordered_day="2025-01-05")
    first = bill(1, 20000, "2025-01-05", own=50)
    before = [kept(50, 9)]
    assert place([own], [first], before) == [(1, 50, 20000)]
    assert place(orders(own), [first], before) == [(1, 11, 20000)]
    credit = bill(2, -5000, "2025-01-06", created_from=1)
    both = [*before, kept(50, 9, -5000, document=2)]
    assert place([own], [first, credit], both) == [(1, 50, 20000), (2, 50, -5000)]
    assert place(orders(own), [first, credit], both) == [(1, 11, 20000), (2, 11, -5000)]


def test_billing_of_before_the_first_period_takes_up_room(place, orders, bill):
    opening = [
        kept(11, 1, 25000, document=800),
        kept(NONE, 2, 10000, document=801),
        kept(NONE, NONE, 7000, document=802),
    ]
    found = place(orders(), [bill(1, 40000, "2025-01-05")], opening=opening)
    assert found == [(1, 11, 5000), (1, 12, 20000), (1, "unassigned", 15000)]


def test_without_any_order_all_billing_is_unassigned(place, bill):
    bills = [
        bill(1, 20000, "2025-01-05"),
        bill(2, 10000, "2025-01-05", order=100),
        bill(3, -5000, "2025-01-06"),
    ]
    assert place([], bills) == [(1, "unassigned", 20000), (2, "unassigned", 10000), (3, "unassigned", -5000)]
