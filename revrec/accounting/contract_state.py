"""The state of all contracts while their events are applied, and the steps that the treatments share."""

from __future__ import annotations

import numpy as np

from revrec.accounting.allocation import Weigher, stated_prices
from revrec.accounting.book import Book
from revrec.accounting.choices import Choices
from revrec.accounting.columns import NO_DAY, NONE, Column, Mask, among, filled, rows_where, sum_by
from revrec.accounting.happenings import Homes
from revrec.accounting.money import apportion
from revrec.accounting.recognition import BY_DAY
from revrec.accounting.remaining import RemainingWeights, Totals
from revrec.accounting.schedule import Legs, Plan, earn_legs
from revrec.accounting.sharing import Weights, share_by_weight
from revrec.accounting.treatments import Decided


class ContractState:
    """All obligations while events are applied: columns of the current legs, and those that ended.

    Lives for one call of ``run_contracts``; one path serves one contract and a million.
    """

    def __init__(
        self,
        book: Book,
        choices: Choices,
        weigher: Weigher,
        contract_of: Column,
        plan: Plan,
        weights: Weights,
        decided: Decided,
    ) -> None:
        self.book, self.plan, self.decided = book, plan, decided
        self.relative = choices.relative  # per contract: rests are pooled by stand-alone selling prices
        self.contract_of = contract_of
        self.now = {name: array.copy() for name, array in plan.legs.columns().items()}
        self.begun = ~decided.waits
        # Lines of one pool share what remains: those of the order and those that joined it; each separate contract is
        # a pool of its own. Members take part: all of them, or those that the latest prospective modification left.
        self.main = (decided.group == NONE) | decided.waits
        self.pool_of = np.where(self.main, contract_of, len(book.contracts) + decided.group)
        self.pools = len(book.contracts) + decided.groups
        self.relative_pools = np.zeros(self.pools, dtype=np.bool_)
        self.relative_pools[self.pool_of] = self.relative[contract_of]
        self.member = self.begun.copy()
        self.stated = stated_prices(book)
        self.remaining = RemainingWeights(weigher, weights, self.stated, self.relative[contract_of])
        # What was promised before the first prospective modification of the contract.
        self.first = self.begun & self.main
        self.quantity = book.obligations.quantity_e6.copy()
        # The day of the latest prospective modification of each pool, NO_DAY before the first.
        self.base_day = filled(self.pools, NO_DAY)
        # The day on which what remains of each obligation was weighed last, NO_DAY where all of it weighs.
        self.weighed_day = filled(self.stated.size, NO_DAY)
        self.past: list[Legs] = []
        # Of credits that are shared as on their own day, by their turn: the lines that they lower, and by what weights.
        self.shares: list[tuple[Mask, Column]] = []

    @property
    def modified(self) -> Mask:
        """Contracts that were modified prospectively."""
        modified: Mask = self.base_day[: len(self.book.contracts)] != NO_DAY
        return modified

    def homes(self) -> Homes:
        return Homes(self.pool_of, self.relative[self.contract_of], len(self.book.contracts), self.pools)

    def current_legs(self) -> Legs:
        return Legs(**self.now)

    def day_before(self, day: Column) -> Column:
        """Through which day each obligation's recognition is fixed when its contract changes on ``day``."""
        return self.day_before_each(day[self.contract_of])

    def day_before_each(self, mine: Column) -> Column:
        calendar = self.plan.calendar
        by_day = among(self.now["method"], BY_DAY)
        before: Column = np.where(by_day, mine - 1, calendar.end_of(calendar.period_of(mine) - 1))
        return before

    def still_open(self, before: Column) -> Mask:
        stop = self.now["stop_day"]
        still: Mask = (stop == NO_DAY) | (stop > before)
        return still

    def begin_leg(self, rows: Mask, day: Column) -> None:
        """End the current legs of these rows and begin others on the day, or where they begin if that is later."""
        if rows.any():
            self.past.append(self.current_legs().take(rows))
            begun = self.now["from_day"]
            self.now["from_day"] = np.where(rows, np.maximum(day[self.contract_of], begun), begun)

    def share_pool(self, pools: Mask, change: Column) -> None:
        """Share the rests of a pool's members, and a change of its price, by their weights."""
        rows = rows_where(self.member & pools[self.pool_of])
        if not rows.size:
            return
        home = self.pool_of[rows]
        pool = sum_by(home, self.now["rest"][rows], pools.size) + change
        rest = self.now["rest"].copy()
        rest[rows] = share_by_weight(pool, self.remaining.weights(), rows, home, self.stated[rows])
        self.now["rest"] = rest

    def totals(self) -> Totals:
        return Totals(self.stated, self.quantity, self.now["end"])

    def spread_by(self, amount: Column, weights: Weights, rows: Mask) -> Column:
        """Share an amount per contract over these rows by what they weigh; 0 on all others."""
        part = np.zeros(rows.size, dtype=np.int64)
        at = rows_where(rows)
        if at.size:
            part[at] = share_by_weight(amount, weights, at, self.contract_of[at], self.stated[at])
        return part

    def spread(self, amount: Column, weight: Column, rows: Mask) -> Column:
        """Share an amount per contract over these rows by amounts that weigh them; 0 on all others."""
        part = np.zeros(rows.size, dtype=np.int64)
        at = rows_where(rows)
        if at.size:
            part[at] = apportion(amount, weight[at], self.contract_of[at], amount.size, self.stated[at])
        return part

    def total_by_pool(self, values: Column) -> Column:
        return sum_by(self.pool_of, values, self.pools)

    def total(self, values: Column) -> Column:
        return sum_by(self.contract_of, values, len(self.book.contracts))

    def per_contract(self, contract: Column, values: Column) -> Column:
        out = filled(len(self.book.contracts), NONE)
        out[contract] = values
        return out

    def legs(self) -> Legs:
        """All legs once every event is applied: those that ended, then the current ones. A cancellation stops all legs
        of its line.
        """
        if not self.past:
            return self.current_legs()
        every = Legs.concat((*self.past, self.current_legs()))
        columns = every.columns()
        columns["stop_day"] = self.now["stop_day"][every.row]
        return Legs(**columns)

    def price_now(self) -> Column:
        """What each obligation will have earned in the end."""
        return price_now(self.plan, self.current_legs())


def price_now(plan: Plan, legs: Legs) -> Column:
    """What each leg's obligation will have earned in the end: of a cancelled one what it earned, and its fee."""
    price = legs.fixed + legs.rest + legs.extra
    stopped = rows_where(legs.stop_day != NO_DAY)
    if stopped.size:
        part = legs.take(stopped)
        earned, _, _ = earn_legs(plan, part, part.stop_day)
        price[stopped] = part.fixed + earned + part.extra
    return price
