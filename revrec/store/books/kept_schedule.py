"""What a contract is still to earn, by the legs that the newest close kept: quick, for a page, where a forecast reads
the whole book.

A leg is taken up again where it gives, at the end of the newest closed period, exactly what is booked; then it gives
later periods as the next closes would, as long as nothing is learnt. What waits for facts (deliveries, progress,
milestones, usage), and any leg that does not give what is booked, is left without dates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from revrec.accounting.calendar import Calendar, to_day
from revrec.accounting.columns import NO_DAY, Column, among
from revrec.accounting.expansion import expand_schedules
from revrec.accounting.recognition import BY_DAY, DATED, ProgressLog, Terms, earned_fraction
from revrec.accounting.schedule import Legs, Plan, position
from revrec.accounting.terms import Method

_ROUNDINGS = (0, 1)
"""The running total is rounded once, or each period by itself: the contract's policy said which, the rows do not."""


@dataclass(frozen=True, slots=True)
class ToCome:
    """Of one obligation: minor units by period (its place in the calendar), and what no period can be named for."""

    by_period: dict[int, int]
    undated_minor: int


def what_is_to_come(
    allocations: Sequence[Mapping[str, Any]], booked: Mapping[int, int], calendar: Calendar, closed: int
) -> dict[int, ToCome]:
    """By obligation. `allocations`: the newest standing rows of the table; `booked`: obligation -> what is recognised
    of it by the end of period `closed`, the newest closed one."""
    found: dict[int, ToCome] = {}
    dated: list[Mapping[str, Any]] = []
    for row in allocations:
        key, left = (
            int(row["obligation_id"]),
            int(row["allocated_minor"]) - booked.get(row["obligation_id"], 0),
        )
        if row["method"] == "as_invoiced":
            found[key] = ToCome({}, 0)
        elif left == 0 or not _is_dated(row):
            found[key] = ToCome({}, left)
        else:
            dated.append(row)
    for rounding in _ROUNDINGS:
        if not dated:
            break
        plan = Plan(_legs(dated, calendar, rounding), len(dated), calendar, ProgressLog.empty())
        target = position(plan, int(calendar.ends[closed])).target
        fits = [int(target[at]) == booked.get(row["obligation_id"], 0) for at, row in enumerate(dated)]
        schedule = expand_schedules(plan, closed + 1, len(calendar) - 1)
        moves: list[dict[int, int]] = [{} for _ in dated]
        for at, period, amount in zip(
            schedule.row.tolist(), schedule.period.tolist(), schedule.amount.tolist(), strict=True
        ):
            moves[at][period] = amount
        for at, row in enumerate(dated):
            if fits[at]:
                left = int(row["allocated_minor"]) - booked.get(row["obligation_id"], 0)
                found[int(row["obligation_id"])] = ToCome(moves[at], left - sum(moves[at].values()))
        dated = [row for at, row in enumerate(dated) if not fits[at]]
    for row in dated:
        left = int(row["allocated_minor"]) - booked.get(row["obligation_id"], 0)
        found[int(row["obligation_id"])] = ToCome({}, left)
    return found


def _is_dated(row: Mapping[str, Any]) -> bool:
    method = Method[str(row["method"]).upper()]
    if method is Method.POINT_IN_TIME:
        return row["trigger"] == "start" and row["starts"] is not None
    return method in DATED and row["starts"] is not None and row["ends"] is not None


def _legs(rows: Sequence[Mapping[str, Any]], calendar: Calendar, rounding: int) -> Legs:
    def days(name: str) -> Column:
        return np.array([NO_DAY if row[name] is None else to_day(row[name]) for row in rows], dtype=np.int64)

    def amounts(name: str) -> Column:
        return np.array([int(row[name]) for row in rows], dtype=np.int64)

    method = np.array([int(Method[str(row["method"]).upper()]) for row in rows], dtype=np.int64)
    start, end, since = days("starts"), days("ends"), days("leg_from")
    trigger = np.where(method == Method.POINT_IN_TIME, start, NO_DAY)
    later = since != NO_DAY
    terms = Terms.of(method=method, start=start, end=end, trigger_day=trigger)
    # As a modification counts what was earned before it: to the day, or to the end of the period before.
    begun = np.where(later, since, start)
    through = np.where(among(method, BY_DAY), begun - 1, calendar.end_of(calendar.period_of(begun) - 1))
    before, _ = earned_fraction(terms, through, calendar, ProgressLog.empty())
    return Legs.of(
        row=np.arange(len(rows), dtype=np.int64),
        from_day=np.where(later, since, int(calendar.starts[0])),
        fixed=amounts("fixed_minor"),
        rest=amounts("rest_minor"),
        before=np.where(later, before, 0),
        method=method,
        start=start,
        end=end,
        trigger_day=trigger,
        stop_day=days("stops_on"),
        extra=amounts("lump_minor"),
        extra_day=days("lump_on"),
        rounding=np.full(len(rows), rounding, dtype=np.int64),
    )
