"""What credits took in closed periods stays theirs: new billing, new credits and new room change nothing of it.

The one order line is of 300.00 and product 7. Invoice 1 filled it; invoice 3 of 100.00 found no room, and credit 4
took a part of that. Now credit 2 makes room of 80.00, and invoice 5 of 100.00 comes in: what is left of invoice 3 goes
first.
"""

import pytest

from revrec.accounting.book import UNKNOWN_ORDER
from revrec.accounting.columns import NONE

OPEN = {"contract": NONE, "obligation": NONE}


@pytest.fixture
def now(place, line, bill):
    """What of each document goes to the order line.

    ``before``: document and amount that closed periods left unassigned, ``second``: of the second line of invoice 3;
    ``more``: bills; ``fifth``, ``third``: what bills 5 and 3 say besides.
    """

    def of(before, *more, room=8000, second=0, fifth=None, third=None):
        bills = [
            bill(1, 30000, "2025-02-01", order=100),
            bill(2, -room, "2025-04-01", created_from=1),
            bill(3, 10000, "2025-02-03", **(third or {})),
            bill(5, 10000, "2025-04-02", **(fifth or {})),
            *more,
        ]
        prior = [{"document": 1, "amount": 30000}]
        prior += [{"document": document, "amount": amount, **OPEN} for document, amount in before.items()]
        if second:
            prior.append({"document": 3, "line": 2, "amount": second, **OPEN})
        found = place([line()], bills, prior)
        assert [amount for document, where, amount in found if document == 2 and where == 11] == [-room]
        return {document: amount for document, where, amount in found if where == 11 and document > 2}

    return of


def test_a_credit_that_named_nothing_keeps_what_it_took_beside_a_newer_invoice(now, bill):
    """Credit 4 is of invoice 3, of which 60.00 are left; it would take the newest, were it new itself."""
    credit = bill(4, -4000, "2025-03-01")
    assert now({3: 10000, 4: -4000}, credit) == {3: 6000, 5: 2000}
    assert now({3: 10000}, credit) == {3: 8000}


def test_what_a_credit_grew_by_is_a_new_credit(now, bill):
    """20.00 more than the 40.00 that it was take the newest, and leave invoice 3 its 60.00."""
    assert now({3: 10000, 4: -4000}, bill(4, -6000, "2025-03-01")) == {3: 6000, 5: 2000}


def test_a_new_credit_takes_the_newest_and_nothing_that_stands(now, bill):
    more = bill(4, -4000, "2025-03-01"), bill(6, -3000, "2025-04-03")
    assert now({3: 10000, 4: -4000}, *more) == {3: 6000, 5: 2000}


def test_credits_of_before_took_the_newest_of_before(now, bill):
    """Invoice 7 is newer than invoice 3: it was credited, and all of the room is for invoice 3."""
    more = bill(4, -4000, "2025-03-01"), bill(7, 5000, "2025-02-20")
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 8000}
    assert now({3: 10000, 7: 5000, 4: -4000}, *more, room=12000) == {3: 10000, 7: 1000, 5: 1000}


def test_an_invoice_that_came_to_nothing_is_credited_no_more(now, bill):
    more = bill(4, -4000, "2025-03-01"), bill(7, 0, "2025-02-20")
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 6000, 5: 2000}


def test_a_credit_that_turned_into_billing_is_billing_that_is_new(now, bill):
    """Credit 6 took invoice 3 and no part of what credit 4 has become."""
    more = bill(4, 4000, "2025-03-01"), bill(6, -4000, "2025-03-02")
    assert now({3: 10000, 4: -4000, 6: -4000}, *more) == {3: 6000, 4: 2000}


def test_a_credit_took_the_invoice_it_was_created_from_before_a_newer_one(now, bill):
    more = bill(4, -4000, "2025-03-01", created_from=3), bill(7, 5000, "2025-02-20")
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 6000, 7: 2000}


def test_also_where_that_was_of_another_product(now, bill):
    more = (
        bill(4, -4000, "2025-03-01", created_from=3, product=9),
        bill(7, 5000, "2025-02-20", product=9),
    )
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 6000, 5: 2000}
    assert now({3: 10000, 7: 5000, 4: -4000}, *more, room=20000) == {3: 6000, 5: 10000, 7: 4000}


