"""The weight of what remains of each obligation, by which the rests of a changed contract are pooled and shared.

What remains weighs the inception weight x (1 - F before the change), and a changed line adds what its change weighs;
what a change added goes by over what was left when it came.
The weights are kept as whole numbers and, for where that could move a minor unit, as the steps that lead to them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from revrec.accounting.allocation import Weigher, drops_bits, exactly_scaled, scaled, terms_in_units, units
from revrec.accounting.columns import NO_AMOUNT, NONE, Column, Mask, filled
from revrec.accounting.money import share_columns
from revrec.accounting.sharing import Exact, Weights
from revrec.accounting.terms import SspKind, SspPer

Step: TypeAlias = Callable[[Column, Exact, Exact], tuple[Exact, Exact]]
"""Rows, their weights in all, and the weights of what remains of them; the two after the step."""


@dataclass(frozen=True, eq=False)
class Totals:
    """What the weight of each obligation is made of: its stated price, quantity and last day."""

    stated: Column
    quantity_e6: Column
    end: Column


class RemainingWeights:
    """Weights of all obligations while events are applied, at inception SSPs.

    ``relative``: obligations that weigh by SSPs; all others weigh their stated prices.
    """

    def __init__(self, weigher: Weigher, inception: Weights, stated: Column, relative: Mask) -> None:
        self.weigher, self.inception, self.stated, self.relative = weigher, inception, stated, relative
        self._whole, self._whole_slack = inception.near.copy(), inception.slack.copy()
        self._near, self._slack = inception.near.copy(), inception.slack.copy()
        self._origin = self._whole.copy(), self._whole_slack.copy(), np.zeros(stated.size, dtype=np.int64)
        self._steps: list[Step] = []
        # The last day of the term that an SSP for ``each`` is the price of.
        self.sold_until = weigher.obligations.end

    def weights(self) -> Weights:
        """Of what remains now."""
        return _none_below_zero(self._near, self._slack, lambda rows: self._exact(rows)[1])

    def in_all(self) -> Weights:
        """Of all that is promised now, as if it had been so at inception."""
        return _none_below_zero(self._whole, self._whole_slack, lambda rows: self._exact(rows)[0])

    def at_inception(self) -> Weights:
        """Of all that was promised, as catch-ups before the first prospective modification made it."""
        near, slack, steps = self._origin

        def exact(rows: Column) -> Exact:
            whole = self.inception.exact(rows)
            left = whole.copy()
            for number, step in enumerate(self._steps):
                after, left = step(rows, whole, left)
                whole = np.where(number < steps[rows], after, whole)
            return whole

        return _none_below_zero(near, slack, exact)

    def remember_inception(self, rows: Mask) -> None:
        """What these rows weigh in all is what they weigh at inception."""
        near, slack, steps = self._origin
        self._origin = (
            np.where(rows, self._whole, near),
            np.where(rows, self._whole_slack, slack),
            np.where(rows, len(self._steps), steps),
        )

    def _exact(self, rows: Column) -> tuple[Exact, Exact]:
        whole = self.inception.exact(rows)
        left = whole.copy()
        for step in self._steps:
            whole, left = step(rows, whole, left)
        return whole, left

    def run_on(
        self,
        rows: Mask,
        began: Mask,
        change: Weights,
        numerator: Column,
        denominator: Column,
        by_time: Weights | None = None,
        waiting: Mask | None = None,
        since: Column | None = None,
    ) -> None:
        """These rows are fixed at a fraction and go on: what is left of their weight counts, and the change.

        ``began``: rows that were there before; all of what the others weigh counts. ``by_time``: the part of the change
        that goes by like the term itself, so that only what is left of it counts. ``waiting``: rows of which nothing
        went by since their last change. ``since``: the numerators at which what remains was weighed last; a change that
        came then goes by over what was left, as its price does. 0: measure all that is promised.
        """
        by_time = no_change(rows.size) if by_time is None else by_time
        waiting = np.zeros_like(rows) if waiting is None else waiting
        since = np.zeros_like(numerator) if since is None else since
        again = began & (since > 0) & (since <= numerator) & (since < denominator)
        since = np.where(again, since, 0)
        gone, end = np.where(began, numerator, 0), np.where(began, denominator, 1)
        passing, passing_slack = _part(by_time.near, by_time.slack, end - since, end)
        left, slack = _part(
            np.where(again, np.maximum(self._near, 0), self._whole) + passing,
            np.where(again, self._slack, self._whole_slack) + passing_slack,
            end - gone,
            end - since,
        )
        left, slack = np.where(waiting, self._near, left), np.where(waiting, self._slack, slack)
        self._near = np.where(rows, left + change.near - by_time.near, self._near)
        self._slack = np.where(rows, slack + change.slack + by_time.slack, self._slack)

        def step(at: Column, whole: Exact, left: Exact) -> tuple[Exact, Exact]:
            to_come = _fractions((end - since)[at], end[at])
            kept = _fractions((end - gone)[at], (end - since)[at])
            moved, passing = change.exact(at), by_time.exact(at)
            base = np.where(again[at], np.maximum(left, 0), whole)
            measured = (base + passing * to_come) * kept
            now = np.where(waiting[at], left, measured) + moved - passing
            return whole + moved, np.where(rows[at], now, left)

        self._add(change, step)

    def catch_up(
        self,
        rows: Mask,
        change: Weights,
        sold_until: Column,
        by_time: Weights | None = None,
        gone: Column | None = None,
        end: Column | None = None,
    ) -> None:
        """These rows weigh more or less from the beginning of what they run on. ``sold_until``: the last day of the
        term at inception, as it is now. ``by_time``: the part of the change that goes by like the term itself, of which
        ``gone / end`` was over when that began.
        """
        by_time = no_change(rows.size) if by_time is None else by_time
        gone = np.zeros_like(self._near) if gone is None else gone
        end = np.ones_like(self._near) if end is None else end
        over, over_slack = _part(by_time.near, by_time.slack, gone, end)
        self._near = np.where(rows, self._near + change.near - over, self._near)
        self._slack = np.where(rows, self._slack + change.slack + over_slack, self._slack)
        self.sold_until = sold_until

        def step(at: Column, whole: Exact, left: Exact) -> tuple[Exact, Exact]:
            moved = change.exact(at)
            before = by_time.exact(at) * _fractions(gone[at], end[at])
            return whole + moved, np.where(rows[at], left + moved - before, left)

        self._add(change, step)

    def _add(self, change: Weights, step: Step) -> None:
        self._whole = self._whole + change.near
        self._whole_slack = self._whole_slack + change.slack
        self._steps.append(step)

    def change(self, rows: Mask, before: Totals, after: Totals, over_the_term: Mask | None = None) -> Weights:
        """What the change of these rows' totals weighs, of either sign; nothing on all others.

        A line of a bundle keeps the bundle's discount; a residual takes the whole change of its price.
        ``over_the_term``: rows whose SSP, if it is one for ``each``, is the price of the first term, so that a longer
        one weighs more.
        """
        o = self.weigher.obligations
        new, _ = self.weigher.weigh(after.stated, after.quantity_e6, after.end)
        old, _ = self.weigher.weigh(before.stated, before.quantity_e6, before.end)
        if over_the_term is not None:
            new, old = (
                self._over_the_term(w, over_the_term, t.end) for w, t in ((new, after), (old, before))
            )
        relative = rows & self.relative
        price = np.where(rows, np.maximum(after.stated, 0) - np.maximum(before.stated, 0), 0)
        near = np.where(relative, new.near - old.near, price)
        slack = np.where(relative, new.slack + old.slack, 0)
        bundled = relative & (o.bundle != NONE)
        residual = relative & (o.ssp_kind == SspKind.RESIDUAL)
        if not (bundled | residual).any():

            def plain(at: Column) -> Exact:
                return np.where(relative[at], new.exact(at) - old.exact(at), price[at])

            return Weights(near, slack, plain)
        first, _ = self.weigher.weigh(self.stated, o.quantity_e6, o.end)
        kept = bundled & (first.near > 0)
        factor_n, factor_d = np.where(kept, self.inception.near, 1), np.where(kept, first.near, 1)
        # The sum and the factor are rounded both; whole weights from 1 on are less than twice what they stand for.
        loose = np.abs(near) * (factor_n / factor_d * first.slack + 2.0 * self.inception.slack)
        loose += 2.0 * slack * (factor_n + self.inception.slack)
        off = np.ceil(np.minimum(1.01 * loose / factor_d, 2.0**56)).astype(np.int64) + 1
        near = share_columns(near, factor_n, factor_d)
        slack = np.where(kept, off, slack)
        more = after.stated - before.stated
        one = units(more.size)
        near = np.where(residual, scaled(more, *one, self.weigher.shift), near)
        slack = np.where(residual, drops_bits(more, *one, self.weigher.shift), slack)

        def exact(at: Column) -> Exact:
            moved = new.exact(at) - old.exact(at)
            paid, own = self.inception.exact(at), first.exact(at)
            priced = exactly_scaled(more[at], *units(at.size))
            for i, row in enumerate(at.tolist()):
                if residual[row]:
                    moved[i] = priced[i]
                elif kept[row] and own[i]:
                    moved[i] = moved[i] * Fraction(paid[i]) / own[i]
            return np.where(relative[at], moved, price[at])

        return Weights(near, slack, exact)

    def _over_the_term(self, weights: Weights, rows: Mask, end: Column) -> Weights:
        """These weights for a term until ``end``, where one SSP for ``each`` is the price of the term at inception."""
        o = self.weigher.obligations
        rows = rows & (o.ssp_per == SspPer.EACH) & (o.ssp_low != NO_AMOUNT) & (o.ssp_high <= o.ssp_low)
        rows &= end != self.sold_until
        if not rows.any():
            return weights
        months = filled(rows.size, SspPer.MONTH)
        first, now = (terms_in_units(months, o.start, day) for day in (self.sold_until, end))
        near = share_columns(weights.near, np.where(rows, now, 1), np.where(rows, first, 1))
        slack = np.where(rows, weights.slack * (now // np.maximum(first, 1) + 1) + 1, weights.slack)

        def exact(at: Column) -> Exact:
            factor = [
                Fraction(int(n), int(d)) if r else 1
                for n, d, r in zip(now[at], first[at], rows[at], strict=True)
            ]
            found: Exact = weights.exact(at) * np.array(factor, dtype=object)
            return found

        return Weights(near, slack, exact)


def _none_below_zero(near: Column, slack: Column, exact: Callable[[Column], Exact]) -> Weights:
    """Weights as they are shared by: a change may take more than is left, and another may give it back."""
    return Weights(np.maximum(near, 0), slack, lambda rows: np.maximum(exact(rows), 0))


def no_change(size: int) -> Weights:
    """Nothing is added to any weight."""
    zero = np.zeros(size, dtype=np.int64)
    return Weights(zero, zero, lambda rows: zero[rows].astype(object))


def _fractions(numerator: Column, denominator: Column) -> Exact:
    """One exact fraction a row."""
    found = [Fraction(n, d) for n, d in zip(numerator.tolist(), denominator.tolist(), strict=True)]
    return np.array(found, dtype=object)


def _part(near: Column, slack: Column, numerator: Column, denominator: Column) -> tuple[Column, Column]:
    """A part of weights, at most all of them, and how far it may be off."""
    part = share_columns(near, numerator, denominator)
    with np.errstate(over="ignore"):
        rounded = near * numerator != part * denominator  # modulo 2**64: equal where it is exact
    return part, slack + rounded
