"""Contract liability by category: each account holds what the contracts owe of it, and reclass rows come to nothing."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.journals import draft_journals
from revrec.accounting.liability_accounts import move_liabilities, owed_by_account
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.result import Transfers
from revrec.accounting.terms import AccountType, Event, Role

TOOLS, CARE = 3, 4
GENERAL, FOR_TOOLS, FOR_CARE = 2400, 2410, 2420
RULES = (
    MappingRule(Role.CONTRACT_LIABILITY, GENERAL),
    MappingRule(Role.CONTRACT_LIABILITY, FOR_TOOLS, category=TOOLS),
    MappingRule(Role.CONTRACT_LIABILITY, FOR_CARE, category=CARE),
)
OTHERS = {role: 1000 + role for role in Role}
NARROWED = Accounts(RULES, OTHERS)
PLAIN = Accounts(RULES[:1], OTHERS)
JANUARY, FEBRUARY, MARCH = "2025-01", "2025-02", "2025-03"


def day_of(period):
    return {
        JANUARY: parse_day("2025-01-31"),
        FEBRUARY: parse_day("2025-02-28"),
        MARCH: parse_day("2025-03-31"),
    }[period]


class Books:
    """Closes one after the other, with what the accounts hold."""

    def __init__(self, book, close):
        self.book, self.close, self.held = book, close, {}

    def run(self, period, policy):
        before = self.book
        result, after = self.close(self.book, period, policy)
        rows, problems = move_liabilities(
            before, result, policy, day_of(period), self.held, {account for _, account in self.held}
        )
        assert problems == ()
        result = replace(result, transfers=Transfers.concat((result.transfers, rows)))
        drafted = draft_journals(before, result, policy)
        assert not [one for one in drafted.problems if one.blocking]
        for draft in drafted.drafts:
            for line in draft.lines:
                if line.role == Role.CONTRACT_LIABILITY:
                    place = draft.subsidiary, line.account
                    self.held[place] = self.held.get(place, 0) + line.credit - line.debit
        owed = owed_by_account(before, result, policy, day_of(period))
        assert {key: value for key, value in self.held.items() if value} == {
            key: value for key, value in owed.items() if value
        }
        self.book = after
        return rows


@pytest.fixture
def two(book, line, bill, close):
    """A contract of 300.00 of tools and 600.00 of care over three months; care is billed in March."""
    return Books(
        book(
            [
                line(id=11, product=7, category=TOOLS, stated=30000),
                line(id=12, product=8, category=CARE, stated=60000, line_rank=1),
            ],
            [bill(1, 30000, "2025-01-05"), bill(2, 60000, "2025-03-05", product=8)],
        ),
        close,
    )


def test_each_category_owes_on_its_own_account(two, policy):
    policy = replace(policy, accounts=NARROWED)
    # Care is earned before it is billed: January owes 300 - 100 - 200 = 0.
    rows = two.run(JANUARY, policy)
    assert {key: value for key, value in two.held.items() if value} == {}
    assert (rows.event == Event.RECLASS).all() and (rows.contract == NONE).all()
    # An asset of 300 in February, no liability on either account.
    two.run(FEBRUARY, policy)
    assert {key: value for key, value in two.held.items() if value} == {}
    two.run(MARCH, policy)
    assert not any(two.held.values())


def test_what_is_billed_ahead_is_shared_by_what_each_is_ahead(book, line, bill, close, policy):
    books = Books(
        book(
            [
                line(id=11, product=7, category=TOOLS, stated=30000),
                line(id=12, product=8, category=CARE, stated=60000, line_rank=1),
            ],
            [bill(1, 30000, "2025-01-05"), bill(2, 60000, "2025-01-06", product=8)],
        ),
        close,
    )
    books.run(JANUARY, replace(policy, accounts=NARROWED))
    assert (books.held[1, FOR_TOOLS], books.held[1, FOR_CARE]) == (20000, 40000)


def test_a_rule_that_begins_later_takes_the_balance_along_and_gives_it_back(book, line, bill, close, policy):
    plain, narrowed = replace(policy, accounts=PLAIN), replace(policy, accounts=NARROWED)
    books = Books(book([line(id=11, category=TOOLS)], [bill(1, 30000, "2025-01-05")]), close)
    books.run(JANUARY, plain)
    assert books.held == {(1, GENERAL): 20000}
    rows = books.run(FEBRUARY, narrowed)
    # The month's revenue of 100.00 left the new account, which lacked 200.00.
    assert rows.rows()[0]["base_amount"] == 20000
    assert (rows.debit_account[0], rows.credit_account[0]) == (GENERAL, FOR_TOOLS)
    assert (books.held[1, GENERAL], books.held[1, FOR_TOOLS]) == (0, 10000)
    books.run(MARCH, plain)
    assert not any(books.held.values())


def test_a_line_absorbed_by_another_product_owes_where_it_is_absorbed(book, line, bill, close, policy):
    books = Books(
        book([line(id=11, product=8, category=CARE)], [bill(1, 30000, "2025-01-05", product=7)]), close
    )
    books.run(JANUARY, replace(policy, accounts=NARROWED))
    assert {key: value for key, value in books.held.items() if value} == {(1, FOR_CARE): 20000}


def test_deferred_revenue_that_netsuite_posted_counts_where_it_is(book, line, bill, close, policy):
    """NetSuite credited 300.00 to 2405 itself; the journals move what is owed to the account of tools."""
    lines = [line(id=11, category=TOOLS)]
    bills = [bill(1, 30000, "2025-01-05", account=2405, account_type=AccountType.DEFERRED_REVENUE)]
    made = book(lines, bills)
    policy = replace(policy, accounts=NARROWED)
    result, _ = close(made, JANUARY, policy)
    rows, problems = move_liabilities(made, result, policy, day_of(JANUARY), {}, set())
    assert problems == ()
    held = {2405: 30000}
    whole = replace(result, transfers=Transfers.concat((result.transfers, rows)))
    for draft in draft_journals(made, whole, policy).drafts:
        for one in draft.lines:
            held[one.account] = held.get(one.account, 0) + one.credit - one.debit
    assert (held[2405], held[FOR_TOOLS], held.get(GENERAL, 0)) == (0, 20000, 0)


def test_accounts_that_do_not_hold_what_is_owed_are_left_alone_and_named(book, line, bill, close, policy):
    made = book([line(id=11, category=TOOLS)], [bill(1, 30000, "2025-01-05")])
    policy = replace(policy, accounts=NARROWED)
    result, _ = close(made, JANUARY, policy)
    rows, problems = move_liabilities(made, result, policy, day_of(JANUARY), {(1, GENERAL): 77}, {GENERAL})
    assert len(rows) == 0
    assert [(one.kind, one.blocking) for one in problems] == [("liability_accounts_unequal", False)]
    assert "lack -0.77 of its base currency" in problems[0].message


def test_under_netting_by_customer_the_customer_owes_by_category(book, line, bill, close, policy):
    policy = replace(policy, accounts=NARROWED, netting="customer")
    books = Books(
        book(
            [
                line(id=11, category=TOOLS),
                line(id=12, contract=2, order=200, product=8, category=CARE, order_rank=1),
            ],
            [bill(1, 30000, "2025-01-05")],
        ),
        close,
    )
    books.run(JANUARY, policy)
    # Tools are 200.00 ahead, care 100.00 behind: the customer owes 100.00 of tools.
    assert {key: value for key, value in books.held.items() if value} == {(1, FOR_TOOLS): 10000}
    assert np.all(np.asarray(list(books.held.values())) >= 0)
