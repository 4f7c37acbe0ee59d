"""What each obligation of a contract abroad has earned, unrounded: what its base target is made of.

Invariant: ``convert`` rounds once, from the exact fraction; a line that did not move is not converted anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.columns import Column, Mask
from revrec.accounting.earning import Earned
from revrec.accounting.money import share_columns, share_fraction
from revrec.accounting.schedule import Position

EXACT = 10**6
"""What rounding left out is counted in millionths of a minor unit."""


@dataclass(frozen=True, eq=False)
class ExchangeRates:
    """Base minor units per transaction minor unit: ``rate / scale``, one a row; rate 0 where there is none."""

    rate: Column
    scale: Column

    def take(self, rows: Column) -> ExchangeRates:
        return ExchangeRates(self.rate[rows], self.scale[rows])

    def convert(self, amount: Column, units: Column | int = 1) -> Column:
        """Amounts (x units) in base minor units."""
        return share_columns(amount, self.rate, self.scale * units)


@dataclass(frozen=True, eq=False)
class Reached:
    """A running total, exactly: ``amount + left / part`` minor units; ``excess_e6`` is that fraction in millionths."""

    amount: Column
    left: Column
    part: Column
    excess_e6: Column

    def convert(self, at: ExchangeRates) -> Column:
        return share_fraction(self.amount, self.left, self.part, at.rate, at.scale)

    def scaled(self, units: Column) -> Column:
        """In so many parts of a minor unit each."""
        found: Column = self.amount * units + share_columns(self.excess_e6, units, EXACT)
        return found


@dataclass(frozen=True, eq=False)
class BaseLines:
    """The obligations of contracts abroad, one a row: where they stand now, and where they stood when last booked."""

    contract: Column
    now: Reached
    before: Reached
    base_booked: Column

    @property
    def moved(self) -> Mask:
        """Earned or taken back, be it within the cent that rounds the transaction amount."""
        found: Mask = self.now.amount != self.before.amount
        found |= self.now.excess_e6 != self.before.excess_e6
        return found

    @property
    def fell(self) -> Mask:
        found: Mask = (self.now.amount == self.before.amount) & (self.now.excess_e6 < self.before.excess_e6)
        found |= self.now.amount < self.before.amount
        return found

    def booked_at(self, at: ExchangeRates) -> Mask:
        """Whether the base amount booked is what was earned, at this rate: to within what rounding may have left."""
        near = np.abs(self.base_booked - self.before.convert(at))
        found: Mask = near <= 1 + at.rate // at.scale
        return found


def list_lines(earned: Earned, contract_of: Column, rows: Column) -> BaseLines:
    return BaseLines(
        contract_of[rows],
        _reached(earned.target[rows], earned.position, earned.excess_e6, rows),
        _reached(earned.booked[rows], earned.before, earned.before.excess_e6, rows),
        earned.base_booked[rows],
    )


def _reached(amount: Column, at: Position, excess_e6: Column, rows: Column) -> Reached:
    """The fraction that a position rounded off: its denominator divides that of the leg, and millionths tell which one
    it is while that is below a million."""
    numerator, denominator, excess = at.numerator[rows], at.denominator[rows], excess_e6[rows]
    part = np.where(excess == 0, 1, denominator // np.maximum(np.gcd(numerator, denominator), 1))
    told = part < EXACT
    left = np.where(told, share_columns(excess, part, EXACT), excess)
    return Reached(amount, left, np.where(told, part, EXACT), excess)
