"""What is billed and recognised nets to a liability or an asset: per contract, per customer, in both currencies."""

import numpy as np

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.columns import NONE
from revrec.accounting.netting import (
    ASSETS,
    PARTY,
    asset_changes,
    net_contracts,
    net_customers,
    prior_columns,
    unassigned_balances,
)
from revrec.accounting.terms import AccountType, BalanceScope

SIDES = ("liability", "contract_asset", "unbilled_receivable")


def balances(*rows):
    """Contract rows of customer 5, numbered from 1, unless a row says otherwise."""
    usual = {"scope": int(BalanceScope.CONTRACT), "customer": 5, "subsidiary": 1, "currency": 0}
    full = [{"contract": 1 + n, **usual, **row} for n, row in enumerate(rows)]
    names = {name: 0 for row in full for name in row}
    return Balances.of(**{name: [row.get(name, 0) for row in full] for name in names})


def at(billed, recognised, base_billed=0, base_recognised=0, base_fx=0, **given):
    return {
        "billed": billed, "recognised": recognised, "base_billed": base_billed,
        "base_recognised": base_recognised, "base_fx": base_fx, **given,
    }  # fmt: skip


def stands(table, base=False):
    """Liability, contract asset and unbilled receivable of each row."""
    names = [f"base_{name}" for name in SIDES] if base else SIDES
    return [tuple(row[name] for name in names) for row in table.rows()]


def netted(*rows, unbilled=0):
    table = balances(*rows)
    columns = np.broadcast_to(np.asarray(unbilled, dtype=np.int64), len(table))
    return net_contracts(table, columns)


def test_a_contract_billed_ahead_owes_service_and_one_earned_ahead_is_owed_money():
    table = netted(at(300, 100), at(100, 300), at(200, 200), at(-50, 0), at(0, -50))
    assert stands(table) == [(200, 0, 0), (0, 200, 0), (0, 0, 0), (0, 50, 0), (50, 0, 0)]
    assert table.contract.tolist() == [1, 2, 3, 4, 5] and set(table.customer.tolist()) == {5}


def test_an_asset_is_a_receivable_as_far_as_its_right_waits_for_nothing_but_time():
    rows = [at(100, 300), at(100, 300), at(100, 300), at(300, 100)]
    table = netted(*rows, unbilled=[0, 50, 999, 999])
    assert stands(table) == [(0, 200, 0), (0, 150, 50), (0, 0, 200), (200, 0, 0)]


def test_the_base_balance_stands_on_the_side_of_the_transaction_balance():
    # 830: what the rates of the day leave on the other side of zero stays with the balance that it belongs to.
    table = netted(
        at(300, 100, 330, 115, 5),
        at(100, 300, 110, 350, -20),
        at(300, 299, 300, 305),
        at(299, 300, 305, 300),
    )
    assert stands(table, base=True) == [(210, 0, 0), (0, 220, 0), (-5, 0, 0), (0, -5, 0)]


def test_base_units_left_without_a_transaction_balance_take_the_side_of_their_own_sign():
    table = netted(
        at(300, 300, 330, 329), at(300, 300, 330, 331), at(300, 300, 330, 330), at(0, 0, 330, 331, -1)
    )
    assert stands(table, base=True) == [(1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 0)]
    assert stands(table) == [(0, 0, 0)] * 4


def test_the_base_asset_is_shared_as_the_asset_is():
    # 2.00 ahead, 0.50 of it a receivable: a quarter of the base asset, and half a unit is rounded away from zero.
    table = netted(
        at(100, 300, 110, 350), at(100, 300, 110, 352), at(100, 300), at(300, 100, 330, 110), unbilled=50
    )
    assert stands(table, base=True) == [(0, 180, 60), (0, 181, 61), (0, 0, 0), (220, 0, 0)]
    one = netted(at(0, 1, 0, 3), unbilled=1)
    assert (stands(one), stands(one, base=True)) == ([(0, 0, 1)], [(0, 0, 3)])


def test_a_customers_contracts_are_set_against_each_other_within_subsidiary_and_currency():
    contracts = balances(
        at(300, 100, 330, 110, 7),
        at(0, 150, 0, 160, 2),
        at(0, 70, 0, 80, currency=1),
        at(0, 90, 0, 95, subsidiary=2),
        at(0, 20, 0, 30, customer=6),
        at(10, 0, 20, 0, 1, customer=6),
    )
    table = net_customers(contracts, np.asarray([0, 150, 30, 0, 20, 0]))
    assert [
        (row["customer"], row["subsidiary"], row["currency"], row["billed"], row["recognised"])
        for row in table.rows()
    ] == [(5, 1, 0, 300, 250), (5, 1, 1, 0, 70), (5, 2, 0, 0, 90), (6, 1, 0, 10, 20)]
    assert stands(table) == [(50, 0, 0), (0, 40, 30), (0, 90, 0), (0, 0, 10)]
    assert [(row["base_billed"], row["base_recognised"], row["base_fx"]) for row in table.rows()] == [
        (330, 270, 9), (0, 80, 0), (0, 95, 0), (20, 30, 1)
    ]  # fmt: skip
    assert stands(table, base=True) == [(51, 0, 0), (0, 46, 34), (0, 95, 0), (0, 0, 11)]
    assert set(table.scope.tolist()) == {BalanceScope.CUSTOMER} and set(table.contract.tolist()) == {NONE}


