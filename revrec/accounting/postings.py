"""The transfers of a close: billing, recognition and adjustment, fx, netting."""

from __future__ import annotations

import numpy as np

from revrec.accounting.billing import Billing
from revrec.accounting.book import Balances, Book
from revrec.accounting.columns import NONE, Column, distinct, filled, find_rows, rows_where
from revrec.accounting.ledger import bill, transfer
from revrec.accounting.mapping import map_accounts
from revrec.accounting.netting import asset_changes
from revrec.accounting.policy import Policy
from revrec.accounting.result import Booked, Transfers
from revrec.accounting.segmenting import carry_segments
from revrec.accounting.terms import AccountType, Event, Role


def post_billing(book: Book, billing: Billing, period: int, policy: Policy, day: int) -> Transfers:
    moved = billing.moved
    if not len(moved):
        return Transfers.empty()
    product = moved.product
    none = filled(len(moved), NONE)
    role = filled(len(moved), int(Role.CONTRACT_LIABILITY))
    deferred = moved.account_type == AccountType.DEFERRED_REVENUE
    account: Column = none
    if deferred.any():
        account = map_accounts(policy.accounts, role, product, none, moved.subsidiary, day).account
    return bill(
        moved,
        period,
        billing.event,
        billing.late,
        account,
        customer=moved.customer,
        base_currency=base_currencies(book, moved.subsidiary, moved.currency),
        document_version=billing.document_version,
    )


def post_revenue(book: Book, booked: Booked, period: int) -> Transfers:
    adjustment, current = carry_segments(booked, book.prior.booked)
    contracts = book.contracts
    parts = []
    for event, carried, causes in (
        (Event.ADJUSTMENT, adjustment, booked.cause),
        (Event.RECOGNITION, current, np.zeros_like(booked.cause)),
    ):
        if not (carried.amount.any() or carried.base.any()):
            continue
        of = booked if carried.whole else booked.take(carried.row)
        row = find_rows(book.obligations.id, of.obligation)
        home = find_rows(book.contracts.id, of.contract)
        parts.append(
            transfer(
                carried.amount,
                carried.base,
                Role.CONTRACT_LIABILITY,
                Role.REVENUE,
                period=period,
                event=int(event),
                cause=causes[carried.row],
                contract=of.contract,
                obligation=of.obligation,
                customer=contracts.customer[home],
                subsidiary=contracts.subsidiary[home],
                currency=contracts.currency[home],
                base_currency=contracts.base_currency[home],
                product=book.obligations.product[row],
                category=book.obligations.category[row],
                segments=carried.segments,
                order_version=of.order_version,
            )
        )
    return Transfers.concat(parts)


def post_fx(book: Book, base_fx: Column, period: int) -> Transfers:
    rows = rows_where(base_fx)
    if not rows.size:
        return Transfers.empty()
    contracts = book.contracts.take(rows)
    return transfer(
        np.zeros(rows.size, dtype=np.int64),
        base_fx[rows],
        Role.CONTRACT_LIABILITY,
        Role.FX_ADJUSTMENT,
        period=period,
        event=int(Event.FX),
        contract=contracts.id,
        customer=contracts.customer,
        subsidiary=contracts.subsidiary,
        currency=contracts.currency,
        base_currency=contracts.base_currency,
    )


def post_netting(book: Book, balances: Balances, period: int) -> Transfers:
    changes = asset_changes(balances, book.prior.balances)
    if not changes["contract"].size:
        return Transfers.empty()
    base_currency = base_currencies(book, changes["subsidiary"], changes["currency"])
    parts = []
    for role, name in (
        (Role.CONTRACT_ASSET, "contract_asset"),
        (Role.UNBILLED_RECEIVABLE, "unbilled_receivable"),
    ):
        parts.append(
            transfer(
                changes[name],
                changes[f"base_{name}"],
                role,
                Role.CONTRACT_LIABILITY,
                period=period,
                event=int(Event.NETTING),
                contract=changes["contract"],
                customer=changes["customer"],
                subsidiary=changes["subsidiary"],
                currency=changes["currency"],
                base_currency=base_currency,
            )
        )
    return Transfers.concat(parts)


def base_currencies(book: Book, subsidiary: Column, currency: Column) -> Column:
    """The base currency of each subsidiary, as the contracts have it; the transaction's own where none has."""
    contracts = book.contracts
    if not len(contracts):
        return currency
    subsidiaries = distinct(contracts.subsidiary)
    base = np.empty(subsidiaries.size, dtype=np.int64)
    base[find_rows(subsidiaries, contracts.subsidiary)] = contracts.base_currency
    at = find_rows(subsidiaries, subsidiary)
    return np.where(at == NONE, currency, base[np.maximum(at, 0)])
