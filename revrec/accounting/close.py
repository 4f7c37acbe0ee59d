"""Closing a period: what should have been earned, less what is booked, and everything that follows from it.

    revenue(p)    = target(p) - booked through p-1
    adjustment(p) = target(p-1) - booked through p-1      shown apart, with its cause
    current(p)    = target(p) - target(p-1)

``close_period`` is a function of the book alone. It never raises for what it finds in the data: findings come back as
problems, and a result with a blocking one must not be written down. Nothing booked in a closed period is ever changed:
every correction is a movement of the period being closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from revrec.accounting.allocated import list_allocations
from revrec.accounting.allocation import stated_prices
from revrec.accounting.balancing import balance_contracts, balance_customers, stand
from revrec.accounting.base_totals import Standing
from revrec.accounting.billing import is_bad_debt
from revrec.accounting.book import Balances, Book, PriorSplits
from revrec.accounting.checks import check_again, check_book
from revrec.accounting.columns import NONE, Column, Each, find_rows, rows_where
from revrec.accounting.controls import check_allocated, check_result
from revrec.accounting.earning import Earned, book_revenue, document_days, earn
from revrec.accounting.findings import (
    find_assets_left,
    find_held,
    find_overage,
    find_unassigned,
    find_undecided,
)
from revrec.accounting.fx import Converted, convert_revenue
from revrec.accounting.modifications import Outcome
from revrec.accounting.overage import overage_e6, overage_earned
from revrec.accounting.planning import Planned, Prepared, plan_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.postings import post_billing, post_fx, post_netting, post_revenue
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.result import Booked, CloseResult, Held, Transfers, UnassignedBilling
from revrec.accounting.terms import HoldReason


def close_period(book: Book, period: int, policy: Policy, prepared: Prepared | None = None) -> CloseResult:
    """Close one period: revenue, billing, fx, netting, balances, and what is held, unassigned or wrong.

    ``book``: all facts known at the close and what earlier closes booked. ``period``: index into its calendar. A
    result with a blocking problem is incomplete or wrong and must not be booked. ``prepared``: what the same facts and
    policy came to in a close before, where the caller has kept it.
    """
    problems = check_book(book, period) if prepared is None else check_again(book, period)
    if blockers(problems):
        return _nothing(period, problems)
    return close_planned(plan_contracts(book, period, policy, prepared), period, policy, problems)


def close_planned(
    planned: Planned, period: int, policy: Policy, problems: tuple[Problem, ...] = ()
) -> CloseResult:
    """``close_period`` of a book that passed ``check_book`` and is planned. ``problems``: what the check found."""
    stock = take_stock(planned, period, policy)
    result = write_up(stock, period, policy)
    found = (
        *problems,
        *stock.outcome.problems,
        *stock.converted.problems,
        *find_held(result.held, policy),
        *find_assets_left(stock.book, stock.balances, stock.standing),
        *find_unassigned(result.unassigned, policy),
        *find_undecided(stock.book, planned.billing.splits, policy),
        *find_overage(stock.book.obligations.id, stock.over),
        *check_stock(stock, result),
    )
    return replace(result, problems=found)


@dataclass(frozen=True, eq=False)
class Stock:
    """What is earned by the end of a period, and where every contract then stands: what a close writes up.

    ``outcome``: with what is earned of overage, ``over`` (quantities) of which was delivered. ``balances``: of
    contracts; ``netted``: as the policy nets them.
    """

    planned: Planned
    outcome: Outcome
    over: Column
    earned: Earned
    standing: Standing
    converted: Converted
    booked: Booked
    balances: Balances
    netted: Balances

    @property
    def book(self) -> Book:
        return self.planned.book


def take_stock(planned: Planned, period: int, policy: Policy, each: Each | None = None) -> Stock:
    """Work out targets, movements and balances. ``each``: the period of each obligation, where contracts in the base
    currency are closed for several at once."""
    book, contract_of, outcome, billing = planned.book, planned.contract_of, planned.outcome, planned.billing
    start, day = book.calendar.first_and_last(period if each is None else each)
    over, over_before = (overage_e6(outcome.plan, book.obligations.method, at) for at in (day, start - 1))
    beyond, beyond_before = (
        overage_earned(book, e6, contract_of, billing.splits, outcome.stated, outcome.allocated, at)
        for e6, at in ((over, day), (over_before, start - 1))
    )
    outcome = replace(outcome, allocated=outcome.allocated + beyond)
    earned = earn(
        book,
        outcome.plan,
        period if each is None else each,
        planned.reason,
        contract_of,
        billing.splits,
        planned.causes,
        beyond,
        beyond_before,
        planned.usage_causes,
    )
    standing = stand(book, billing.splits, contract_of, earned)
    converted = convert_revenue(book, period, policy, contract_of, earned, standing, billing.splits)
    booked = book_revenue(book, earned, converted.base_revenue, outcome.allocated, billing.splits)
    balances = balance_contracts(
        book, billing.splits, standing, converted.base_revenue, converted.base_fx, contract_of, earned
    )
    netted = balances if policy.netting == "contract" else balance_customers(balances)
    return Stock(planned, outcome, over, earned, standing, converted, booked, balances, netted)


def write_up(stock: Stock, period: int, policy: Policy, each: Each | None = None) -> CloseResult:
    """The ledger rows and lists of a close, without findings. ``each``: as in ``take_stock``."""
    book, billing, earned = stock.book, stock.planned.billing, stock.earned
    day = int(book.calendar.ends[period])
    transfers = Transfers.concat(
        (
            post_billing(book, billing, period, policy, day),
            post_revenue(book, stock.booked, period),
            post_fx(book, stock.converted.base_fx, period),
            post_netting(book, stock.netted, period),
        )
    )
    return CloseResult(
        period,
        stock.booked,
        transfers,
        billing.moved,
        stock.netted,
        _unassigned(book, billing.splits, day),
        _held(book, stock.planned.reason, stock.outcome.allocated, earned),
        allocations=list_allocations(book, stock.outcome, earned, period if each is None else each, policy),
        reasons=stock.outcome.reasons,
    )


def check_stock(stock: Stock, result: CloseResult) -> tuple[Problem, ...]:
    """The controls of a close: what they find is a fault of this program."""
    book, contract_of = stock.book, stock.planned.contract_of
    return (
        *check_allocated(book.contracts.id, contract_of, stated_prices(book), stock.outcome.inception),
        *check_result(book, result),
    )


def _nothing(period: int, problems: tuple[Problem, ...]) -> CloseResult:
    return CloseResult(
        period,
        Booked.empty(),
        Transfers.empty(),
        PriorSplits.empty(),
        Balances.empty(),
        UnassignedBilling.empty(),
        Held.empty(),
        problems,
    )


def _unassigned(book: Book, splits: PriorSplits, day: int) -> UnassignedBilling:
    loose = splits.take(splits.contract == NONE)
    if not len(loose):
        return UnassignedBilling.empty()
    dated = document_days(book, loose)
    return UnassignedBilling(
        loose.document,
        loose.line,
        loose.customer,
        loose.subsidiary,
        loose.currency,
        loose.amount,
        loose.base_amount,
        dated,
        np.maximum(day - dated, 0),
    )


def _held(book: Book, reason: Column, allocated: Column, earned: Earned) -> Held:
    o = book.obligations
    rows = rows_where(reason != NONE)
    waiting = Held.empty()
    if rows.size:
        home = find_rows(book.contracts.id, o.contract[rows])
        waiting = Held.of(
            reason=reason[rows],
            contract=o.contract[rows],
            obligation=o.id[rows],
            currency=book.contracts.currency[home],
            amount=allocated[rows] - earned.booked[rows],
        )
    if not len(book.billing):
        return waiting
    lines = book.billing.take((book.billing.hold != NONE) | is_bad_debt(book.billing))
    if not len(lines):
        return waiting
    return Held.concat(
        (
            waiting,
            Held.of(
                reason=np.where(lines.hold == NONE, int(HoldReason.BAD_DEBT), lines.hold),
                document=lines.document,
                line=lines.line,
                currency=lines.currency,
                amount=lines.amount,
            ),
        )
    )
