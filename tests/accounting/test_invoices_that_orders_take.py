"""Invoices that are contracts of their own until an order takes them: what room they find, and what credits free.

The order line (11, contract 1, order 100) is of 300.00 and product 7. Invoice 7 names no order; line 50 is its own.
"""

import pytest

from revrec.accounting.columns import NONE


@pytest.fixture
def own(line):
    """The line that an invoice promises where no order absorbs it."""

    def of(number=50, **given):
        promised = {
            "contract": number,
            "order": 900 + number,
            "stated": 0,
            "own": 1,
            "ordered_day": "2025-02-03",
        }
        return line(id=number, **{**promised, **given})

    return of


def before(document, amount, obligation=11, contract=1):
    return {"document": document, "amount": amount, "obligation": obligation, "contract": contract}


FULL = before(1, 30000)


@pytest.fixture
def bills(bill):
    return [bill(1, 30000, "2025-02-01", order=100), bill(7, 10000, "2025-02-03", own=50)]


def test_an_invoice_of_its_own_takes_no_room_that_a_credit_made(place, line, own, bill, bills):
    """The order was full; the credit of a closed period, or of this one, frees it for new billing alone."""
    credit = bill(2, -30000, "2025-03-01", created_from=1)
    newer = bill(8, 4000, "2025-04-01")
    stands = before(7, 10000, 50, 50)
    for prior in ([FULL, stands, before(2, -30000)], [FULL, stands]):
        found = place([line(), own()], [*bills, credit, newer], prior)
        assert found == [(1, 11, 30000), (7, 50, 10000), (2, 11, -30000), (8, 11, 4000)]


def test_nor_room_that_a_credit_made_of_the_contract_as_a_whole(place, line, own, bill):
    bills = [
        bill(1, 30000, "2025-02-01", order=100, product=9),
        bill(2, -30000, "2025-03-01", created_from=1, product=9),
        bill(7, 10000, "2025-02-03", own=50),
    ]
    prior = [before(1, 30000, NONE), before(2, -30000, NONE), before(7, 10000, 50, 50)]
    assert place([line(), own()], bills, prior) == [
        (1, "contract 1", 30000), (7, 50, 10000), (2, "contract 1", -30000),
    ]  # fmt: skip


def test_but_what_a_line_of_an_order_grew_by_does(place, line, own, bill, bills):
    """Invoice 8 billed order line 12 in full and is 50.00 more than it was."""
    lines = [line(), line(id=12, contract=2, order=200, stated=4000, ordered_day="2025-01-02"), own()]
    more = [bill(2, -30000, "2025-03-01", created_from=1), bill(8, 9000, "2025-02-20")]
    prior = [FULL, before(7, 10000, 50, 50), before(2, -30000), before(8, 4000, 12, 2)]
    found = place(lines, [*bills, *more], prior)
    assert found == [
        (1, 11, 30000), (7, 50, 10000), (8, 11, 5000), (8, 12, 4000), (2, 11, -30000),
    ]  # fmt: skip


def test_a_line_beside_the_credited_one_takes_it_as_it_would_have(place, line, own, bill, bills):
    """Line 12 is new; the room of line 11 is the credit's."""
    credit = bill(2, -30000, "2025-03-01", created_from=1)
    lines = [line(), line(id=12, line_rank=1, stated=10000), own()]
    found = place(lines, [*bills, credit], [FULL, before(7, 10000, 50, 50), before(2, -30000)])
    assert found == [(1, 11, 30000), (7, 12, 10000), (2, 11, -30000)]


@pytest.mark.parametrize("credited", [20000, 30000])
def test_an_order_that_grew_takes_it_whatever_was_credited_before(place, line, own, bill, bills, credited):
    """By 100.00: the room of the growth is no credit's, to the cent."""
    credit = bill(2, -credited, "2025-03-01", created_from=1)
    prior = [FULL, before(7, 10000, 50, 50), before(2, -credited)]
    found = place([line(stated=40000), own()], [*bills, credit], prior)
    assert found == [(1, 11, 30000), (7, 11, 10000), (2, 11, -credited)]
    found = place([line(stated=39999), own()], [*bills, credit], prior)
    assert found == [(1, 11, 30000), (7, 11, 9999), (7, 50, 1), (2, 11, -credited)]


@pytest.mark.parametrize("credited", [20000, 30000])
def test_an_order_that_grew_as_a_whole_takes_it_too(place, line, own, bill, credited):
    bills = [
        bill(1, 30000, "2025-02-01", order=100, product=9),
        bill(2, -credited, "2025-03-01", created_from=1, product=9),
        bill(7, 10000, "2025-02-03", own=50),
    ]
    prior = [before(1, 30000, NONE), before(2, -credited, NONE), before(7, 10000, 50, 50)]
    found = place([line(stated=40000), own()], bills, prior)
    assert found == [(1, "contract 1", 30000), (7, 11, 10000), (2, "contract 1", -credited)]


def test_what_was_booked_elsewhere_may_take_it(place, line, own, bill, bills):
    """Invoice 7 was unassigned, not a contract: it goes where room is before its own contract begins."""
    credit = bill(2, -30000, "2025-03-01", created_from=1)
    nowhere = before(7, 10000, NONE, NONE)
    found = place([line(), own()], [*bills, credit], [FULL, nowhere, before(2, -30000)])
    assert found == [(1, 11, 30000), (7, 11, 10000), (2, 11, -30000)]


@pytest.mark.parametrize("cents", [10000, 1])
def test_one_of_this_close_takes_the_room_that_a_credit_of_this_close_makes(place, line, own, bill, cents):
    """It is no contract yet; the one that was before, invoice 6, stays."""
    lines = [line(), own(), own(49)]
    bills = [
        bill(1, 30000, "2025-02-01", order=100),
        bill(6, 5000, "2025-02-02", own=49),
        bill(7, cents, "2025-02-03", own=50),
        bill(2, -20000, "2025-03-01", created_from=1),
    ]
    found = place(lines, bills, [FULL, before(6, 5000, 49, 49)])
    assert found == [(1, 11, 30000), (6, 49, 5000), (7, 11, cents), (2, 11, -20000)]


def test_a_credit_of_it_takes_what_no_order_took_first(place, line, own, bill):
    """Of 200.00 the order had room for 50.00, though its number comes first."""
    bills = [
        bill(1, 25000, "2025-02-01", order=100),
        bill(7, 20000, "2025-02-03", own=50),
        bill(2, -16000, "2025-03-01", created_from=7),
    ]
    assert place([line(), own()], bills)[1:] == [
        (7, 11, 5000), (7, 50, 15000), (2, 11, -1000), (2, 50, -15000),
    ]  # fmt: skip
