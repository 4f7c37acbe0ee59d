# ruff: noqa: RUF009 - `column` is dataclasses.field with a default for Table.of
"""From legs to rows: every period in which an obligation's running total moves, and by how much.

The rows are worked out in parts that fit into the processor's cache; each part asks ``schedule`` for the running total
of its legs at the ends of its periods, as the close does for one period.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    Mask,
    Table,
    among,
    column,
    differs,
    filled,
    find_rows,
    keep_freed_memory,
    rows_where,
)
from revrec.accounting.money import cumulate_within, share_columns
from revrec.accounting.recognition import DATED, ProgressLog
from revrec.accounting.schedule import (
    Legs,
    Plan,
    earn_legs,
    earn_rests,
    leg_fraction,
    leg_targets,
    rounded_apart,
    with_lumps,
)
from revrec.accounting.terms import Method

CODES = [int(method) for method in DATED]
LEGS_AT_ONCE = 2**14
ROWS_AT_ONCE = 2**16
"""Rows of one part: about ten columns of this length stay in the second-level cache."""


@dataclass(frozen=True, eq=False)
class Schedule(Table):
    """One row per obligation and period in which its running total moves.

    ``row``: the obligation's row; ``amount``: how far it moves, minor units, never 0.
    """

    row: Column = column()
    period: Column = column()
    amount: Column = column()


def expand_schedules(plan: Plan, first: int, last: int) -> Schedule:
    """All movements from period ``first`` to ``last``, in order of obligation and period.

    The rows of an obligation add up to its target at the end of ``last`` less that at the end of ``first - 1``.
    """
    stretches = _stretches(plan, first, last)
    size = int(stretches.count.sum())
    row, period, amount = (np.empty(size, dtype=np.int64) for _ in range(3))
    at = 0
    for part in _parts(plan, stretches):
        to = at + len(part)
        row[at:to], period[at:to], amount[at:to] = part.row, part.period, part.amount
        at = to
    return Schedule(row[:at], period[:at], amount[:at])


def schedule_parts(plan: Plan, first: int, last: int) -> Iterator[Schedule]:
    """The rows of ``expand_schedules`` in parts of about 65,000: for sums and files, in little memory."""
    return _parts(plan, _stretches(plan, first, last))


@dataclass(frozen=True, eq=False)
class _Stretches:
    """Legs in order of obligation and time, with the periods in which each may move: ``count`` from ``begin`` on.

    ``ahead``: the row in ``every`` of the leg that held at the end of the period before ``begin``, NONE where nothing
    was earned by then.
    """

    every: Legs
    legs: Legs
    begin: Column
    count: Column
    ahead: Column


def _stretches(plan: Plan, first: int, last: int) -> _Stretches:
    if first < 0 or last >= len(plan.calendar):
        raise ValueError(f"Periods {first} to {last} do not lie inside the calendar.")
    legs = plan.legs
    size = len(legs)
    if size > 1 and not bool((legs.row[1:] > legs.row[:-1]).all()):
        legs = legs.take(np.lexsort((np.arange(size), legs.from_day, legs.row)))
    follows = np.zeros(size, dtype=np.bool_)
    follows[1:] = legs.row[1:] == legs.row[:-1]
    until = filled(size, last)
    led = rows_where(follows)
    until[led - 1] = np.minimum(plan.calendar.period_of(legs.from_day[led]) - 1, last)
    begin, count, ahead = (np.empty(size, dtype=np.int64) for _ in range(3))
    for low in range(0, size, LEGS_AT_ONCE):
        some = slice(low, low + LEGS_AT_ONCE)
        window = _window(plan, _slice(legs, some), follows[some], until[some], first)
        begin[some], count[some], ahead[some] = window
        ahead[some] += np.where(ahead[some] == NONE, 0, low)
    late = rows_where(ahead != NONE) if led.size else led
    while late.size:
        # Where the leg had not begun by then, the one before it, of the same obligation, may have.
        late = late[legs.from_day[ahead[late]] > plan.calendar.end_of(begin[late] - 1)]
        ahead[late] = np.where(follows[ahead[late]], ahead[late] - 1, NONE)
        late = late[ahead[late] != NONE]
    live = rows_where(count)
    if live.size == size:
        return _Stretches(legs, legs, begin, count, ahead)
    return _Stretches(legs, legs.take(live), begin[live], count[live], ahead[live])


def _window(
    plan: Plan, legs: Legs, follows: Mask, until: Column, first: int
) -> tuple[Column, Column, Column]:
    """``begin``, ``count`` and ``ahead`` of some legs, where none begins late."""
    calendar = plan.calendar
    begun = calendar.period_of(legs.from_day)
    # A first leg with nothing fixed moves from its term on; any other may move as soon as it holds.
    quiet = among(legs.method, CODES) & (legs.start != NO_DAY)
    quiet &= ~follows & (legs.fixed == 0) & (legs.extra == 0) & (legs.before == 0) & (legs.by_stop == 0)
    begun = np.where(quiet, np.maximum(begun, calendar.period_of(legs.start)), begun)
    begin = np.maximum(begun, first)
    end = np.minimum(np.maximum(calendar.period_of(_last_days(legs, plan.log, calendar)), begun), until)
    before = calendar.end_of(begin - 1)
    silent = quiet & (legs.start > before)
    silent |= ~follows & (legs.from_day > before)
    return begin, np.maximum(end - begin + 1, 0), np.where(silent, NONE, np.arange(len(legs)))


def _last_days(legs: Legs, log: ProgressLog, calendar: Calendar) -> Column:
    """The last day on which the running total of each leg may move."""
    day = np.where(among(legs.method, CODES), legs.end, NO_DAY)
    day = np.where(legs.method == Method.POINT_IN_TIME, legs.trigger_day, day)
    if len(log) and (legs.progress != NONE).any():
        keys, group = np.unique(log.key, return_inverse=True)
        latest = filled(keys.size, NO_DAY)
        np.maximum.at(latest, group, log.day)
        at = find_rows(keys, legs.progress)
        logged = np.where(at == NONE, NO_DAY, latest[np.maximum(at, 0)])
        planned = (legs.method == Method.CUSTOM) & (at != NONE)
        logged = np.where(planned, calendar.end_of(calendar.period_of(legs.start) + logged), logged)
        day = np.maximum(day, logged)
    day = np.where(legs.stop_day == NO_DAY, day, np.minimum(day, legs.stop_day))
    return np.maximum(day, legs.extra_day)


def _parts(plan: Plan, stretches: _Stretches) -> Iterator[Schedule]:
    """The rows of as many adjoining legs as fit into one part, part by part."""
    keep_freed_memory()
    for low in range(0, len(stretches.legs), LEGS_AT_ONCE):
        total = np.cumsum(stretches.count[low : low + LEGS_AT_ONCE])
        full = np.searchsorted(total, np.arange(ROWS_AT_ONCE, int(total[-1]), ROWS_AT_ONCE))
        cuts = np.unique(np.concatenate(([0], full, [total.size]))) + low
        for start, stop in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            legs = _slice(stretches.legs, slice(start, stop))
            begin, count = stretches.begin[start:stop], stretches.count[start:stop]
            opening = _opening(plan, stretches.every, stretches.ahead[start:stop], begin)
            yield _movements(plan, legs, begin, count, opening)


def _slice(legs: Legs, which: slice) -> Legs:
    """Adjoining legs, without copying them."""
    return Legs(**{name: array[which] for name, array in legs.columns().items()})


def _opening(plan: Plan, every: Legs, ahead: Column, begin: Column) -> Column:
    """The running total of each leg's obligation at the end of the period before ``begin``."""
    opening = np.zeros(begin.size, dtype=np.int64)
    known = rows_where(ahead != NONE)
    if known.size:
        before = plan.calendar.end_of(begin[known] - 1)
        opening[known] = leg_targets(plan, every.take(ahead[known]), before)
    return opening