def test_of_its_invoice_it_took_its_own_product_first(now, bill):
    more = (
        bill(4, -4000, "2025-03-01", created_from=3),
        bill(3, 10000, "2025-02-03", line=2, product=9),
    )
    assert now({3: 10000, 4: -4000}, *more, second=10000) == {3: 6000, 5: 2000}


def test_a_credit_that_named_nothing_took_its_own_product_before_a_newer_one(now, bill):
    more = bill(4, -4000, "2025-03-01"), bill(7, 5000, "2025-02-20", product=9)
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 6000, 5: 2000}


def test_a_credit_of_a_product_that_nothing_billed_took_the_newest(now, bill):
    more = bill(4, -4000, "2025-03-01", product=8), bill(7, 5000, "2025-02-20", product=9)
    found = now({3: 10000, 7: 5000, 4: -4000}, *more, room=13000, fifth={"product": 9})
    assert found == {3: 10000, 7: 1000, 5: 2000}


def test_a_credit_that_named_nothing_took_none_that_waits_for_its_order(now, bill):
    more = bill(4, -4000, "2025-03-01"), bill(7, 5000, "2025-02-20", order=UNKNOWN_ORDER)
    assert now({3: 10000, 7: 5000, 4: -4000}, *more) == {3: 6000, 5: 2000}


def test_a_credit_of_an_invoice_that_waits_for_its_order_took_that(now, bill):
    more = bill(4, -4000, "2025-03-01", created_from=3), bill(7, 5000, "2025-02-20")
    found = now({3: 10000, 7: 5000, 4: -4000}, *more, third={"order": UNKNOWN_ORDER})
    assert found == {7: 5000, 5: 3000}


@pytest.mark.parametrize("named", [{}, {"created_from": 7}])
def test_a_cent_that_was_credited_stays_so_too(now, bill, named):
    """Invoice 7 is of one cent and newest, and one of the 40.00 is its own."""
    more = bill(4, -4000, "2025-03-01", **named), bill(7, 1, "2025-02-20")
    found = now({3: 10000, 7: 1, 4: -4000}, *more)
    assert found == {3: 6001, 5: 1999}


@pytest.mark.parametrize("named", [{}, {"order": UNKNOWN_ORDER}])
def test_what_was_credited_takes_no_room_that_a_credit_has_made(place, line, bill, named):
    """What a credit freed was free at the close before, and invoice 3 did not take it."""
    bills = [
        bill(1, 30000, "2025-02-01", order=100),
        bill(2, -30000, "2025-03-02", created_from=1),
        bill(3, 15000, "2025-02-03"),
        bill(4, -10000, "2025-03-01", created_from=3, **named),
    ]
    prior = [
        {"document": 1, "amount": 30000},
        {"document": 2, "amount": -30000},
        {"document": 3, "amount": 10000, **OPEN},
        {"document": 4, "amount": -10000, **OPEN},
    ]
    # By 50.00 the invoice has grown since.
    assert place([line()], bills, prior) == [
        (1, 11, 30000), (3, 11, 5000), (3, "unassigned", 10000), (4, "unassigned", -10000), (2, 11, -30000),
    ]  # fmt: skip


def test_only_what_was_unassigned_stands(place, line, bill):
    """Invoice and credit were partly of order line 12, and both have grown by 50.00, which is placed and credited."""
    lines = [line(), line(id=12, contract=2, order=200, stated=5000, ordered_day="2025-01-02")]
    bills = [
        bill(1, 30000, "2025-02-01", order=100),
        bill(2, -30000, "2025-04-01", created_from=1),
        bill(3, 20000, "2025-02-03"),
        bill(4, -20000, "2025-03-01", created_from=3),
    ]
    second = {"contract": 2, "obligation": 12}
    prior = [
        {"document": 1, "amount": 30000},
        {"document": 3, "amount": 5000, **second},
        {"document": 3, "amount": 10000, **OPEN},
        {"document": 4, "amount": -5000, **second},
        {"document": 4, "amount": -10000, **OPEN},
    ]
    found = place(lines, bills, prior)
    assert [row for row in found if row[0] == 3] == [(3, 12, 10000), (3, "unassigned", 10000)]
    assert [row for row in found if row[0] == 4] == [(4, 12, -10000), (4, "unassigned", -10000)]
