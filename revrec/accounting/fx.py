"""Revenue in the subsidiary's base currency (830-10-45-18, IFRIC 22).

``billing``: revenue up to what is billed carries the rates of its invoices, first in first out; revenue ahead of
billing carries its period's rate and is trued up to ``fx`` when it is billed. ``contract``: everything at the
contract's one rate; what NetSuite billed at another rate goes to ``fx``. A finished contract whose transaction balance
is zero clears its last base units to ``fx``.

Invariant: base billed - base recognised - fx = base liability - base assets, per contract. ``fx`` is a debit of the
liability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, find_rows, group_rows, rows_where, sort_rows, sum_by
from revrec.accounting.money import RATE_SCALE, apportion, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem


@dataclass(frozen=True, eq=False)
class Standing:
    """Cumulative amounts per contract, before and after the close: transaction and base minor units."""

    billed: Column
    billed_before: Column
    recognised: Column
    recognised_before: Column
    base_billed: Column
    base_billed_before: Column
    base_recognised_before: Column
    base_fx_before: Column
    finished: Mask
    excess_e6: Column  # what rounding left out of ``recognised``, millionths of a minor unit


@dataclass(frozen=True, eq=False)
class Converted:
    """Per obligation the base amount of its revenue; per contract the ``fx`` of the period (debit of the liability)."""

    base_revenue: Column
    base_fx: Column
    problems: tuple[Problem, ...]


@dataclass(frozen=True, eq=False)
class Layers:
    """What is billed of each contract, oldest first: rows in order of contract. ``base`` is at the invoice's rate."""

    contract: Column
    amount: Column
    base: Column


def convert_revenue(
    book: Book,
    period: int,
    policy: Policy,
    contract_of: Column,
    revenue: Column,
    standing: Standing,
    splits: PriorSplits,
) -> Converted:
    """Base amounts of a period's revenue, contract by contract, shared over the obligations that earned it."""
    contracts = book.contracts
    foreign = (contracts.currency != contracts.base_currency) & (contracts.currency != NONE)
    base_revenue = revenue.copy()
    if not foreign.any():
        return Converted(base_revenue, np.zeros(len(contracts), dtype=np.int64), ())
    rate = _rates(book, period, policy.fx_rate, foreign)
    if policy.fx_rate == "contract":
        total, net = _at_contract_rate(standing, rate)
        needed = (standing.billed != 0) | (standing.recognised != 0)
    else:
        total, net, needed = _at_billing_rates(book, standing, rate, splits, foreign, policy.remeasure_assets)
    problems = _missing_rates(book, period, foreign & needed & (rate == 0))
    # A finished contract without a transaction balance keeps no base balance either.
    done = standing.finished & (standing.billed == standing.recognised)
    net = np.where(done, 0, net)
    base_fx = np.where(
        foreign,
        standing.base_billed - standing.base_recognised_before - total - standing.base_fx_before - net,
        0,
    )
    rows = rows_where(foreign[contract_of] & (revenue != 0))
    base_revenue[foreign[contract_of]] = 0
    base_revenue[rows] = _share_out(total, standing, revenue[rows], contract_of[rows])
    silent = np.ones(len(contracts), dtype=bool)
    silent[contract_of[rows]] = False
    base_fx = base_fx + np.where(silent & foreign, total, 0)
    return Converted(base_revenue, base_fx, problems)


def _rates(book: Book, period: int, rule: str, foreign: Mask) -> Column:
    """Base minor units per transaction minor unit, x 10**10, per contract; 0 where there is none."""
    contracts, rates = book.contracts, book.rates
    rate = np.zeros(len(contracts), dtype=np.int64)
    in_period = rates.take(rates.period == period)
    for row in in_period.rows():
        same = (contracts.currency == row["currency"]) & (contracts.base_currency == row["base_currency"])
        rate[same] = row["rate_e10"]
    if rule == "contract":
        rate = np.where(contracts.exchange_rate_e10 == NONE, rate, contracts.exchange_rate_e10)
    for currency, base in sorted(
        {
            (int(c), int(b))
            for c, b in zip(contracts.currency[foreign], contracts.base_currency[foreign], strict=True)
        }
    ):
        shift = book.decimals.get(base, 2) - book.decimals.get(currency, 2)
        same = (contracts.currency == currency) & (contracts.base_currency == base)
        if shift > 0:
            rate[same] *= 10**shift
        elif shift < 0:
            rate[same] = share_columns(rate[same], 1, 10**-shift)
    return rate


