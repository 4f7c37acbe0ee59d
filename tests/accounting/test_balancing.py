"""Where every contract stands after a close: what is billed and recognised of it, and what that nets to."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.balancing import balance_contracts, balance_customers, stand
from revrec.accounting.book import Balances, Prior, PriorSplits
from revrec.accounting.columns import NONE
from revrec.accounting.earning import Earned
from revrec.accounting.schedule import Position
from revrec.accounting.terms import AssetKind, BalanceScope, Method

CONTRACT, CUSTOMER, UNASSIGNED = BalanceScope.CONTRACT, BalanceScope.CUSTOMER, BalanceScope.UNASSIGNED
AMOUNTS = ("billed", "recognised", "liability", "contract_asset", "unbilled_receivable")
BASE = ("base_billed", "base_recognised", "base_fx", "base_liability", "base_contract_asset")


@pytest.fixture
def orders(book, line):
    """Contract 9 with lines 11 and 12, then contract 4 with line 13. What is said goes for all three lines."""

    def of(prior=(), **given):
        lines = [
            line(contract=9, **given),
            line(id=12, contract=9, **given),
            line(id=13, contract=4, **given),
        ]
        return replace(book(lines, []), prior=Prior(balances=held(*prior)))

    return of


def held(*rows):
    if not rows:
        return Balances.empty()
    usual = {"scope": int(CONTRACT), "customer": 5, "subsidiary": 1, "currency": 0, "contract": NONE}
    names = [*usual, *AMOUNTS, *BASE]
    return Balances.of(**{name: [{**usual, **row}.get(name, 0) for row in rows] for name in names})


def splits(*rows):
    """Contract, obligation, amount and base amount."""
    if not rows:
        return PriorSplits.empty()
    contract, obligation, amount, base = zip(*rows, strict=True)
    return PriorSplits.of(
        document=range(len(rows)), line=1, contract=contract, obligation=obligation, customer=5, subsidiary=1,
        currency=0, amount=amount, base_amount=base, account=4000, account_type=0, period=0,
    )  # fmt: skip


def earned(target, booked=0, base_booked=0, finished=False, excess_e6=0):
    """One row for each of the three lines."""

    def column(value, kind=np.int64):
        return np.broadcast_to(np.asarray(value, dtype=kind), 3)

    none = column(0)
    return Earned(
        Position(none, none, none, none, none), column(target), column(booked), column(base_booked),
        column(target) - column(booked), none, none, column(False, bool), none, column(finished, bool),
        column(excess_e6),
    )  # fmt: skip


CONTRACT_OF = np.asarray([0, 0, 1])


def balances(book, billed, earning, netting="contract"):
    standing = stand(book, billed, CONTRACT_OF, earning)
    rows = balance_contracts(
        book, billed, standing, np.asarray([10, 20, 40]), np.asarray([1, -2]), CONTRACT_OF, earning
    )
    return rows if netting == "contract" else balance_customers(rows)


def amounts(table, names=AMOUNTS):
    return [(row["contract"], *(row[name] for name in names)) for row in table.rows()]


def test_a_contract_stands_at_what_its_lines_come_to(orders):
    was = [
        {"contract": 4, "billed": 70, "base_billed": 77, "base_fx": 3},
        {"scope": int(UNASSIGNED), "billed": 999},
    ]
    billed = splits(
        (9, 11, 500, 550), (9, NONE, 80, 88), (4, 13, 60, 66), (NONE, NONE, 7, 8), (9, 12, -30, -33)
    )
    standing = stand(
        orders(was), billed, CONTRACT_OF, earned([100, 200, 50], [40, 70, 90], [44, 77, 99], excess_e6=[5, 6, 8])
    )  # fmt: skip
    assert {name: column.tolist() for name, column in vars(standing).items()} == {
        "billed": [550, 60], "billed_before": [0, 70], "recognised": [300, 50], "recognised_before": [110, 90],
        "base_billed": [605, 66], "base_billed_before": [0, 77], "base_recognised_before": [121, 99],
        "base_fx_before": [0, 3], "finished": [False, False], "excess_e6": [11, 8],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "contracts"),
    [
        ([True, True, True], [True, True]),
        ([True, False, True], [False, True]),
        ([False, True, False], [False, False]),
    ],
)
def test_a_contract_is_finished_when_all_of_its_lines_are(orders, lines, contracts):
    standing = stand(orders(), splits(), CONTRACT_OF, earned(100, finished=lines))
    assert standing.finished.tolist() == contracts


def test_balances_hold_what_was_and_what_the_close_adds(orders):
    was = [{"contract": 9, "base_fx": 4, "liability": 1}]
    rows = balances(
        orders(was), splits((9, 11, 500, 600), (4, 13, 60, 66)), earned([100, 200, 80], 0, [90, 180, 50])
    )
    assert amounts(rows) == [(9, 500, 300, 200, 0, 0), (4, 60, 80, 0, 20, 0)]
    assert {column.dtype for column in rows.columns().values()} == {np.dtype(np.int64)}
    # base recognised: 90 + 180 + 10 + 20, and 50 + 40; fx: 4 + 1, and -2
    assert amounts(rows, BASE) == [(9, 600, 300, 5, 295, 0), (4, 66, 90, -2, 0, 22)]
    assert {(r["scope"], r["customer"], r["subsidiary"], r["currency"]) for r in rows.rows()} == {
        (CONTRACT, 5, 1, 0)
    }


def test_a_contract_that_never_stood_anywhere_has_no_row(book, line, close, policy):
    lines = [line(), line(id=12, contract=2, start="2025-02-01")]
    january, b = close(book(lines, []), "2025-01", policy)
    assert january.balances.contract.tolist() == [1]
    february, _ = close(b, "2025-02", policy)
    assert february.balances.contract.tolist() == [1, 2]


@pytest.mark.parametrize("name", ["billed", "recognised", "base_billed", "base_recognised", "base_fx"])
def test_a_contract_has_a_row_as_soon_as_any_amount_of_it_is_not_zero(orders, name):
    nothing = np.zeros(2, dtype=np.int64)
    b = orders()
    standing = stand(b, splits(), CONTRACT_OF, earned(0))
    given = {"billed": "billed", "recognised": "recognised", "base_billed": "base_billed"}
    own = {"base_recognised": "base_recognised_before", "base_fx": "base_fx_before"}
    standing = replace(standing, **{{**given, **own}[name]: np.asarray([0, 1])})
    rows = balance_contracts(
        b, splits(), standing, np.zeros(3, dtype=np.int64), nothing, CONTRACT_OF, earned(0)
    )
    assert rows.contract.tolist() == [4]  # fmt: skip


def test_a_contract_that_had_a_row_keeps_it_at_zero(orders):
    nothing = np.zeros(2, dtype=np.int64)
    b = orders([{"contract": 4, "billed": 70, "liability": 70}])
    standing = stand(b, splits(), CONTRACT_OF, earned(0))
    rows = balance_contracts(
        b, splits(), standing, np.zeros(3, dtype=np.int64), nothing, CONTRACT_OF, earned(0)
    )
    assert amounts(rows) == [(4, 0, 0, 0, 0, 0)]  # fmt: skip


def test_unassigned_billing_stands_beside_the_contracts(orders):
    rows = balances(orders(), splits((NONE, NONE, 30, 33), (9, 11, 500, 550)), earned(0))
    assert rows.scope.tolist() == [CONTRACT, CONTRACT, UNASSIGNED]
    assert amounts(rows)[2] == (NONE, 30, 0, 30, 0, 0)


# What is earned ahead of billing on lines whose right waits for nothing but time (606-10-45-4).


@pytest.mark.parametrize("method", list(Method))
def test_units_and_usage_ahead_of_billing_are_a_receivable_and_all_else_an_asset(orders, method):
    rows = balances(orders(method=method), splits(), earned([100, 200, 80]))
    ahead = method in (Method.UNITS, Method.AS_INVOICED)
    assert [row[-2:] for row in amounts(rows)] == ([(0, 300), (0, 80)] if ahead else [(300, 0), (80, 0)])


@pytest.mark.parametrize(
    ("kind", "method", "ahead"),
    [
        (AssetKind.UNBILLED_RECEIVABLE, Method.DAILY, True),
        (AssetKind.CONTRACT_ASSET, Method.UNITS, False),
        (AssetKind.CONTRACT_ASSET, Method.DAILY, False),
        (AssetKind.AUTO, Method.UNITS, True),
    ],
)
def test_a_product_may_say_which_it_is(orders, kind, method, ahead):
    rows = balances(orders(method=method, asset_kind=int(kind)), splits(), earned([100, 200, 80]))
    assert [row[-2:] for row in amounts(rows)] == ([(0, 300), (0, 80)] if ahead else [(300, 0), (80, 0)])


def test_a_line_is_ahead_by_what_it_earned_less_what_bills_it(orders):
    b = orders(method=Method.UNITS)
    b.obligations.method[1] = Method.DAILY
    # Line 11 is 60 ahead of its own billing; line 12 has 100 of the asset, which is no receivable.
    rows = balances(b, splits((9, 11, 40, 40), (9, 12, 100, 100), (4, 13, 90, 90)), earned([100, 200, 80]))
    assert amounts(rows) == [(9, 140, 300, 0, 100, 60), (4, 90, 80, 10, 0, 0)]
    # Billed beyond what it earned, line 11 takes nothing from line 12; billing of the whole contract is nobody's.
    rows = balances(
        b, splits((9, 11, 140, 140), (9, NONE, 30, 30), (4, NONE, 30, 30)), earned([100, 200, 80])
    )
    assert amounts(rows) == [(9, 170, 300, 0, 130, 0), (4, 30, 80, 0, 0, 50)]


def test_customer_netting_leaves_billed_and_recognised_with_the_contracts(orders):
    b = orders(method=Method.UNITS)
    billed = splits((9, 11, 340, 374), (NONE, NONE, 30, 33))
    rows = balances(b, billed, earned([100, 200, 80], 0, [110, 220, 88]), "customer")
    assert rows.scope.tolist() == [CONTRACT, CONTRACT, CUSTOMER, UNASSIGNED]
    assert {column.dtype for column in rows.columns().values()} == {np.dtype(np.int64)}
    assert amounts(rows) == [
        (9, 340, 300, 0, 0, 0),
        (4, 0, 80, 0, 0, 0),
        (NONE, 340, 380, 0, 0, 40),
        (NONE, 30, 0, 30, 0, 0),
    ]
    # base recognised 110 + 220 + 10 + 20 and 88 + 40; fx 1 and -2: 374 - 488 + 1
    assert amounts(rows, (*BASE, "base_unbilled_receivable")) == [
        (9, 374, 360, 1, 0, 0, 0),
        (4, 0, 128, -2, 0, 0, 0),
        (NONE, 374, 488, -1, 0, 0, 113),
        (NONE, 33, 0, 0, 33, 0, 0),
    ]
