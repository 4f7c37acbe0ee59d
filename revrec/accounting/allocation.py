"""Stand-alone selling prices as weights (606-10-32-31 to -34).

A weight is SSP x quantity x term in the SSP's unit (whole months, else days / 365), as an integer on one scale per
contract. Invariant: weights are exact, or known to be rounded and exact on request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from revrec.accounting.book import Book, Obligations
from revrec.accounting.choices import choices_of
from revrec.accounting.columns import (
    NO_AMOUNT,
    NO_DAY,
    NONE,
    Column,
    Mask,
    filled,
    find_rows,
    group_rows,
    rows_where,
)
from revrec.accounting.money import QUANTITY_SCALE, share, share_columns
from revrec.accounting.policy import Policy
from revrec.accounting.sharing import Exact, Weights
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


Scale: TypeAlias = Callable[[Column, Column, Column], Any]
"""price, quantity and term in; their product on the scale of the weights out."""


@dataclass(frozen=True, eq=False)
class Weigher:
    """Weights of obligations at their inception SSPs.

    ``shift``: bits dropped per obligation, one number per contract; ``midpoint``: where the SSP of a price outside its
    range is the middle of the range. The weights that are exact drop none, and count half units of weight.
    """

    obligations: Obligations
    contract_of: Column
    shift: Column
    midpoint: Mask

    def take(self, rows: Column) -> Weigher:
        """The weigher of some rows, on the same scales."""
        return Weigher(
            self.obligations.take(rows), self.contract_of[rows], self.shift[rows], self.midpoint[rows]
        )

    def weigh(self, stated: Column, quantity_e6: Column, end: Column) -> tuple[Weights, Column]:
        """Weight of every obligation with these totals, quantities and last days, and its allocation flags.

        Inside its range the stated price is the SSP; outside it the nearest bound, or the midpoint. Without an SSP the
        stated price stands in for it. A residual weighs nothing here, usage nothing at all.
        """
        o = self.obligations
        term = terms_in_units(o.ssp_per, o.start, end)
        near, flags = _weigh(
            o, stated, quantity_e6, term, self.midpoint, lambda p, q, t: scaled(p, q, t, self.shift)
        )

        def exact(rows: Column) -> Exact:
            part = o.take(rows)
            weight: Exact = _weigh(
                part, stated[rows], quantity_e6[rows], term[rows], self.midpoint[rows], exactly_scaled
            )[0]
            return weight

        return Weights(near, self._slack(stated, quantity_e6, term, flags), exact), flags

    def weigh_stated(self, stated: Column) -> Weights:
        """Stated prices on the scale of the weights, those below zero as zero."""
        quantity, term = units(stated.size)
        slack = drops_bits(stated, quantity, term, self.shift).astype(np.int64)
        near = np.maximum(scaled(stated, quantity, term, self.shift), 0)

        def exact(rows: Column) -> Exact:
            return exactly_scaled(np.maximum(stated[rows], 0), quantity[rows], term[rows])

        return Weights(near, slack, exact)

    def _slack(self, stated: Column, quantity_e6: Column, term: Column, flags: Column) -> Column:
        """1 where a weight may be rounded, 0 where none of what it is made of is."""
        o = self.obligations
        rounded = self.midpoint & ((flags & int(AllocationFlag.OUTSIDE_RANGE)) != 0)
        if self.shift.any():
            one, whole = units(stated.size)
            rounded = rounded | drops_bits(stated, one, whole, self.shift)
            for bound in (o.ssp_low, o.ssp_high):
                price = np.where(bound == NO_AMOUNT, 0, bound)
                rounded |= drops_bits(price, quantity_e6, term, self.shift)
        slack: Column = rounded.astype(np.int64)
        return slack


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
    longer = (o.ssp_per == SspPer.EACH) & (o.start != NO_DAY) & (o.end >= o.start) & (end > o.end)
    if longer.any():  # a modification may weigh its term
        size *= np.where(longer, (end - o.start + 1) / np.maximum(o.end - o.start + 1, 1), 1.0)
    amount = np.abs(stated_prices(book)).astype(np.float64)
    row = find_rows(o.id, book.changes.obligation)
    given = (row != NONE) & (book.changes.amount != NO_AMOUNT)
    np.maximum.at(amount, row[given], np.abs(book.changes.amount[given]).astype(np.float64))
    size = np.maximum(size, amount * ONE)
    total = np.zeros(len(book.contracts), dtype=np.float64)
    np.add.at(total, contract_of, size)
    bundled = book.bundles.price.astype(np.float64) * ONE
    home, bundle = _bundle_homes(book, contract_of)
    np.add.at(total, home, bundled[bundle])
    shift = np.maximum(np.ceil(np.log2(np.maximum(total, 1.0))) - 58, 0).astype(np.int64)
    midpoint = choices_of(book.contracts, policy).midpoint
    return Weigher(o, contract_of, shift[contract_of], midpoint[contract_of])


def _bundle_homes(book: Book, contract_of: Column) -> tuple[Column, Column]:
    """The contract of each bundle that has lines, and the bundle's row."""
    member = rows_where(book.obligations.bundle != NONE)
    bundle = find_rows(book.bundles.id, book.obligations.bundle[member])
    member, bundle = member[bundle != NONE], bundle[bundle != NONE]
    _, first = group_rows(bundle)
    return contract_of[member[first]], bundle[first]


