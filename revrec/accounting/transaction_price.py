"""The transaction price of each contract, shared over what it promises (606-10-32-28 to -41).

Invariant: the allocated amounts of a contract add up to its transaction price, to the unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from revrec.accounting.allocation import (
    Weigher,
    drops_bits,
    exactly_scaled,
    scaled,
    stated_prices,
    terms_in_units,
    units,
)
from revrec.accounting.book import Book
from revrec.accounting.columns import NO_AMOUNT, NONE, Column, Mask, find_rows, group_rows, rows_where, sum_by
from revrec.accounting.money import apportion
from revrec.accounting.problem import Problem
from revrec.accounting.sharing import Exact, Weights, share_by_weight
from revrec.accounting.terms import AllocationFlag, SspKind


@dataclass(frozen=True, eq=False)
class Allocation:
    """Per obligation: its weight, allocated amount and flags (AllocationFlag bits)."""

    weights: Weights
    amount: Column
    flags: Column
    problems: tuple[Problem, ...]


def allocate(book: Book, weigher: Weigher, group: Column, groups: int, relative: Mask) -> Allocation:
    """Share each group's price (the sum of its stated prices) over its obligations at inception.

    ``group``: the contract, or the separate contract of lines added later, of each obligation. ``relative``: where
    stand-alone selling prices share; elsewhere stated prices are not reallocated.
    """
    o = book.obligations
    stated = stated_prices(book)
    known = (o.ssp_low != NO_AMOUNT) | (o.ssp_kind == SspKind.RESIDUAL) | (o.bundle != NONE)
    known &= relative
    if not known.any():
        plain = weigher.weigh_stated(stated) if relative.any() else _as_stated(stated)
        flags = np.where(relative, int(AllocationFlag.MISSING_SSP), 0)
        return Allocation(_where(relative, plain, stated), stated, flags, ())
    weights, flags = weigher.weigh(stated, o.quantity_e6, o.end)
    price = sum_by(group, stated, groups)
    weights, flags, problems = _with_special(book, weigher, weights, flags, group, price)
    rows = rows_where(relative)
    amount = stated.copy()
    amount[rows] = share_by_weight(price, weights, rows, group[rows], stated[rows])
    # Without any SSP in a contract there is nothing to share by: each line keeps its stated price.
    unknown = sum_by(group, known.astype(np.int64), groups)[group] == 0
    amount = np.where(unknown, stated, amount)
    return Allocation(_where(relative, weights, stated), amount, np.where(relative, flags, 0), problems)


def _as_stated(stated: Column) -> Weights:
    near = np.maximum(stated, 0)
    return Weights(near, np.zeros(stated.size, dtype=np.int64), lambda rows: near[rows].astype(object))


def _where(relative: Mask, weights: Weights, stated: Column) -> Weights:
    """Stated prices are the weights of what is not reallocated."""
    if relative.all():
        return weights
    price = np.maximum(stated, 0)

    def exact(rows: Column) -> Exact:
        return np.where(relative[rows], weights.exact(rows), price[rows].astype(object))

    return Weights(np.where(relative, weights.near, price), np.where(relative, weights.slack, 0), exact)


def _with_special(
    book: Book, weigher: Weigher, plain: Weights, flags: Column, group: Column, price: Column
) -> tuple[Weights, Column, tuple[Problem, ...]]:
    """Weights where bundles share an observed price of their own, and residuals take what the others leave."""
    o = book.obligations
    if not ((o.bundle != NONE) | (o.ssp_kind == SspKind.RESIDUAL)).any():
        return plain, flags, ()
    near, slack = plain.near.copy(), plain.slack.copy()
    flags = flags.copy()
    _bundle(book, weigher, near, slack, flags)
    problems = _residual(book, weigher, near, slack, flags, group, price)

    def exact(rows: Column) -> Exact:
        members = rows_where(np.isin(weigher.contract_of, weigher.contract_of[rows]))
        found = _special(book, plain.exact(members), members, group[members], price)
        return found[np.searchsorted(members, rows)]

    return Weights(near, slack, exact), flags, problems


def _bundle(book: Book, weigher: Weigher, near: Column, slack: Column, flags: Column) -> None:
    """Lines of a bundle weigh its observed price together, among themselves by their own SSPs."""
    o, bundles = book.obligations, book.bundles
    member = rows_where(o.bundle != NONE)
    if not member.size:
        return
    bundle = find_rows(bundles.id, o.bundle[member])
    size = len(bundles)
    _, first = group_rows(bundle)
    shift = np.zeros(size, dtype=np.int64)
    shift[bundle[first]] = weigher.shift[member[first]]
    total = scaled(bundles.price, *units(size), shift)
    own = sum_by(bundle, near[member], size)
    loose = sum_by(bundle, slack[member], size) + drops_bits(bundles.price, *units(size), shift)
    # Rounded to whole units of weight, and off by what its own weights are off, at the bundle's price.
    off = np.ceil(2.1 * loose * np.maximum(total / np.maximum(own, 1), 1.0)).astype(np.int64) + 1
    with np.errstate(over="ignore"):
        share = apportion(total, near[member], bundle, size)
        even = (total[bundle] * near[member] == share * own[bundle]) & (loose[bundle] == 0)
    near[member] = share
    slack[member] = np.where(even, 0, off[bundle])
    flags[member] |= int(AllocationFlag.BUNDLE)


def _residual(
    book: Book, weigher: Weigher, near: Column, slack: Column, flags: Column, group: Column, price: Column
) -> tuple[Problem, ...]:
    """A residual weighs what the other SSPs leave of the price, inside its observed range (606-10-32-34(c))."""
    o = book.obligations
    rows = rows_where(o.ssp_kind == SspKind.RESIDUAL)
    if not rows.size:
        return ()
    shift, home = weigher.shift[rows], group[rows]
    left = scaled(price[home], *units(rows.size), shift) - sum_by(group, near, price.size)[home]
    term = terms_in_units(o.ssp_per, o.start, o.end)[rows]
    several = sum_by(home, np.ones(rows.size, dtype=np.int64), price.size)[home] > 1
    bounded = o.ssp_low[rows] != NO_AMOUNT
    low = scaled(np.where(bounded, o.ssp_low[rows], 0), o.quantity_e6[rows], term, shift)
    high = scaled(np.where(bounded, o.ssp_high[rows], 0), o.quantity_e6[rows], term, shift)
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
    slack[rows] = sum_by(group, slack, price.size)[home] + drops_bits(price[home], *units(rows.size), shift)
    near[rows] = np.maximum(left, 0)
    flags[rows] |= int(AllocationFlag.RESIDUAL)
    return tuple(problems)


def _special(book: Book, plain: Exact, members: Column, group: Column, price: Column) -> Exact:
    """The exact weights of all obligations of some contracts: ``members``, their ``plain`` weights and groups."""
    o = book.obligations.take(members)
    weight = plain.copy()
    for bundle in np.unique(o.bundle[o.bundle != NONE]).tolist():
        mine = rows_where(o.bundle == bundle)
        paid = book.bundles.price[find_rows(book.bundles.id, np.asarray([bundle]))]
        total, own = exactly_scaled(paid, *units(1))[0], weight[mine].sum()
        for row in mine.tolist():
            weight[row] = Fraction(total * weight[row], own) if own else Fraction(total, mine.size)
    plain_sum: dict[int, Fraction] = {}
    for row, home in enumerate(group.tolist()):
        plain_sum[home] = plain_sum.get(home, Fraction(0)) + weight[row]
    for row in rows_where(o.ssp_kind == SspKind.RESIDUAL).tolist():
        home = int(group[row])
        left = exactly_scaled(price[home : home + 1], *units(1))[0] - plain_sum[home]
        weight[row] = max(left, 0)
    return weight
