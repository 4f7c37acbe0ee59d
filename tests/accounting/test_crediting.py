"""Which billing a credit memo frees: its invoice's, its order's, or the newest.

Order lines are of 300.00 and product 7; SO-1 (order 100, contract 1, line 11) is a day older than SO-2 (200, 2, 12).
"""

import pytest

from revrec.accounting.book import UNKNOWN_ORDER
from revrec.accounting.columns import NONE


@pytest.fixture
def orders(line):
    def of(*more, **second):
        return [
            line(id=11, contract=1, order=100, ordered_day="2025-01-01"),
            line(**{"id": 12, "contract": 2, "order": 200, "ordered_day": "2025-01-02", **second}),
            *more,
        ]

    return of


@pytest.fixture
def billed(bill):
    """An invoice that bills both orders in full, and a newer one of 100.00 that found no room."""
    return [bill(1, 60000, "2025-02-01"), bill(2, 10000, "2025-02-05")]


PLACED = [(1, 11, 30000), (1, 12, 30000)]


def test_a_credit_of_an_invoice_frees_what_that_billed_by_the_order_of_lines(place, orders, billed, bill):
    found = place(orders(), [*billed, bill(3, -40000, "2025-03-01", created_from=1)])
    # 300.00 of the first order and 100.00 of the second; the room takes the invoice that had found none.
    assert found == [*PLACED, (2, 11, 10000), (3, 11, -30000), (3, 12, -10000)]


def test_a_credit_of_an_invoice_that_found_no_room_leaves_both_unassigned(place, orders, billed, bill):
    found = place(orders(), [*billed, bill(3, -9000, "2025-03-01", created_from=2)])
    assert found == [*PLACED, (2, "unassigned", 10000), (3, "unassigned", -9000)]
    cents = [billed[0], bill(2, 1, "2025-02-05"), bill(3, -1, "2025-03-01", created_from=2)]
    assert place(orders(), cents) == [*PLACED, (2, "unassigned", 1), (3, "unassigned", -1)]


def test_a_credit_frees_the_same_product_of_its_invoice_first(place, orders, bill):
    bills = [
        bill(1, 20000, "2025-02-01"),
        bill(1, 20000, "2025-02-01", line=2, product=8),
        bill(2, -15000, "2025-03-01", product=8, created_from=1),
        bill(3, -15000, "2025-03-02", product=8, created_from=1),
    ]
    found = place(orders(product=8), bills)
    # 50.00 of the second credit are left for the product, 100.00 are of the other.
    assert found == [(1, 11, 20000), (1, 12, 20000), (2, 12, -15000), (3, 11, -10000), (3, 12, -5000)]


def test_a_credit_frees_other_products_of_its_invoice_before_newer_invoices(place, orders, line, bill):
    third = line(id=13, contract=3, order=300, product=9, ordered_day="2025-01-03")
    bills = [
        bill(1, 20000, "2025-02-01"),
        bill(2, 20000, "2025-02-09", product=9),
        bill(3, -5000, "2025-03-01", product=8, created_from=1),
    ]
    assert place(orders(third), bills) == [(1, 11, 20000), (2, 13, 20000), (3, 11, -5000)]


def test_a_credit_frees_its_invoice_and_not_one_before_it_on_the_same_line(place, orders, bill):
    bills = [
        bill(1, 20000, "2025-02-01", order=100),
        bill(2, 10000, "2025-02-02", order=100),
        bill(3, 5000, "2025-02-03", order=200),
        bill(4, -10000, "2025-03-01", created_from=2),
    ]
    assert place(orders(), bills)[3:] == [(4, 11, -10000)]


def test_a_credit_that_names_an_unknown_order_waits(place, orders, bill):
    bills = [bill(1, 20000, "2025-02-01"), bill(2, -5000, "2025-03-01", order=UNKNOWN_ORDER)]
    assert place(orders(), bills) == [(1, 11, 20000), (2, "unassigned", -5000)]


