# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""Legs, and the running total that an obligation should have earned: the schedule as a function.

An obligation runs on one leg; a prospective modification or credit ends it and begins another. A leg holds what is
fixed when it begins and what remains to be earned over it:

    target(day) = fixed + round_half_up(rest x (F(day) - F(before)) / (1 - F(before)))

The running total of a leg is rounded once, so every schedule foots to the cent. Under ``last_period`` rounding each
period of a dated method is rounded by itself and the last one takes what is left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    Each,
    Mask,
    Table,
    among,
    column,
    differs,
    each_of,
    filled,
    rows_where,
    spread,
    sum_by,
)
from revrec.accounting.money import share_columns
from revrec.accounting.recognition import DATED, MAY_FALL, ProgressLog, Terms, earned_fraction


@dataclass(frozen=True, eq=False)
class Legs(Table):
    """Stretches of earning, any number per obligation.

    ``row``: the obligation's row in the book. ``from_day``: the leg counts from this day on, until a later leg of the
    row does; before the first leg nothing is earned. ``before``: numerator of the fraction earned when the leg began,
    over the leg's own term. ``stop_day``: nothing is earned after it (a cancellation). ``by_stop``: 1 where all of the
    rest is earned by then, 0 where only the part up to it is. ``extra``: a lump, earned on ``extra_day``. ``rounding``:
    0 the running total is rounded, 1 each period of a dated method by itself. Other columns as in ``Terms``.
    """

    row: Column = column()
    from_day: Column = column()
    fixed: Column = column(0)
    rest: Column = column()
    before: Column = column(0)
    method: Column = column()
    start: Column = column(NO_DAY)
    end: Column = column(NO_DAY)
    trigger_day: Column = column(NO_DAY)
    progress: Column = column(NONE)
    whole: Column = column(1)
    stop_day: Column = column(NO_DAY)
    by_stop: Column = column(0)
    extra: Column = column(0)
    extra_day: Column = column(NO_DAY)
    rounding: Column = column(0)

    def terms(self) -> Terms:
        """The columns that a method reads."""
        return Terms(self.method, self.start, self.end, self.trigger_day, self.progress, self.whole)


@dataclass(frozen=True, eq=False)
class Position(Table):
    """Where each obligation stands at the end of a day.

    ``target`` is rounded to minor units; ``excess_e6`` is what rounding left out, in millionths of a unit, for exact
    conversion to another currency. ``numerator / denominator``: the fraction of the leg's rest.
    """

    target: Column = column()
    numerator: Column = column()
    denominator: Column = column()
    leg: Column = column()  # row of Legs, NONE where the obligation has not begun
    excess_e6: Column = column()


@dataclass(frozen=True)
class Plan:
    """All that is needed to know any obligation's target on any day."""

    legs: Legs
    obligations: int
    calendar: Calendar
    log: ProgressLog


def position(plan: Plan, day: Each, exact: bool = False) -> Position:
    """Every obligation's target at the end of ``day`` (one for all, or one each).

    ``exact``: with what rounding left out (else that is zero).
    """
    legs = plan.legs
    current = _current_legs(plan, day)
    begun = current >= 0
    active = legs if _is_identity(current, len(legs)) else legs.take(current[begun])
    days = spread(len(active), each_of(day, active.row))
    earned, numerator, denominator = earn_legs(plan, active, days)
    target = with_lumps(active, earned, days)
    if exact:
        with np.errstate(over="ignore"):
            left = (
                active.rest * numerator - earned * denominator
            )  # half the denominator at most: exact modulo 2**64
        if differs(active.before, 0):
            left = np.fmod(left, denominator)  # what was returned is whole units
        apart = rounded_apart(active)
        excess = share_columns(left if apart is None else np.where(apart, 0, left), 10**6, denominator)
    else:
        excess = np.zeros_like(target)
    if active is legs:
        return Position(target, numerator, denominator, current, excess)
    size = plan.obligations
    zero = np.zeros(size, dtype=np.int64)
    full = Position(zero, zero.copy(), np.ones(size, dtype=np.int64), current, zero.copy())
    full.excess_e6[begun] = excess
    full.target[begun] = target
    full.numerator[begun] = numerator
    full.denominator[begun] = denominator
    return full


def earn_legs(plan: Plan, legs: Legs, day: Column) -> tuple[Column, Column, Column]:
    """What each leg has earned of its rest through its day (one a row), and the fraction of the rest."""
    numerator, denominator = leg_fraction(plan, legs, day)
    earned = earn_rests(plan, legs, day, numerator, denominator)
    apart = rounded_apart(legs)
    if apart is not None:
        earned = _rounded_by_period(plan, legs, day, earned, apart & (numerator < denominator))
    return earned, numerator, denominator


def earn_rests(plan: Plan, legs: Legs, day: Column, numerator: Column, denominator: Column) -> Column:
    """These fractions of the rests, so that the running total is rounded half away from zero: where a rest is of the
    other sign than what is fixed, its half goes towards zero. Less what was returned since the leg began."""
    earned = share_columns(legs.rest, numerator, denominator)
    if differs(legs.fixed, 0):
        _round_the_total(legs, numerator, denominator, earned)
    return earned + taken_back(plan, legs, day, numerator) if differs(legs.before, 0) else earned


