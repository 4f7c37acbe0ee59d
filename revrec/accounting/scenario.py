"""Scenarios: one contract's life, replayed through the close. Dictionaries in, dictionaries out.

In every period what is known are the events whose date and recorded date are not after its last day; then it closes,
by the same function that closes the books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from revrec.accounting.book import Prior
from revrec.accounting.calendar import Calendar, month_calendar, to_date
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.scenario_book import Replay, build_book
from revrec.accounting.scenario_events import Names
from revrec.accounting.scenario_form import Event, Scenario, ScenarioError, read_scenario
from revrec.accounting.scenario_report import Answer, Report
from revrec.accounting.terms import Method


def run_scenario(data: Mapping[str, Any]) -> Answer:
    """Replay a scenario and report it. Raises ``ScenarioError``, which names the place in the file."""
    scenario = read_scenario(data)
    calendar = _calendar(scenario)
    known = _known_periods(scenario, calendar)
    last = len(calendar) - 1
    horizon = calendar.index(scenario.through) if scenario.through else _horizon(scenario, calendar)
    policy = _policy(scenario)
    report = Report(scenario, calendar)
    prior = Prior()
    replay: Replay | None = None
    names = Names()
    first = min(int(calendar.period_of(event.day)) for event in scenario.events)
    for period in range(first, min(horizon, last) + 1):
        if replay is None or period in known.values():
            events = [event for event in scenario.events if known[event.index] <= period]
            replay = build_book(scenario, events, calendar, known, names)
        book = replace(replay.book, prior=prior)
        result = close_period(book, period, policy)
        _complain(result, replay)
        report.add(replay, book, result)
        prior = carry_forward(prior, result)
    return report.answer(cut=scenario.through is None)


def _calendar(scenario: Scenario) -> Calendar:
    """Months that hold every date of the scenario, and one before and after."""
    days = [event.day for event in scenario.events] + [event.known for event in scenario.events]
    for event in scenario.events:
        days += [d for line in event.lines for d in (line.start, line.end) if d is not None]
        days += [event.end] if event.end is not None else []
    first, last = to_date(min(days)), to_date(max(days))
    end = f"{last:%Y-%m}"
    if scenario.through and scenario.through > end:
        end = scenario.through
    offsets = max((o for e in scenario.events for line in e.lines for o, _ in line.percentages), default=0)
    year, month = divmod(int(end[:4]) * 12 + int(end[5:]) - 1 + offsets + 2, 12)
    before = first.replace(day=1) - dt.timedelta(days=1)
    if scenario.through and scenario.through < f"{to_date(min(e.day for e in scenario.events)):%Y-%m}":
        raise ScenarioError("through", "The last period lies before the first event.")
    return month_calendar(f"{before:%Y-%m}", f"{year:04d}-{month + 1:02d}")


def _known_periods(scenario: Scenario, calendar: Calendar) -> dict[int, int]:
    """The period in which each event is first known; an event that names an order waits for it."""
    known = {event.index: int(calendar.period_of(event.known)) for event in scenario.events}
    orders: dict[str, Event] = {}
    for event in scenario.events:
        if event.type == "order":
            if str(event.order) in orders:
                raise ScenarioError(f"{event.where}.order", f"Order {event.order} is given twice.")
            orders[str(event.order)] = event
    numbers = {event.number: event for event in scenario.events if event.type in ("invoice", "credit_memo")}
    for event in scenario.events:
        if event.type != "order" and event.order is not None:
            if event.order not in orders:
                raise ScenarioError(
                    f"{event.where}.order", f"There is no order {event.order} in the scenario."
                )
            known[event.index] = max(known[event.index], known[orders[event.order].index])
        if event.type == "void" and event.number not in numbers:
            raise ScenarioError(
                f"{event.where}.number", f"There is no document {event.number} in the scenario."
            )
        if event.invoice is not None and event.invoice not in numbers:
            raise ScenarioError(
                f"{event.where}.invoice", f"There is no invoice {event.invoice} in the scenario."
            )
    return known


def _horizon(scenario: Scenario, calendar: Calendar) -> int:
    """No revenue can come after the last date that the scenario names (and the end of its custom plans)."""
    return len(calendar) - 1


def _policy(scenario: Scenario) -> Policy:
    given = {key: value for key, value in scenario.policy.items() if key not in ("method", "billing_offset")}
    default = Method[scenario.policy.get("method", "daily").upper()]
    return Policy(method=default, **given)  # type: ignore[arg-type]


def _complain(result: CloseResult, replay: Replay) -> None:
    for problem in blockers(result.problems):
        where = problem.where
        noun, _, number = where.partition(" ")
        if noun == "obligation" and number.isdigit():
            row = replay.rows[int(number)]
            where = row.line.where
            raise ScenarioError(
                where, f"{problem.message} (Line {row.line.line} of {row.order}: {problem.kind}.)"
            )
        if noun == "modification":
            where = f"events[{number}]"
        raise ScenarioError(where, f"{problem.message} ({problem.kind})")
