"""What each liability account owes, what the ledger put there, and what moves between them."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Contracts
from revrec.accounting.calendar import parse_day
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.liability_accounts import (
    move_liabilities,
    moved_by_account,
    opened_by_account,
    owed_by_account,
)
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.result import Transfers
from revrec.accounting.terms import Event, Role

TOOLS, CARE, TEXTS = 3, 4, 5
GENERAL, FOR_TOOLS, FOR_CARE, FOR_NINE, ABROAD = 2400, 2410, 2420, 2490, 2460
RULES = (
    MappingRule(Role.CONTRACT_LIABILITY, GENERAL),
    MappingRule(Role.CONTRACT_LIABILITY, FOR_TOOLS, category=TOOLS),
    MappingRule(Role.CONTRACT_LIABILITY, FOR_CARE, category=CARE),
    MappingRule(Role.CONTRACT_LIABILITY, FOR_NINE, product=9),
    MappingRule(Role.CONTRACT_LIABILITY, ABROAD, subsidiary=2),
    MappingRule(Role.CONTRACT_LIABILITY, 9999, valid_from=parse_day("2025-02-01")),
    MappingRule(Role.REVENUE, 4007, department=7),
)
OTHERS = {role: 1000 + role for role in Role}
JANUARY = parse_day("2025-01-31")
OFFSET, LIABILITY, CLEARING, REVENUE = (
    Role.BILLING_OFFSET,
    Role.CONTRACT_LIABILITY,
    Role.CLEARING,
    Role.REVENUE,
)


@pytest.fixture
def narrowed(policy):
    return replace(policy, accounts=Accounts(RULES, OTHERS))


@pytest.fixture
def owed(book, narrowed):
    """By subsidiary and account, what January leaves owed; nothing where it is nothing."""

    def of(lines, bills, contracts=None, **settings):
        made = book(lines, bills)
        if contracts:
            made = replace(made, contracts=Contracts.of(**{**made.contracts.columns(), **contracts}))
        policy = replace(narrowed, **settings)
        result = close_period(made, made.calendar.index("2025-01"), policy)
        found = owed_by_account(made, result, policy, JANUARY)
        assert sum(found.values()) == sum(result.balances.base_liability.tolist())
        return {place: amount for place, amount in found.items() if amount}

    return of


@pytest.fixture
def tools(line):
    return lambda **given: line(**{"category": TOOLS, **given})


@pytest.fixture
def care(line):
    return lambda **given: line(**{"id": 12, "product": 8, "category": CARE, "line_rank": 1, **given})


# What is owed.


def test_a_liability_is_shared_by_what_each_account_is_billed_ahead(owed, tools, care, bill):
    found = owed(
        [tools(), care(stated=60000)], [bill(1, 30000, "2025-01-05"), bill(2, 50000, "2025-01-06", product=8)]
    )
    # 200.00 of tools and 300.00 of care are ahead.
    assert found == {(1, FOR_TOOLS): 20000, (1, FOR_CARE): 30000}


def test_an_account_on_which_more_is_earned_than_billed_takes_none(owed, tools, care, line, bill):
    third = line(id=13, product=9, category=TEXTS, line_rank=2, stated=9000)
    found = owed(
        [tools(), care(), third], [bill(1, 30000, "2025-01-05"), bill(2, 9000, "2025-01-05", product=9)]
    )
    # 200.00 of tools and 60.00 of the third ahead, 100.00 of care behind: 160.00 are shared by 200 to 60.
    assert found == {(1, FOR_TOOLS): 12308, (1, FOR_NINE): 3692}


def test_a_contract_that_is_behind_owes_nothing(owed, tools, care, bill):
    lines = [tools(), care(contract=2, order=200, order_rank=1)]
    assert owed(lines, [bill(1, 30000, "2025-01-05")]) == {(1, FOR_TOOLS): 20000}


def test_what_is_ahead_in_a_contract_that_is_behind_is_no_weight_elsewhere(owed, tools, care, line, bill):
    lines = [
        care(id=11, order_rank=0),
        tools(id=12, contract=2, order=200, order_rank=1, line_rank=0),
        line(
            id=13, contract=2, order=200, product=9, category=TEXTS, stated=60000, order_rank=1, line_rank=1
        ),
    ]
    bills = [
        bill(1, 30000, "2025-01-05", product=8, order=100),
        bill(2, 15000, "2025-01-05", order=200),
        # Unassigned, and taken back: no balance stands for it.
        bill(3, 500, "2025-01-05", customer=8, order=NONE),
        bill(4, -500, "2025-01-06", customer=8, order=NONE),
    ]
    assert owed(lines, bills) == {(1, FOR_CARE): 20000}


def test_contracts_of_one_account_add_up(owed, tools, bill):
    lines = [tools(), tools(id=12, contract=2, order=200, order_rank=1, stated=3000)]
    bills = [bill(1, 30000, "2025-01-05", order=100), bill(2, 3000, "2025-01-05", order=200)]
    assert owed(lines, bills) == {(1, FOR_TOOLS): 22000}


def test_billing_that_nothing_absorbs_is_owed_by_its_product(owed, tools, care, bill):
    bills = [
        bill(1, 500, "2025-01-05", customer=6, product=8),
        bill(2, 70, "2025-01-05", customer=6, product=9),
        bill(3, 4, "2025-01-05", customer=7, product=77),
        bill(4, 3, "2025-01-05", customer=7, product=NONE),
    ]
    found = owed([tools(), care(contract=2, order=200, order_rank=1)], bills)
    assert found == {(1, FOR_CARE): 500, (1, FOR_NINE): 70, (1, GENERAL): 7}


def test_a_line_that_an_obligation_of_another_product_absorbs_is_owed_there(owed, tools, care, bill):
    lines = [tools(product=9, category=NONE, stated=3000), care(id=12)]
    bills = [bill(1, 30000, "2025-01-05", product=77), bill(2, 3000, "2025-01-05", product=9)]
    assert owed(lines, bills) == {(1, FOR_CARE): 20000, (1, FOR_NINE): 2000}


def test_what_bills_a_contract_as_a_whole_is_owed_by_its_own_product(owed, tools, care, bill):
    lines = [tools(), care(contract=2, order=200, order_rank=1)]
    # The first order has no line of care.
    found = owed(lines, [bill(1, 30000, "2025-01-05", product=8, order=100)])
    assert found == {(1, FOR_CARE): 20000}


def test_base_amounts_are_shared_by_what_is_ahead_in_the_contracts_currency(owed, tools, care, bill):
    bills = [
        bill(1, 30000, "2025-01-05", currency=1, base_amount=33000, order=100, obligation=11),
        bill(2, 60000, "2025-01-06", currency=1, base_amount=90000, order=100, obligation=12),
    ]
    found = owed([tools(), care(stated=60000)], bills, {"currency": [1]})
    # First in first out, 300.00 at 1.10 are earned: 900.00 are left, of 200.00 of tools and 400.00 of care.
    assert found == {(1, FOR_TOOLS): 30000, (1, FOR_CARE): 60000}


def test_each_subsidiary_has_its_own(owed, tools, bill):
    lines = [tools(category=NONE), tools(category=NONE, id=12, contract=2, order=200, order_rank=1)]
    bills = [bill(1, 30000, "2025-01-05", order=100), bill(2, 30000, "2025-01-05", order=200, subsidiary=2)]
    found = owed(lines, bills, {"subsidiary": [1, 2]})
    assert found == {(1, GENERAL): 20000, (2, ABROAD): 20000}
    # One account may serve both.
    found = owed([{**one, "category": TOOLS} for one in lines], bills, {"subsidiary": [1, 2]})
    assert found == {(1, FOR_TOOLS): 20000, (2, FOR_TOOLS): 20000}


def test_under_netting_by_customer_each_customer_and_currency_has_its_own(owed, tools, care, bill):
    lines = [
        tools(),
        care(contract=2, order=200, order_rank=1),
        care(id=13, contract=3, order=300, order_rank=2),
        care(id=14, contract=4, order=400, order_rank=3),
    ]
    bills = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(3, 30000, "2025-01-05", order=300, product=8, customer=6),
        bill(4, 30000, "2025-01-05", order=400, product=8, currency=1),
        bill(9, 500, "2025-01-05", order=NONE, product=77, currency=2),
    ]
    found = owed(
        lines, bills, {"customer": [5, 5, 6, 5], "currency": [0, 0, 0, 1], "base_currency": [0, 0, 0, 1]},
        netting="customer",
    )  # fmt: skip
    # Customer 5 owes 200.00 of tools less 100.00 of care; customer 6, and 5 in the other currency, 200.00 of care each.
    # What nobody absorbs is not netted.
    assert found == {(1, FOR_TOOLS): 10000, (1, FOR_CARE): 40000, (1, GENERAL): 500}


# What the ledger put there.


def rows(*given):
    usual = {
        "event": Event.BILLING, "debit_role": OFFSET, "credit_role": LIABILITY, "debit_account": NONE,
        "credit_account": NONE, "subsidiary": 1, "category": NONE, "product": NONE, "in_gl": 0, "base_amount": 0,
    }  # fmt: skip
    full = [{**usual, **one} for one in given]
    columns = {name: [row[name] for row in full] for name in usual}
    amounts = columns["base_amount"]
    return Transfers.of(period=12, customer=5, currency=0, base_currency=0, amount=amounts, **columns)


def test_journals_move_the_role_by_the_mapping_and_named_accounts_directly(book, narrowed):
    moved = rows(
        {"base_amount": 1000, "debit_account": 4000, "category": TOOLS},
        {"base_amount": 300, "debit_role": LIABILITY, "credit_role": REVENUE, "category": TOOLS},
        {"base_amount": 20, "debit_role": LIABILITY, "credit_role": REVENUE, "subsidiary": 2},
        {"base_amount": 7, "debit_role": LIABILITY, "debit_account": FOR_CARE, "credit_account": GENERAL},
    )
    found = moved_by_account(book([], []), moved, narrowed, JANUARY, ())
    assert found == {(1, FOR_TOOLS): 700, (2, ABROAD): -20, (1, FOR_CARE): -7, (1, GENERAL): 7}


def test_what_netsuite_posted_itself_to_a_liability_account_counts_and_a_credit_memo_lowers_it(
    book, narrowed
):
    moved = rows(
        {"base_amount": 1000, "debit_account": 2405, "in_gl": 1},
        {
            "base_amount": 400,
            "debit_role": LIABILITY,
            "credit_role": OFFSET,
            "credit_account": 2405,
            "in_gl": 1,
        },
        {"base_amount": 50, "debit_role": CLEARING, "debit_account": 2406, "in_gl": 1, "subsidiary": 2},
        {
            "base_amount": 8,
            "debit_role": LIABILITY,
            "credit_role": CLEARING,
            "credit_account": 2406,
            "in_gl": 1,
            "subsidiary": 2,
        },
    )
    assert moved_by_account(book([], []), moved, narrowed, JANUARY, ()) == {(1, 2405): 600, (2, 2406): 42}


def test_an_account_that_ever_served_counts_whatever_netsuite_or_a_journal_did_there(book, narrowed):
    """An invoice credited 4000, which once was a liability account: its journal debits it again."""
    moved = rows({"base_amount": 1000, "debit_account": 4000, "category": TOOLS})
    assert moved_by_account(book([], []), moved, narrowed, JANUARY, {4000}) == {
        (1, FOR_TOOLS): 1000,
        (1, 4000): -1000 + 1000,
    }


def test_an_opening_stands_on_the_accounts_of_the_first_periods_mapping(book, narrowed):
    opening = rows(
        {"base_amount": 1000, "category": TOOLS, "event": Event.OPENING, "in_gl": 1, "debit_account": 4000},
        {"base_amount": 400, "debit_role": LIABILITY, "credit_role": REVENUE, "category": TOOLS},
        {"base_amount": 30, "product": 9},
        {"base_amount": 5, "subsidiary": 2},
        {"base_amount": 9, "debit_role": Role.CONTRACT_ASSET, "credit_role": REVENUE},
    )
    found = opened_by_account(book([], []), opening, narrowed, JANUARY)
    assert found == {(1, FOR_TOOLS): 600, (1, FOR_NINE): 30, (2, ABROAD): 5}
    nothing = rows({"base_amount": 9, "debit_role": Role.CONTRACT_ASSET, "credit_role": REVENUE})
    assert opened_by_account(book([], []), nothing, narrowed, JANUARY) == {}


# What moves.


@pytest.fixture
def moving(book, line, bill, narrowed):
    """January of 300.00 of tools and 600.00 of care, billed in full, on accounts that held this before."""

    def of(standing, subsidiary=1, accounts=(), decimals=None, **settings):
        lines = [line(category=TOOLS), line(id=12, product=8, category=CARE, stated=60000, line_rank=1)]
        bills = [bill(1, 30000, "2025-01-05"), bill(2, 60000, "2025-01-05", product=8)]
        made = book(lines, [{**one, "subsidiary": subsidiary} for one in bills], subsidiary=subsidiary)
        made = replace(made, decimals=decimals or {})
        policy = replace(narrowed, **settings)
        result = close_period(made, made.calendar.index("2025-01"), policy)
        return move_liabilities(made, result, policy, JANUARY, standing, accounts)

    return of


def test_accounts_that_hold_too_much_give_to_those_that_hold_too_little(moving):
    found, problems = moving({(1, 2401): 500, (1, 2402): 700, (1, FOR_TOOLS): -900, (1, FOR_CARE): -300})
    assert problems == ()
    # Billing, 900.00, came to the account of no category, and revenue left those of tools (100.00) and care (200.00),
    # which owe 200.00 and 400.00: they lack 309.00 and 603.00 in all.
    assert [(r["debit_account"], r["credit_account"], r["base_amount"]) for r in found.rows()] == [
        (GENERAL, FOR_TOOLS, 30900),
        (GENERAL, FOR_CARE, 59100),
        (2401, FOR_CARE, 500),
        (2402, FOR_CARE, 700),
    ]


def test_a_reclass_row_is_of_its_subsidiary_and_nobody_elses(moving):
    found, problems = moving({(1, 2401): 500, (1, FOR_TOOLS): -500})
    assert problems == ()
    assert [
        {name: value for name, value in row.items() if value != NONE}
        for row in found.rows()
        if row["debit_account"] == 2401
    ] == [
        {
            "cause": 0, "in_gl": 0,
            "period": 12, "event": Event.RECLASS, "debit_role": LIABILITY, "credit_role": LIABILITY,
            "debit_account": 2401, "credit_account": FOR_CARE, "subsidiary": 1, "currency": 0, "base_currency": 0,
            "amount": 500, "base_amount": 500,
        }
    ]  # fmt: skip


def test_what_the_accounts_lack_is_told_in_the_subsidiarys_currency(moving):
    found, problems = moving({(1, GENERAL): 5, (3, GENERAL): 700}, decimals={0: 3})
    assert len(found) == 0
    assert [(one.kind, one.where, one.message, one.blocking) for one in problems] == [
        (
            "liability_accounts_unequal",
            f"subsidiary {subsidiary}",
            f"The contract liability accounts of subsidiary {subsidiary} do not hold what its contracts owe: they lack "
            f"{gap} of its base currency. Nothing is moved between them.",
            False,
        )
        for subsidiary, gap in ((1, "-0.005"), (3, "-7.00"))
    ]


def test_one_subsidiary_that_is_wrong_does_not_keep_another_from_being_set_right(moving):
    found, problems = moving({(1, 2401): 500, (1, FOR_TOOLS): -500, (3, GENERAL): 700})
    assert [one.where for one in problems] == ["subsidiary 3"]
    assert {row["subsidiary"] for row in found.rows()} == {1}


def test_a_subsidiary_without_contracts_or_ledger_rows_is_left_alone(moving):
    found, problems = moving({(3, 2401): 70, (3, GENERAL): -70})
    assert {row["subsidiary"] for row in found.rows()} == {1}
    assert problems == ()


def test_where_an_account_is_missing_nothing_is_said_of_that_subsidiary(moving):
    found, problems = moving({(1, NONE): 5, (3, FOR_TOOLS): 7})
    assert len(found) == 0
    assert [one.where for one in problems] == ["subsidiary 3"]


def test_a_subsidiary_that_only_has_unassigned_billing_is_set_right_too(book, bill, narrowed):
    made = book([], [bill(1, 500, "2025-01-05", subsidiary=2, product=9, currency=3)])
    result = close_period(made, made.calendar.index("2025-01"), narrowed)
    found, problems = move_liabilities(made, result, narrowed, JANUARY, {(2, 2401): 70, (2, ABROAD): -70}, ())
    assert problems == ()
    assert {(r["debit_account"], r["credit_account"]) for r in found.rows()} <= {
        (2401, ABROAD),
        (2401, FOR_NINE),
    }
    assert set(found.base_currency.tolist()) == {3}


def test_accounts_that_hold_what_is_owed_are_left_alone(book, line, bill, narrowed):
    made = book([line(category=TOOLS)], [bill(1, 30000, "2025-01-05")])
    plain = replace(narrowed, accounts=Accounts(RULES[:1], OTHERS))
    result = close_period(made, made.calendar.index("2025-01"), plain)
    assert len(move_liabilities(made, result, plain, JANUARY, {}, ())[0]) == 0
    # A cent that stands elsewhere comes back.
    cent, _ = move_liabilities(made, result, plain, JANUARY, {(1, 2401): 1, (1, GENERAL): -1}, ())
    assert [(r["debit_account"], r["credit_account"], r["base_amount"]) for r in cent.rows()] == [
        (2401, GENERAL, 1)
    ]
    cent, _ = move_liabilities(made, result, plain, JANUARY, {(1, 2401): -1, (1, GENERAL): 1}, ())
    assert [(r["debit_account"], r["credit_account"], r["base_amount"]) for r in cent.rows()] == [
        (GENERAL, 2401, 1)
    ]


def test_an_account_that_holds_nothing_yet_is_given_what_it_owes(book, line, bill, narrowed):
    made = book([line(category=TOOLS, start="2025-03-01")], [bill(1, 30000, "2025-01-05")])
    result = close_period(made, made.calendar.index("2025-01"), narrowed)
    found, problems = move_liabilities(made, result, narrowed, JANUARY, {}, ())
    assert problems == ()
    assert [(r["debit_account"], r["credit_account"], r["base_amount"]) for r in found.rows()] == [
        (GENERAL, FOR_TOOLS, 30000)
    ]


def test_billing_of_closed_periods_counts(book, line, bill, close, narrowed):
    """Billed in January, looked at in February."""
    made = book([line(category=TOOLS)], [bill(1, 30000, "2025-01-05")])
    _, after = close(made, "2025-01", narrowed)
    result, _ = close(after, "2025-02", narrowed)
    early = replace(narrowed, accounts=Accounts(RULES[:5], OTHERS))
    assert owed_by_account(after, result, early, parse_day("2025-02-28")) == {(1, FOR_TOOLS): 10000}
