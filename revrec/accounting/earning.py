"""Per obligation: the target, what is booked, and the movement between them, with the part of closed periods apart.

revenue(p) = target(p) - booked        adjustment(p) = target(p-1) - booked        current(p) = the rest
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    Each,
    Mask,
    filled,
    find_rows,
    group_rows,
    rows_where,
)
from revrec.accounting.money import share_columns
from revrec.accounting.result import Booked
from revrec.accounting.schedule import Plan, Position, position
from revrec.accounting.segmenting import latest_booked
from revrec.accounting.terms import Cause
from revrec.accounting.usage import usage_earned


@dataclass(frozen=True, eq=False)
class Earned:
    """Per obligation: the target, its movement since what is booked, and the part that belongs to closed periods.

    ``before``: the position at the end of the period before; its excess is that of what is booked, where they agree.
    """

    position: Position
    target: Column
    booked: Column
    base_booked: Column
    revenue: Column
    adjustment: Column
    cause: Column
    new_version: Mask
    booked_segments: Column
    finished: Mask
    excess_e6: Column
    before: Position = field(default_factory=Position.empty)


def earn(
    book: Book,
    plan: Plan,
    period: Each,
    reason: Column,
    contract_of: Column,
    splits: PriorSplits,
    causes: Column,
    beyond: Column | int = 0,
    beyond_before: Column | int = 0,
    usage_causes: Column | None = None,
) -> Earned:
    """Compare targets with what is booked, at the end of a period (one for all obligations, or one each).

    ``causes``: per contract, what the facts new in this close give. ``usage_causes``: per obligation, what documents
    new in it give to usage. ``beyond``, ``beyond_before``: earned of overage by the end of the period, and by that of
    the one before.
    """
    o = book.obligations
    start, day = book.calendar.first_and_last(period)
    before = start - 1
    foreign = bool((book.contracts.currency != book.contracts.base_currency).any())
    now, then = position(plan, day, exact=foreign), position(plan, before, exact=foreign)
    prior = latest_booked(book.prior.booked)
    at = find_rows(prior.obligation, o.id)
    known = at != NONE
    row = np.maximum(at, 0)

    def booked_column(column: Column, absent: int) -> Column:
        return np.where(known, column[row], absent) if len(prior) else filled(len(o), absent)

    booked = booked_column(prior.recognised, 0)
    waits = reason != NONE
    usage = usage_earned(book, splits, plan.log, day)
    target = np.where(waits, booked, now.target + usage + beyond)
    usage_before = usage_earned(book, splits, plan.log, before)
    adjustment = np.where(waits, 0, then.target + usage_before + beyond_before - booked)
    version = booked_column(prior.order_version, NONE)
    changed = known & (version != NONE) & (version != o.order_version)
    given = causes[contract_of]
    cause = np.zeros_like(adjustment)
    if adjustment.any():
        cause = _causes(book, period, known, changed, given)
        if usage_causes is not None:
            cause = np.where(usage_causes != NONE, usage_causes, cause)
    stop = np.where(now.leg == NONE, NO_DAY, plan.legs.stop_day[np.maximum(now.leg, 0)])
    finished = (now.numerator >= now.denominator) | ((stop != NO_DAY) & (stop <= day))
    return Earned(
        now,
        target,
        booked,
        booked_column(prior.base_recognised, 0),
        target - booked,
        adjustment,
        np.where(adjustment != 0, cause, int(Cause.NONE)),
        changed,
        booked_column(prior.segments, NONE),
        finished & ~waits,
        np.where(waits, 0, now.excess_e6),
        replace(then, excess_e6=np.where(waits | (adjustment != 0), 0, then.excess_e6)),
    )


def _causes(book: Book, period: Each, known: Mask, changed: Mask, given: Column) -> Column:
    """The cause that an adjustment of each obligation has, if it has one.

    ``known``: booked before, ``changed``: under another version; ``given``: what the facts new in this close give.
    """
    o = book.obligations
    fact_day = np.where(o.version_day == NO_DAY, o.ordered_day, o.version_day)
    # A fact dated in the open period modifies; one that belongs to closed periods came late (606-10-25-10, PPA).
    modified = (changed | ~known) & (fact_day >= book.calendar.starts[period])
    cause = np.where(modified, int(Cause.MODIFICATION), int(Cause.LATE))
    if book.first_period > 0 and np.any(book.first_period == period):
        # The first close after cut-over: what was loaded and is not what is computed (accepted by a person).
        cause = np.where(known & ~changed & (book.first_period == period), int(Cause.CONVERSION), cause)
    return np.where(given != NONE, given, cause)


def book_revenue(
    book: Book,
    earned: Earned,
    base_revenue: Column,
    allocated: Column,
    splits: PriorSplits,
) -> Booked:
    o = book.obligations
    moved = (earned.revenue != 0) | (earned.adjustment != 0) | (base_revenue != 0) | earned.new_version
    rows = rows_where(moved)
    revenue, adjustment = earned.revenue[rows], earned.adjustment[rows]
    base = base_revenue[rows]
    base_adjustment = adjustment
    if adjustment.any():
        # Revenue that comes to less than its adjustment says little of a rate: that of what closed periods booked.
        little = (np.abs(revenue) < np.abs(adjustment)) & ((earned.booked[rows] != 0) | (revenue == 0))
        whole = np.where(little, earned.booked[rows], revenue)
        in_base = np.where(little, earned.base_booked[rows], base)
        sign = np.where(whole < 0, -1, 1)
        part = share_columns(in_base, adjustment * sign, np.maximum(np.abs(whole), 1))
        base_adjustment = np.where(whole == 0, adjustment, part)
    return Booked(
        obligation=o.id[rows],
        contract=o.contract[rows],
        order_version=o.order_version[rows],
        allocated=allocated[rows],
        fraction_numerator=earned.position.numerator[rows],
        fraction_denominator=earned.position.denominator[rows],
        target=earned.target[rows],
        revenue=revenue,
        adjustment=adjustment,
        current=revenue - adjustment,
        cause=earned.cause[rows],
        base_revenue=base,
        base_adjustment=base_adjustment,
        base_target=earned.base_booked[rows] + base,
        segments=_segments(book, earned, splits)[rows],
    )


def _segments(book: Book, earned: Earned, splits: PriorSplits) -> Column:
    """Order line, else billing line, else the product's, customer's or subsidiary's; where nothing but taken back: as
    it was last booked.
    """
    o = book.obligations
    segments = o.segments.copy()
    bare = segments == NONE
    billed = (splits.obligation != NONE) & (splits.segments != NONE)
    if bare.any() and billed.any():
        row = find_rows(o.id, splits.obligation[billed])[::-1]
        from_billing = filled(len(o), NONE)
        from_billing[row] = splits.segments[billed][::-1]  # reversed, so that the first billing line wins
        segments = np.where(bare, from_billing, segments)
    segments = np.where(segments == NONE, o.default_segments, segments)
    taken_back = (earned.adjustment <= 0) & (earned.revenue <= earned.adjustment) & (earned.revenue < 0)
    taken_back &= earned.booked_segments != NONE
    return np.where(taken_back, earned.booked_segments, segments)


def first_billed_days(book: Book, splits: PriorSplits) -> Column:
    """The day on which the first line billed each obligation: its document's date, held inside its posting period."""
    never = 2**40
    first = filled(len(book.obligations), never)
    invoiced = (splits.obligation != NONE) & (splits.amount > 0)
    if invoiced.any():
        day = document_days(book, splits.take(invoiced), inside_posting=True)
        np.minimum.at(first, find_rows(book.obligations.id, splits.obligation[invoiced]), day)
    return np.where(first == never, NO_DAY, first)


def document_days(book: Book, splits: PriorSplits, inside_posting: bool = False) -> Column:
    """The date of each split's document; of opening rows without one, the last day of their period.

    ``inside_posting``: moved into the posting period where the document is dated outside it.
    """
    billing = book.billing
    group, lead = group_rows(
        np.concatenate((billing.document, splits.document)), np.concatenate((billing.line, splits.line))
    )
    line = lead[group[len(billing) :]]
    opening = book.calendar.end_of(splits.period)
    if not len(billing):
        return opening
    row = np.minimum(line, len(billing) - 1)
    day, posted = billing.day[row], billing.period[row]
    if inside_posting:
        day = np.clip(day, book.calendar.start_of(posted), book.calendar.end_of(posted))
    return np.where(line < len(billing), day, opening)