def _movements(plan: Plan, legs: Legs, begin: Column, count: Column, opening: Column) -> Schedule:
    """The rows of some adjoining legs, each at least one."""
    heads = np.cumsum(count) - count
    period = np.repeat(begin - heads, count)
    period += np.arange(period.size)
    spread = _spread(legs, count, period.size)
    running = _running(plan, spread, plan.calendar.ends[period], count)
    amount = np.empty_like(running)
    np.subtract(running[1:], running[:-1], out=amount[1:])
    amount[heads] = running[heads] - opening
    if amount.all():
        return Schedule(spread.row, period, amount)
    moves = rows_where(amount)
    return Schedule(spread.row[moves], period[moves], amount[moves])


def _spread(legs: Legs, count: Column, size: int) -> Legs:
    """Each leg's columns for each of its rows; a column in which all legs agree takes no memory."""
    columns = {}
    for name, array in legs.columns().items():
        alike = not differs(array, int(array[0]))
        columns[name] = np.broadcast_to(array[0], size) if alike else np.repeat(array, count)
    return Legs(**columns)


def _running(plan: Plan, legs: Legs, day: Column, count: Column) -> Column:
    """The running total at each row's day; ``count``: how many rows each leg has, one leg after the other."""
    apart = rounded_apart(legs)
    if apart is None:
        return leg_targets(plan, legs, day)
    # Each period of these is rounded by itself: the first row as ``schedule`` has it, and one period more a row.
    heads, owner = np.cumsum(count) - count, np.repeat(np.arange(count.size), count)
    numerator, denominator = leg_fraction(plan, legs, day)
    step = np.diff(numerator, prepend=0)
    step[heads] = 0
    part = share_columns(legs.rest, step, denominator)
    first, _, _ = earn_legs(plan, legs.take(heads), day[heads])
    part[heads] = first
    earned = earn_rests(plan, legs, day, numerator, denominator)
    earned = np.where(apart & (numerator < denominator), cumulate_within(part, owner), earned)
    return with_lumps(legs, earned, day)
