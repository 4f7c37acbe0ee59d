"""Scenarios: one contract's life, replayed through the close. Dictionaries in, dictionaries out.

In every period what is known are the events whose date and recorded date are not after its last day; then it closes,
by the same function that closes the books.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from revrec.accounting.book import Prior
from revrec.accounting.calendar import Calendar, month_calendar, to_date
from revrec.accounting.checks import check_book
from revrec.accounting.planning import Prepared, prepare_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.scenario_book import Replay, build_book
from revrec.accounting.scenario_events import Names
from revrec.accounting.scenario_form import Scenario, ScenarioError
from revrec.accounting.scenario_limits import check_amounts, check_span, check_work
from revrec.accounting.scenario_lines import Row, without_discounts
from revrec.accounting.scenario_reading import read_scenario
from revrec.accounting.scenario_report import Answer, Report
from revrec.accounting.scenario_waiting import time_events
from revrec.accounting.stretch import State, close_states
from revrec.accounting.terms import Method


def run_scenario(data: Mapping[str, Any]) -> Answer:
    """Replay a scenario and report it. Raises ``ScenarioError``, which names the place in the file."""
    scenario = read_scenario(data)
    check_span(scenario)
    check_amounts(scenario)
    calendar = _calendar(scenario)
    try:
        return _replay(scenario, calendar)
    except OverflowError:
        raise ScenarioError("", "The amounts of this scenario are more than this program counts.") from None


def _replay(scenario: Scenario, calendar: Calendar) -> Answer:
    timings = time_events(scenario, calendar)
    policy = _policy(scenario)
    report = Report(scenario, calendar)
    fresh = {timing.period for timing in timings.values()}
    first = min(int(calendar.period_of(event.day)) for event in scenario.events)
    last = calendar.index(scenario.through) if scenario.through else len(calendar) - 2
    check_work(scenario, {index: timing.period for index, timing in timings.items()}, first, last)
    begins = sorted({first, *(period for period in fresh if first < period <= last)})
    replays: dict[int, Replay] = {}

    def states() -> Iterator[State]:
        names = Names()
        prepared: Prepared | None = None
        for begin, after in pairwise((*begins, last + 1)):
            known = [e for e in scenario.events if e.index in timings and timings[e.index].period <= begin]
            replay = build_book(scenario, known, calendar, timings, names)
            _complain(scenario, check_book(replay.book, begin), replay)
            prepared = prepare_contracts(replay.book, policy, prepared)
            replays.update(dict.fromkeys(range(begin, after), replay))
            yield prepared, begin, after - 1

    for result in close_states(states(), Prior(), policy):
        _complain(scenario, result.problems, replays[result.period])
        report.add(replays[result.period], result)
    return report.answer(cut=scenario.through is None)


def _calendar(scenario: Scenario) -> Calendar:
    """Months that hold every date of the scenario (and the end of its custom plans), and one before and after."""
    days = [event.day for event in scenario.events] + [event.known for event in scenario.events]
    for event in scenario.events:
        days += [d for line in event.lines for d in (line.start, line.end) if d is not None]
        days += [event.end] if event.end is not None else []
    first, last = to_date(min(days)), to_date(max(days))
    end = f"{last:%Y-%m}"
    if scenario.through and scenario.through > end:
        end = scenario.through
    offsets = max((o for e in scenario.events for line in e.lines for o, _ in line.percentages), default=0)
    year, month = divmod(int(end[:4]) * 12 + int(end[5:]) - 1 + offsets + 1, 12)
    before = first.replace(day=1) - dt.timedelta(days=1)
    return month_calendar(f"{before:%Y-%m}", f"{year:04d}-{month + 1:02d}")


def _policy(scenario: Scenario) -> Policy:
    given = {key: value for key, value in scenario.policy.items() if key not in ("method", "billing_offset")}
    return Policy(method=Method[scenario.policy_value("method").upper()], **given)  # type: ignore[arg-type]


_OBLIGATION = re.compile(r"\b[Oo]bligation (\d+)")
_MODIFICATION = re.compile(r"\bModification \d+")
_CURRENCY = re.compile(r"\bCurrency \d+")


def _complain(scenario: Scenario, problems: tuple[Problem, ...], replay: Replay) -> None:
    """The first blocking problem of a close as an error with the scenario's own names and places."""
    for problem in blockers(problems):
        noun, _, number = problem.where.partition(" ")
        message = _OBLIGATION.sub(lambda m: _line_name(replay.rows[int(m[1])]), problem.message)
        message = _MODIFICATION.sub("This modification", message)
        message = _CURRENCY.sub(f"Currency {scenario.currency}", message)
        if noun == "obligation":
            row = replay.rows[int(number)]
            where = row.line.where
            if problem.kind == "zero_price_needs_catch_up":
                where = next(_priced_at_zero(scenario, row), where)
        elif noun == "modification":
            where = scenario.events[int(number)].where
        else:
            where = "base_currency"
            message = f"{message} A scenario takes them from exchange_rate of its orders and invoices."
        raise ScenarioError(where, message)


def _priced_at_zero(scenario: Scenario, row: Row) -> Iterator[str]:
    """Where modifications restate a part of this obligation at nothing."""
    for index, _ in row.changed:
        for line in without_discounts(scenario.events[index].lines):
            if line.line in row.parts and line.amount == 0:
                yield line.where


def _line_name(row: Row) -> str:
    return f"Line {row.line.line} of {row.order}"
