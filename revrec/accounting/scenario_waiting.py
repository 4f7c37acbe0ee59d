"""From when on each event of a scenario counts: when it is known, and known what it names.

An event that names an order not yet known waits for it; so does one that names a line which a modification adds, a
document that it voids, or the invoice that is its contract. What it waits for also comes first where both apply.
"""

from __future__ import annotations

from dataclasses import dataclass

from revrec.accounting.calendar import Calendar
from revrec.accounting.scenario_form import Event, Scenario, ScenarioError

ORDER_OF_TYPES = (
    "order",
    "modification",
    "cancel",
    "price_change",
    "delivery",
    "invoice",
    "credit_memo",
    "void",
)
DOCUMENTS = ("invoice", "credit_memo")


@dataclass(frozen=True)
class Timing:
    """When an event counts: ``period`` in which it is first known, ``day`` from which on it applies. ``posted``: the
    period of its own date."""

    period: int
    day: int
    posted: int


def time_events(scenario: Scenario, calendar: Calendar) -> dict[int, Timing]:
    """Timing by event index; events that the policy leaves out (orders under ``invoices``) have none.

    Raises ``ScenarioError`` where an event names what the scenario does not have.
    """
    waiting = _Waiting(scenario, calendar)
    for event in sorted(scenario.events, key=listed_order):
        waiting.take(event)
    return waiting.timings


def listed_order(event: Event) -> tuple[int, int, int]:
    """By date, then type, then as listed."""
    return event.day, ORDER_OF_TYPES.index(event.type), event.index


class _Waiting:
    """What each name stands for. Lives for one call of ``time_events``."""

    def __init__(self, scenario: Scenario, calendar: Calendar) -> None:
        self.calendar = calendar
        self.by_invoice = scenario.policy_value("contract_source") == "invoices"
        self.timings: dict[int, Timing] = {}
        self.left_out: set[str] = set()
        self.homes: dict[str, Event] = {}
        self.documents: dict[str, Event] = {}
        self.adds: dict[tuple[str, str], Event] = {}
        for event in scenario.events:
            self._name(event)
        changes = [event for event in scenario.events if event.type == "modification"]
        for event in sorted(changes, key=listed_order):
            for line in event.lines:
                self.adds.setdefault((str(event.order), line.line), event)

    def _name(self, event: Event) -> None:
        name = str(event.order if event.type == "order" else event.number)
        if event.type == "order":
            if self.by_invoice:
                self.left_out.add(name)
                return
            if name in self.homes:
                raise ScenarioError(f"{event.where}.order", f"Order {name} is given twice.")
            self.homes[name] = event
        elif event.type in DOCUMENTS:
            if name in self.documents:
                raise ScenarioError(f"{event.where}.number", f"Document {name} is given twice.")
            self.documents[name] = event
            if self.by_invoice and event.type == "invoice":
                self.homes[name] = event
        if event.type == "order" or name in self.homes:
            self.adds.update({(name, line.line): event for line in event.lines})

    def take(self, event: Event) -> Timing | None:
        """The timing of an event, worked out once; None where it is left out."""
        if event.index in self.timings:
            return self.timings[event.index]
        if event.type == "order" and self.by_invoice:
            return None
        needed = self._needed(event)
        if needed is None:
            return None
        period, posted = self.calendar.period_of([event.known, event.day]).tolist()
        day = event.day
        for other in needed:
            timing = self.take(other) if other.index != event.index else None
            if timing is not None:
                period, day = max(period, timing.period), max(day, timing.day)
        self.timings[event.index] = Timing(period, day, posted)
        return self.timings[event.index]

    def _needed(self, event: Event) -> list[Event] | None:
        """What the event waits for; None where what it names is left out."""
        if event.type == "void":
            return [self._document(event, event.number, "number")]
        if event.type in DOCUMENTS:
            return self._needed_by_document(event)
        if event.type == "order":
            return []
        name = str(event.order)
        if name not in self.homes:
            if name in self.left_out:
                return None
            raise ScenarioError(f"{event.where}.order", f"There is no order {name} in the scenario.")
        found = [self.homes[name]]
        if event.line is not None:
            adder = self.adds.get((name, event.line))
            if adder is None:
                raise ScenarioError(f"{event.where}.line", f"Order {name} has no line {event.line}.")
            found.append(adder)
        return found + [self.adds[(name, line.line)] for line in event.lines]

    def _needed_by_document(self, event: Event) -> list[Event]:
        found, home = [], None
        if event.invoice is not None:
            invoice = self._document(event, event.invoice, "invoice")
            if invoice.type != "invoice":
                raise ScenarioError(f"{event.where}.invoice", f"Document {event.invoice} is no invoice.")
            found.append(invoice)
            home = event.invoice if self.by_invoice else invoice.order
        if not self.by_invoice and event.order is not None:
            if event.order not in self.homes:
                raise ScenarioError(
                    f"{event.where}.order", f"There is no order {event.order} in the scenario."
                )
            found.append(self.homes[event.order])
            home = event.order
        for line in event.lines:
            if line.for_line is None or home is None:
                continue
            adder = self.adds.get((home, line.for_line))
            if adder is None:
                noun = "Invoice" if self.by_invoice else "Order"
                raise ScenarioError(f"{line.where}.for_line", f"{noun} {home} has no line {line.for_line}.")
            found.append(adder)
        return found

    def _document(self, event: Event, number: str | None, key: str) -> Event:
        found = self.documents.get(str(number))
        if found is None:
            raise ScenarioError(f"{event.where}.{key}", f"There is no document {number} in the scenario.")
        return found
