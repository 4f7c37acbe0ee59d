"""Base currency, read from the rules alone: one contract, invoices only, revenue that never turns back.

Revenue up to what is billed carries the rates of its invoices, first in first out by their dates. Revenue ahead of
billing carries the rate of its period; what of it is billed later is no new revenue, its difference is foreign
exchange. A contract asset stands at the rate of the period's end. Under the contract's one rate everything is
multiplied by that rate, each line by itself.
"""

from dataclasses import dataclass
from fractions import Fraction

from .money import rounded


@dataclass(frozen=True)
class Month:
    """What happened until a month's end: revenue, invoices as (date, amount, rate), the month's rate."""

    recognised: Fraction
    invoices: tuple[tuple[str, Fraction, Fraction], ...]
    rate: Fraction


@dataclass(frozen=True)
class Base:
    """Cumulative base amounts at a month's end."""

    revenue: Fraction
    billed: Fraction
    liability: Fraction
    asset: Fraction

    @property
    def fx(self) -> Fraction:
        """What is neither revenue nor on the balance sheet."""
        return self.billed - self.revenue - self.liability + self.asset


def at_billing_rates(months: list[Month]) -> list[Base]:
    revenue, done, found = Fraction(0), Fraction(0), []
    for month in months:
        billed = sum((amount for _, amount, _ in month.invoices), Fraction(0))
        base_billed = sum((amount * rate for _, amount, rate in month.invoices), Fraction(0))
        under_invoices = max(min(month.recognised, billed) - done, Fraction(0))
        revenue += _between(month.invoices, done, done + under_invoices)
        ahead = month.recognised - max(done + under_invoices, Fraction(0))
        revenue += ahead * month.rate
        done = month.recognised
        asset = max(month.recognised - billed, Fraction(0)) * month.rate
        liability = _between(month.invoices, min(month.recognised, billed), billed)
        found.append(Base(revenue, base_billed, liability, asset))
    return found


def at_one_rate(months: list[Month], rate: Fraction) -> list[Base]:
    found = []
    for month in months:
        billed = sum((amount for _, amount, _ in month.invoices), Fraction(0))
        open_amount = (billed - month.recognised) * rate
        base_billed = sum((amount * one for _, amount, one in month.invoices), Fraction(0))
        found.append(
            Base(
                month.recognised * rate,
                base_billed,
                max(open_amount, Fraction(0)),
                max(-open_amount, Fraction(0)),
            )
        )
    return found


def line_targets(earned: list[Fraction], rate: Fraction) -> list[int]:
    """One line's base targets in minor units, month by month: each rounded once, from what is earned unrounded."""
    return [rounded(amount * rate) for amount in earned]


def _between(
    invoices: tuple[tuple[str, Fraction, Fraction], ...], start: Fraction, end: Fraction
) -> Fraction:
    """Base amount of the units billed from `start` to `end`, the oldest invoice first, those of one day as listed."""
    total, before = Fraction(0), Fraction(0)
    for _, amount, rate in sorted(invoices, key=lambda invoice: invoice[0]):
        part = min(end, before + amount) - max(start, before)
        total += max(part, Fraction(0)) * rate
        before += amount
    return total
