"""What is billed of a period: the splits of billing lines as they are now, less what closed periods booked of them."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.billing import bill_period
from revrec.accounting.book import UNKNOWN_ORDER, BillingLines, Contracts, Obligations, Prior, PriorSplits
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.terms import AccountType, CreditTreatment, Event, HoldReason


@pytest.fixture
def charge(bill):
    """A billing line of SO-1 in January, which gives all that any of these tests gives."""

    def of(document, amount, day="2025-01-05", **given):
        usual = {
            "order": 100, "obligation": NONE, "version": 1000 + document, "segments": NONE, "hold": NONE,
            "treatment": 0, "service_start": NO_DAY, "service_end": NO_DAY,
        }  # fmt: skip
        return bill(document, amount, day, **{**usual, **given})

    return of


@pytest.fixture
def begun(book, line, charge):
    """A book of SO-1 (contract 1) and SO-2 (contract 2), 300.00 each, and what was billed of it in January."""

    def of(*bills):
        b = book([line(), line(id=12, contract=2, order=200)], list(bills))
        return after(b, "2025-01")

    return of


def run(book, period):
    return bill_period(book, book.calendar.index(period), book.obligations.stated)


def after(book, period):
    moved = run(book, period).moved
    return replace(book, prior=Prior(splits=PriorSplits.concat((book.prior.splits, moved))))


def again(book, *bills):
    """The same book, of which NetSuite now says this."""
    rows = {name: [row[name] for row in bills] for name in bills[0]} if bills else None
    return replace(book, billing=BillingLines.of(**rows) if rows else BillingLines.empty())


def moves(book, period):
    """Document, contract, amount, base amount, event, whether late, document version."""
    billing = run(book, period)
    assert set(billing.moved.period.tolist()) <= {book.calendar.index(period)}
    return [
        (
            m["document"],
            m["contract"],
            m["amount"],
            m["base_amount"],
            Event(event).name.lower(),
            late,
            version,
        )
        for m, event, late, version in zip(
            billing.moved.rows(),
            billing.event.tolist(),
            billing.late.tolist(),
            billing.document_version.tolist(),
            strict=True,
        )
    ]


def test_a_line_of_the_period_bills_all_of_it(book, line, charge):
    b = book([line()], [charge(1, 10000, base_amount=11000)])
    assert moves(b, "2025-01") == [(1, 1, 10000, 11000, "billing", False, 1001)]


def test_a_line_of_a_later_period_waits_and_one_of_an_earlier_is_late(book, line, charge):
    b = book([line()], [charge(1, 10000, "2025-01-31"), charge(2, 5000, "2025-02-01")])
    assert [m[0] for m in moves(b, "2025-01")] == [1]
    assert moves(b, "2025-02") == [
        (1, 1, 10000, 10000, "billing", True, 1001),
        (2, 1, 5000, 5000, "billing", False, 1002),
    ]


def test_what_is_as_it_was_does_not_move(begun, charge):
    b = begun(charge(1, 10000), charge(2, 5000, order=200))
    billing = run(b, "2025-02")
    assert len(billing.moved) == len(billing.event) == len(billing.late) == len(billing.document_version) == 0
    assert [(s["document"], s["contract"], s["amount"]) for s in billing.splits.rows()] == [
        (1, 1, 10000),
        (2, 2, 5000),
    ]


def test_nothing_billed_ever_is_nothing(book, line):
    billing = run(book([line()], []), "2025-01")
    assert len(billing.splits) == len(billing.moved) == 0
    columns = (billing.event, billing.late, billing.document_version)
    assert [column.size for column in columns] == [0, 0, 0] and billing.late.dtype == np.bool_


def test_a_changed_line_bills_its_difference_late_under_its_new_version(begun, charge):
    b = begun(charge(1, 10000, base_amount=11000), charge(2, 5000))
    b = again(b, charge(1, 12000, base_amount=13300, version=2001), charge(2, 5000))
    assert moves(b, "2025-02") == [(1, 1, 2000, 2300, "billing", True, 2001)]


@pytest.mark.parametrize(("amount", "base"), [(0, 1), (1, 0), (0, -1), (-1, 0)])
def test_a_line_that_changed_in_one_currency_alone_bills_that(begun, charge, amount, base):
    b = begun(charge(1, 10000, base_amount=11000), charge(2, 5000))
    b = again(b, charge(1, 10000 + amount, base_amount=11000 + base, version=2001), charge(2, 5000))
    assert moves(b, "2025-02") == [(1, 1, amount, base, "billing", True, 2001)]


@pytest.mark.parametrize(("gone", "stays"), [((1, 10000, 1), (2, 5000, 2)), ((2, 5000, 2), (1, 10000, 1))])
def test_a_line_that_is_gone_is_taken_back_whole(begun, charge, gone, stays):
    b = begun(charge(1, 10000), charge(2, 5000, order=200))
    number, amount, contract = stays
    b = again(b, charge(number, amount, order=100 * contract))
    number, amount, contract = gone
    assert moves(b, "2025-02") == [(number, contract, -amount, -amount, "billing", True, NONE)]
    assert len(moves(after(b, "2025-02"), "2025-03")) == 0


def test_lines_are_told_apart_by_document_and_by_line(begun, charge):
    b = begun(charge(1, 10000, line=1), charge(1, 5000, line=2), charge(2, 3000, line=1))
    b = again(b, charge(1, 5000, line=2), charge(2, 3000, line=1), charge(2, 4000, line=2))
    assert moves(b, "2025-02") == [
        (1, 1, -10000, -10000, "billing", True, NONE),
        (2, 1, 4000, 4000, "billing", True, 1002),
    ]


def test_a_line_that_only_changes_its_contract_is_reassigned_and_never_late(begun, charge):
    b = begun(charge(1, 10000), charge(2, 5000))
    b = again(b, charge(1, 10000, order=200), charge(2, 5000))
    assert moves(b, "2025-02") == [
        (1, 1, -10000, -10000, "reassignment", False, NONE),
        (1, 2, 10000, 10000, "reassignment", False, 1001),
    ]


def test_a_line_that_changes_its_contract_and_its_amount_is_billed_anew(begun, charge):
    b = again(begun(charge(1, 10000), charge(2, 5000)), charge(1, 9000, order=200), charge(2, 5000))
    assert [m[1:6] for m in moves(b, "2025-02")] == [
        (1, -10000, -10000, "billing", True),
        (2, 9000, 9000, "billing", True),
    ]


@pytest.mark.parametrize(
    "new", [{"account": 4100}, {"account_type": AccountType.DEFERRED_REVENUE}, {"segments": 3}]
)
def test_a_line_posted_elsewhere_is_undone_there_and_billed_here(begun, charge, new):
    b = again(begun(charge(1, 10000), charge(2, 5000)), charge(1, 10000, **new), charge(2, 5000))
    assert sorted(m[1:6] for m in moves(b, "2025-02")) == [
        (1, -10000, -10000, "billing", True),
        (1, 10000, 10000, "billing", True),
    ]


def test_moving_one_line_says_nothing_of_another(begun, charge):
    # Two lines of one document swap their orders, a third is posted elsewhere.
    was = [charge(1, 10000, line=1), charge(1, 10000, line=2, order=200), charge(1, 7000, line=3)]
    now = [
        charge(1, 10000, line=1, order=200),
        charge(1, 10000, line=2),
        charge(1, 7000, line=3, account=4100),
    ]
    billing = run(again(begun(*was), *now), "2025-02")
    found = zip(billing.moved.rows(), billing.event.tolist(), billing.late.tolist(), strict=True)
    assert {(m["line"], Event(event).name, late) for m, event, late in found} == {
        (1, "REASSIGNMENT", False), (2, "REASSIGNMENT", False), (3, "BILLING", True),
    }  # fmt: skip


def test_what_went_to_and_fro_counts_once(begun, charge):
    b = begun(charge(1, 10000, order=200), charge(2, 5000))
    there = after(again(b, charge(1, 10000), charge(2, 5000)), "2025-02")
    back = again(there, charge(1, 10000, order=200), charge(2, 5000))
    assert [m[1:5] for m in moves(back, "2025-03")] == [
        (1, -10000, -10000, "reassignment"),
        (2, 10000, 10000, "reassignment"),
    ]
    # Of contract 2 again, in three rows: it stays there though the line names no order any more.
    free = again(after(back, "2025-03"), charge(1, 10000, order=NONE), charge(2, 5000))
    assert moves(free, "2025-04") == []


@pytest.mark.parametrize("second", [{"document": 2, "line": 1}, {"document": 1, "line": 2}])
def test_a_line_stays_where_it_was_put_when_the_one_before_it_is_gone(begun, charge, second):
    # The first fills SO-1, so the second, which names no order, went to SO-2; that room is made does not move it.
    one, other = charge(1, 30000), {**charge(2, 5000, order=NONE), **second}
    b = begun(one, other)
    assert sorted(b.prior.splits.contract.tolist()) == [1, 2]
    assert [m[1:3] for m in moves(again(b, other), "2025-02")] == [(1, -30000)]


def test_what_is_gone_is_late_in_the_first_periods_of_a_calendar_too(book, line, charge):
    b = book([line()], [charge(1, 10000, "2024-01-10")])
    for period in ("2024-02", "2024-03"):
        assert moves(again(after(b, "2024-01")), period) == [(1, 1, -10000, -10000, "billing", True, NONE)]


def test_what_waits_and_bad_debt_are_not_billed(book, line, charge):
    bills = [
        charge(1, 10000, hold=int(HoldReason.RECOGNISED_BY_NETSUITE)),
        charge(2, -4000, treatment=int(CreditTreatment.BAD_DEBT)),
        charge(3, 3000),
    ]
    assert [m[0] for m in moves(book([line()], bills), "2025-01")] == [3]


def test_documents_of_before_the_first_period_bill_only_through_the_opening(begun, charge):
    b = begun(charge(1, 10000))
    opening = b.prior.splits
    b = again(b, charge(1, 99999), charge(2, 5000, "2025-01-31"), charge(3, 7000, "2025-02-01", order=200))
    b = replace(b, first_period=b.calendar.index("2025-02"))
    assert [m[:6] for m in moves(b, "2025-02")] == [(3, 2, 7000, 7000, "billing", False)]
    splits = run(b, "2025-02").splits
    assert [(s["document"], s["amount"]) for s in splits.rows()] == [(3, 7000), (1, 10000)]
    assert splits.take(splits.document == 1).period.tolist() == opening.period.tolist()
    later = after(b, "2025-02")
    assert moves(later, "2025-03") == []
    assert moves(again(later), "2025-03") == [(3, 2, -7000, -7000, "billing", True, NONE)]


def test_a_split_belongs_to_the_customer_of_its_contract_and_without_one_to_its_own(book, line, charge):
    bills = [charge(1, 10000, customer=6), charge(2, 5000, customer=6, order=UNKNOWN_ORDER, product=8)]
    splits = run(book([line()], bills), "2025-01").splits
    assert [(s["customer"], s["contract"], s["obligation"], s["product"]) for s in splits.rows()] == [
        (5, 1, 11, 7),
        (6, NONE, NONE, 8),
    ]


def test_a_split_has_what_its_line_has(book, line, charge):
    given = {"segments": 4, "account": 2400, "account_type": AccountType.DEFERRED_REVENUE, "line": 3}
    b = book([line()], [charge(1, 10000, subsidiary=2, currency=1, product=9, **given, order=NONE)])
    (split,) = run(b, "2025-01").splits.rows()
    assert {name: split[name] for name in given} == given
    assert (split["subsidiary"], split["currency"], split["product"], split["customer"]) == (2, 1, 9, 5)
    assert split["period"] == b.calendar.index("2025-01")


def test_a_split_serves_the_days_that_its_line_names_else_the_day_of_its_document(book, line, charge):
    days = {"service_start": "2024-12-01", "service_end": "2024-12-31"}
    splits = run(book([line()], [charge(1, 10000, **days), charge(2, 5000, "2025-01-20")]), "2025-01").splits
    assert [(s["service_start"], s["service_day"]) for s in splits.rows()] == [
        (parse_day("2024-12-01"), parse_day("2024-12-31")),
        (NO_DAY, parse_day("2025-01-20")),
    ]


def test_billing_without_any_contract_is_unassigned(book, line, charge):
    b = book([line()], [charge(1, 10000)])
    bare = replace(b, contracts=Contracts.empty(), obligations=Obligations.empty())
    assert moves(bare, "2025-01") == [(1, NONE, 10000, 10000, "billing", False, 1001)]
    (split,) = run(bare, "2025-01").splits.rows()
    assert (split["customer"], split["obligation"]) == (5, NONE)
