"""Exact arithmetic on integer money. All number handling of the core is in this file.

Invariant: a result is the exact rational value rounded once, half away from zero, at any size. Where every product
stays below 2**50, a float quotient cannot be nearer to a half than its own error, so it rounds exactly. Otherwise the
column path guesses each quotient in floats and repairs it in integers modulo 2**64, which is exact as long as the
remainder fits; rows for which that is not certain are done one by one in Python integers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from revrec.accounting.columns import Column, Mask, group_rows, rows_where, sum_by

RATE_SCALE = 10**10
"""Exchange rates and tolerances are integers scaled by this."""
QUANTITY_SCALE = 10**6
"""Quantities and percentages are integers scaled by this."""


def share(amount: int, numerator: int, denominator: int) -> int:
    """``amount x numerator / denominator``, rounded half away from zero; ``ValueError`` unless denominator > 0."""
    if denominator <= 0:
        raise ValueError(f"The denominator of a share must be positive, not {denominator}.")
    product = amount * numerator
    magnitude = (2 * abs(product) + denominator) // (2 * denominator)
    return magnitude if product >= 0 else -magnitude


def share_columns(amount: ArrayLike, numerator: ArrayLike, denominator: ArrayLike) -> Column:
    """``share`` of every row; the arguments are broadcast. Exact for any int64 whose result fits in int64.

    Raises ``ValueError`` where a denominator is not positive and ``OverflowError`` where a result leaves int64.
    """
    a, n, d = (np.asarray(x, dtype=np.int64) for x in (amount, numerator, denominator))
    if not a.shape == n.shape == d.shape:
        a, n, d = np.broadcast_arrays(a, n, d)
    if a.size == 0:
        return np.zeros(a.shape, dtype=np.int64)
    if int(d.min()) <= 0:
        raise ValueError("The denominator of a share must be positive.")
    lowest = (int(a.min()), int(n.min()))
    largest = max(abs(lowest[0]), int(a.max())) * max(abs(lowest[1]), int(n.max()))
    if largest < 2**50:
        # |product / d| is either a half exactly or at least 1 / 2d away from one: more than a division's error.
        near = a * n / d
        near += 0.5 if min(lowest) >= 0 else np.copysign(0.5, near)
        small: Column = near.astype(np.int64)  # cut off towards zero
        return small
    a_float = a.astype(np.float64)
    guess = a_float * n / d
    # |guess - exact| <= |guess| * 2**-51 + 1/2 after rounding: the remainder is below d times that plus one.
    certain = (np.abs(guess) * 2.0**-51 + 2.0) * d < 2.0**62
    certain &= np.abs(guess) < 2.0**62
    everywhere = bool(certain.all())
    if not everywhere:
        guess = np.where(certain, guess, 0.0)
    quotient = np.rint(guess).astype(np.int64)
    with np.errstate(over="ignore"):
        rest = a * n - quotient * d  # modulo 2**64: the true remainder where it is certain
    _settle(quotient, rest, d)
    if not everywhere:
        rows = rows_where(~certain.ravel())
        flat = quotient.ravel()
        triples = zip(
            a.ravel()[rows].tolist(), n.ravel()[rows].tolist(), d.ravel()[rows].tolist(), strict=True
        )
        flat[rows] = [share(*row) for row in triples]
        quotient = flat.reshape(a.shape)
    exact_share: Column = quotient
    return exact_share


def _settle(quotient: Column, rest: Column, d: Column) -> None:
    """Turn a near quotient with its remainder into the one rounded half away from zero, in place."""
    far = np.abs(rest) > d
    if far.any():
        steps = rest[far] // d[far]
        quotient[far] += steps
        rest[far] -= steps * d[far]
    # Now |rest| <= d, and quotient + rest / d is exact. d - |rest| <= |rest| says that half or more is left.
    size = np.abs(rest)
    left = d - size
    half_or_more = size >= left
    exactly_half = size == left
    up = half_or_more & (rest > 0)
    down = half_or_more & (rest < 0)
    # A half is taken only away from zero: up from a non-negative quotient, down from a non-positive one.
    up &= ~exactly_half | (quotient >= 0)
    down &= ~exactly_half | (quotient <= 0)
    quotient += up
    quotient -= down


def share_fraction(
    whole: Column, left: Column, part: Column, numerator: Column, denominator: Column
) -> Column:
    """``(whole + left / part) x numerator / denominator``, rounded once; ``part`` and denominator are positive."""
    guess = np.abs(whole.astype(np.float64)) * part + np.abs(left)
    fits = (guess < 2.0**62) & (part.astype(np.float64) * denominator < 2.0**62)
    if fits.all():
        return share_columns(whole * part + left, numerator, part * denominator)
    out = np.zeros(whole.size, dtype=np.int64)
    out[fits] = share_fraction(*(x[fits] for x in (whole, left, part, numerator, denominator)))
    rows = rows_where(~fits)
    table = zip(*(x[rows].tolist() for x in (whole, left, part, numerator, denominator)), strict=True)
    out[rows] = [share(w * p + b, n, p * d) for w, b, p, n, d in table]
    return out


def foot(part: Column, rest: Column, whole: Column, amount: Column, group: Column, groups: int) -> Column:
    """Rounded parts, with units moved so that each group comes to its amount, by largest remainder.

    ``rest / whole``: what rounding left out of each part, in one ``whole`` a group. No row gives or takes more than a
    unit: a group that lacks more than it has rows does not foot.
    """
    down = rest < 0
    part, rest = part - down, np.where(down, rest + whole, rest)
    missing = amount - sum_by(group, part, groups)
    sign = np.where(missing < 0, -1, 1)
    chosen = _largest(rest * sign[group], group, np.abs(missing))
    footed: Column = part + np.where(chosen, sign[group], 0)
    return footed


def apportion(
    amount: Column, weight: Column, group: Column, groups: int, fallback: Column | None = None
) -> Column:
    """Split each group's amount over its rows by weight, to the unit, by largest remainder.

    ``amount``: one per group (any sign; worked out on the absolute value); ``weight``, ``group``: one per row, weights
    not negative; ties go to the later row. Where all weights of a group are zero, ``fallback`` weighs instead, and
    equally where these are zero too. The parts of a group with rows add up to its amount.
    """
    weight = _without_zero_groups(weight, group, groups, fallback)
    total = sum_by(group, weight, groups)[group]
    whole = np.abs(amount)[group]
    down, rest = _floor_share(whole, weight, total)
    missing = np.abs(amount) - sum_by(group, down, groups)
    part = down + _largest(rest, group, missing)
    signed: Column = np.where(amount[group] < 0, -part, part)
    return signed


TURNS = 4
"""Up to so many units a group are given out one by one, which is quicker than ranking all rows."""


def _largest(rest: Column, group: Column, count: Column) -> Mask:
    """The rows with the largest remainders, as many of each group as ``count`` says; later rows first among equals."""
    rows = np.arange(group.size)
    most = int(count[group].max(initial=0))  # an amount of a group without rows is nobody's
    if most > TURNS or not bool((group[1:] >= group[:-1]).all()):
        order = np.lexsort((-rows, -rest, group))
        first = np.searchsorted(group[order], group[order], side="left")
        rank = np.empty(group.size, dtype=np.int64)
        rank[order] = rows - first
        ranked: Mask = rank < count[group]
        return ranked
    chosen = np.zeros(group.size, dtype=np.bool_)
    for turn in range(most):
        asking = rows_where((count > turn)[group] & ~chosen)
        if not asking.size:
            break  # what is left belongs to groups without rows
        mine = group[asking]
        starts = rows_where(np.concatenate(([True], mine[1:] != mine[:-1])))
        lengths = np.diff(np.append(starts, mine.size))
        left = rest[asking]
        leads = left == np.repeat(np.maximum.reduceat(left, starts), lengths)
        chosen[np.maximum.reduceat(np.where(leads, asking, -1), starts)] = True
    return chosen


def _without_zero_groups(weight: Column, group: Column, groups: int, fallback: Column | None) -> Column:
    if weight.size and int(weight.min()) < 0:
        raise ValueError("The weights of an apportionment must not be negative.")
    empty = sum_by(group, weight, groups)[group] == 0
    if not empty.any():
        return weight
    if fallback is not None:
        weight = np.where(empty, np.maximum(fallback, 0), weight)
        empty = sum_by(group, weight, groups)[group] == 0
    return np.where(empty, 1, weight)


def _floor_share(amount: Column, numerator: Column, denominator: Column) -> tuple[Column, Column]:
    """``amount x numerator // denominator`` and the remainder, of non-negative rows with numerator <= denominator."""
    if not amount.size:
        return amount.copy(), amount.copy()
    near = share_columns(amount, numerator, denominator)
    with np.errstate(over="ignore"):
        rest = amount * numerator - near * denominator  # |rest| <= denominator / 2: exact modulo 2**64
    below = rest < 0
    return near - below, np.where(below, rest + denominator, rest)


