"""Which segments revenue carries: new revenue those of now, revenue taken back those that it was booked with.

New segments serve revenue from the first open period on. What is taken back leaves the pile of what was booked from
the top, newest first (accounting section 10), and what no booking covers carries the segments of now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from revrec.accounting.book import PriorBooked
from revrec.accounting.columns import Column, Mask, find_rows, group_rows, rows_where, sort_rows, sum_by
from revrec.accounting.money import share
from revrec.accounting.result import Booked, Transfers
from revrec.accounting.terms import Role

Pile = list[tuple[int, int, int]]
"""What an obligation booked, oldest first: (segment set, amount, base amount)."""


@dataclass(frozen=True, eq=False)
class Carried:
    """Amounts of rows of ``Booked`` by segment set; the amounts of one row add up to its own. ``whole``: one for each
    row, in their order.
    """

    row: Column
    amount: Column
    base: Column
    segments: Column
    whole: bool = True


def latest_booked(prior: PriorBooked) -> PriorBooked:
    """One row per obligation: all its rows added up, with the version and segments of the newest."""
    obligation = prior.obligation
    if obligation.size < 2 or bool((obligation[1:] > obligation[:-1]).all()):
        return prior
    group, first = group_rows(obligation)
    if first.size == obligation.size:
        return prior
    last = np.zeros(first.size, dtype=np.int64)
    last[group] = np.arange(group.size)  # the last assignment of a group wins
    newest = prior.take(last)
    return replace(
        newest,
        recognised=sum_by(group, prior.recognised, first.size),
        base_recognised=sum_by(group, prior.base_recognised, first.size),
    )


def carry_segments(booked: Booked, prior: PriorBooked) -> tuple[Carried, Carried]:
    """The adjustments and the current parts of ``booked``, by the segments that they carry."""
    rows = np.arange(len(booked), dtype=np.int64)
    adjustment = Carried(rows, booked.adjustment, booked.base_adjustment, booked.segments)
    current = Carried(rows, booked.current, booked.base_revenue - booked.base_adjustment, booked.segments)
    taken_back = (booked.adjustment < 0) | (booked.current < 0)
    mixed = rows_where(taken_back & ~_one_set(booked, prior)) if taken_back.any() else rows[:0]
    if not mixed.size:
        return adjustment, current
    piles = _piles(prior, booked.obligation[mixed])
    back: list[tuple[int, int, int, int]] = []
    now: list[tuple[int, int, int, int]] = []
    for row in mixed.tolist():  # few: revenue taken back of what was booked under other segments
        pile = piles[int(booked.obligation[row])]
        segments = int(booked.segments[row])
        for part, found in ((adjustment, back), (current, now)):
            moved = add_to(pile, segments, int(part.amount[row]), int(part.base[row]))
            found += [(row, amount, base, each) for each, amount, base in moved]
    return _with(adjustment, mixed, back), _with(current, mixed, now)


def carried_forward(prior: PriorBooked, booked: Booked, transfers: Transfers) -> PriorBooked:
    """What is booked after a close: the piles of before, with the revenue that the close's transfers moved."""
    untouched = prior.take(find_rows(booked.obligation, prior.obligation) < 0)
    plain = _one_set(booked, prior)
    latest = PriorBooked(
        obligation=booked.obligation[plain],
        recognised=booked.target[plain],
        base_recognised=booked.base_target[plain],
        order_version=booked.order_version[plain],
        segments=booked.segments[plain],
    )
    if plain.all():
        return PriorBooked.concat((untouched, latest))
    gained = ~plain & (booked.adjustment >= 0) & (booked.current >= 0) & (booked.base_revenue >= 0)
    gained &= (booked.base_adjustment >= 0) & (booked.base_adjustment <= booked.base_revenue)
    more = _put_on_top(prior, booked.take(gained))
    others = booked.take(~plain & ~gained)
    if not len(others):
        return PriorBooked.concat((untouched, latest, more))
    piles = _piles(prior, others.obligation)
    credited = transfers.credit_role == Role.REVENUE
    revenue = rows_where(credited | (transfers.debit_role == Role.REVENUE))
    revenue = revenue[np.isin(transfers.obligation[revenue], others.obligation)]
    for row in revenue.tolist():
        sign = 1 if credited[row] else -1
        put_by_set(
            piles[int(transfers.obligation[row])],
            int(transfers.segments[row]),
            sign * int(transfers.amount[row]),
            sign * int(transfers.base_amount[row]),
        )
    version = dict(zip(others.obligation.tolist(), others.order_version.tolist(), strict=True))
    entries = [
        (number, amount, base, version[number], segments)
        for number, pile in piles.items()
        for segments, amount, base in pile or [(int(others.segments[others.obligation == number][0]), 0, 0)]
    ]
    columns = list(zip(*entries, strict=True))
    taken = PriorBooked(*(np.asarray(c, dtype=np.int64) for c in columns))
    return PriorBooked.concat((untouched, latest, more, taken))