def test_a_credit_of_a_closed_period_stays_where_it_was(place, orders, bill):
    bills = [bill(1, 20000, "2025-02-01"), bill(2, -5000, "2025-03-01", created_from=1)]
    prior = [
        {"document": 1, "obligation": 12, "contract": 2, "amount": 20000},
        {"document": 2, "obligation": 11, "contract": 1, "amount": -5000},
    ]
    assert place(orders(), bills, prior) == [(1, 12, 20000), (2, 11, -5000)]


def test_credits_of_one_invoice_free_it_once(place, orders, bill):
    bills = [
        bill(1, 20000, "2025-02-01"),
        bill(2, -15000, "2025-03-01", created_from=1),
        bill(3, -15000, "2025-03-02", created_from=1),
    ]
    assert place(orders(), bills) == [
        (1, 11, 20000), (2, 11, -15000), (3, 11, -5000), (3, "unassigned", -10000),
    ]  # fmt: skip


def test_a_credit_of_a_closed_period_stays_and_lowers_what_its_invoice_has_to_free(place, orders, bill):
    bills = [
        bill(1, 20000, "2025-02-01"),
        bill(2, -15000, "2025-03-01", created_from=1),
        bill(3, -15000, "2025-03-02", created_from=1),
    ]
    prior = [
        {"document": 1, "obligation": 12, "contract": 2, "amount": 20000},
        {"document": 2, "obligation": 12, "contract": 2, "amount": -15000},
    ]
    assert place(orders(), bills, prior) == [
        (1, 12, 20000), (2, 12, -15000), (3, 12, -5000), (3, "unassigned", -10000),
    ]  # fmt: skip


def test_a_credit_of_one_invoice_leaves_the_others(place, orders, bill):
    bills = [
        bill(1, 10000, "2025-02-01", order=100),
        bill(2, 10000, "2025-02-02", order=200),
        bill(3, -4000, "2025-03-01", created_from=1),
    ]
    assert place(orders(), bills)[-1] == (3, 11, -4000)


@pytest.mark.parametrize("other", [{"currency": 1}, {"subsidiary": 2}])
def test_a_credit_never_crosses_currency_or_subsidiary(place, orders, bill, other):
    invoice = bill(1, 20000, "2025-02-01")
    for named in ({"created_from": 1}, {}, {"order": 100}):
        credit = bill(2, -5000, "2025-03-01", **named, **other)
        assert place(orders(), [invoice, credit])[-1] == (2, "unassigned", -5000)


def test_a_credit_that_names_an_order_goes_to_it(place, orders, bill):
    invoice = bill(1, 20000, "2025-02-01", order=100)
    # Its line, else the order's line of the product, else the order as a whole; in full, whatever is billed.
    for named, where in (
        ({"order": 200, "obligation": 12}, 12),
        ({"order": 200}, 12),
        ({"order": 200, "product": 9}, "contract 2"),
        ({"order": 100}, 11),
    ):
        found = place(orders(), [invoice, bill(2, -25000, "2025-03-01", **named)])
        assert found[-1] == (2, where, -25000)


def test_a_credit_that_names_nothing_frees_the_newest_first(place, orders, bill):
    bills = [
        bill(1, 30000, "2025-02-01", order=200),
        bill(2, 20000, "2025-02-02", order=100),
        bill(3, -25000, "2025-03-01"),
        bill(4, -10000, "2025-03-02"),
    ]
    found = place(orders(), bills)
    assert found[2:] == [(3, 11, -20000), (3, 12, -5000), (4, 12, -10000)]


def test_a_credit_that_names_nothing_frees_its_product_first(place, orders, bill):
    bills = [
        bill(1, 10000, "2025-02-01", order=100),
        bill(2, 10000, "2025-02-02", order=200, product=8),
        bill(3, -15000, "2025-03-01"),
    ]
    assert place(orders(product=8), bills)[2:] == [(3, 11, -10000), (3, 12, -5000)]


