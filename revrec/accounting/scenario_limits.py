"""How much one scenario may ask for, so that a slip of the pen does not keep a machine busy for hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from revrec.accounting.calendar import to_date
from revrec.accounting.scenario_form import Event, Scenario, ScenarioError

EVENTS = 10_000
LINES = 20_000
PERIODS = 1_200
WORK = 3_000_000
"""What one replay may cost, in units of about ten microseconds."""
ROWS = 400_000
"""Lines x periods of one scenario: it answers with some rows for each."""
AMOUNTS = 2**60
"""All amounts of a scenario together, minor units."""


def check_size(events: Sequence[Any]) -> None:
    """Refuse more events or lines than a scenario may have, before they are read."""
    if len(events) > EVENTS:
        raise ScenarioError(
            "events", f"A scenario has at most {EVENTS:,} events; this one has {len(events):,}."
        )
    lines = 0
    for event in events:
        given = event.get("lines") if isinstance(event, Mapping) else None
        lines += len(given) if isinstance(given, (list, tuple)) else 0
    if lines > LINES:
        raise ScenarioError("events", f"A scenario has at most {LINES:,} lines; this one has {lines:,}.")


def check_span(scenario: Scenario) -> None:
    """Refuse dates that lie more periods apart than are replayed."""
    first = min(event.day for event in scenario.events)
    last, place = max(_dates(scenario), key=itemgetter(0))
    months = _month(last) - _month(first) + 1
    if months > PERIODS:
        raise ScenarioError(
            place,
            f"{to_date(last)} lies {months:,} periods after the first event, {to_date(first)}: a scenario has at "
            f"most {PERIODS:,}.",
        )
    if scenario.through is not None:
        through = int(scenario.through[:4]) * 12 + int(scenario.through[5:]) - 1
        if through < _month(first):
            raise ScenarioError("through", "The last period lies before the first event.")
        if through - _month(first) >= PERIODS:
            raise ScenarioError("through", f"A scenario has at most {PERIODS:,} periods.")


def check_amounts(scenario: Scenario) -> None:
    """Refuse amounts that together leave what is counted exactly."""
    total = 0
    for event in scenario.events:
        total += abs(event.amount or 0) + sum(abs(line.amount or 0) for line in event.lines)
        if total > AMOUNTS:
            raise ScenarioError(
                event.where, "The amounts up to here add up to more than this program counts."
            )


def check_work(scenario: Scenario, known: Mapping[int, int], first: int, last: int) -> None:
    """Refuse a replay that would take minutes. ``known``: event index to the period from which on it is known.

    Every close walks over the lines known by then and, one after the other, over the changes of each contract; it reads
    all events anew where there are new ones.
    """
    lines, events, changes = 0, 0, 0
    turns: Counter[str] = Counter()
    arriving: dict[int, list[Event]] = {}
    for event in scenario.events:
        if event.index in known:
            arriving.setdefault(known[event.index], []).append(event)
    work, rows = 0, 0
    for period in range(first, last + 1):
        for event in arriving.get(period, ()):
            events += 1
            lines += len(event.lines) if event.type in ("order", "modification", "invoice") else 0
            if event.type in ("modification", "cancel", "price_change", "credit_memo"):
                turns[event.order or event.customer] += 1
                changes = max(changes, turns[event.order or event.customer])
        rows += lines
        work += 500 + 3 * lines + 30 * changes + (3 * events if period in arriving else 0)
        if rows > ROWS or work > WORK:
            raise ScenarioError(
                "events",
                f"{events:,} events and {lines:,} lines over {last - first + 1:,} periods are more than one scenario "
                "replays: shorten it, or split it by contract.",
            )


def _dates(scenario: Scenario) -> list[tuple[int, str]]:
    """Every date that the scenario names, with its place."""
    found = []
    for event in scenario.events:
        found += [(event.day, f"{event.where}.date"), (event.known, f"{event.where}.recorded")]
        if event.end is not None:
            found.append((event.end, f"{event.where}.end"))
        for line in event.lines:
            found += [(line.start, f"{line.where}.start")] if line.start is not None else []
            found += [(line.end, f"{line.where}.end")] if line.end is not None else []
            if line.percentages:
                begin = line.start if line.start is not None else event.day
                offset = max(offset for offset, _ in line.percentages)
                found.append((begin + 31 * offset, f"{line.where}.percentages"))
    return found


def _month(day: int) -> int:
    date = to_date(day)
    return date.year * 12 + date.month - 1