def _weigh(
    o: Obligations, stated: Column, quantity_e6: Column, term: Column, midpoint: Mask, scale: Scale
) -> tuple[Any, Column]:
    known = o.ssp_low != NO_AMOUNT
    ranged = known & (o.ssp_high > o.ssp_low)
    low = scale(np.where(known, o.ssp_low, 0), quantity_e6, term)
    weight, outside = low, np.zeros(stated.size, dtype=np.bool_)
    if ranged.any() or not known.all():
        # Stated prices weigh where a range has to hold them, and where there is no SSP.
        by_price = np.maximum(scale(stated, *units(stated.size)), 0)
        high = np.where(ranged, scale(np.where(ranged, o.ssp_high, 0), quantity_e6, term), low)
        outside = ranged & ((by_price < low) | (by_price > high))
        weight = np.minimum(np.maximum(by_price, low), high)
        if midpoint.any():
            weight = np.where(outside & midpoint, (low + high) // 2, weight)
        weight = np.where(known, weight, by_price)
    residual = o.ssp_kind == SspKind.RESIDUAL
    usage = o.method == Method.AS_INVOICED
    flags = np.where(known | residual | usage, 0, int(AllocationFlag.MISSING_SSP))
    flags = flags | np.where(outside & ~residual & ~usage, int(AllocationFlag.OUTSIDE_RANGE), 0)
    return np.where(residual | usage, 0, weight), flags.astype(np.int64)


def units(size: int) -> tuple[Column, Column]:
    """The quantity and the term of one unit without a term."""
    return filled(size, QUANTITY_SCALE), filled(size, TERM_SCALE)


def terms_in_units(per: Column, start: Column, end: Column) -> Column:
    """The term in the SSP's unit, x TERM_SCALE; 1 unit for ``each`` and for lines without dates."""
    dated = (start != NO_DAY) & (end != NO_DAY) & (per != SspPer.EACH)
    if not dated.any():
        return filled(per.size, TERM_SCALE)
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


def scaled(price: Column, quantity_e6: Column, term: Column, shift: Column) -> Column:
    """price x quantity x term / 2**shift, rounded; in Python integers where quantity x term leaves int64."""
    safe = (quantity_e6.astype(np.float64) * term < 2.0**62) & (shift < 62)
    if safe.all():
        return share_columns(price, quantity_e6 * term, 1 << shift)
    part = np.where(safe, quantity_e6 * np.where(safe, term, 0), 0)
    out = share_columns(np.where(safe, price, 0), part, 1 << np.where(safe, shift, 0))
    for row in rows_where(~safe).tolist():
        out[row] = share(int(price[row]), int(quantity_e6[row]) * int(term[row]), 1 << int(shift[row]))
    return out


def exactly_scaled(price: Column, quantity_e6: Column, term: Column) -> Exact:
    """2 x price x quantity x term in Python integers: half units, so that a midpoint is whole as well."""
    exact: Exact = 2 * price.astype(object) * quantity_e6.astype(object) * term.astype(object)
    return exact


def drops_bits(price: Column, quantity_e6: Column, term: Column, shift: Column) -> Mask:
    """Where ``scaled`` rounds."""
    with np.errstate(over="ignore"):
        product = price * quantity_e6 * term  # modulo 2**64: the bits that the shift drops are its own
    dropped = (product & ((1 << np.minimum(shift, 62)) - 1)) != 0
    rounds: Mask = dropped | ((shift > 62) & (price != 0))
    return rounds