def _missing_rates(book: Book, period: int, without: Mask) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "missing_rate",
            f"currency {currency}",
            f"Currency {currency} has no rate for period {book.calendar.names[period]}: load the rates of the period.",
        )
        for currency in np.unique(book.contracts.currency[without]).tolist()
    )


def _at_contract_rate(standing: Standing, rate: Column) -> tuple[Column, Column]:
    """Base revenue of the period and the base balance to keep, per contract, at the contract's one rate."""
    exact, scale = _exact(standing)
    target = share_columns(exact, rate, RATE_SCALE * scale)
    balance = share_columns(standing.billed, rate, RATE_SCALE) - target
    return target - standing.base_recognised_before, balance


EXACT = 10**6
"""Positions on the layers of billing are counted in millionths of a minor unit, where they fit."""
ROOM = 9 * 10**12
"""Amounts up to this can be counted so; those of larger contracts in thousandths, or in whole minor units."""


def _exact(s: Standing) -> tuple[Column, Column]:
    """What is recognised, unrounded, and the scale that it is counted in, per contract."""
    largest = np.maximum(np.abs(s.recognised), np.abs(s.billed))
    scale = np.where(largest <= ROOM, EXACT, np.where(largest <= ROOM * 1000, 1000, 1))
    return s.recognised * scale + share_columns(s.excess_e6, scale, EXACT), scale


def _at_billing_rates(
    book: Book, s: Standing, rate: Column, splits: PriorSplits, foreign: Mask, remeasure: bool
) -> tuple[Column, Column, Mask]:
    """As above, first in first out over the invoices, the period's rate ahead of them; and who needs that rate."""
    layers = _layers(book, splits, foreign)
    carried = s.base_recognised_before + s.base_fx_before
    ahead_before = np.maximum(s.recognised_before - s.billed_before, 0)
    ahead_base = np.where(ahead_before > 0, carried - s.base_billed_before, 0)
    newly_billed = s.billed - s.billed_before
    # A credit on revenue already recognised turns that part into revenue ahead of billing, at the credit's own base.
    covered_before = np.minimum(s.recognised_before, s.billed_before)
    uncovered = np.maximum(covered_before - np.maximum(s.billed, 0), 0)
    ahead_before = ahead_before + uncovered
    ahead_base = ahead_base + share_columns(
        s.base_billed_before - s.base_billed, uncovered, np.maximum(-newly_billed, 1)
    )
    # Billing catches up with the oldest revenue ahead of it.
    ahead = np.maximum(s.recognised - s.billed, 0)
    left = np.maximum(ahead_before - np.maximum(newly_billed, 0), 0)
    left_base = share_columns(ahead_base, left, np.maximum(ahead_before, 1))
    grown = ahead - left
    grown_base = np.where(
        grown >= 0,
        share_columns(grown, rate, RATE_SCALE),
        share_columns(left_base, grown, np.maximum(left, 1)),
    )
    exact, scale = _exact(s)
    at_covered = _base_upto(layers, exact, scale)
    from_before = _base_upto(layers, np.minimum(s.recognised_before, s.billed) * scale, scale)
    # Where nothing was ahead, the running total goes on from what is booked, so that its rounding settles by itself.
    known = _layers(book, book.prior.splits, foreign)
    carried_by_layers = carried - (
        s.base_billed_before - sum_by(known.contract, known.base, len(book.contracts))
    )
    from_before = np.where(ahead_before == 0, carried_by_layers, from_before)
    total = at_covered - from_before + grown_base
    in_layers = sum_by(layers.contract, layers.base, len(book.contracts))
    asset = left_base + grown_base
    if remeasure:
        asset = np.where(rate > 0, share_columns(ahead, rate, RATE_SCALE), asset)
    net = np.where(ahead > 0, -asset, in_layers - at_covered)
    return total, net, grown > 0