def _round_the_total(legs: Legs, numerator: Column, denominator: Column, earned: Column) -> None:
    rows = rows_where(((legs.fixed > 0) & (legs.rest < 0)) | ((legs.fixed < 0) & (legs.rest > 0)))
    if not rows.size:
        return
    part, whole = earned[rows], denominator[rows]
    with np.errstate(over="ignore"):
        # Half of the whole at most: exact modulo 2**64.
        left = legs.rest[rows] * numerator[rows] - part * whole
    total = legs.fixed[rows] + part
    up = (left == whole - left) & (total >= 0)
    down = (-left == whole + left) & (total <= 0)
    earned[rows] = part + up - down


def taken_back(plan: Plan, legs: Legs, day: Column, numerator: Column) -> Column:
    """Of what was fixed when a leg began, what was returned since, or is reported as less: it goes as it came. Zero or
    negative. ``numerator``: of the fraction of the rest that the leg has earned."""
    back = np.zeros_like(legs.fixed)
    rows = rows_where(among(legs.method, MAY_FALL) & (legs.before > 0))
    if rows.size:
        part = legs.take(rows)
        now, _ = earned_fraction(part.terms(), _until_stop(part, day[rows]), plan.calendar, plan.log)
        # A rest that had nothing left to wait for was earned with what was fixed.
        so_far = np.maximum(part.fixed + np.where(numerator[rows] > 0, part.rest, 0), 0)
        back[rows] = share_columns(so_far, np.minimum(now, part.before), part.before) - so_far
    return back


def leg_targets(plan: Plan, legs: Legs, day: Column) -> Column:
    """The running total of each leg's obligation at the end of its day, were it the leg that holds."""
    earned, _, _ = earn_legs(plan, legs, day)
    return with_lumps(legs, earned, day)


def with_lumps(legs: Legs, earned: Column, day: Column) -> Column:
    """What legs have earned of their rests, with what is fixed and what came in one lump by their days."""
    target: Column = legs.fixed + earned if differs(legs.fixed, 0) else earned
    if differs(legs.extra, 0):
        target = target + np.where((legs.extra_day != NO_DAY) & (legs.extra_day <= day), legs.extra, 0)
    return target


def rounded_apart(legs: Legs) -> Mask | None:
    """Legs of which each period is rounded by itself; None where there is none."""
    if not differs(legs.rounding, 0):
        return None
    dated: Mask = among(legs.method, DATED) & (legs.start != NO_DAY)
    dated &= legs.rounding == 1
    return dated


def leg_fraction(plan: Plan, legs: Legs, day: Column) -> tuple[Column, Column]:
    """The fraction of each leg's rest that is earned through a day: (F - before) / (1 - before), exact.

    A leg that began when all was earned has nothing left to wait for: its rest is earned at once.
    """
    numerator, denominator = earned_fraction(legs.terms(), _until_stop(legs, day), plan.calendar, plan.log)
    whole = denominator
    if differs(legs.by_stop, 0):
        at_stop, _ = earned_fraction(legs.terms(), legs.stop_day, plan.calendar, plan.log)
        whole = np.where(legs.by_stop == 1, at_stop, denominator)
    elif not differs(legs.before, 0):
        return numerator, denominator
    left = whole - legs.before
    finished = left <= 0
    return (
        np.where(finished, 1, np.maximum(numerator - legs.before, 0)),
        np.where(finished, 1, left),
    )


def _until_stop(legs: Legs, day: Column) -> Column:
    if not differs(legs.stop_day, NO_DAY):
        return day
    return np.where(legs.stop_day == NO_DAY, day, np.minimum(day, legs.stop_day))


def _current_legs(plan: Plan, day: Each) -> Column:
    """For each obligation the last leg that has begun by its day; among equal days the later row of the table."""
    legs = plan.legs
    rows = np.arange(len(legs), dtype=np.int64)
    begun = legs.from_day <= each_of(day, legs.row)
    if len(legs) == plan.obligations and bool((legs.row == rows).all()):
        return np.where(begun, rows, NONE)
    current = filled(plan.obligations, NONE)
    picked = rows[begun]
    several = np.bincount(legs.row[picked], minlength=plan.obligations)[legs.row[picked]] > 1
    current[legs.row[picked]] = picked
    picked = picked[several]
    picked = picked[np.lexsort((picked, legs.from_day[picked], legs.row[picked]))]
    current[legs.row[picked]] = picked  # the last assignment of a row wins
    return current


def _is_identity(current: Column, legs: int) -> bool:
    return current.size == legs and bool((current == np.arange(legs)).all())


def _rounded_by_period(plan: Plan, legs: Legs, day: Column, earned: Column, unfinished: Mask) -> Column:
    """Each period of these legs rounded by itself; the last one takes the remainder (so finished ones foot)."""
    rows = rows_where(unfinished)
    if not rows.size:
        return earned
    part, day = legs.take(rows), day[rows]
    calendar = plan.calendar
    first = calendar.period_of(part.start)  # what was earned when the leg began is not earned by it again
    last_day = np.where(part.stop_day == NO_DAY, day, np.minimum(day, part.stop_day))
    last = calendar.period_of(last_day)
    count = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(rows.size), count)
    step = np.arange(owner.size) - np.repeat(np.cumsum(count) - count, count)
    period = first[owner] + step
    spread = part.take(owner)
    through = np.minimum(calendar.end_of(period), last_day[owner])
    before = calendar.end_of(period - 1)
    n1, d = leg_fraction(plan, spread, through)
    n0, _ = leg_fraction(plan, spread, before)
    amount = share_columns(spread.rest, n1 - n0, d)
    out = earned.copy()
    out[rows] = sum_by(owner, amount, rows.size)
    return out
