"""The words of an explanation: flags, causes, units, percentages, rates."""

from fractions import Fraction

from revrec.accounting.money import share
from revrec.accounting.terms import AllocationFlag

FLAG_WORDS = {
    int(AllocationFlag.MISSING_SSP): "no stand-alone price is known; the stated price stands in for it",
    int(AllocationFlag.OUTSIDE_RANGE): "the stated price lies outside the range of stand-alone prices",
    int(AllocationFlag.RESIDUAL): "priced by what the others leave (residual approach)",
    int(AllocationFlag.BUNDLE): "belongs to a bundle with an observed price",
}
CAUSES = {
    "late": "a fact of a closed period that became known afterwards (prior-period adjustment)",
    "modification": "a changed or cancelled order",
    "credit": "a credit memo",
    "estimate": "a changed estimate of the price",
    "conversion": "what was loaded at cut-over differs from what is computed",
}
UNITS = {
    "daily": "days",
    "even": "periods",
    "prorate_ends": "parts of the term",
    "prorate_ends_by_month": "parts of months",
    "half_month": "half months",
    "thirty_360": "days of 30/360",
    "units": "units",
    "percent_complete": "percent",
    "custom": "percent",
    "milestone": "weight of milestones",
}
SCALED = ("units", "percent", "units delivered")
"""Units whose numbers are millionths."""


def cause_words(cause: str) -> str:
    return CAUSES.get(cause, "")


def fraction_unit(method: str, trigger: str, denominator: int) -> str:
    """What numerator and denominator count."""
    if method == "point_in_time":
        return "units delivered" if trigger == "delivery" and denominator != 1 else f"on {trigger or 'start'}"
    return UNITS.get(method, "parts")


def quantity_text(scaled: int) -> str:
    """Millionths as a decimal without trailing zeros."""
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**6)
    return f"{sign}{whole}" + (f".{rest:06d}".rstrip("0") if rest else "")


def percent_text(numerator: int, denominator: int) -> str:
    """A share as a percentage with four decimals, rounded half away from zero."""
    if denominator <= 0:
        return ""
    value = share(10**6, numerator, denominator)
    sign = "-" if value < 0 else ""
    return f"{sign}{abs(value) // 10**4}.{abs(value) % 10**4:04d}%"


def rate_text(base_minor: int, base_digits: int, minor: int, digits: int) -> str:
    """Base major units per transaction major unit, six decimals; empty where there is nothing to divide by."""
    if not minor:
        return ""
    value = Fraction(base_minor, 10**base_digits) / Fraction(minor, 10**digits)
    scaled = round(value * 10**6)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{abs(scaled) // 10**6}.{abs(scaled) % 10**6:06d}"