def _base_upto(layers: Layers, position: Column, scale_of: Column) -> Column:
    """Base amount of the first ``position`` (x scale) units billed, per contract: of all of them where it is more."""
    if not layers.contract.size:
        return np.zeros(position.size, dtype=np.int64)
    running = np.cumsum(layers.amount)
    starts = np.concatenate(([True], layers.contract[1:] != layers.contract[:-1]))
    before = running - layers.amount
    start_of = before[starts][np.cumsum(starts) - 1]
    below, scale = before - start_of, scale_of[layers.contract]
    used = np.clip(position[layers.contract] - below * scale, 0, layers.amount * scale)
    part = share_columns(layers.base, used, layers.amount * scale)
    return sum_by(layers.contract, part, position.size)


def _layers(book: Book, splits: PriorSplits, foreign: Mask) -> Layers:
    """Invoices net of the credits that take them back."""
    contract = find_rows(book.contracts.id, splits.contract)
    rows = rows_where((contract != NONE) & foreign[np.maximum(contract, 0)])
    contract, splits = contract[rows], splits.take(rows)
    origin = _origin(book, splits)
    group, first = group_rows(contract, origin)
    size = first.size
    amount = sum_by(group, splits.amount, size)
    positive = splits.amount > 0
    invoiced = sum_by(group, np.where(positive, splits.amount, 0), size)
    invoiced_base = sum_by(group, np.where(positive, splits.base_amount, 0), size)
    owner = contract[first]
    order = sort_rows(owner, _posted(book, splits)[first])  # documents of one period stay in their order
    owner, amount, invoiced, invoiced_base = (
        owner[order],
        amount[order],
        invoiced[order],
        invoiced_base[order],
    )
    amount = _without_credits(owner, amount)
    base = share_columns(invoiced_base, amount, np.maximum(invoiced, 1))
    live = amount > 0
    return Layers(owner[live], amount[live], base[live])


def _origin(book: Book, splits: PriorSplits) -> Column:
    """The invoice that each split's document was created from, else the document itself."""
    billing = book.billing
    credits = rows_where(billing.created_from != NONE)
    if not credits.size:
        return splits.document
    documents, first = np.unique(billing.document[credits], return_index=True)
    at = find_rows(documents, splits.document)
    return np.where(at == NONE, splits.document, billing.created_from[credits][first][np.maximum(at, 0)])


def _posted(book: Book, splits: PriorSplits) -> Column:
    """The posting period of each split's document."""
    documents, first = np.unique(book.billing.document, return_index=True)
    at = find_rows(documents, splits.document)
    if not documents.size:
        return splits.period
    return np.where(at == NONE, splits.period, book.billing.period[first][np.maximum(at, 0)])


def _without_credits(owner: Column, amount: Column) -> Column:
    """Credits that name no invoice take back the newest billing before them, and what they exceed it by the next.

    Rows in order of owner, the oldest first.
    """
    out = amount.copy()
    for contract in np.unique(
        owner[amount < 0]
    ).tolist():  # few: contracts with such a credit in a foreign currency
        first, end = np.searchsorted(owner, (contract, contract + 1)).tolist()
        out[first:end] = _take_back(amount[first:end].tolist())
    return out


def _take_back(amounts: list[int]) -> list[int]:
    """What is left of the billing of one contract, oldest first, by the credits in between."""
    left: list[int] = []
    pending = 0
    for amount in amounts:
        taken = min(pending, max(amount, 0))
        left.append(max(amount, 0) - taken)
        pending += max(-amount, 0) - taken
        for at in range(len(left) - 1, -1, -1):
            if not pending:
                break
            taken = min(pending, left[at])
            left[at] -= taken
            pending -= taken
    return left


def _share_out(total: Column, standing: Standing, revenue: Column, contract: Column) -> Column:
    """Share a contract's base revenue over its obligations by their revenue, to the unit.

    Where revenue of both signs meets, the smaller side carries what the contract's revenue was booked at so far, and
    the larger side takes the rest: what both come to may be next to nothing, and says little of their rate.
    """
    contracts = total.size
    up, down = np.maximum(revenue, 0), np.maximum(-revenue, 0)
    ups, downs = sum_by(contract, up, contracts), sum_by(contract, down, contracts)
    booked = standing.recognised_before
    booked_base = np.where(booked > 0, standing.base_recognised_before, 0)
    minor = share_columns(booked_base, np.minimum(ups, downs), np.maximum(booked, 1))
    ups_total = np.where(ups >= downs, total + minor, minor)
    downs_total = ups_total - total
    gained = apportion(ups_total, up, contract, contracts)
    shared: Column = gained - apportion(downs_total, down, contract, contracts)
    return shared
