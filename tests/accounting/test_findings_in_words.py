"""Findings of a close, sentence by sentence: what waits, what nobody decided, and what of it stops the close."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from revrec.accounting.book import Balances, PriorSplits, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.findings import (
    find_assets_left,
    find_held,
    find_overage,
    find_unassigned,
    find_undecided,
)
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.result import Held, UnassignedBilling
from revrec.accounting.terms import BalanceScope, CreditTreatment, HoldReason, Method


def held(*rows):
    reason, amount = zip(*rows, strict=True)
    return Held.of(reason=[int(code) for code in reason], amount=amount)


def test_what_waits_is_counted_by_its_reason():
    waiting = held(
        (HoldReason.MISSING_DATES, 100),
        (HoldReason.BY_USER, -40),
        (HoldReason.MISSING_DATES, 0),
        (HoldReason.BAD_DEBT, -900),
    )
    dates = "2 items wait (missing dates): complete them, or accept that they wait."
    user = "1 item waits (by user): complete it, or accept that it waits."
    for limit, blocks in ((None, False), (140, False), (139, True), (0, True)):
        assert find_held(waiting, Policy(hold_limit=limit)) == (
            Problem("held", "missing_dates", dates, blocks),
            Problem("held", "by_user", user, blocks),
        )
    assert find_held(held((HoldReason.BAD_DEBT, -900)), Policy(hold_limit=0)) == ()


def test_billing_that_no_contract_absorbs_is_counted_and_the_old_part_of_it():
    ages = [0, 30, 31, 400]
    loose = UnassignedBilling.of(
        document=[1, 2, 3, 4], line=1, customer=5, subsidiary=1, currency=0, amount=10, base_amount=10,
        age_days=ages,
    )  # fmt: skip
    sentence = (
        "4 billing lines are absorbed by no contract, 2 of them older than 30 days: load their orders or name the "
        "order they bill."
    )
    assert find_unassigned(loose, Policy()) == (
        Problem("unassigned_billing", "4 billing lines", sentence, blocking=False),
    )
    (found,) = find_unassigned(loose, Policy(unassigned_days=31))
    assert "1 of them older than 31 days" in found.message
    (found,) = find_unassigned(loose, Policy(unassigned_days=1))
    assert "3 of them older than 1 day: load" in found.message
    assert find_unassigned(UnassignedBilling.empty(), Policy()) == ()


@pytest.mark.parametrize(
    ("days", "age"), [(29, "and older than 29 days"), (30, "and not older than 30 days")]
)
def test_a_single_billing_line_that_no_contract_absorbs_is_spoken_of_as_one(days, age):
    loose = UnassignedBilling.of(
        document=[1], line=1, customer=5, subsidiary=1, currency=0, amount=10, base_amount=10, age_days=30
    )
    sentence = f"1 billing line is absorbed by no contract, {age}: load its order or name the order it bills."
    assert find_unassigned(loose, Policy(unassigned_days=days)) == (
        Problem("unassigned_billing", "1 billing line", sentence, blocking=False),
    )


def balances(*rows):
    """Scope, contract, billed, recognised and contract asset."""
    scope, contract, billed, recognised, asset = zip(*rows, strict=True)
    return Balances.of(
        scope=[int(one) for one in scope], contract=contract, customer=5, subsidiary=1, currency=0, billed=billed,
        recognised=recognised, contract_asset=asset,
    )  # fmt: skip


@pytest.fixture
def three(book, line):
    """Contracts 3, 1 and 2, of which 3 and 2 are earned in full."""
    b = book([line(id=10 + contract, contract=contract) for contract in (3, 1, 2)], [])
    return b, SimpleNamespace(finished=np.asarray([True, False, True]))


def assets_left(*contracts):
    named = ", ".join(str(one) for one in contracts)
    several = (
        f"{len(contracts)} contracts are earned in full and keep a contract asset: bill what is missing."
    )
    alone = "1 contract is earned in full and keeps a contract asset: bill what is missing."
    sentence = several if len(contracts) > 1 else alone
    return (Problem("asset_left", f"contract {named}", sentence, blocking=False),)


CONTRACT, _, UNASSIGNED = BalanceScope


def test_an_asset_of_a_finished_contract_is_left_over(three):
    b, standing = three
    rows = [(CONTRACT, 1, 0, 70, 70), (CONTRACT, 2, 0, 70, 70), (CONTRACT, 3, 69, 70, 1)]
    assert find_assets_left(b, balances(*rows), standing) == assets_left(2, 3)
    assert find_assets_left(b, balances(*rows[:2]), standing) == assets_left(2)
    assert find_assets_left(b, balances(rows[0]), standing) == ()


def test_no_asset_is_left_where_the_balance_is_none_or_a_liability(three):
    b, standing = three
    # An unbilled receivable waits for nothing but its bill: the row's contract asset is zero.
    rows = [(CONTRACT, 2, 0, 70, 0), (CONTRACT, 3, 80, 70, 0), (UNASSIGNED, NONE, 5, 0, 0)]
    assert find_assets_left(b, balances(*rows), standing) == ()


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_netting_by_customer_hides_no_contract_that_is_short_of_billing(
    book, line, bill, close, policy, netting
):
    """Contract 2 is billed ahead by more than contract 1 lacks; the usage of contract 3 waits for its bill."""
    usage = {"method": Method.UNITS, "quantity_e6": 10**6, "contract": 3, "order": 102, "product": 8}
    ahead = {"contract": 2, "order": 101, "stated": 90000, "end": "2025-12-31"}
    lines = [{"quantity_e6": 10**6, **row} for row in (line(), line(id=12, **ahead), line(id=13, **usage))]
    b = book(lines, [bill(1, 29900, "2025-01-05", order=100), bill(2, 90000, "2025-01-05", order=101)])
    b = replace(b, progress=Progress.of(obligation=[13], day=[parse_day("2025-01-20")], value=[10**6]))
    chosen = replace(policy, netting=netting)
    for period in ("2025-01", "2025-02"):
        result, b = close(b, period, chosen)
        assert result.problems == ()
    result, _ = close(b, "2025-03", chosen)
    assert result.problems == assets_left(1)


def credited(*rows):
    """Where credit memo lines went: document, line, contract, amount, currency."""
    document, number, contract, amount, currency = zip(*rows, strict=True)
    return PriorSplits.of(
        document=document, line=number, contract=contract, obligation=NONE, customer=5, subsidiary=1,
        currency=currency, amount=amount, base_amount=amount, account=4000, account_type=0, period=13,
    )  # fmt: skip


def undecided(documents, count, blocking=False):
    sentence = (
        f"{count} lowered billing, and nobody said what becomes of revenue: choose a treatment for each, or set a "
        "rule."
    )
    return (Problem("undecided_credit", f"document {documents}", sentence, blocking),)


@pytest.fixture
def credits_book(book, line, bill):
    """Lines of memos 20 and 21 wait for a decision; one of 22 is decided; 1 is an invoice."""
    memos = [
        bill(1, 30000, "2025-01-05"),
        bill(21, -500, "2025-02-20"),
        bill(20, -300, "2025-02-20"),
        bill(20, -200, "2025-02-20", line=2, treatment=int(CreditTreatment.BILLING_ONLY)),
        bill(22, -900, "2025-02-20", treatment=int(CreditTreatment.PROSPECTIVE)),
    ]
    return book([line()], [{"treatment": 0, **one} for one in memos])


def test_a_credit_without_a_decision_is_named_by_its_document(credits_book):
    b = credits_book
    both = credited((21, 1, 1, -500, 0), (20, 1, 1, -300, 0), (20, 2, 1, -200, 0), (22, 1, 1, -900, 0))
    assert find_undecided(b, both, Policy()) == undecided("20, 21", "2 credit memos")
    one = both.take(both.document == 20)
    assert find_undecided(b, one, Policy()) == undecided("20", "1 credit memo")
    assert find_undecided(b, both.take(both.document == 22), Policy()) == ()
    # Line 2 of memo 20 is decided; what no contract absorbed, or what bills, lowers nothing.
    assert find_undecided(b, credited((20, 2, 1, -200, 0)), Policy()) == ()
    assert find_undecided(b, credited((20, 1, NONE, -300, 0)), Policy()) == ()
    assert find_undecided(b, credited((20, 1, 1, 300, 0)), Policy()) == ()
    assert find_undecided(b, credited((20, 1, 1, 0, 0)), Policy()) == ()


def test_undecided_credit_stops_the_close_above_the_limit_of_any_currency(credits_book):
    b = credits_book
    both = credited((21, 1, 1, -500, 0), (20, 1, 1, -200, 0), (20, 1, 2, -100, 0))
    for limit, blocks in ((None, False), (800, False), (799, True), (0, True)):
        found = find_undecided(b, both, Policy(undecided_limit=limit))
        assert found == undecided("20, 21", "2 credit memos", blocks)
    apart = credited((21, 1, 1, -500, 3), (20, 1, 1, -200, 1), (20, 1, 2, -100, 1))
    for limit, blocks in ((500, False), (499, True)):
        assert find_undecided(b, apart, Policy(undecided_limit=limit))[0].blocking is blocks


def test_a_credit_that_was_set_to_nothing_needs_no_decision(book, line, bill):
    b = book([line()], [bill(1, 30000, "2025-01-05", treatment=1), bill(20, 0, "2025-02-20", treatment=0)])
    was, is_taken_back = (20, 1, 1, -300, 0), (20, 1, 1, 300, 0)
    assert find_undecided(b, credited(was, is_taken_back), Policy(undecided_limit=0)) == ()


def test_books_without_undecided_credits_have_no_finding_whatever_was_split(book, line, bill):
    b = book([line()], [bill(1, 30000, "2025-01-05", treatment=0)])
    assert find_undecided(b, credited((1, 1, 1, 30000, 0), (1, 1, 1, -10, 0)), Policy()) == ()


def test_lines_that_delivered_more_than_they_promised_are_counted():
    ids, beyond = np.asarray([14, 11, 12, 13]), np.asarray([1, 0, 5 * 10**6, 0])
    sentence = (
        "2 lines delivered more than they promise: what is beyond it is earned once it is billed, or their price is "
        "changed."
    )
    assert find_overage(ids, beyond) == (Problem("overage", "obligation 12, 14", sentence, blocking=False),)
    words = sentence.replace(
        "2 lines delivered more than they promise", "1 line delivered more than it promises"
    )
    alone = words.replace("their price", "its price")
    assert find_overage(ids[:2], beyond[:2]) == (Problem("overage", "obligation 14", alone, blocking=False),)
    assert find_overage(ids, np.zeros(4, dtype=np.int64)) == ()