@pytest.mark.parametrize("other", [{"customer": 6}])
def test_a_credit_of_another_customer_finds_nothing(place, orders, bill, other):
    found = place(orders(), [bill(1, 20000, "2025-02-01"), bill(2, -5000, "2025-03-01", **other)])
    assert found == [(1, 11, 20000), (2, "unassigned", -5000)]


def test_a_credit_that_names_nothing_frees_the_newest_also_where_that_is_unassigned(
    place, orders, billed, bill
):
    found = place(orders(), [*billed, bill(3, -5000, "2025-03-01")])
    assert found == [*PLACED, (2, "unassigned", 10000), (3, "unassigned", -5000)]
    found = place(orders(), [*billed, bill(3, -15000, "2025-03-01")])
    assert found[2:] == [(2, "unassigned", 10000), (3, 11, -5000), (3, "unassigned", -10000)]


def test_of_a_split_invoice_what_is_unassigned_is_credited_first_and_stays(place, orders, bill):
    bills = [bill(1, 70000, "2025-02-01"), bill(2, -40000, "2025-03-01")]
    found = place(orders(), bills)
    assert found == [*PLACED, (1, "unassigned", 10000), (2, 11, -30000), (2, "unassigned", -10000)]
    nowhere = {"obligation": NONE, "contract": NONE}
    prior = [
        {"document": 1, "obligation": 11, "contract": 1, "amount": 30000},
        {"document": 1, "obligation": 12, "contract": 2, "amount": 30000},
        {"document": 1, "amount": 10000, **nowhere},
        {"document": 2, "obligation": 11, "contract": 1, "amount": -30000},
        {"document": 2, "amount": -10000, **nowhere},
    ]
    # The room that the credit made takes new billing, and not what it has credited.
    assert place(orders(), bills, prior) == found
    newer = place(orders(), [*bills, bill(3, 20000, "2025-04-01")], prior)
    assert newer == [*found, (3, 11, 20000)]


def test_credited_billing_that_was_unassigned_goes_to_a_new_order_with_its_credit(place, orders, bill):
    bills = [bill(1, 40000, "2025-02-01"), bill(2, -10000, "2025-03-01", created_from=1)]
    nowhere = {"obligation": NONE, "contract": NONE}
    prior = [{"document": 1, "amount": 40000, **nowhere}, {"document": 2, "amount": -10000, **nowhere}]
    assert place(orders(), bills, prior) == [(1, 11, 30000), (1, 12, 10000), (2, 11, -10000)]


def test_lines_of_one_product_are_credited_each_by_itself(place, orders, bill):
    bills = [
        bill(1, 60000, "2025-02-01"),
        bill(2, 5000, "2025-02-05"),
        bill(2, 5000, "2025-02-05", line=2),
        bill(3, -8000, "2025-03-01", created_from=2),
    ]
    found = place(orders(), bills)
    assert found == [*PLACED, (2, "unassigned", 5000), (2, "unassigned", 5000), (3, "unassigned", -8000)]


def test_an_earlier_credit_that_named_no_invoice_has_taken_the_newest(place, orders, bill):
    bills = [
        bill(1, 15000, "2025-02-01", order=100),
        bill(2, 10000, "2025-02-02", order=100),
        bill(3, -8000, "2025-03-01", order=100),
        bill(4, -5000, "2025-03-02"),
    ]
    assert place(orders(), bills)[2:] == [(3, 11, -8000), (4, 11, -5000)]
    two = [
        bill(1, 15000, "2025-02-01", order=200),
        *bills[1:3],
        bill(4, -5000, "2025-03-02"),
    ]
    # 20.00 are left of the newest invoice, 30.00 come from the one before.
    assert place(orders(), two)[2:] == [(3, 11, -8000), (4, 11, -2000), (4, 12, -3000)]


OPENED = {"obligation": 11, "contract": 1, "amount": 20000}


