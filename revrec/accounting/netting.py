"""Contract liability, contract asset and unbilled receivable (606-10-45-1 to -5).

liability = max(billed - recognised, 0), asset = max(recognised - billed, 0), per contract, or per customer, subsidiary
and currency under ``netting = customer``. Unassigned billing is never netted.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Balances, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, filled, find_rows, group_rows, sum_by
from revrec.accounting.money import share_columns
from revrec.accounting.terms import BalanceScope

ASSETS = ("contract_asset", "unbilled_receivable", "base_contract_asset", "base_unbilled_receivable")


def net_contracts(balances: Balances, unbilled: Column) -> Balances:
    """Fill in liability and assets of rows that hold billed, recognised and fx.

    ``unbilled``: how much of an asset of the row would be an unbilled receivable, minor units.
    """
    net = balances.billed - balances.recognised
    base_net = balances.base_billed - balances.base_recognised - balances.base_fx
    asset = np.maximum(-net, 0)
    receivable = np.minimum(asset, unbilled)
    # The base balance follows the side on which the transaction balance stands; without one, its own sign.
    on_asset = (asset > 0) | ((net == 0) & (base_net < 0))
    base_asset = np.where(on_asset, -base_net, 0)
    base_receivable = receivable
    if receivable.any():
        base_receivable = share_columns(base_asset, receivable, np.maximum(asset, 1))
    columns = balances.columns()
    columns.update(
        liability=np.maximum(net, 0),
        contract_asset=asset - receivable,
        unbilled_receivable=receivable,
        base_liability=np.where(on_asset, 0, base_net),
        base_contract_asset=base_asset - base_receivable,
        base_unbilled_receivable=base_receivable,
    )
    return Balances(**columns)


def net_customers(contracts: Balances, unbilled: Column) -> Balances:
    """Contract rows added up by customer, subsidiary and currency, and netted there."""
    group, first = group_rows(contracts.customer, contracts.subsidiary, contracts.currency)
    columns = {name: array[first] for name, array in contracts.columns().items()}
    for name in ("billed", "recognised", "base_billed", "base_recognised", "base_fx"):
        columns[name] = sum_by(group, getattr(contracts, name), first.size)
    columns["scope"] = filled(first.size, int(BalanceScope.CUSTOMER))
    columns["contract"] = filled(first.size, NONE)
    return net_contracts(Balances(**columns), sum_by(group, unbilled, first.size))


def unassigned_balances(splits: PriorSplits) -> Balances:
    """Billing that no contract absorbs, by customer, subsidiary and currency: all of it liability."""
    loose = splits.take(splits.contract == NONE)
    if not len(loose):
        return Balances.empty()
    group, first = group_rows(loose.customer, loose.subsidiary, loose.currency)
    amount = sum_by(group, loose.amount, first.size)
    base = sum_by(group, loose.base_amount, first.size)
    rows = Balances.of(
        scope=int(BalanceScope.UNASSIGNED),
        customer=loose.customer[first],
        subsidiary=loose.subsidiary[first],
        currency=loose.currency[first],
        billed=amount,
        liability=amount,
        base_billed=base,
        base_liability=base,
    )
    return rows.take((amount != 0) | (base != 0))


PARTY = ("scope", "contract", "customer", "subsidiary", "currency")


def asset_changes(now: Balances, prior: Balances) -> dict[str, Column]:
    """Whose assets moved (the columns of ``PARTY``), and the movement of each asset column.

    Rows of either table that the other lacks count as zero there.
    """
    now, prior = now.take(_holds_asset(now)), prior.take(_holds_asset(prior))
    party = [np.concatenate((getattr(now, name), getattr(prior, name))) for name in PARTY]
    group, first = group_rows(*party)
    changes = {name: column[first] for name, column in zip(PARTY, party, strict=True)}
    for name in ASSETS:
        moved = np.concatenate((getattr(now, name), -getattr(prior, name)))
        changes[name] = sum_by(group, moved, first.size)
    return changes


def _holds_asset(balances: Balances) -> Mask:
    holding = np.zeros(len(balances), dtype=np.bool_)
    for name in ASSETS:
        holding |= getattr(balances, name) != 0
    return holding


def prior_columns(prior: Balances, contract_ids: Column, *names: str) -> list[Column]:
    """These columns of the prior contract rows for each contract id, 0 where there is none."""
    rows = prior.take(prior.scope == BalanceScope.CONTRACT)
    if not len(rows):
        return [np.zeros(contract_ids.size, dtype=np.int64) for _ in names]
    at = find_rows(rows.contract, contract_ids)
    known, at = at != NONE, np.maximum(at, 0)
    return [np.where(known, getattr(rows, name)[at], 0) for name in names]
