"""Sharing the transaction price: stand-alone selling prices, their units and terms, residuals, bundles."""

from collections.abc import Sequence
from fractions import Fraction

from .money import CannotReplay, rounded, shares
from .months import term
from .obligations import Obligation

Bundles = Sequence[tuple[frozenset[str], int]]


def use_ssp(line: Obligation, missing_ssp: str) -> Fraction | None:
    """The SSP of one unit as used (unrounded), noted on the line; None for a residual. On hold it counts as stated."""
    ssp, units = line.ssp, line.terms.quantity * term(line.terms.start, line.terms.end, line.ssp.per)
    stated = Fraction(line.stated) / units
    if ssp.residual:
        return None
    if ssp.low is None:
        line.flags.append("missing_ssp")
        return stated
    return min(max(stated, Fraction(ssp.low)), Fraction(ssp.high))


def weigh(lines: list[Obligation], price: int, missing_ssp: str, bundles: Bundles) -> list[Fraction]:
    """Inception weights: SSP x quantity x term in the SSP's unit, a bundle's discount to its lines alone.

    A bundle whose products are all present scales the weights of its lines by its price over the sum of their SSPs.
    """
    units = [line.terms.quantity * term(line.terms.start, line.terms.end, line.ssp.per) for line in lines]
    prices = [use_ssp(line, missing_ssp) for line in lines]
    for line, unit in zip(lines, prices, strict=True):
        line.ssp_used = unit
    weights = [unit * u if unit is not None else None for unit, u in zip(prices, units, strict=True)]
    for products, bundle_price in bundles:
        inside = [i for i, line in enumerate(lines) if line.product in products]
        if {lines[i].product for i in inside} == products:
            whole = sum(prices[i] for i in inside)
            for i in inside:
                weights[i] = weights[i] * bundle_price / whole
    for i, line in enumerate(lines):
        if line.ssp.residual:
            residual = price - sum(w for w in weights if w is not None)
            unit = residual / units[i]
            low = line.ssp.low if line.ssp.low is not None else 0
            if unit < low or (line.ssp.high is not None and unit > line.ssp.high):
                raise CannotReplay("the residual lies outside the observed range")
            line.ssp_used, weights[i] = unit, Fraction(residual)
    return weights


def allocate(
    lines: list[Obligation], price: int, policy: dict[str, str], bundles: Bundles
) -> list[tuple[int, Fraction]]:
    """``(allocated, weight)`` of each line. ``stated_price``: each line its own price, weighing what it states."""
    if policy["allocation"] == "stated_price":
        return [(line.stated, Fraction(line.stated)) for line in lines]
    weights = weigh(lines, price, policy["missing_ssp"], bundles)
    found = shares(price, weights, [line.stated for line in lines])
    return list(zip(found, weights, strict=True))


def at_its_ssp(stated: int, line: Obligation) -> bool:
    """Within 1% of its SSP; a missing SSP is not "at its SSP". Inside a range: at it."""
    if line.ssp.low is None or line.ssp.residual:
        return False
    units = line.terms.quantity * term(line.terms.start, line.terms.end, line.ssp.per)
    price = Fraction(stated) / units
    ssp = min(max(price, Fraction(line.ssp.low)), Fraction(line.ssp.high))
    return abs(price - ssp) * 100 <= ssp


__all__ = ["allocate", "at_its_ssp", "rounded", "weigh"]
