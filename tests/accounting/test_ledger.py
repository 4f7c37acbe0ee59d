"""The ledger: which way an amount runs, what the offset of billing is, and when a reclass moves it on."""

import numpy as np
import pytest

from revrec.accounting.book import PriorSplits
from revrec.accounting.columns import NONE
from revrec.accounting.ledger import bill, transfer
from revrec.accounting.result import Transfers
from revrec.accounting.terms import AccountType, Cause, Event, Role

LIABILITY, REVENUE = Role.CONTRACT_LIABILITY, Role.REVENUE


def moved(*amounts, **columns):
    """Transfers of (amount, base amount) from the liability to revenue."""
    pairs = np.asarray(amounts, dtype=np.int64).reshape(-1, 2)
    return transfer(
        pairs[:, 0], pairs[:, 1], LIABILITY, REVENUE,
        **{"period": 3, "event": int(Event.RECOGNITION), "customer": 5, "subsidiary": 1, "currency": 0,
           "base_currency": 0, **columns},
    )  # fmt: skip


def ways(transfers):
    """From, to, amount, base amount."""
    return [
        (Role(t["debit_role"]), Role(t["credit_role"]), t["amount"], t["base_amount"])
        for t in transfers.rows()
    ]


@pytest.mark.parametrize("amount", [(700, 800), (700, 0), (0, 800), (1, 1), (0, 1)])
def test_a_positive_amount_runs_forward_and_a_negative_one_back(amount):
    taken = tuple(-part for part in amount)
    assert ways(moved(amount)) == [(LIABILITY, REVENUE, *amount)]
    assert ways(moved(taken)) == [(REVENUE, LIABILITY, *amount)]


def test_what_moves_nothing_is_no_row():
    assert moved((0, 0)) is moved() is Transfers.empty()
    several = moved((0, 0), (500, 0), (0, 0), (0, -300), contract=[1, 2, 3, 4], product=9)
    assert ways(several) == [(LIABILITY, REVENUE, 500, 0), (REVENUE, LIABILITY, 0, 300)]
    assert [(t["contract"], t["product"]) for t in several.rows()] == [(2, 9), (4, 9)]


def test_an_amount_whose_base_runs_the_other_way_becomes_two_rows():
    several = moved((500, -1), (500, 500), (-400, 2), (1, -1), (0, -3), (6, 0), contract=[1, 2, 3, 4, 5, 6])
    assert ways(several) == [
        (LIABILITY, REVENUE, 500, 0),
        (LIABILITY, REVENUE, 500, 500),
        (REVENUE, LIABILITY, 400, 0),
        (LIABILITY, REVENUE, 1, 0),
        (REVENUE, LIABILITY, 0, 3),
        (LIABILITY, REVENUE, 6, 0),
        (REVENUE, LIABILITY, 0, 1),
        (LIABILITY, REVENUE, 0, 2),
        (REVENUE, LIABILITY, 0, 1),
    ]
    assert several.contract.tolist() == [1, 2, 3, 4, 5, 6, 1, 3, 4]
    assert set(several.period.tolist()) == {3}


def test_the_account_of_each_side_turns_with_the_amount():
    both = moved((500, 500), (-500, -500), debit_account=[4000, 4100], credit_account=[2000, 2100])
    assert [(t["debit_account"], t["credit_account"]) for t in both.rows()] == [(4000, 2000), (2100, 4100)]
    neither = moved((500, 500))
    assert (neither.debit_account.tolist(), neither.credit_account.tolist()) == ([NONE], [NONE])


# Billing: the offset is what NetSuite did.


