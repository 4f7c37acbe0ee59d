"""Revenue in the subsidiary's base currency (830-10-45-18, IFRIC 22).

``billing``: revenue up to what is billed carries the rates of its invoices, first in first out; revenue ahead of
billing carries its period's rate and is trued up to ``fx`` when it is billed. ``contract``: everything at the
contract's one rate; what NetSuite billed at another rate goes to ``fx``. A finished contract whose transaction balance
is zero clears its last base units to ``fx``.

Base amounts come from unrounded transaction amounts. A line has a base target of its own at the contract's one rate,
and for what is ahead of billing; what is billed bills the contract, so there the contract has one, which its lines
share.

Invariant: base billed - base recognised - fx = base liability - base assets, per contract. ``fx`` is a debit of the
liability.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.base_lines import BaseLines, ExchangeRates, list_lines
from revrec.accounting.base_sharing import share_totals
from revrec.accounting.base_totals import Standing, move_totals
from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import NONE, Column, Mask, rows_where, sum_by
from revrec.accounting.earning import Earned
from revrec.accounting.money import RATE_SCALE
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem


@dataclass(frozen=True, eq=False)
class Converted:
    """Per obligation the base amount of its revenue; per contract the ``fx`` of the period (debit of the liability)."""

    base_revenue: Column
    base_fx: Column
    problems: tuple[Problem, ...]


def convert_revenue(
    book: Book,
    period: int,
    policy: Policy,
    contract_of: Column,
    earned: Earned,
    standing: Standing,
    splits: PriorSplits,
) -> Converted:
    """Base amounts of a period's revenue, line by line, and what of each contract is left to ``fx``."""
    contracts = book.contracts
    foreign = (contracts.currency != contracts.base_currency) & (contracts.currency != NONE)
    base_revenue = earned.revenue.copy()
    if not foreign.any():
        return Converted(base_revenue, np.zeros(len(contracts), dtype=np.int64), ())
    rates = _rates(book, period, policy.fx_rate, foreign)
    rows = rows_where(foreign[contract_of])
    lines = list_lines(earned, contract_of, rows)
    if policy.fx_rate == "contract":
        base_revenue[rows], net = _at_contract_rate(standing, lines, rates)
        needed = (standing.billed != 0) | (standing.recognised != 0)
    else:
        same = rates.rate == _rates(book, period - 1, policy.fx_rate, foreign).rate
        totals = move_totals(book, standing, lines, rates, same, splits, foreign, policy.remeasure_assets)
        base_revenue[rows], net = share_totals(totals, standing, lines), totals.net
        needed = totals.ahead
    problems = _missing_rates(book, period, foreign & needed & (rates.rate == 0))
    # A finished contract without a transaction balance keeps no base balance either.
    done = standing.finished & (standing.billed == standing.recognised)
    net = np.where(done, 0, net)
    recognised = standing.base_recognised_before + sum_by(contract_of, base_revenue, len(contracts))
    base_fx = np.where(foreign, standing.base_billed - recognised - standing.base_fx_before - net, 0)
    return Converted(base_revenue, base_fx, problems)


def _rates(book: Book, period: int, rule: str, foreign: Mask) -> ExchangeRates:
    """The rate of each contract, exactly as it is quoted."""
    contracts, quoted = book.contracts, book.rates
    rate = np.zeros(len(contracts), dtype=np.int64)
    scale = np.full(len(contracts), RATE_SCALE, dtype=np.int64)
    for row in quoted.take(quoted.period == period).rows():
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
        rate[same] *= 10 ** max(shift, 0)
        scale[same] *= 10 ** max(-shift, 0)
    common = np.gcd(rate, scale)
    return ExchangeRates(rate // common, scale // common)


def _missing_rates(book: Book, period: int, without: Mask) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            "missing_rate",
            f"currency {currency}",
            f"Currency {currency} has no rate for period {book.calendar.names[period]}: load the rates of the period.",
        )
        for currency in np.unique(book.contracts.currency[without]).tolist()
    )


def _at_contract_rate(standing: Standing, lines: BaseLines, rates: ExchangeRates) -> tuple[Column, Column]:
    """Base revenue of each line, and the base balance to keep of each contract, at the contract's one rate."""
    at = rates.take(lines.contract)
    target = lines.now.convert(at)
    moved = lines.moved
    revenue = np.where(moved, target - lines.base_booked, 0)
    # What did not move stays at what it was booked at, as long as that was at this rate.
    stands = np.where(~moved & lines.booked_at(at), lines.base_booked, target)
    balance = rates.convert(standing.billed) - sum_by(lines.contract, stands, standing.billed.size)
    return revenue, balance
