"""Minor units and whole shares of them, in Fractions."""

from decimal import Decimal
from fractions import Fraction

DECIMALS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3}


class CannotReplay(ValueError):
    """A scenario that a rule forbids; the message says which."""


def decimals_of(currency: str) -> int:
    return DECIMALS.get(currency, 2)


def minor(text: str, decimals: int) -> int:
    scaled = Fraction(Decimal(text)) * 10**decimals
    if scaled.denominator != 1:
        raise CannotReplay(f"{text} has too many decimals")
    return int(scaled)


def text(amount: int, decimals: int) -> str:
    sign, digits = "-" if amount < 0 else "", str(abs(amount)).zfill(decimals + 1)
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def rounded(value: Fraction | int) -> int:
    """Half away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def shares(
    amount: int, weights: list[Fraction | int], fallback: list[Fraction | int] | None = None
) -> list[int]:
    """Largest remainder on the absolute total, ties to the later line; all weights zero: the fallback, else equally."""
    if not weights:
        return []
    if not sum(weights):
        if fallback is not None and sum(fallback) > 0 and min(fallback) >= 0:
            return shares(amount, fallback)
        weights = [1] * len(weights)
    exact = [abs(amount) * Fraction(w) / sum(weights) for w in weights]
    whole = [int(e) for e in exact]
    short = abs(amount) - sum(whole)
    order = sorted(range(len(weights)), key=lambda i: (exact[i] - whole[i], i), reverse=True)
    for i in order[:short]:
        whole[i] += 1
    return [w if amount >= 0 else -w for w in whole]
