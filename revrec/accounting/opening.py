# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Cut-over: opening balances that were loaded stand in for those that would be computed.

Recognised per obligation and billed per contract, through the day before the first period. What they differ by from
the computed ones is booked at the first close, cause ``conversion``, by nothing more than the rule that books the
difference between what should have been earned and what is booked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from revrec.accounting.book import Book, Prior, PriorBooked, PriorSplits
from revrec.accounting.close import close_period
from revrec.accounting.columns import (
    NONE,
    Column,
    Table,
    among,
    column,
    filled,
    find_rows,
    rows_where,
    sort_rows,
    sum_by,
)
from revrec.accounting.ledger import bill
from revrec.accounting.policy import Policy
from revrec.accounting.postings import base_currencies, post_revenue
from revrec.accounting.result import Booked, CloseResult, Transfers
from revrec.accounting.terms import AccountType, BalanceScope, Event, HoldReason


@dataclass(frozen=True, eq=False)
class LoadedRevenue(Table):
    """What was recognised of an obligation, minor units."""

    obligation: Column = column()
    recognised: Column = column()
    base_recognised: Column = column()


@dataclass(frozen=True, eq=False)
class LoadedBilling(Table):
    """What was billed of a contract, minor units."""

    contract: Column = column()
    billed: Column = column()
    base_billed: Column = column()


@dataclass(frozen=True, eq=False)
class OpeningDifference(Table):
    """Computed less loaded, of an obligation (recognised) or a contract as a whole (billed, ``obligation`` NONE)."""

    contract: Column = column()
    obligation: Column = column(NONE)
    computed: Column = column()
    loaded: Column = column()
    base_computed: Column = column()
    base_loaded: Column = column()


def stand_in(
    book: Book,
    period: int,
    policy: Policy,
    computed: CloseResult,
    revenue: LoadedRevenue,
    billing: LoadedBilling,
) -> CloseResult:
    """The opening as it was loaded, in the form of the one ``computed`` from ``book`` at the end of ``period``.

    Every obligation that either knows gets a row, so that the first close knows what it corrects.
    """
    booked = _booked(book, computed, revenue)
    splits = _splits(book, period, computed, billing)
    # Nothing is earned here: with every obligation waiting, balances come of what was loaded alone.
    waiting = replace(book.obligations, hold=filled(len(book.obligations), int(HoldReason.BY_USER)))
    known = PriorBooked.of(
        obligation=booked.obligation,
        recognised=booked.target,
        base_recognised=booked.base_target,
    )
    loaded = replace(
        book,
        obligations=waiting,
        prior=Prior(booked=known, splits=splits),
        first_period=period + 1,
    )
    standing = close_period(loaded, period, replace(policy, remeasure_assets=False))
    # What earlier rates and netting did until then; billing and revenue are those of the sheet.
    settled = standing.transfers.take(among(standing.transfers.event, (Event.FX, Event.NETTING)))
    none = filled(len(splits), NONE)
    billed = bill(
        splits,
        period,
        filled(len(splits), int(Event.BILLING)),
        np.zeros(len(splits), dtype=np.bool_),
        none,
        customer=splits.customer,
        base_currency=base_currencies(book, splits.subsidiary, splits.currency),
    )
    return replace(
        computed,
        booked=booked,
        splits=splits,
        balances=standing.balances,
        transfers=Transfers.concat((billed, post_revenue(book, booked, period), settled)),
    )


def opening_differences(
    book: Book, computed: CloseResult, revenue: LoadedRevenue, billing: LoadedBilling
) -> OpeningDifference:
    """Computed less loaded, obligations first; only what differs."""
    o = book.obligations
    ids = np.unique(np.concatenate((computed.booked.obligation, revenue.obligation)))
    home = find_rows(o.id, ids)
    ids, home = ids[home != NONE], home[home != NONE]
    by_line = OpeningDifference.of(
        contract=o.contract[home],
        obligation=ids,
        computed=_value(computed.booked.obligation, computed.booked.target, ids),
        loaded=_value(revenue.obligation, revenue.recognised, ids),
        base_computed=_value(computed.booked.obligation, computed.booked.base_target, ids),
        base_loaded=_value(revenue.obligation, revenue.base_recognised, ids),
    )
    balances = computed.balances.take(computed.balances.scope == BalanceScope.CONTRACT)
    ids = np.unique(np.concatenate((balances.contract, billing.contract)))
    by_contract = OpeningDifference.of(
        contract=ids,
        computed=_value(balances.contract, balances.billed, ids),
        loaded=_value(billing.contract, billing.billed, ids),
        base_computed=_value(balances.contract, balances.base_billed, ids),
        base_loaded=_value(billing.contract, billing.base_billed, ids),
    )
    both = OpeningDifference.concat((by_line, by_contract))
    return both.take((both.computed != both.loaded) | (both.base_computed != both.base_loaded))