def billed(*rows, liability=NONE, late=False, event=Event.BILLING):
    """Billing of 1.00 to an income account of its own, unless a row says otherwise."""
    usual = {
        "document": 1, "line": 2, "contract": 3, "obligation": 11, "customer": 5, "subsidiary": 6, "currency": 7,
        "product": 8, "amount": 100, "base_amount": 110, "account": 4000, "account_type": AccountType.INCOME,
        "segments": 9, "period": 0,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    splits = PriorSplits.of(**{name: [row[name] for row in full] for name in usual})
    return bill(
        splits, 4, np.full(len(rows), int(event)), np.full(len(rows), late), np.full(len(rows), liability),
        customer=splits.customer, base_currency=20, document_version=[70 + n for n in range(len(rows))],
    ).rows()  # fmt: skip


def sides(rows):
    """Event, debit and credit with their accounts, amount, and whether NetSuite's books have it."""
    return [
        (
            Event(t["event"]).name, Role(t["debit_role"]).name, t["debit_account"], Role(t["credit_role"]).name,
            t["credit_account"], t["amount"], t["in_gl"],
        )
        for t in rows
    ]  # fmt: skip


def test_nothing_billed_is_no_transfer():
    nothing = np.zeros(0, dtype=np.int64)
    empty = PriorSplits.empty()
    assert bill(empty, 4, nothing, nothing.astype(bool), nothing) is Transfers.empty()


def test_billing_of_an_income_account_is_offset_in_that_account_and_its_segments():
    assert billed({}) == [
        {
            "period": 4, "event": Event.BILLING, "cause": Cause.NONE, "debit_role": Role.BILLING_OFFSET,
            "credit_role": LIABILITY, "debit_account": 4000, "credit_account": NONE, "contract": 3,
            "obligation": 11, "document": 1, "line": 2, "customer": 5, "subsidiary": 6, "currency": 7,
            "base_currency": 20, "product": 8, "category": NONE, "amount": 100, "base_amount": 110, "segments": 9,
            "in_gl": 0, "order_version": NONE, "document_version": 70,
        }
    ]  # fmt: skip


def test_a_credit_memo_mirrors_and_late_billing_says_so():
    (row,) = billed({"amount": -100, "base_amount": -110}, late=True)
    assert sides([row]) == [("BILLING", "CONTRACT_LIABILITY", NONE, "BILLING_OFFSET", 4000, 100, 0)]
    assert (row["base_amount"], row["cause"]) == (110, Cause.LATE)


def test_billing_through_a_clearing_account_is_cleared_there():
    clearing = {"account": 1900, "account_type": AccountType.CLEARING}
    rows = billed(clearing, {}, liability=2500)
    assert sides(rows) == [
        ("BILLING", "BILLING_OFFSET", 4000, "CONTRACT_LIABILITY", NONE, 100, 0),
        ("BILLING", "CLEARING", 1900, "CONTRACT_LIABILITY", NONE, 100, 0),
    ]
    assert [row["document_version"] for row in rows] == [71, 70]
    assert sides(billed(clearing)) == [("BILLING", "CLEARING", 1900, "CONTRACT_LIABILITY", NONE, 100, 0)]


def test_what_netsuite_deferred_itself_is_in_its_books_and_moves_to_the_mapped_account():
    deferred = {"account": 2400, "account_type": AccountType.DEFERRED_REVENUE}
    in_books = ("BILLING", "BILLING_OFFSET", 2400, "CONTRACT_LIABILITY", NONE, 100, 1)
    reclass = ("RECLASS", "CONTRACT_LIABILITY", 2400, "CONTRACT_LIABILITY", 2500, 100, 0)
    income = ("BILLING", "BILLING_OFFSET", 4000, "CONTRACT_LIABILITY", NONE, 100, 0)
    assert sides(billed({}, deferred, liability=2500)) == [income, in_books, reclass]
    assert sides(billed(deferred, liability=2400)) == [in_books]
    assert sides(billed(deferred, liability=NONE)) == [in_books]


def test_a_reclass_has_what_its_billing_has_but_the_segments():
    deferred = {"account": 2400, "account_type": AccountType.DEFERRED_REVENUE}
    row, moved_on = billed({**deferred, "amount": -100, "base_amount": -110}, liability=2500, late=True)
    assert sides([moved_on]) == [("RECLASS", "CONTRACT_LIABILITY", 2500, "CONTRACT_LIABILITY", 2400, 100, 0)]
    own = {"event", "debit_role", "credit_role", "debit_account", "credit_account", "in_gl"}
    assert {name: value for name, value in moved_on.items() if name not in own | {"segments"}} == {
        name: value for name, value in row.items() if name not in own | {"segments"}
    }
    assert (row["segments"], moved_on["segments"]) == (9, NONE)


def test_billing_that_only_changes_its_contract_is_not_reclassed_again():
    deferred = {"account": 2400, "account_type": AccountType.DEFERRED_REVENUE}
    rows = billed(deferred, liability=2500, event=Event.REASSIGNMENT)
    assert sides(rows) == [("REASSIGNMENT", "BILLING_OFFSET", 2400, "CONTRACT_LIABILITY", NONE, 100, 1)]