# Unassigned billing.


def loose(*rows):
    usual = {
        "document": 1, "line": 1, "contract": NONE, "obligation": NONE, "customer": 5, "subsidiary": 1,
        "currency": 0, "amount": 100, "base_amount": 110, "account": 4000, "account_type": AccountType.INCOME,
        "period": 3,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    return PriorSplits.of(**{name: [row[name] for row in full] for name in usual})


def test_what_no_contract_absorbs_is_all_liability_and_never_netted():
    table = unassigned_balances(
        loose(
            {},
            {"amount": 20, "base_amount": 22},
            {"contract": 1, "amount": 999},
            {"currency": 1},
            {"subsidiary": 2, "amount": -30, "base_amount": -33},
            {"customer": 4},
        )
    )
    assert [
        (row["customer"], row["subsidiary"], row["currency"], row["billed"], row["liability"])
        for row in table.rows()
    ] == [(4, 1, 0, 100, 100), (5, 1, 0, 120, 120), (5, 1, 1, 100, 100), (5, 2, 0, -30, -30)]
    assert [(row["base_billed"], row["base_liability"]) for row in table.rows()] == [
        (110, 110), (132, 132), (110, 110), (-33, -33)
    ]  # fmt: skip
    assert set(table.scope.tolist()) == {BalanceScope.UNASSIGNED} and set(table.contract.tolist()) == {NONE}
    assert not any(row["contract_asset"] or row["recognised"] for row in table.rows())


def test_unassigned_billing_that_comes_to_nothing_in_both_currencies_has_no_row():
    back = {"amount": -100, "base_amount": -110}
    assert len(unassigned_balances(loose({"contract": 1}))) == 0
    assert len(unassigned_balances(loose({}, back))) == 0
    cents = unassigned_balances(loose({}, {**back, "base_amount": -109}))
    assert [(row["billed"], row["base_billed"]) for row in cents.rows()] == [(0, 1)]
    cents = unassigned_balances(loose({}, {**back, "amount": -99}))
    assert [(row["billed"], row["base_billed"]) for row in cents.rows()] == [(1, 0)]


# Movements since the last close.


def movements(now, prior):
    found = asset_changes(balances(*now), balances(*prior))
    assert list(found) == [*PARTY, *ASSETS]
    return {
        (contract, customer): (asset, receivable, base_asset, base_receivable)
        for contract, customer, asset, receivable, base_asset, base_receivable in zip(
            *(found[name].tolist() for name in ("contract", "customer", *ASSETS)), strict=True
        )
    }


def test_an_asset_moves_by_what_it_is_less_what_it_was():
    was = {"contract_asset": 100, "base_contract_asset": 110}
    assert movements([{"contract_asset": 130, "base_contract_asset": 150}], [was]) == {(1, 5): (30, 0, 40, 0)}
    receivable = {"unbilled_receivable": 60, "base_unbilled_receivable": 66}
    assert movements([receivable], [was]) == {(1, 5): (-100, 60, -110, 66)}


def test_an_asset_that_begins_or_ends_moves_in_full():
    asset = {"contract": 2, "contract_asset": 100, "base_contract_asset": 110}
    assert movements([asset], [{"liability": 900}]) == {(2, 5): (100, 0, 110, 0)}
    assert movements([{"liability": 900}], [asset]) == {(2, 5): (-100, 0, -110, 0)}
    assert movements([{"liability": 900}], [{"liability": 800}]) == {}
    assert movements([{"base_contract_asset": 1}], []) == {(1, 5): (0, 0, 1, 0)}
    assert movements([{"base_unbilled_receivable": 1}], []) == {(1, 5): (0, 0, 0, 1)}


def test_parties_are_told_apart_by_all_that_names_them():
    asset = {"contract": NONE, "contract_asset": 100, "scope": int(BalanceScope.CUSTOMER)}
    for name in ("customer", "subsidiary", "currency", "scope", "contract"):
        found = asset_changes(balances(asset), balances({**asset, name: 2}))
        assert sorted(found["contract_asset"].tolist()) == [-100, 100], name
    assert movements([asset], [asset]) == {(NONE, 5): (0, 0, 0, 0)}


def test_what_contracts_had_before_is_found_by_contract_and_zero_where_there_is_none():
    was = balances(
        at(300, 100, contract=8),
        at(50, 20, contract=NONE, scope=int(BalanceScope.CUSTOMER)),
        at(70, 60, contract=4),
    )
    ids = np.asarray([4, 6, 8])
    billed, recognised = prior_columns(was, ids, "billed", "recognised")
    assert (billed.tolist(), recognised.tolist()) == ([70, 0, 300], [60, 0, 100])
    for nothing in (Balances.empty(), was.take(was.contract == NONE)):
        (billed,) = prior_columns(nothing, ids, "billed")
        assert billed.tolist() == [0, 0, 0] and billed.dtype == np.int64