def _booked(book: Book, computed: CloseResult, revenue: LoadedRevenue) -> Booked:
    o = book.obligations
    ids = np.unique(np.concatenate((computed.booked.obligation, revenue.obligation)))
    row = find_rows(o.id, ids)
    ids, row = ids[row != NONE], row[row != NONE]
    target = _value(revenue.obligation, revenue.recognised, ids)
    base = _value(revenue.obligation, revenue.base_recognised, ids)
    was = computed.booked
    # Under the segments that the computed revenue carries, so that what is taken back leaves them.
    own = np.where(o.segments[row] == NONE, o.default_segments[row], o.segments[row])
    earned = find_rows(was.obligation, ids)
    return Booked.of(
        obligation=ids,
        contract=o.contract[row],
        order_version=o.order_version[row],
        allocated=_value(was.obligation, was.allocated, ids),
        fraction_numerator=_value(was.obligation, was.fraction_numerator, ids),
        fraction_denominator=np.maximum(_value(was.obligation, was.fraction_denominator, ids), 1),
        target=target,
        revenue=target,
        current=target,
        base_revenue=base,
        base_target=base,
        segments=np.where(earned == NONE, own, was.segments[earned] if len(was) else own),
    )


def _splits(book: Book, period: int, computed: CloseResult, billing: LoadedBilling) -> PriorSplits:
    """The documents that bill each contract, as computed, and one row for what was loaded beyond or below them. That
    row bills the contract as a whole; of an invoice that is its own contract the last line."""
    contracts, o = book.contracts, book.obligations
    assigned = computed.splits.take(computed.splits.contract != NONE)
    row = find_rows(contracts.id, assigned.contract)
    beyond = _value(billing.contract, billing.billed, contracts.id) - sum_by(
        row, assigned.amount, len(contracts)
    )
    base = _value(billing.contract, billing.base_billed, contracts.id)
    base_beyond = base - sum_by(row, assigned.base_amount, len(contracts))
    rows = rows_where((beyond != 0) | (base_beyond != 0))
    own = rows_where(o.own != 0)
    own = own[sort_rows(o.contract[own], o.line_rank[own], o.id[own])]
    last = np.searchsorted(o.contract[own], contracts.id[rows], side="right") - 1
    obligation = filled(rows.size, NONE)
    if own.size:
        mine = (last >= 0) & (o.contract[own[np.maximum(last, 0)]] == contracts.id[rows])
        obligation = np.where(mine, o.id[own[np.maximum(last, 0)]], NONE)
    loaded = PriorSplits.of(
        document=filled(rows.size, NONE),
        line=np.arange(rows.size, dtype=np.int64),
        contract=contracts.id[rows],
        obligation=obligation,
        customer=contracts.customer[rows],
        subsidiary=contracts.subsidiary[rows],
        currency=contracts.currency[rows],
        amount=beyond[rows],
        base_amount=base_beyond[rows],
        account=filled(rows.size, NONE),
        account_type=filled(rows.size, int(AccountType.DEFERRED_REVENUE)),
        period=filled(rows.size, period),
        service_day=filled(rows.size, int(book.calendar.ends[period])),
    )
    return PriorSplits.concat((computed.splits, loaded))


def _value(keys: Column, values: Column, wanted: Column) -> Column:
    """The value of each wanted key, added up; zero where there is none."""
    row = find_rows(wanted, keys)
    known = row != NONE
    return sum_by(row[known], values[known], wanted.size)
