"""A book cut down to some customers: all that is theirs, nothing that is not, and the same close."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Changes, Contracts, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.restrict import only_customers
from revrec.accounting.terms import BalanceScope, ChangeKind, Event, Method, Treatment

TABLES = ("booked", "transfers", "splits", "balances", "unassigned", "held", "allocations")


@pytest.fixture
def company(book, line, bill):
    """Customers 5, 6 and 8 with a contract each (1, 2 and 3), all of them modified, delivered to, billed in full and
    for 9.99 more that nothing absorbs."""
    units = {"method": int(Method.UNITS), "quantity_e6": 10 * 10**6}
    lines = [line(id=11 + n, contract=1 + n, order=n, **units) for n in range(3)]
    bills = [
        bill(10 * n + m, amount, "2025-01-05", customer=customer, order=order)
        for n, customer in enumerate((5, 6, 8))
        for m, amount, order in ((1, 30000, n), (2, 999, -2))
    ]
    made = book(lines, bills)
    return replace(
        made,
        contracts=Contracts.of(
            id=[1, 2, 3], customer=[5, 6, 8], subsidiary=1, currency=0, base_currency=0, ordered_day=0
        ),
        changes=Changes.of(
            id=[91, 92, 93], kind=int(ChangeKind.MODIFICATION), day=parse_day("2025-02-10"), known=13,
            contract=[1, 2, 3], obligation=[11, 12, 13], treatment=int(Treatment.PROSPECTIVE), amount=36000,
        ),
        progress=Progress.of(
            obligation=[11, 12, 13] * 2,
            day=[parse_day("2025-01-20")] * 3 + [parse_day("2025-02-20")] * 3,
            value=[4 * 10**6] * 3 + [7 * 10**6] * 3,
        ),
    )  # fmt: skip


def whose(book):
    """Which customers, contracts, obligations or documents are left in each table."""
    prior = book.prior
    found = (
        book.contracts.customer, book.obligations.id, book.billing.document, book.changes.contract,
        book.progress.obligation, prior.booked.obligation, prior.splits.document, prior.balances.customer,
    )  # fmt: skip
    return [sorted(set(column.tolist())) for column in found]


def test_what_is_theirs_is_kept_in_every_table(company, close, policy):
    _, book = close(company, "2025-01", policy)
    everything = [
        [5, 6, 8], [11, 12, 13], [1, 2, 11, 12, 21, 22], [1, 2, 3], [11, 12, 13], [11, 12, 13],
        [1, 2, 11, 12, 21, 22], [5, 6, 8],
    ]  # fmt: skip
    assert whose(book) == everything
    assert whose(only_customers(book, np.asarray([5, 6, 8, 99]))) == everything
    one = [[6], [12], [11, 12], [2], [12], [12], [11, 12], [6]]
    assert whose(only_customers(book, np.asarray([6]))) == one
    two = [[5, 8], [11, 13], [1, 2, 21, 22], [1, 3], [11, 13], [11, 13], [1, 2, 21, 22], [5, 8]]
    assert whose(only_customers(book, np.asarray([8, 5]))) == two
    assert whose(only_customers(book, np.asarray([99]))) == [[]] * 8


def test_unassigned_balances_go_with_their_customer(company, close, policy):
    _, book = close(company, "2025-01", policy)
    part = only_customers(book, np.asarray([6])).prior.balances
    assert sorted(zip(part.scope.tolist(), part.billed.tolist(), strict=True)) == [
        (BalanceScope.CONTRACT, 30000),
        (BalanceScope.UNASSIGNED, 999),
    ]


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_the_close_of_a_part_is_its_part_of_the_close(company, close, policy, netting):
    policy = replace(policy, netting=netting)
    _, book = close(company, "2025-01", policy)
    part, _ = close(only_customers(book, np.asarray([6])), "2025-02", policy)
    whole, _ = close(book, "2025-02", policy)
    # 360.00 for ten, of which four were earned at 300.00: 120.00 and three of the six that share the other 240.00.
    assert [(r["obligation"], r["target"], r["revenue"]) for r in part.booked.rows()] == [(12, 24000, 12000)]
    assert part.unassigned.document.tolist() == [12]
    for name in TABLES:
        theirs = [
            r
            for r in getattr(whole, name).rows()
            if r.get("customer", 6) == 6 and r.get("contract", 2) in (2, -1)
        ]
        assert getattr(part, name).rows() == theirs, name


def test_what_bills_their_orders_is_theirs_whoever_was_invoiced(company, bill, close, policy, billing_table):
    """Customer 6 is invoiced for the order of customer 5 and for 4.00 of its own; 20.00 are credited of that invoice,
    its last line first."""
    given = {"customer": 6, "order": -2, "created_from": -1, "line": 1}
    invoices = [
        bill(31, 7000, "2025-01-06", **{**given, "order": 0}),
        bill(31, 400, "2025-01-06", **{**given, "line": 2}),
        bill(32, -2000, "2025-01-07", **{**given, "order": -1, "created_from": 31}),
        bill(33, 600, "2025-01-08", **given),
    ]
    january, book = close(replace(company, billing=billing_table(invoices)), "2025-01", policy)
    part = only_customers(book, np.asarray([5]))
    assert part.billing.document.tolist() == [31, 31, 32]
    february, _ = close(part, "2025-02", policy)
    whole, _ = close(book, "2025-02", policy)
    assert len(february.splits) == len(whole.splits) == 0
    for result in (january, whole, february):
        assert [b["billed"] for b in result.balances.rows() if b["customer"] == 5] == [5400]


def test_a_credit_of_theirs_frees_the_invoice_of_another_that_it_was_created_from(
    company, bill, close, policy, billing_table
):
    given = {"order": -1, "created_from": -1, "product": 99}
    documents = [
        bill(31, 7000, "2025-01-06", **given, customer=99),
        bill(32, -2000, "2025-01-07", **{**given, "created_from": 31}, customer=5),
        bill(33, 5000, "2025-01-05", **{**given, "order": 0}, customer=5),
    ]
    _, book = close(replace(company, billing=billing_table(documents)), "2025-01", policy)
    part = only_customers(book, np.asarray([5]))
    assert part.billing.document.tolist() == [31, 32, 33]
    february, _ = close(part, "2025-02", policy)
    assert len(february.splits) == 0


def test_billing_of_another_customer_that_becomes_theirs_is_reassigned_in_the_part_too(
    company, bill, close, policy, billing_table
):
    # January knew no order of that number; February does.
    waits = bill(31, 7000, "2025-01-06", customer=6, order=-2)
    _, book = close(replace(company, billing=billing_table([waits])), "2025-01", policy)
    book = replace(book, billing=billing_table([{**waits, "order": 0}]))
    for each in (book, only_customers(book, np.asarray([5]))):
        february, _ = close(each, "2025-02", policy)
        moved = february.transfers.take(february.transfers.document == 31)
        assert set(moved.event.tolist()) == {Event.REASSIGNMENT}
        assert sorted(moved.contract.tolist()) == [-1, 1]


def test_what_was_billed_of_them_and_is_gone_is_taken_back_in_the_part_too(
    company, bill, close, policy, billing_table
):
    _, book = close(company, "2025-01", policy)
    book = replace(book, billing=billing_table([bill(11, 30000, "2025-01-05", customer=6, order=1)]))
    for customer, gone in ((5, [1, 2]), (6, [12])):
        february, _ = close(only_customers(book, np.asarray([customer])), "2025-02", policy)
        assert february.splits.document.tolist() == gone
