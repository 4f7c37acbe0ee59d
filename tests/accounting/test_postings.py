"""The transfers of a close: what each carries besides its amount, so that journals and listings can be made of it."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.billing import Billing
from revrec.accounting.book import Balances, Contracts, Obligations, Prior, PriorBooked, PriorSplits
from revrec.accounting.columns import NONE
from revrec.accounting.policy import Accounts, MappingRule, Policy
from revrec.accounting.postings import post_billing, post_fx, post_netting, post_revenue
from revrec.accounting.result import Booked, Transfers
from revrec.accounting.terms import AccountType, BalanceScope, Cause, Event, Role

PERIOD = 14
LIABILITY, REVENUE = Role.CONTRACT_LIABILITY, Role.REVENUE


@pytest.fixture
def world(book, line):
    """Contract 9 of customer 5 in subsidiary 1 (base 0), contract 4 of customer 6 in subsidiary 2 (base 8): both sold
    in currency 3."""
    lines = [
        line(contract=9, product=7, category=70),
        line(id=12, contract=4, product=8, category=80),
    ]
    made = book(lines, [])
    contracts = Contracts.of(
        id=[9, 4], customer=[5, 6], subsidiary=[1, 2], currency=3, base_currency=[0, 8], ordered_day=0
    )
    return replace(made, contracts=contracts)


def only(transfers, *names):
    return [tuple(row[name] for name in names) for row in transfers.rows()]


def sides(transfers):
    return [
        (Event(t["event"]), Role(t["debit_role"]), Role(t["credit_role"]), t["amount"], t["base_amount"])
        for t in transfers.rows()
    ]


# Revenue.


def booked(*rows):
    usual = {
        "contract": 9, "obligation": 11, "order_version": 31, "revenue": 100, "adjustment": 0, "cause": 0,
        "base_revenue": 110, "base_adjustment": 0, "target": 0, "segments": 50,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    return Booked.of(
        **{name: [row[name] for row in full] for name in usual},
        current=[row["revenue"] - row["adjustment"] for row in full],
    )


def test_revenue_leaves_the_liability_with_all_that_explains_it(world):
    assert post_revenue(world, booked({}), PERIOD).rows() == [
        {
            "period": PERIOD, "event": Event.RECOGNITION, "cause": Cause.NONE, "debit_role": LIABILITY,
            "credit_role": REVENUE, "debit_account": NONE, "credit_account": NONE, "contract": 9,
            "obligation": 11, "document": NONE, "line": NONE, "customer": 5, "subsidiary": 1, "currency": 3,
            "base_currency": 0, "product": 7, "category": 70, "amount": 100, "base_amount": 110, "segments": 50,
            "in_gl": 0, "order_version": 31, "document_version": NONE,
        }
    ]  # fmt: skip


def test_what_belongs_to_closed_periods_is_a_transfer_of_its_own_with_its_cause(world):
    given = {"revenue": 100, "adjustment": 30, "base_revenue": 110, "base_adjustment": 33}
    rows = booked(
        {"obligation": 12, "contract": 4, "segments": 51, "order_version": 32},
        {**given, "cause": int(Cause.LATE)},
    )
    transfers = post_revenue(world, rows, PERIOD)
    assert sides(transfers) == [
        (Event.ADJUSTMENT, LIABILITY, REVENUE, 30, 33),
        (Event.RECOGNITION, LIABILITY, REVENUE, 100, 110),
        (Event.RECOGNITION, LIABILITY, REVENUE, 70, 77),
    ]
    assert only(transfers, "cause", "contract", "obligation", "order_version", "segments") == [
        (Cause.LATE, 9, 11, 31, 50),
        (Cause.NONE, 4, 12, 32, 51),
        (Cause.NONE, 9, 11, 31, 50),
    ]
    assert only(transfers, "customer", "subsidiary", "base_currency", "product", "category") == [
        (5, 1, 0, 7, 70),
        (6, 2, 8, 8, 80),
        (5, 1, 0, 7, 70),
    ]


@pytest.mark.parametrize(
    ("given", "events"),
    [
        ({"revenue": 30, "adjustment": 30, "base_revenue": 33, "base_adjustment": 33}, [Event.ADJUSTMENT]),
        ({"revenue": 30, "base_revenue": 0}, [Event.RECOGNITION]),
        ({"revenue": 0, "base_revenue": 1}, [Event.RECOGNITION]),
        ({"revenue": 0, "base_revenue": 1, "base_adjustment": 1}, [Event.ADJUSTMENT]),
        ({"revenue": 0, "base_revenue": 0}, []),
    ],
)
def test_only_what_moves_is_posted_in_either_currency(world, given, events):
    assert [event for event, *_ in sides(post_revenue(world, booked(given), PERIOD))] == events


def test_revenue_taken_back_leaves_the_segments_that_it_was_booked_with(world):
    # 60 were booked in segments 50 and 40 in 51; 70 are taken back of January, newest first: 40 and 30.
    past = PriorBooked.of(
        obligation=[11, 11], recognised=[60, 40], base_recognised=[66, 44], order_version=31, segments=[50, 51]
    )  # fmt: skip
    world = replace(world, prior=Prior(booked=past))
    taken = {"revenue": -50, "adjustment": -70, "base_revenue": -55, "base_adjustment": -77, "segments": 51}
    rows = booked(
        {"obligation": 12, "contract": 4, "revenue": 5, "base_revenue": 6},
        {**taken, "cause": int(Cause.CREDIT)},
    )
    transfers = post_revenue(world, rows, PERIOD)
    assert sides(transfers)[:2] == [
        (Event.ADJUSTMENT, REVENUE, LIABILITY, 40, 44),
        (Event.ADJUSTMENT, REVENUE, LIABILITY, 30, 33),
    ]
    assert only(transfers, "obligation", "segments", "cause", "amount") == [
        (11, 51, Cause.CREDIT, 40),
        (11, 50, Cause.CREDIT, 30),
        (12, 50, Cause.NONE, 5),
        (11, 51, Cause.NONE, 20),
    ]
    assert only(transfers, "contract", "customer", "product", "order_version")[:3] == [
        (9, 5, 7, 31),
        (9, 5, 7, 31),
        (4, 6, 8, 31),
    ]


# What rates leave.


def test_fx_moves_base_amounts_alone_and_a_gain_the_other_way(world):
    transfers = post_fx(world, np.asarray([0, -5]), PERIOD)
    assert sides(transfers) == [(Event.FX, Role.FX_ADJUSTMENT, LIABILITY, 0, 5)]
    names = ("period", "contract", "customer", "subsidiary", "currency", "base_currency", "obligation")
    assert only(transfers, *names) == [(PERIOD, 4, 6, 2, 3, 8, NONE)]
    both = post_fx(world, np.asarray([3, -5]), PERIOD)
    assert sides(both)[0] == (Event.FX, LIABILITY, Role.FX_ADJUSTMENT, 0, 3)
    assert both.contract.tolist() == [9, 4]
    assert post_fx(world, np.asarray([0, 0]), PERIOD) is Transfers.empty()


# Netting.


def standing(*rows):
    usual = {
        "scope": int(BalanceScope.CONTRACT), "contract": 9, "customer": 5, "subsidiary": 1, "currency": 3,
        "contract_asset": 0, "unbilled_receivable": 0, "base_contract_asset": 0, "base_unbilled_receivable": 0,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    return Balances.of(**{name: [row[name] for row in full] for name in usual})


def test_a_change_of_the_asset_is_netted_against_the_liability(world):
    was = standing({"contract_asset": 100, "base_contract_asset": 110}, {"contract": 4, "contract_asset": 9})
    world = replace(world, prior=Prior(balances=was))
    now = standing(
        {"contract_asset": 130, "base_contract_asset": 150},
        {"contract": 4, "customer": 6, "subsidiary": 2, "unbilled_receivable": 60, "base_unbilled_receivable": 66},
        {"contract": 4, "contract_asset": 9},
    )  # fmt: skip
    transfers = post_netting(world, now, PERIOD)
    assert sides(transfers) == [
        (Event.NETTING, Role.CONTRACT_ASSET, LIABILITY, 30, 40),
        (Event.NETTING, Role.UNBILLED_RECEIVABLE, LIABILITY, 60, 66),
    ]
    names = ("period", "contract", "customer", "subsidiary", "currency", "base_currency")
    assert only(transfers, *names) == [(PERIOD, 9, 5, 1, 3, 0), (PERIOD, 4, 6, 2, 3, 8)]
    elsewhere = post_netting(world, standing({"subsidiary": 7, "contract_asset": 1}), PERIOD)
    assert (3, 7) in only(
        elsewhere, "base_currency", "subsidiary"
    )  # no contract tells: the transaction's own
    gone = post_netting(world, standing({"contract": 4, "contract_asset": 9}), PERIOD)
    assert sides(gone) == [(Event.NETTING, LIABILITY, Role.CONTRACT_ASSET, 100, 110)]
    assert post_netting(world, was, PERIOD) is Transfers.empty()
    bare = replace(world, prior=Prior())
    assert post_netting(bare, standing({}), PERIOD) is Transfers.empty()


# Billing.


def billing(*rows, event=Event.BILLING):
    usual = {
        "document": 1, "line": 2, "contract": 9, "obligation": 11, "customer": 5, "subsidiary": 1, "currency": 3,
        "product": 7, "amount": 100, "base_amount": 110, "account": 4000, "account_type": AccountType.INCOME,
        "segments": 50, "period": PERIOD,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    moved = PriorSplits.of(**{name: [row[name] for row in full] for name in usual})
    late = np.asarray([True] + [False] * (len(rows) - 1))
    versions = np.arange(len(rows)) + 70
    return Billing(moved, moved, np.full(len(rows), int(event)), late, versions)


def accounts(*rules):
    return Policy(accounts=Accounts(rules, {Role.CONTRACT_LIABILITY: 2500}))


def test_billing_is_posted_with_its_document_version_and_the_base_currency_of_its_subsidiary(world):
    transfers = post_billing(
        world, billing({}, {"subsidiary": 2, "contract": NONE}, {"subsidiary": 3}), PERIOD, Policy(), 0
    )
    names = ("period", "cause", "customer", "subsidiary", "currency", "base_currency", "document_version")
    assert only(transfers, *names) == [
        (PERIOD, Cause.LATE, 5, 1, 3, 0, 70),
        (PERIOD, Cause.NONE, 5, 2, 3, 8, 71),
        (PERIOD, Cause.NONE, 5, 3, 3, 3, 72),  # no contract tells the base currency of subsidiary 3: its own
    ]
    assert [event for event, *_ in sides(transfers)] == [Event.BILLING] * 3


def test_without_contracts_the_base_currency_is_the_transactions_own(world):
    bare = replace(world, contracts=Contracts.empty(), obligations=Obligations.empty())
    assert post_billing(bare, billing({}), PERIOD, Policy(), 0).base_currency.tolist() == [3]


def test_what_netsuite_deferred_is_reclassed_to_the_account_that_the_mapping_names_on_that_day(world):
    deferred = {"account": 2400, "account_type": AccountType.DEFERRED_REVENUE}
    rules = (
        MappingRule(LIABILITY, 2700, product=8),
        MappingRule(LIABILITY, 2800, subsidiary=2),
        MappingRule(LIABILITY, 2900, product=9, valid_from=1000),
    )
    moved = billing(
        deferred, {**deferred, "product": 8}, {**deferred, "subsidiary": 2}, {**deferred, "product": 9}, {}
    )  # fmt: skip

    def reclassed(day):
        transfers = post_billing(world, moved, PERIOD, accounts(*rules), day)
        found = transfers.take(transfers.event == Event.RECLASS)
        return only(found, "debit_account", "credit_account", "document_version")

    assert reclassed(1000) == [(2400, 2500, 70), (2400, 2700, 71), (2400, 2800, 72), (2400, 2900, 73)]
    assert reclassed(999)[-1] == (2400, 2500, 73)


def test_nothing_billed_is_nothing_posted(world):
    assert post_billing(world, billing({}), PERIOD, accounts(), 0).event.tolist() == [Event.BILLING]
    nothing = np.zeros(0, dtype=np.int64)
    empty = Billing(PriorSplits.empty(), PriorSplits.empty(), nothing, nothing.astype(bool), nothing)
    assert post_billing(world, empty, PERIOD, accounts(), 0) is Transfers.empty()