def _put_on_top(prior: PriorBooked, booked: Booked) -> PriorBooked:
    """The rows of obligations that only gained, with what they gained."""
    below = prior.take(find_rows(booked.obligation, prior.obligation) >= 0)
    gain = PriorBooked(
        booked.obligation, booked.revenue, booked.base_revenue, booked.order_version, booked.segments
    )
    every = PriorBooked.concat((below, gain))
    if not len(every):
        return every
    # Rows of one obligation in their order; adjoining ones of one set are one.
    every = every.take(sort_rows(every.obligation))
    new = np.ones(len(every), dtype=np.bool_)
    new[1:] = (every.obligation[1:] != every.obligation[:-1]) | (every.segments[1:] != every.segments[:-1])
    run = np.cumsum(new) - 1
    last = np.append(rows_where(new)[1:], len(every)) - 1
    return replace(
        every.take(last),
        recognised=sum_by(run, every.recognised, last.size),
        base_recognised=sum_by(run, every.base_recognised, last.size),
    )


def put_by_set(pile: Pile, segments: int, amount: int, base: int) -> None:
    """Put on a pile what the ledger says: revenue on the top, revenue taken back out of its own set, newest first."""
    if amount > 0 or not pile:
        _push(pile, segments, amount, base)
        return
    for at in range(len(pile) - 1, -1, -1):
        each, held, held_base = pile[at]
        if each != segments or (held <= 0 and amount):
            continue
        taken = max(-max(held, 0), amount)
        taken_base = base if taken == amount else share(base, -taken, -amount)
        pile[at] = (each, held + taken, held_base + taken_base)
        amount, base = amount - taken, base - taken_base
        if not amount:
            break
    if amount or base:
        _push(pile, segments, amount, base)
    _without_empty(pile)


def add_to(pile: Pile, segments: int, amount: int, base: int) -> Pile:
    """Put revenue on a pile, or take it back from the top; what moved, by segments (amounts signed).

    A pile that is used up leaves the rest to the segments of now.
    """
    if amount >= 0:
        if not amount and not base:
            return []
        _push(pile, segments, amount, base)
        return [(segments, amount, base)]
    moved: Pile = []
    whole, left, left_base = -amount, -amount, base
    while left and pile and pile[-1][1] > 0:
        each, held, held_base = pile.pop()
        taken = min(held, left)
        part = left_base if taken == left else share(base, taken, whole)
        moved.append((each, -taken, part))
        left, left_base = left - taken, left_base - part
        pile.append((each, held - taken, held_base + part))
        _without_empty(pile)
    if left:
        _push(pile, segments, -left, left_base)
        moved.append((segments, -left, left_base))
    return moved


def _push(pile: Pile, segments: int, amount: int, base: int) -> None:
    if pile and pile[-1][0] == segments:
        _, held, held_base = pile.pop()
        amount, base = held + amount, held_base + base
    pile.append((segments, amount, base))


def _without_empty(pile: Pile) -> None:
    """Drop what is used up; base units that it leaves go to its neighbour, so that the pile adds up."""
    kept: Pile = []
    loose = 0
    for segments, amount, base in pile:
        if amount:
            kept.append((segments, amount, base))
        else:
            loose += base
    if loose:
        segments, amount, base = kept.pop() if kept else (pile[0][0], 0, 0)
        kept.append((segments, amount, base + loose))
    pile[:] = kept


def _one_set(booked: Booked, prior: PriorBooked) -> Mask:
    """Obligations that never booked under segments other than those of this close."""
    at = find_rows(booked.obligation, prior.obligation)
    other = rows_where(at >= 0)
    other = other[prior.segments[other] != booked.segments[at[other]]]
    same = np.ones(len(booked), dtype=np.bool_)
    same[at[other]] = False
    return same


def _piles(prior: PriorBooked, obligations: Column) -> dict[int, Pile]:
    """The piles of these obligations."""
    found: dict[int, Pile] = {number: [] for number in obligations.tolist()}
    mine = prior.take(np.isin(prior.obligation, obligations))
    for row in mine.rows():
        _push(found[row["obligation"]], row["segments"], row["recognised"], row["base_recognised"])
    return found


def _with(carried: Carried, mixed: Column, parts: list[tuple[int, int, int, int]]) -> Carried:
    """``carried`` with the rows of ``mixed`` replaced by their parts (row, amount, base, segments)."""
    keep = np.ones(carried.row.size, dtype=np.bool_)
    keep[mixed] = False
    row, amount, base, segments = (
        np.asarray(column, dtype=np.int64)
        for column in (zip(*parts, strict=True) if parts else ((), (), (), ()))
    )
    return Carried(
        np.concatenate((carried.row[keep], row)),
        np.concatenate((carried.amount[keep], amount)),
        np.concatenate((carried.base[keep], base)),
        np.concatenate((carried.segments[keep], segments)),
        whole=False,
    )
