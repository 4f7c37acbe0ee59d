"""Where every contract stands after the close: billed, recognised, and what nets to a liability or an asset."""

from __future__ import annotations

import numpy as np

from revrec.accounting.base_totals import Standing
from revrec.accounting.book import Balances, Book, PriorSplits
from revrec.accounting.columns import NONE, Column, find_rows, sum_by
from revrec.accounting.earning import Earned
from revrec.accounting.netting import net_contracts, net_customers, prior_columns, unassigned_balances
from revrec.accounting.terms import AssetKind, BalanceScope, Method


def stand(book: Book, splits: PriorSplits, contract_of: Column, earned: Earned) -> Standing:
    size, ids = len(book.contracts), book.contracts.id
    billed_before, base_billed_before, base_fx_before = prior_columns(
        book.prior.balances, ids, "billed", "base_billed", "base_fx"
    )
    contract = find_rows(ids, splits.contract)
    assigned = contract != NONE
    recognised_before = sum_by(contract_of, earned.booked, size)
    unfinished = np.zeros(size, dtype=bool)
    unfinished[contract_of[~earned.finished]] = True
    return Standing(
        billed=sum_by(contract[assigned], splits.amount[assigned], size),
        billed_before=billed_before,
        recognised=recognised_before + sum_by(contract_of, earned.revenue, size),
        recognised_before=recognised_before,
        base_billed=sum_by(contract[assigned], splits.base_amount[assigned], size),
        base_billed_before=base_billed_before,
        base_recognised_before=sum_by(contract_of, earned.base_booked, size),
        base_fx_before=base_fx_before,
        finished=~unfinished,
        excess_e6=sum_by(contract_of, earned.excess_e6, size),
    )


def balance_contracts(
    book: Book,
    splits: PriorSplits,
    standing: Standing,
    base_revenue: Column,
    base_fx: Column,
    contract_of: Column,
    earned: Earned,
) -> Balances:
    contracts = book.contracts
    size = len(contracts)
    rows = Balances.of(
        scope=int(BalanceScope.CONTRACT),
        contract=contracts.id,
        customer=contracts.customer,
        subsidiary=contracts.subsidiary,
        currency=contracts.currency,
        billed=standing.billed,
        recognised=standing.recognised,
        base_billed=standing.base_billed,
        base_recognised=standing.base_recognised_before + sum_by(contract_of, base_revenue, size),
        base_fx=standing.base_fx_before + base_fx,
    )
    netted = net_contracts(rows, _unbilled(book, splits, contract_of, earned))
    live = np.zeros(size, dtype=bool)
    for name in ("billed", "recognised", "base_billed", "base_recognised", "base_fx"):
        live |= getattr(netted, name) != 0
    live |= find_rows(book.prior.balances.contract, contracts.id) != NONE
    return Balances.concat((netted.take(live), unassigned_balances(splits)))


def balance_customers(balances: Balances) -> Balances:
    """Contract rows keep billed and recognised; liability and assets stand on the customer's row."""
    is_contract = balances.scope == BalanceScope.CONTRACT
    contracts = balances.take(is_contract)
    customers = net_customers(contracts, contracts.unbilled_receivable)
    bare = contracts.columns()
    for name in (
        "liability",
        "contract_asset",
        "unbilled_receivable",
        "base_liability",
        "base_contract_asset",
        "base_unbilled_receivable",
    ):
        bare[name] = np.zeros(len(contracts), dtype=np.int64)
    return Balances.concat((Balances(**bare), customers, balances.take(~is_contract)))


def _unbilled(book: Book, splits: PriorSplits, contract_of: Column, earned: Earned) -> Column:
    """Per contract, revenue ahead of billing on lines whose right waits for nothing but time (606-10-45-4)."""
    o = book.obligations
    by_method = (o.method == Method.UNITS) | (o.method == Method.AS_INVOICED)
    kind = (o.asset_kind == AssetKind.UNBILLED_RECEIVABLE) | ((o.asset_kind == AssetKind.AUTO) & by_method)
    if not kind.any():
        return np.zeros(len(book.contracts), dtype=np.int64)
    billed = np.zeros(len(o), dtype=np.int64)
    one = splits.obligation != NONE
    np.add.at(billed, find_rows(o.id, splits.obligation[one]), splits.amount[one])
    ahead = np.where(kind, np.maximum(earned.target - billed, 0), 0)
    return sum_by(contract_of, ahead, len(book.contracts))
