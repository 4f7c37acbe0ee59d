"""What a replayed scenario says: the results of its closes in the words of the scenario format."""

from __future__ import annotations

from typing import Any

from revrec.accounting.allocation import ONE, prepare_weigher
from revrec.accounting.book import Balances
from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NONE
from revrec.accounting.currencies import decimals_of
from revrec.accounting.inception import contract_rows
from revrec.accounting.money import format_amount, share
from revrec.accounting.policy import Policy
from revrec.accounting.result import CloseResult
from revrec.accounting.scenario_book import Replay
from revrec.accounting.scenario_form import Scenario
from revrec.accounting.scenario_lines import Row
from revrec.accounting.terms import AllocationFlag, BalanceScope, Cause, HoldReason, Method, Role

Answer = dict[str, list[dict[str, Any]]]
"""The lists of a scenario's output, by name."""


class Report:
    """Collects what every close says, in the words of the scenario."""

    def __init__(self, scenario: Scenario, calendar: Calendar) -> None:
        self.scenario, self.calendar = scenario, calendar
        self.base = scenario.foreign
        self.periods: list[dict[str, list[dict[str, Any]]]] = []
        self.last_event = max(int(calendar.period_of(event.known)) for event in scenario.events)
        # The period whose allocations are reported where the last with revenue ends the answer, and the last of all.
        self.shown: tuple[Replay, CloseResult] | None = None
        self.latest: tuple[Replay, CloseResult] | None = None

    def add(self, replay: Replay, result: CloseResult) -> None:
        """One closed period."""
        period = self.calendar.names[result.period]
        self.periods.append(
            {
                "schedule": self._schedule(replay, result, period),
                "balances": self._balances(replay, result, period),
                "journals": self._journals(result, period),
                "remaining": self._remaining(replay, result, period),
            }
        )
        self.latest = (replay, result)
        if self.periods[-1]["schedule"] or (result.period <= self.last_event and not self._earning()):
            self.shown = self.latest

    def _earning(self) -> bool:
        return any(period["schedule"] for period in self.periods)

    def answer(self, cut: bool) -> Answer:
        """All periods; ``cut``: up to the last one with revenue, without any up to the last event's."""
        assert self.latest is not None and self.shown is not None
        replay, result = self.shown if cut else self.latest
        size = len(self.periods) - (self.latest[1].period - result.period)
        joined = {name: [row for p in self.periods[:size] for row in p[name]] for name in self.periods[0]}
        return {
            "allocations": self._allocations(replay, result),
            **joined,
            "held": self._held(replay, result),
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

    def _balances(self, replay: Replay, result: CloseResult, period: str) -> list[dict[str, Any]]:
        """A row for every contract that is known (under customer netting: customer), then unassigned billing."""
        by_customer = self.scenario.policy_value("netting") == "customer"
        wanted = BalanceScope.CUSTOMER if by_customer else BalanceScope.CONTRACT
        found = result.balances.rows()
        key = "customer" if by_customer else "contract"
        held = {b[key]: b for b in found if b["scope"] == wanted}
        blank = dict.fromkeys(Balances.empty().columns(), 0)
        rows: list[tuple[str, str | None, dict[str, int]]] = []
        for number, customer in zip(
            replay.book.contracts.id.tolist(), replay.book.contracts.customer.tolist(), strict=True
        ):
            if not by_customer and number in replay.own and number not in held:
                continue  # an order absorbed its invoice: it never was a contract
            held.setdefault(customer if by_customer else number, {**blank, "customer": customer})
        for number, balance in held.items():
            contract = None if by_customer else replay.contracts[number]
            rows.append((replay.customers[balance["customer"]], contract, balance))
        rows.sort(key=lambda row: (str(row[1]), row[0]))
        loose = [b for b in found if b["scope"] == BalanceScope.UNASSIGNED]
        named = [(replay.customers[b["customer"]], "unassigned", b) for b in loose]
        rows += sorted(named, key=lambda row: row[0])
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
        net = dict.fromkeys(range(len(Role)), 0)
        for debit, credit, amount, in_gl in zip(
            transfers.debit_role.tolist(),
            transfers.credit_role.tolist(),
            transfers.base_amount.tolist(),
            transfers.in_gl.tolist(),
            strict=True,
        ):
            if not in_gl:
                net[debit] += amount
                net[credit] -= amount
        lines = [
            {
                "role": Role(role).name.lower(),
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

    def _allocations(self, replay: Replay, result: CloseResult) -> list[dict[str, Any]]:
        relative = self.scenario.policy_value("allocation") == "relative_ssp"
        book = replay.book
        weigher = prepare_weigher(book, contract_rows(book), Policy())
        shifts = dict(zip(book.obligations.id.tolist(), weigher.shift.tolist(), strict=True))
        why = {number: reason for number, reason in result.reasons}
        rows = []
        for a in result.allocations.rows():
            row = replay.rows[a["obligation"]]
            if row.contract in replay.own and not (a["stated"] or a["inception"] or a["allocated"]):
                continue  # an order absorbed its invoice
            shift = shifts[a["obligation"]]
            known = row.terms.ssp is not None or row.terms.residual
            ssp = share(a["weight"], 1 << shift, ONE) if relative and (known or a["flags"]) else None
            flags = [flag.name.lower() for flag in AllocationFlag if a["flags"] & flag]
            if a["flags"] & AllocationFlag.MISSING_SSP:
                ssp = a["stated"]
            if row.changed:
                flags.append(_treatment(row, why))
            if row.delivered and row.delivered[-1][1] > row.whole:
                flags.append("overage")
            if row.id in replay.undecided:
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


def _treatment(row: Row, why: dict[int, str]) -> str:
    """How the latest modification of a line was accounted for, in one word."""
    event, treatment = row.changed[-1]
    if treatment != "auto":
        return treatment
    if why.get(event, "").startswith("separate"):
        return "separate"
    by_progress = row.method in (Method.PERCENT_COMPLETE, Method.MILESTONE)
    return "cumulative_catch_up" if by_progress else "prospective"
