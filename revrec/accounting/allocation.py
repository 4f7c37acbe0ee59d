"""Stand-alone selling prices as weights, and the transaction price shared by them (606-10-32-28 to -41).

A weight is SSP x quantity x term in the SSP's unit (whole months, else days / 365), as an integer on one scale per
contract. Invariant: the allocated amounts of a contract add up to its transaction price, to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book, Obligations
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, Mask, find_rows, group_rows, sum_by
from revrec.accounting.money import QUANTITY_SCALE, apportion, share, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem
from revrec.accounting.terms import AllocationFlag, Method, SspKind, SspPer

TERM_SCALE = 12 * 365
"""Terms are counted in units of a month / 365 / 12, so that months, years and days are whole numbers of it."""
ONE = QUANTITY_SCALE * TERM_SCALE
"""The weight of one minor unit of stand-alone price, before the shift of its contract."""


def stated_prices(book: Book) -> Column:
    """Each obligation's stated price, minor units; 0 where it is not known, and for ``as_invoiced`` (no part of it)."""
    o = book.obligations
    prices: Column = np.where((o.stated == NO_AMOUNT) | (o.method == Method.AS_INVOICED), 0, o.stated)
    return prices


@dataclass(frozen=True, eq=False)
class Weigher:
    """Weights of obligations at their inception SSPs. ``shift``: bits dropped per obligation, one per contract."""

    obligations: Obligations
    shift: Column
    midpoint: bool

    def weigh(self, stated: Column, quantity_e6: Column, end: Column) -> tuple[Column, Column]:
        """Weight of every obligation with these totals, quantities and last days, and its allocation flags.

        Inside its range the stated price is the SSP; outside it the nearest bound, or the midpoint. Without an SSP the
        stated price stands in for it. A residual weighs nothing here.
        """
        o = self.obligations
        term = terms_in_units(o.ssp_per, o.start, end)
        by_price = np.maximum(self.weigh_stated(stated), 0)
        known = o.ssp_low != NO_AMOUNT
        low = _scaled(np.where(known, o.ssp_low, 0), quantity_e6, term, self.shift)
        ranged = known & (o.ssp_high > o.ssp_low)
        high = low.copy()
        if ranged.any():
            high = np.where(
                ranged, _scaled(np.where(ranged, o.ssp_high, 0), quantity_e6, term, self.shift), low
            )
        outside = ranged & ((by_price < low) | (by_price > high))
        nearest = np.clip(by_price, low, high)
        weight = np.where(outside, (low + high) // 2, nearest) if self.midpoint else nearest
        weight = np.where(known, weight, by_price)
        residual = o.ssp_kind == SspKind.RESIDUAL
        flags = np.where(known | residual, 0, int(AllocationFlag.MISSING_SSP))
        flags = flags | np.where(outside & ~residual, int(AllocationFlag.OUTSIDE_RANGE), 0)
        own: Column = np.where(residual, 0, weight)
        return own, flags.astype(np.int64)

    def weigh_stated(self, stated: Column) -> Column:
        """Stated prices on the scale of the weights."""
        size = len(self.obligations)
        quantity = np.full(size, QUANTITY_SCALE, dtype=np.int64)
        return _scaled(stated, quantity, np.full(size, TERM_SCALE, dtype=np.int64), self.shift)


def prepare_weigher(book: Book, contract_of: Column, policy: Policy) -> Weigher:
    """Choose the scale of each contract so that its weights, also after changes, stay inside int64."""
    o = book.obligations
    highest = np.maximum(
        np.where(o.ssp_low == NO_AMOUNT, 0, o.ssp_low), np.where(o.ssp_high == NO_AMOUNT, 0, o.ssp_high)
    )
    quantity, end = o.quantity_e6.astype(np.float64), o.end.copy()
    for name, target in (("quantity_e6", quantity), ("end", end)):
        row = find_rows(o.id, book.changes.obligation)
        np.maximum.at(target, row[row != NONE], getattr(book.changes, name)[row != NONE].astype(target.dtype))
    size = highest.astype(np.float64) * quantity * terms_in_units(o.ssp_per, o.start, end)
    amount = np.abs(stated_prices(book)).astype(np.float64)
    row = find_rows(o.id, book.changes.obligation)
    given = (row != NONE) & (book.changes.amount != NO_AMOUNT)
    np.maximum.at(amount, row[given], np.abs(book.changes.amount[given]).astype(np.float64))
    size = np.maximum(size, amount * ONE)
    total = np.zeros(len(book.contracts), dtype=np.float64)
    np.add.at(total, contract_of, size)
    shift = np.maximum(np.ceil(np.log2(np.maximum(total, 1.0))) - 58, 0).astype(np.int64)
    return Weigher(o, shift[contract_of] if len(o) else shift[:0], policy.ssp_outside == "midpoint")


def terms_in_units(per: Column, start: Column, end: Column) -> Column:
    """The term in the SSP's unit, x TERM_SCALE; 1 unit for ``each`` and for lines without dates."""
    dated = (start != NO_DAY) & (end != NO_DAY) & (per != SspPer.EACH)
    if not dated.any():
        return np.full(per.size, TERM_SCALE, dtype=np.int64)
    first, after = np.where(dated, start, 0), np.where(dated, end + 1, 31)
    from_month = first.astype("datetime64[D]").astype("datetime64[M]")
    to_month = after.astype("datetime64[D]").astype("datetime64[M]")
    from_day = first - from_month.astype("datetime64[D]").astype(np.int64)
    to_day = after - to_month.astype("datetime64[D]").astype(np.int64)
    months = to_month.astype(np.int64) - from_month.astype(np.int64)
    month_end = (to_month + np.timedelta64(1, "M")).astype("datetime64[D]").astype(np.int64) - after == 1
    whole = (from_day == to_day) | (month_end & (from_day > to_day))
    in_years = np.where(whole, months * 365, (after - first) * 12)
    return np.where(dated, np.where(per == SspPer.MONTH, in_years * 12, in_years), TERM_SCALE)


def _scaled(price: Column, quantity_e6: Column, term: Column, shift: Column) -> Column:
    """price x quantity x term / 2**shift, rounded; in Python integers where quantity x term leaves int64."""
    safe = quantity_e6.astype(np.float64) * term < 2.0**62
    out = share_columns(
        np.where(safe, price, 0), np.where(safe, quantity_e6 * np.where(safe, term, 0), 0), 1 << shift
    )
    for row in np.flatnonzero(~safe).tolist():
        out[row] = share(int(price[row]), int(quantity_e6[row]) * int(term[row]), 1 << int(shift[row]))
    return out


@dataclass(frozen=True, eq=False)
class Allocation:
    """Per obligation: weight, allocated amount, flags (AllocationFlag bits)."""

    weight: Column
    amount: Column
    flags: Column
    problems: tuple[Problem, ...]


def allocate(book: Book, weigher: Weigher, group: Column, groups: int, policy: Policy) -> Allocation:
    """Share each group's price (the sum of its stated prices) over its obligations at inception.

    ``group``: the contract, or the separate contract of lines added later, of each obligation.
    """
    o = book.obligations
    stated = stated_prices(book)
    if policy.allocation == "stated_price":
        nothing = np.zeros(len(o), dtype=np.int64)
        return Allocation(np.maximum(stated, 0), stated, nothing, ())
    known = (o.ssp_low != NO_AMOUNT) | (o.ssp_kind == SspKind.RESIDUAL) | (o.bundle != NONE)
    if not known.any():
        # Weights are read by modifications alone; without any, stated prices do in their place.
        weight = np.maximum(weigher.weigh_stated(stated) if len(book.changes) else stated, 0)
        return Allocation(weight, stated, np.full(len(o), int(AllocationFlag.MISSING_SSP)), ())
    weight, flags = weigher.weigh(stated, o.quantity_e6, o.end)
    weight, flags = _bundled(book, weigher, weight, flags)
    price = sum_by(group, stated, groups)
    weight, flags, problems = _residual(book, weigher, weight, flags, group, price)
    # Negative weights cannot be; where a contract's SSPs add up to nothing its stated prices weigh.
    amount = apportion(price, weight, group, groups, fallback=stated)
    # Without any SSP in a contract there is nothing to share by: each line keeps its stated price.
    unknown = sum_by(group, known.astype(np.int64), groups)[group] == 0
    amount = np.where(unknown, stated, amount)
    return Allocation(weight, amount, flags, problems)


def _bundled(book: Book, weigher: Weigher, weight: Column, flags: Column) -> tuple[Column, Column]:
    """Lines of a bundle weigh its observed price together, among themselves by their own SSPs."""
    o, bundles = book.obligations, book.bundles
    member = np.flatnonzero(o.bundle != NONE)
    if not member.size:
        return weight, flags
    bundle = find_rows(bundles.id, o.bundle[member])
    size = len(bundles)
    _, first = group_rows(bundle)
    shift = np.zeros(size, dtype=np.int64)
    shift[bundle[first]] = weigher.shift[member[first]]
    unit = np.full(size, QUANTITY_SCALE, dtype=np.int64)
    total = _scaled(bundles.price, unit, np.full(size, TERM_SCALE, dtype=np.int64), shift)
    out, marked = weight.copy(), flags.copy()
    out[member] = apportion(total, weight[member], bundle, size)
    marked[member] |= int(AllocationFlag.BUNDLE)
    return out, marked


def _residual(
    book: Book, weigher: Weigher, weight: Column, flags: Column, group: Column, price: Column
) -> tuple[Column, Column, tuple[Problem, ...]]:
    """A residual weighs what the other SSPs leave of the price, inside its observed range (606-10-32-34(c))."""
    o = book.obligations
    rows = np.flatnonzero(o.ssp_kind == SspKind.RESIDUAL)
    if not rows.size:
        return weight, flags, ()
    shift = weigher.shift[rows]
    one = np.full(rows.size, QUANTITY_SCALE, dtype=np.int64)
    term_one = np.full(rows.size, TERM_SCALE, dtype=np.int64)
    left = _scaled(price[group[rows]], one, term_one, shift) - sum_by(group, weight, price.size)[group[rows]]
    term = terms_in_units(o.ssp_per, o.start, o.end)[rows]
    several = sum_by(group[rows], np.ones(rows.size, dtype=np.int64), price.size)[group[rows]] > 1
    bounded = o.ssp_low[rows] != NO_AMOUNT
    low = _scaled(np.where(bounded, o.ssp_low[rows], 0), o.quantity_e6[rows], term, shift)
    high = _scaled(np.where(bounded, o.ssp_high[rows], 0), o.quantity_e6[rows], term, shift)
    outside: Mask = (left <= 0) | (bounded & ((left < low) | (left > high)))
    problems = [
        Problem(
            "several_residuals",
            f"obligation {o.id[row]}",
            f"Obligation {o.id[row]} is priced by the residual approach, and so is another of its contract: give one "
            "of them an observed price.",
        )
        for row in rows[several].tolist()
    ]
    problems += [
        Problem(
            "residual_outside_range",
            f"obligation {o.id[row]}",
            f"The residual left for obligation {o.id[row]} lies outside its observed range: give its product a "
            "stand-alone selling price.",
        )
        for row in rows[outside & ~several].tolist()
    ]
    out, marked = weight.copy(), flags.copy()
    out[rows] = np.maximum(left, 0)
    marked[rows] |= int(AllocationFlag.RESIDUAL)
    return out, marked, tuple(problems)
