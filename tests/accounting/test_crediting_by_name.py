"""Credit memos of an invoice: what they take of its lines, one by one, beside other invoices and credits.

Order lines are of 300.00 and product 7, of contract 1 and order 100, unless they say so.
"""

import pytest

from revrec.accounting.book import UNKNOWN_ORDER
from revrec.accounting.columns import NONE

FULL = {"document": 1, "amount": 30000}


@pytest.mark.parametrize("amount", [5000, 1])
def test_each_unassigned_line_of_an_invoice_is_credited_up_to_its_own_amount(place, line, bill, amount):
    """Of both lines of invoice 2 nothing is left: the room that credit 3 makes is for neither."""
    bills = [
        bill(1, 30000, "2025-02-01", order=100),
        bill(2, amount, "2025-02-05"),
        bill(2, amount, "2025-02-05", line=2),
        bill(4, -2 * amount, "2025-03-01", created_from=2),
        bill(3, -20000, "2025-03-02", created_from=1),
    ]
    assert place([line()], bills, [FULL]) == [
        (1, 11, 30000), (2, "unassigned", amount), (2, "unassigned", amount), (4, "unassigned", -2 * amount),
        (3, 11, -20000),
    ]  # fmt: skip


def test_of_two_products_on_one_line_the_credited_one_is_freed_there(place, line, bill):
    """Product 8 was billed to line 11 first, although product 7 was as well."""
    lines = [line(), line(id=12, contract=2, order=200, product=8)]
    bills = [
        bill(1, 6000, "2025-02-01", order=100, obligation=11),
        bill(1, 5000, "2025-02-01", order=100, obligation=11, product=8, line=2),
        bill(1, 4000, "2025-02-01", order=200, obligation=12, product=8, line=3),
        bill(2, -7000, "2025-03-01", created_from=1, product=8),
    ]
    assert place(lines, bills)[-2:] == [(2, 11, -5000), (2, 12, -2000)]


def test_a_credit_of_another_product_takes_nothing_of_another_invoice_on_the_same_line(place, line, bill):
    """Of invoice 1 all of its 100.00 may be credited: credit 3 was of invoice 2."""
    bills = [
        bill(1, 10000, "2025-02-01", order=100),
        bill(2, 10000, "2025-02-02", order=100),
        bill(3, -4000, "2025-02-03", created_from=2, product=9),
        bill(4, -10000, "2025-03-01", created_from=1, order=UNKNOWN_ORDER),
    ]
    prior = [
        {"document": 1, "amount": 10000},
        {"document": 2, "amount": 10000},
        {"document": 3, "amount": -4000},
    ]
    assert place([line()], bills, prior)[-1] == (4, 11, -10000)


def test_a_credit_of_unassigned_billing_of_before_gives_no_contract_room(place, line, bill):
    """Contract 1 is full, by 100.00 as a whole and 200.00 of its line."""
    opening = [{"document": 800, "contract": NONE, "obligation": NONE, "amount": 5000}]
    bills = [
        bill(1, 10000, "2025-02-01", order=100, product=9),
        bill(2, 30000, "2025-02-02"),
        bill(3, -5000, "2025-03-01", created_from=800),
    ]
    assert place([line()], bills, opening=opening) == [
        (1, "contract 1", 10000), (2, 11, 20000), (2, "unassigned", 10000), (3, "unassigned", -5000),
    ]  # fmt: skip


def test_a_credit_that_names_nothing_frees_none_that_waits_for_its_order(place, line, bill):
    bills = [
        bill(1, 30000, "2025-02-01", order=100),
        bill(3, 10000, "2025-02-03", order=UNKNOWN_ORDER),
        bill(4, -4000, "2025-03-01"),
    ]
    assert place([line()], bills) == [(1, 11, 30000), (3, "unassigned", 10000), (4, 11, -4000)]
