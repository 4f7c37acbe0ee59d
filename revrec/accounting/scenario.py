"""Scenarios: one contract's life, replayed through the close. Dictionaries in, dictionaries out.

In every period what is known are the events whose date and recorded date are not after its last day; then it closes,
by the same function that closes the books.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from revrec.accounting.allocation import ONE, prepare_weigher
from revrec.accounting.book import Balances, Book, Prior
from revrec.accounting.calendar import Calendar, month_calendar, to_date
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.currencies import decimals_of
from revrec.accounting.inception import contract_rows
from revrec.accounting.money import format_amount, share
from revrec.accounting.policy import Policy
from revrec.accounting.problem import blockers
from revrec.accounting.result import CloseResult
from revrec.accounting.scenario_book import Replay, build_book
from revrec.accounting.scenario_events import Names
from revrec.accounting.scenario_form import Event, Scenario, ScenarioError, read_scenario
from revrec.accounting.terms import AllocationFlag, BalanceScope, Cause, HoldReason, Method, Role

Answer = dict[str, list[dict[str, Any]]]


def run_scenario(data: Mapping[str, Any]) -> Answer:
    """Replay a scenario and report it. Raises ``ScenarioError``, which names the place in the file."""
    scenario = read_scenario(data)
    calendar = _calendar(scenario)
    known = _known_periods(scenario, calendar)
    last = len(calendar) - 1
    horizon = calendar.index(scenario.through) if scenario.through else _horizon(scenario, calendar)
    policy = _policy(scenario)
    report = _Report(scenario, calendar)
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


class _Report:
    """Collects what every close says, in the words of the scenario."""

    def __init__(self, scenario: Scenario, calendar: Calendar) -> None:
        self.scenario, self.calendar = scenario, calendar
        self.base = scenario.base_currency != scenario.currency
        self.periods: list[dict[str, list[dict[str, Any]]]] = []
        self.latest: tuple[Replay, Book, CloseResult] | None = None

    def add(self, replay: Replay, book: Book, result: CloseResult) -> None:
        """One closed period."""
        period = self.calendar.names[result.period]
        self.periods.append(
            {
                "schedule": self._schedule(replay, result, period),
                "balances": self._balances(replay, book, result, period),
                "journals": self._journals(result, period),
                "remaining": self._remaining(replay, result, period),
                "held": self._held(replay, result),
                "allocations": self._allocations(replay, book, result),
            }
        )

    def answer(self, cut: bool) -> Answer:
        """All periods; ``cut``: up to the last one with revenue."""
        kept = self.periods
        if cut:
            earning = [i for i, p in enumerate(kept) if p["schedule"]]
            last_event = max(int(self.calendar.period_of(e.day)) for e in self.scenario.events)
            first = min(int(self.calendar.period_of(e.day)) for e in self.scenario.events)
            kept = kept[: (earning[-1] if earning else last_event - first) + 1]
        joined = {
            name: [row for p in kept for row in p[name]]
            for name in ("schedule", "balances", "journals", "remaining")
        }
        return {
            "allocations": kept[-1]["allocations"],
            **joined,
            "held": kept[-1]["held"],
        }

    def _money(self, amount: int) -> str:
        return format_amount(amount, self.scenario.decimals)

    def _base_money(self, amount: int) -> str:
        return format_amount(amount, decimals_of(self.scenario.base_currency))

    def _schedule(self, replay: Replay, result: CloseResult, period: str) -> list[dict[str, Any]]:
        rows = []
        for booked in result.booked.rows():
            if not booked["revenue"] and not booked["adjustment"] and not booked["base_revenue"]:
                continue
            row = replay.rows[booked["obligation"]]
            cause = Cause(booked["cause"])
            one: dict[str, Any] = {
                "order": row.order,
                "line": row.line.line,
                "period": period,
                "amount": self._money(booked["revenue"]),
                "adjustment": self._money(booked["adjustment"]),
                "cause": None if cause is Cause.NONE else cause.name.lower(),
            }
            if self.base:
                one["base_amount"] = self._base_money(booked["base_revenue"])
                one["base_adjustment"] = self._base_money(booked["base_adjustment"])
            rows.append((row.order, row.rank, one))
        return [one for _, _, one in sorted(rows, key=lambda r: r[:2])]

    def _balances(self, replay: Replay, book: Book, result: CloseResult, period: str) -> list[dict[str, Any]]:
        by_customer = self.scenario.policy.get("netting") == "customer"
        wanted = BalanceScope.CUSTOMER if by_customer else BalanceScope.CONTRACT
        found = result.balances.rows()
        rows: list[tuple[str, str | None, dict[str, int]]] = []
        if not by_customer:
            held = {b["contract"]: b for b in found if b["scope"] == BalanceScope.CONTRACT}
            blank = dict.fromkeys(Balances.empty().columns(), 0)
            for number, customer in zip(
                book.contracts.id.tolist(), book.contracts.customer.tolist(), strict=True
            ):
                balance = held.get(number, {**blank, "customer": customer})
                rows.append((replay.customers[balance["customer"]], replay.contracts[number], balance))
            rows.sort(key=lambda row: str(row[1]))
        else:
            rows += [(replay.customers[b["customer"]], None, b) for b in found if b["scope"] == wanted]
        rows += [
            (replay.customers[b["customer"]], "unassigned", b)
            for b in found
            if b["scope"] == BalanceScope.UNASSIGNED
        ]
        return [self._balance(customer, contract, balance, period) for customer, contract, balance in rows]

    def _balance(
        self, customer: str, contract: str | None, balance: dict[str, int], period: str
    ) -> dict[str, Any]:
        names = {
            "billed": "billed",
            "recognised": "recognised",
            "contract_liability": "liability",
            "contract_asset": "contract_asset",
            "unbilled_receivable": "unbilled_receivable",
        }
        one: dict[str, Any] = {"period": period, "customer": customer, "contract": contract}
        one.update({name: self._money(balance[column]) for name, column in names.items()})
        if self.base:
            one.update(
                {
                    f"base_{name}": self._base_money(balance[f"base_{column}"])
                    for name, column in names.items()
                }
            )
            one["base_fx"] = self._base_money(balance["base_fx"])
        return one

    def _journals(self, result: CloseResult, period: str) -> list[dict[str, Any]]:
        transfers = result.transfers
        net: dict[Role, int] = {}
        for role in Role:
            debit = (transfers.debit_role == role) & (transfers.in_gl == 0)
            credit = (transfers.credit_role == role) & (transfers.in_gl == 0)
            net[role] = int(transfers.base_amount[debit].sum() - transfers.base_amount[credit].sum())
        lines = [
            {
                "role": role.name.lower(),
                "debit": self._base_money(max(amount, 0)),
                "credit": self._base_money(max(-amount, 0)),
            }
            for role, amount in sorted(net.items(), key=lambda item: (item[1] < 0, item[0]))
            if amount
        ]
        return [{"period": period, "lines": lines}] if lines else []

    def _remaining(self, replay: Replay, result: CloseResult, period: str) -> list[dict[str, Any]]:
        a = result.allocations
        rows = [
            (replay.rows[number], amount)
            for number, amount in zip(a.obligation.tolist(), a.remaining.tolist(), strict=True)
            if amount
        ]
        return [
            {"period": period, "order": row.order, "line": row.line.line, "amount": self._money(amount)}
            for row, amount in sorted(rows, key=lambda r: (r[0].order, r[0].rank))
        ]

    def _held(self, replay: Replay, result: CloseResult) -> list[dict[str, Any]]:
        rows = []
        for held in result.held.rows():
            if held["obligation"] == NONE:
                continue
            row = replay.rows[held["obligation"]]
            reason = HoldReason(held["reason"]).name.lower()
            one = {
                "order": row.order,
                "line": row.line.line,
                "reason": reason,
                "amount": self._money(held["amount"]),
            }
            rows.append((row.order, row.rank, one))
        return [one for _, _, one in sorted(rows, key=lambda r: r[:2])]

    def _allocations(self, replay: Replay, book: Book, result: CloseResult) -> list[dict[str, Any]]:
        relative = self.scenario.policy.get("allocation", "relative_ssp") == "relative_ssp"
        weigher = prepare_weigher(book, contract_rows(book), Policy())
        shifts = dict(zip(book.obligations.id.tolist(), weigher.shift.tolist(), strict=True))
        why = {number: reason for number, reason in result.reasons}
        rows = []
        for a in result.allocations.rows():
            row = replay.rows[a["obligation"]]
            shift = shifts[a["obligation"]]
            known = row.terms.ssp is not None or row.terms.residual
            ssp = share(a["weight"], 1 << shift, ONE) if relative and (known or a["flags"]) else None
            flags = [flag.name.lower() for flag in AllocationFlag if a["flags"] & flag]
            if a["flags"] & AllocationFlag.MISSING_SSP:
                ssp = a["stated"]
            if row.added_by != NONE and row.added_by in why:
                flags.append(why[row.added_by].split(":")[0].replace(" ", "_"))
            if row.delivered and row.delivered[-1][1] > self._whole(row):
                flags.append("overage")
            if replay.undecided:
                flags.append("undecided_credit")
            one = {
                "order": row.order,
                "line": row.line.line,
                "product": row.line.product,
                "ssp": None if ssp is None else self._money(ssp),
                "stated": self._money(a["stated"]),
                "inception": self._money(a["inception"]),
                "allocated": self._money(a["allocated"]),
                "flags": flags,
            }
            rows.append((row.order, row.rank, one))
        return [one for _, _, one in sorted(rows, key=lambda r: r[:2])]

    def _whole(self, row: Any) -> int:
        method = row.terms.method
        if method in (Method.PERCENT_COMPLETE, Method.CUSTOM):
            return 10**8
        if method is Method.MILESTONE:
            return int(sum(weight for _, weight in row.line.milestones))
        return int(row.line.quantity_e6 or 10**6)