def apportion_cumulatively(amount: Column, weight: Column, group: Column, groups: int) -> Column:
    """Split each group's amount over its rows, in row order, by rounding the running share: later parts settle cents.

    As ``apportion``, but weights of either sign that add up to something other than zero are allowed.
    Rows of a group must adjoin.
    """
    running = cumulate_within(weight, group)
    total = sum_by(group, weight, groups)
    sign = np.where(total < 0, -1, 1)
    upto = share_columns(amount[group], running * sign[group], np.maximum(np.abs(total), 1)[group])
    return differences_within(upto, group)


def cumulate_within(values: Column, group: Column) -> Column:
    """Running sums that start anew with each group; rows of a group adjoin."""
    running = np.cumsum(values)
    if not values.size:
        return running
    starts = rows_where(np.concatenate(([True], group[1:] != group[:-1])))
    before = running[starts] - values[starts]
    lengths = np.diff(np.append(starts, values.size))
    within: Column = running - np.repeat(before, lengths)
    return within


def differences_within(running: Column, group: Column) -> Column:
    """The inverse of ``cumulate_within``."""
    steps = running.copy()
    if running.size:
        same = group[1:] == group[:-1]
        steps[1:] -= np.where(same, running[:-1], 0)
    return steps


def parse_amount(text: str, decimals: int) -> int:
    """``"33.33"`` in minor units; ``ValueError`` where it is no plain decimal or has too many decimals."""
    return parse_scaled(text, decimals)