def test_billing_of_before_the_first_period_is_freed_by_name_and_last_of_all(place, orders, bill):
    opening = [{**OPENED, "document": 800}]
    named = bill(2, -5000, "2025-03-01", created_from=800)
    assert place(orders(), [named], opening=opening) == [(2, 11, -5000)]
    newer = [bill(1, 3000, "2025-02-01", order=200), bill(2, -5000, "2025-03-01")]
    assert place(orders(), newer, opening=opening) == [(1, 12, 3000), (2, 11, -2000), (2, 12, -3000)]


def test_a_credit_of_unassigned_billing_of_before_is_unassigned(place, orders, bill):
    opening = [{**OPENED, "document": 800, "obligation": NONE, "contract": NONE}]
    named = bill(2, -5000, "2025-03-01", created_from=800)
    assert place(orders(), [named], opening=opening) == [(2, "unassigned", -5000)]
    assert place(orders(), [bill(2, -5000, "2025-03-01")], opening=opening) == [(2, "unassigned", -5000)]


def test_unassigned_billing_of_before_is_freed_by_name_alone(place, orders, bill):
    opening = [
        {**OPENED, "document": 800, "obligation": NONE, "contract": NONE},
        {**OPENED, "document": 799},
    ]
    assert place(orders(), [bill(2, -5000, "2025-03-01")], opening=opening) == [(2, 11, -5000)]
    named = bill(2, -5000, "2025-03-01", created_from=800)
    assert place(orders(), [named], opening=opening) == [(2, "unassigned", -5000)]


def test_the_newest_of_before_the_first_period_is_freed_first(place, orders, bill):
    opening = [
        {**OPENED, "document": 801},
        {**OPENED, "document": 800, "obligation": 12, "contract": 2},
    ]
    for rows in (opening, opening[::-1]):
        assert place(orders(), [bill(2, -25000, "2025-03-01")], opening=rows) == [
            (2, 11, -20000),
            (2, 12, -5000),
        ]


def test_a_credit_without_any_billing_is_unassigned(place, orders, bill):
    for named in ({}, {"created_from": 77}):
        assert place(orders(), [bill(2, -5000, "2025-03-01", **named)]) == [(2, "unassigned", -5000)]


def test_credits_of_an_invoice_s_own_contract_go_with_what_orders_take_of_it(place, line, bill):
    """The invoice was contract 9 of its own, 600.00, of which 500.00 and then 40.00 were credited."""
    own = line(id=90, contract=9, order=900)
    prior = [
        {"document": 1, "contract": 9, "obligation": 90, "amount": 60000},
        {"document": 2, "contract": 9, "obligation": 90, "amount": -50000},
        {"document": 3, "contract": 9, "obligation": 90, "amount": -4000},
    ]
    bills = [
        bill(1, 60000, "2025-02-01", own=90),
        bill(2, -50000, "2025-03-01", created_from=1),
        bill(3, -4000, "2025-03-02"),
    ]
    first, second = line(id=11, contract=1, order=100, stated=6000), line(id=12, contract=2, order=200)
    # The order takes 60.00 and leaves 540.00, which is what was credited: the credits stay.
    kept = [(1, 11, 6000), (1, 90, 54000), (2, 90, -50000), (3, 90, -4000)]
    assert sorted(place([own, first], bills, prior)) == kept
    # Both take 360.00: 240.00 are left, and of the credits the oldest stay; nothing moves in the closes after.
    moved = [(1, 11, 6000), (1, 12, 30000), (1, 90, 24000), (2, 11, -2000), (2, 12, -24000), (2, 90, -24000)]
    moved += [(3, 11, -4000)]
    found = sorted(place([own, first, second], bills, prior))
    assert found == moved
    home = {11: 1, 12: 2, 90: 9}
    again = [{"document": d, "contract": home[o], "obligation": o, "amount": a} for d, o, a in found]
    assert sorted(place([own, first, second], bills, again)) == moved
