"""What must always hold after a close: each control fails on the row that breaks it, and names it."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.controls import (
    check_allocated,
    check_balances,
    check_booked,
    check_result,
    check_roll_forward,
    check_transfers,
)
from revrec.accounting.problem import Problem
from revrec.accounting.result import Booked, CloseResult, Held, Transfers, UnassignedBilling
from revrec.accounting.terms import BalanceScope, Cause, Event, Role


def column(*values):
    return np.asarray(values, dtype=np.int64)


def found(problems):
    assert all(one.blocking for one in problems)
    return [(one.kind, one.where) for one in problems]


def ledger_row(**given):
    """100.00 of contract 1 recognised: liability to revenue."""
    row = {
        "period": 12, "event": Event.RECOGNITION, "debit_role": Role.CONTRACT_LIABILITY, "credit_role": Role.REVENUE,
        "contract": 1, "customer": 5, "subsidiary": 1, "currency": 0, "base_currency": 0, "amount": 10000,
        "base_amount": 10000,
    }  # fmt: skip
    return Transfers.of(**{name: [int(value)] for name, value in {**row, **given}.items()})


def balance(scope=BalanceScope.CONTRACT, contract=1, **given):
    """Billed 300.00, recognised 100.00: a liability of 200.00, in both currencies."""
    row = {
        "billed": 30000, "recognised": 10000, "liability": 20000,
        "base_billed": 30000, "base_recognised": 10000, "base_liability": 20000,
    }  # fmt: skip
    row = {
        **row,
        "scope": scope,
        "contract": contract,
        "customer": 5,
        "subsidiary": 1,
        "currency": 0,
        **given,
    }
    return Balances.of(**{name: [int(value)] for name, value in row.items()})


@pytest.mark.parametrize(
    "given",
    [
        {"amount": -1, "base_amount": 1},
        {"amount": 1, "base_amount": -1},
        {"amount": 0, "base_amount": 0},
        {"credit_role": Role.CONTRACT_LIABILITY},
        {"credit_role": Role.CONTRACT_LIABILITY, "debit_account": 7, "credit_account": 7},
        {"credit_role": Role.CONTRACT_LIABILITY, "debit_account": 7, "credit_account": 7, "event": Event.RECLASS},
    ],
)  # fmt: skip
def test_a_ledger_row_moves_a_positive_amount_from_one_place_to_another(given):
    assert check_transfers(ledger_row(**given)) == (
        Problem(
            "transfer_amount",
            "contract 1",
            "The ledger rows of contract 1 move nothing, less than nothing, or from a place to itself.",
        ),
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"amount": 0},
        {"base_amount": 0},
        {"credit_role": Role.CONTRACT_LIABILITY, "debit_account": 7, "credit_account": 8, "event": Event.RECLASS},
        {"debit_account": 7, "credit_account": 7},
    ],
)  # fmt: skip
def test_one_currency_alone_may_move_and_so_may_one_role_between_accounts(given):
    assert check_transfers(ledger_row(**given)) == ()


def test_ledger_rows_of_no_contract_are_named_by_their_customer():
    wrong = [ledger_row(contract=contract, customer=6, amount=-5) for contract in (3, NONE, 2, 3)]
    assert found(check_transfers(Transfers.concat([ledger_row(), *wrong]))) == [
        ("transfer_amount", "contract 2, 3"),
        ("transfer_amount", "customer 6"),
    ]


def test_prices_are_added_up_for_each_contract_by_itself():
    ids, of = column(8, 4), column(1, 0, 0, 1)
    assert check_allocated(ids, of, column(100, 50, 30, 20), column(110, 40, 40, 10)) == ()
    # What one contract lacks does not make up for what another has too much.
    assert check_allocated(ids, of, column(100, 50, 30, 20), column(101, 50, 30, 20)) == (
        Problem(
            "allocation_does_not_foot",
            "contract 4",
            "The allocated amounts of contract 4 do not add up to its price.",
        ),
    )
    assert found(check_allocated(ids, of, column(100, 50, 30, 20), column(101, 49, 30, 20))) == [
        ("allocation_does_not_foot", "contract 4, 8")
    ]


@pytest.mark.parametrize(
    ("revenue", "adjustment", "current", "cause", "holds"),
    [
        (100, 0, 100, Cause.NONE, True),
        (100, 40, 60, Cause.LATE, True),
        (0, -40, 40, Cause.CREDIT, True),
        (100, 40, 61, Cause.LATE, False),
        (100, 40, 60, Cause.NONE, False),
        (100, 0, 100, Cause.LATE, False),
    ],
)
def test_revenue_is_adjustment_and_current_part_with_a_cause_where_there_is_one(
    revenue, adjustment, current, cause, holds
):
    one = Booked.of(
        obligation=[9, 8], contract=[1, 1], target=[0, 0], revenue=[0, revenue], adjustment=[0, adjustment],
        current=[0, current], cause=[0, int(cause)],
    )  # fmt: skip
    sentence = "Revenue of obligation 8 is not its adjustment plus its current part, or its cause is missing."
    assert check_booked(one) == (
        () if holds else (Problem("booked_does_not_foot", "obligation 8", sentence),)
    )


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"billed": 0, "liability": 0, "contract_asset": 10000},
        {"billed": 0, "liability": 0, "contract_asset": 7000, "unbilled_receivable": 3000},
        {"base_billed": 30500, "base_fx": 500},
        {"base_recognised": 31000, "base_liability": 0, "base_contract_asset": 400, "base_unbilled_receivable": 600},
        {"scope": BalanceScope.UNASSIGNED, "contract": NONE, "billed": -5, "recognised": 0, "liability": -5},
    ],
)  # fmt: skip
def test_what_is_billed_ahead_is_liability_and_what_is_earned_ahead_is_asset(given):
    assert check_balances(balance(**given)) == ()


@pytest.mark.parametrize(
    "given",
    [
        {"billed": 30001},
        {"recognised": 10001},
        {"liability": 20001},
        {"liability": 0},
        {"billed": 0, "liability": 0, "contract_asset": 9999},
        {"billed": 0, "liability": 0, "unbilled_receivable": 10001},
        {"liability": 20001, "contract_asset": 1},
        {"liability": 20001, "unbilled_receivable": 1},
        {"billed": 9999, "liability": -1},
        {"liability": 0, "contract_asset": -20000},
        {"liability": 0, "unbilled_receivable": -20000},
        {"base_billed": 30001},
        {"base_recognised": 10001},
        {"base_fx": 1},
        {"base_liability": 20001},
        {"base_contract_asset": 1},
        {"base_unbilled_receivable": 1},
    ],
)
def test_a_balance_that_does_not_foot_is_named(given):
    rows = Balances.concat([balance(contract=2), balance(**given)])
    assert check_balances(rows) == (
        Problem(
            "balance_does_not_foot",
            "contract 1",
            "Billed less recognised of contract 1 is not its liability or its asset.",
        ),
    )


def test_under_netting_by_customer_the_customers_row_holds_the_balance():
    bare = balance(liability=0, base_liability=0)
    whole = balance(scope=BalanceScope.CUSTOMER, contract=NONE)
    assert check_balances(Balances.concat([bare, whole])) == ()
    short = balance(scope=BalanceScope.CUSTOMER, contract=NONE, customer=6, liability=19999)
    loose = balance(scope=BalanceScope.UNASSIGNED, contract=NONE, customer=4, liability=19999)
    assert found(check_balances(Balances.concat([bare, whole, short, loose]))) == [
        ("balance_does_not_foot", "customer 4, 6")
    ]
    # A contract's row has to foot where no customer nets.
    assert found(check_balances(bare)) == [("balance_does_not_foot", "contract 1")]


def closed(transfers, balances):
    return CloseResult(
        12, Booked.empty(), transfers, PriorSplits.empty(), balances, UnassignedBilling.empty(), Held.empty()
    )


BEFORE = balance(base_billed=30040, base_fx=40)
MOVED = [
    ledger_row(debit_role=Role.BILLING_OFFSET, credit_role=Role.CONTRACT_LIABILITY, amount=6000, base_amount=6100),
    ledger_row(amount=2500, base_amount=2600),
    ledger_row(credit_role=Role.FX_ADJUSTMENT, amount=0, base_amount=70),
    ledger_row(debit_role=Role.CONTRACT_ASSET, credit_role=Role.CONTRACT_LIABILITY, event=Event.NETTING, amount=900),
    ledger_row(
        debit_role=Role.CONTRACT_LIABILITY, credit_role=Role.CONTRACT_LIABILITY, debit_account=1, credit_account=2
    ),
    ledger_row(contract=NONE, debit_role=Role.BILLING_OFFSET, credit_role=Role.CONTRACT_LIABILITY, amount=111),
]  # fmt: skip
AFTER = balance(
    billed=36000, recognised=12500, base_billed=36140, base_recognised=12600, base_fx=110,
    liability=23500, base_liability=23430,
)  # fmt: skip


def rolled(transfers=None, after=AFTER, before=BEFORE):
    moved = Transfers.concat(MOVED if transfers is None else transfers)
    return check_roll_forward(before, closed(moved, after))


def test_opening_billing_revenue_and_exchange_differences_come_to_the_closing_balance():
    assert rolled() == ()


@pytest.mark.parametrize("left_out", [0, 1])
def test_a_ledger_row_that_is_missing_leaves_the_balance_unexplained_in_both_currencies(left_out):
    assert rolled([*MOVED[:left_out], *MOVED[left_out + 1 :]]) == tuple(
        Problem(
            f"roll_forward_{amount}",
            "contract 1",
            "Opening balance plus movements of contract 1 is not its closing balance.",
        )
        for amount in ("amount", "base_amount")
    )


def test_an_exchange_difference_that_is_missing_is_one_of_base_currency_alone():
    assert found(rolled([*MOVED[:2], *MOVED[3:]])) == [("roll_forward_base_amount", "contract 1")]


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("billed", ["roll_forward_amount"]),
        ("recognised", ["roll_forward_amount"]),
        ("base_billed", ["roll_forward_base_amount"]),
        ("base_recognised", ["roll_forward_base_amount"]),
        ("base_fx", ["roll_forward_base_amount"]),
    ],
)
def test_opening_and_closing_count_in_every_part(name, kinds):
    for wrong in ("after", "before"):
        rows = {"after": AFTER, "before": BEFORE}[wrong]
        bent = replace(rows, **{name: getattr(rows, name) + 1})
        assert [one.kind for one in rolled(**{wrong: bent})] == kinds


def test_a_contract_that_is_known_on_one_side_alone_is_rolled_forward_too():
    assert rolled([], Balances.empty(), balance(recognised=30000, base_recognised=30000)) == ()
    assert found(rolled([], Balances.empty())) == [
        ("roll_forward_amount", "contract 1"),
        ("roll_forward_base_amount", "contract 1"),
    ]
    other = ledger_row(contract=9, base_amount=0)
    assert found(rolled([*MOVED, other])) == [("roll_forward_amount", "contract 9")]
    turned = ledger_row(
        contract=9, base_amount=0, debit_role=Role.CLEARING, credit_role=Role.CONTRACT_LIABILITY
    )
    assert found(rolled([*MOVED, turned])) == [("roll_forward_amount", "contract 9")]
    # Customers' and unassigned rows are no contracts.
    loose = [
        balance(scope=scope, contract=NONE) for scope in (BalanceScope.CUSTOMER, BalanceScope.UNASSIGNED)
    ]
    assert rolled(after=Balances.concat([AFTER, *loose]), before=Balances.concat([BEFORE, *loose])) == ()


def test_a_result_is_checked_in_all_of_it(book, line, bill, policy):
    b = book([line()], [bill(1, 30000, "2025-01-05", order=100)])
    result = close_period(b, b.calendar.index("2025-01"), policy)
    assert check_result(b, result) == ()
    bent = replace(
        result,
        booked=replace(result.booked, current=result.booked.current + 1),
        balances=replace(result.balances, liability=result.balances.liability + 1),
        transfers=replace(result.transfers, amount=-result.transfers.amount),
    )
    assert found(check_result(b, bent)) == [
        ("transfer_amount", "contract 1"),
        ("booked_does_not_foot", "obligation 11"),
        ("balance_does_not_foot", "contract 1"),
        ("roll_forward_amount", "contract 1"),
    ]