def parse_scaled(text: str, decimals: int) -> int:
    """A plain decimal string as an integer scaled by ``10**decimals``; trailing zeros beyond are allowed."""
    body = text[1:] if text[:1] in ("-", "+") else text
    whole, _, fraction = body.partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit()) or body.endswith(".") or not whole:
        raise ValueError(f"{text!r} is not a decimal number.")
    if fraction[decimals:].strip("0"):
        raise ValueError(f"{text!r} has more than {decimals} decimals.")
    value = int(whole + fraction[:decimals].ljust(decimals, "0"))
    return -value if text.startswith("-") else value


def format_amount(amount: int, decimals: int) -> str:
    """Minor units as a decimal string with exactly ``decimals`` digits after the point."""
    sign = "-" if amount < 0 else ""
    digits = str(abs(int(amount))).rjust(decimals + 1, "0")
    return sign + (f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits)


def convert(amount: Column, rate_e10: Column, decimals_from: Column, decimals_to: Column) -> Column:
    """Amounts at rates (major unit per major unit, x 10**10) in another currency's minor units, rounded once."""
    shift = decimals_to - decimals_from
    up = 10 ** np.maximum(shift, 0)
    down = 10 ** np.maximum(-shift, 0)
    return share_columns(amount, rate_e10 * up, RATE_SCALE * down)


def number_groups(*keys: Column) -> tuple[Column, int]:
    """The group number of each row for the combination of keys, and how many groups there are."""
    group, first = group_rows(*keys)
    return group, int(first.size)
