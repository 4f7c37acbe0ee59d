"""What a close says beside its ledger: what waits, what nothing absorbs, overage of closed periods, and refusals."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.close import close_period
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.planning import prepare_contracts
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.result import Booked
from revrec.accounting.terms import (
    AccountType,
    AssetKind,
    ChangeKind,
    CreditTreatment,
    Event,
    HoldReason,
    Method,
    Role,
    Treatment,
)

JANUARY = 12  # of the calendar of these tests, which begins in January 2024
TABLES = ("booked", "transfers", "splits", "balances", "unassigned", "held", "allocations")


def held(result):
    return [tuple(row.values()) for row in result.held.rows()]


def test_a_line_that_waits_is_listed_with_what_is_not_booked_of_it(book, line, close, policy):
    b = book([line(id=12, contract=2), line()], [], currency=3, base_currency=3)
    _, b = close(b, "2025-01", policy)
    waiting = line(hold=int(HoldReason.BY_USER))
    lines = [line(id=12, contract=2, hold=NONE), waiting]
    b = replace(b, obligations=book(lines, []).obligations)
    february, _ = close(b, "2025-02", policy)
    # reason, contract, obligation, document, line, currency, amount: 300.00 less the 100.00 of January
    assert held(february) == [(HoldReason.BY_USER, 1, 11, NONE, NONE, 3, 20000)]


def test_a_billing_line_that_waits_is_listed_with_its_document_and_bills_nothing(
    book, line, bill, close, policy
):
    bills = [
        bill(1, 30000, "2025-01-05", line=4, hold=int(HoldReason.RECOGNISED_BY_NETSUITE), treatment=0),
        bill(2, -7000, "2025-01-06", line=5, hold=NONE, treatment=int(CreditTreatment.BAD_DEBT)),
        bill(3, 10000, "2025-01-07", line=6, hold=NONE, treatment=0),
    ]
    january, _ = close(book([line(end=NO_DAY)], bills), "2025-01", policy)
    assert held(january) == [
        (HoldReason.MISSING_DATES, 1, 11, NONE, NONE, 0, 30000),
        (HoldReason.RECOGNISED_BY_NETSUITE, NONE, NONE, 1, 4, 0, 30000),
        (HoldReason.BAD_DEBT, NONE, NONE, 2, 5, 0, -7000),
    ]
    assert january.balances.billed.tolist() == [10000]


def test_a_foreign_billing_line_that_waits_is_listed_in_its_currency(book, line, bill, close, policy):
    waits = bill(1, 30000, "2025-01-05", hold=int(HoldReason.BY_USER))
    january, _ = close(book([line()], [{**waits, "currency": 2}]), "2025-01", policy)
    assert held(january) == [(HoldReason.BY_USER, NONE, NONE, 1, 1, 2, 30000)]


@pytest.mark.parametrize(("day", "age"), [("2025-01-10", 21), ("2025-01-31", 0), ("2025-02-05", 0)])
def test_unassigned_billing_is_as_old_as_its_document_when_the_period_ends(
    book, line, bill, close, policy, day, age
):
    loose = bill(1, 10000, day, customer=99, period=JANUARY, base_amount=11000, line=3)
    january, _ = close(book([line()], [loose]), "2025-01", policy)
    assert january.unassigned.rows() == [
        {
            "document": 1, "line": 3, "customer": 99, "subsidiary": 1, "currency": 0, "amount": 10000,
            "base_amount": 11000, "day": parse_day(day), "age_days": age,
        }
    ]  # fmt: skip


UNITS = {"method": Method.UNITS, "stated": 100000, "quantity_e6": 100 * 10**6, "end": "2025-06-30"}


@pytest.mark.parametrize(("day", "adjustment"), [("2025-01-31", 124000), ("2025-02-01", 100000)])
def test_overage_belongs_to_the_period_in_which_it_was_delivered(
    book, line, bill, close, policy, day, adjustment
):
    # 100 at 10.00 promised and delivered in January, 24 more by ``day``, all billed in January; booked in February.
    bills = [bill(1, 124000, "2025-01-05", order=100, obligation=11)]
    delivered = Progress.of(
        obligation=11, day=[parse_day("2025-01-20"), parse_day(day)], value=[100 * 10**6, 124 * 10**6]
    )
    february, _ = close(replace(book([line(**UNITS)], bills), progress=delivered), "2025-02", policy)
    row = february.booked.rows()[0]
    assert (row["revenue"], row["adjustment"], row["allocated"]) == (124000, adjustment, 124000)
    assert february.allocations.rows()[0]["allocated"] == 124000


def test_usage_is_earned_as_it_is_billed(book, line, bill, close, policy):
    usage = line(method=Method.AS_INVOICED, stated=100, end="2025-12-31")
    january, _ = close(
        book([usage], [bill(1, 4200, "2025-01-31", order=100, obligation=11)]), "2025-01", policy
    )
    assert january.booked.revenue.tolist() == [4200]
    assert january.balances.liability.tolist() == [0]


def test_a_product_may_call_its_asset_a_receivable(book, line, close, policy):
    lines = [line(asset_kind=int(AssetKind.UNBILLED_RECEIVABLE)), line(id=12, asset_kind=0)]
    january, _ = close(book(lines, []), "2025-01", policy)
    row = january.balances.rows()[0]
    assert (row["contract_asset"], row["unbilled_receivable"]) == (10000, 10000)


def test_a_book_that_is_refused_closes_to_nothing(book, line, bill, policy):
    b = book([line(), line()], [bill(1, 10000, "2025-01-05", customer=99)])
    refused = close_period(b, JANUARY, policy)
    assert [(p.kind, p.where, p.message, p.blocking) for p in refused.problems] == [
        ("given_twice", "obligation 11", "The book holds obligation 11 more than once.", True)
    ]
    assert refused.period == JANUARY
    assert [len(getattr(refused, name)) for name in TABLES] == [0] * len(TABLES)
    assert refused.booked is Booked.empty() and refused.reasons == ()


def test_facts_that_have_passed_are_not_asked_again_but_what_is_booked_is(book, line, close, policy):
    b = book([line()], [])
    prepared = prepare_contracts(b, policy)
    outside = close_period(b, 60, policy, prepared)
    assert [(p.kind, p.where) for p in outside.problems] == [("no_such_period", "period 60")]
    _, later = close(b, "2025-01", policy)
    lost = replace(later, obligations=book([line(id=12)], []).obligations)
    assert [p.kind for p in close_period(lost, JANUARY + 1, policy, prepared).problems] == ["booked_and_gone"]
    assert close_period(later, JANUARY + 1, policy, prepared).problems == ()


@pytest.mark.parametrize(("valid_from", "account"), [("2025-01-31", 2700), ("2025-02-01", 2500)])
def test_billing_is_reclassed_by_the_mapping_of_the_last_day_of_the_period(
    book, line, bill, close, policy, valid_from, account
):
    rule = MappingRule(Role.CONTRACT_LIABILITY, 2700, valid_from=parse_day(valid_from))
    policy = replace(policy, accounts=Accounts((rule,), {Role.CONTRACT_LIABILITY: 2500}))
    deferred = bill(1, 10000, "2025-01-05", account=2400, account_type=AccountType.DEFERRED_REVENUE)
    january, _ = close(book([line()], [deferred]), "2025-01", policy)
    reclass = january.transfers.take(january.transfers.event == Event.RECLASS)
    assert reclass.credit_account.tolist() == [account]
    assert january.period == JANUARY and set(january.transfers.period.tolist()) == {JANUARY}


def test_a_close_says_why_a_modification_went_its_way_and_what_each_line_was_priced_by(
    book, line, close, policy
):
    change = Changes.of(
        id=5, kind=int(ChangeKind.MODIFICATION), day=parse_day("2025-02-01"), known=JANUARY + 1, contract=1,
        obligation=11, treatment=int(Treatment.PROSPECTIVE), amount=36000,
    )  # fmt: skip
    february, _ = close(replace(book([line(ssp_low=33000)], []), changes=change), "2025-02", policy)
    assert february.reasons == ((5, "chosen by a user or rule"),)
    names = ("obligation", "ssp", "inception", "allocated")
    assert [tuple(a[name] for name in names) for a in february.allocations.rows()] == [
        (11, 33000, 30000, 36000)
    ]
    assert february.problems == ()
