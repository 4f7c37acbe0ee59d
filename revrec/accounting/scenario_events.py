"""Taking in the events of a scenario, one by one, in the order in which they apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.money import share
from revrec.accounting.scenario_form import BAD_DEBT, TREATMENTS, Event, Line, Scenario, ScenarioError
from revrec.accounting.scenario_lines import (
    Part,
    Row,
    check_restated,
    join_ramps,
    restate,
    without_discounts,
)
from revrec.accounting.scenario_values import QUANTITY_MAX
from revrec.accounting.scenario_waiting import Timing
from revrec.accounting.terms import ChangeKind, Method, Treatment


@dataclass
class Names:
    """Names to codes, kept over a whole replay: a late order must not renumber what is booked."""

    orders: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


class Register:
    """The events of a scenario, taken one by one, as orders, lines, changes and documents."""

    def __init__(self, scenario: Scenario, timings: Mapping[int, Timing], names: Names) -> None:
        self.scenario, self.timings, self.names = scenario, timings, names
        self.source = scenario.policy_value("contract_source")
        self.rows: list[Row] = []
        self.by_line: dict[tuple[str, str], Row] = {}
        self.homes: dict[str, Event] = {}  # orders, and invoices that are contracts of their own, by name
        self.order_ids: dict[str, int] = {}
        self.contracts: dict[str, int] = {}
        self.buyers: dict[str, str] = {}  # contract to customer
        self.begun: dict[str, int] = {}  # contract to the day of its first order
        self.contract_rows: list[dict[str, int]] = []
        self.customers, self.products = names.customers, names.products
        self.changes: list[dict[str, int]] = []
        self.documents: dict[str, Event] = {}
        self.voided: set[str] = set()

    # Events

    def take_order(self, event: Event) -> None:
        name = str(event.order)
        contract = event.contract or name
        self._contract(contract, event)
        self.homes[name] = event
        joins = event.day > self.begun[contract]
        for group in join_ramps(without_discounts(event.lines)):
            if not joins:
                self._add(name, contract, group, event.day)
                continue
            # Signed after its contract began: it modifies it (606-10-25-10). Orders of one day are combined.
            row = self._add(name, contract, group, event.day, event.index)
            amounts = [line.amount for line in group]
            self._change(
                event,
                ChangeKind.MODIFICATION,
                contract,
                obligation=row.id,
                treatment=int(Treatment.AUTO),
                amount=NO_AMOUNT if None in amounts else sum(a for a in amounts if a is not None),
                end=NO_DAY,
                quantity_e6=NONE if group[0].quantity_e6 is None else group[0].quantity_e6,
            )

    def take_modification(self, event: Event) -> None:
        name = str(event.order)
        contract = self.contract_of(name)
        treatment = TREATMENTS[event.treatment or "auto"]
        for line in without_discounts(event.lines):
            row = self.by_line.get((name, line.line))
            if row is None:
                if line.product is None:
                    raise ScenarioError(
                        line.where, f"Order {name} has no line {line.line}, and a new line needs a product."
                    )
                row = self._add(name, contract, [line], self.timings[event.index].day, event.index)
                amount, end = line.amount, None
            else:
                check_restated(row, line)
                amount, end = restate(row, line)
            row.changed.append((event.index, event.treatment or "auto"))
            self._change(
                event,
                ChangeKind.MODIFICATION,
                contract,
                obligation=row.id,
                treatment=int(treatment),
                amount=NO_AMOUNT if amount is None else amount,
                end=NO_DAY if end is None else end,
                quantity_e6=NONE if line.quantity_e6 is None else line.quantity_e6,
            )

    def take_cancel(self, event: Event) -> None:
        name = str(event.order)
        row = self._named(event) if event.line else None
        self._change(
            event,
            ChangeKind.CANCEL,
            self.contract_of(name),
            obligation=row.id if row else NONE,
            order=self.order_ids[name],
            amount=event.amount or 0,
            end=event.day if event.end is None else event.end,
        )

    def take_price_change(self, event: Event) -> None:
        contract = self.contract_of(str(event.order))
        self._change(event, ChangeKind.PRICE_CHANGE, contract, amount=event.amount or 0)

    def take_delivery(self, event: Event) -> None:
        row = self._named(event)
        before = row.delivered[-1][1] if row.delivered else 0
        if event.milestone is not None:
            value = before + self._reach(event, row, event.milestone)
        elif event.percent_e6 is not None:
            if row.method in (Method.MILESTONE, Method.AS_INVOICED):
                raise self._not_so(event, row, "percent")
            whole = 10**8 if row.method is Method.PERCENT_COMPLETE else row.quantity_e6
            value = share(event.percent_e6, whole, 10**8)
        else:
            if row.method in (Method.PERCENT_COMPLETE, Method.MILESTONE):
                raise self._not_so(event, row, "quantity")
            value = before + (event.quantity_e6 or 0)
        if abs(value) > QUANTITY_MAX * 10**6:
            raise ScenarioError(
                f"{event.where}.quantity", "What is delivered is more than this program counts."
            )
        row.delivered.append((event.day, value))

    def take_invoice(self, event: Event) -> None:
        self._document(event)
        own = self.source == "invoices" or (self.source == "orders_then_invoices" and event.order is None)
        if not own:
            return
        name = str(event.number)
        if name in self.homes:
            raise ScenarioError(f"{event.where}.number", f"An order has the number {name}, too.")
        self._contract(name, event)
        self.homes[name] = event
        for line in without_discounts(event.lines):
            self._add(name, name, [line], event.day).own = True

    def take_credit_memo(self, event: Event) -> None:
        if event.treatment != BAD_DEBT:
            self._document(event)

    def take_void(self, event: Event) -> None:
        name = str(event.number)
        self.voided.add(name)
        for row in self.rows:
            if row.own and row.order == name:
                row.void = True

    # Rows

    def contract_of(self, name: str) -> str:
        """The contract of an order, or of an invoice that is its own."""
        return self.homes[name].contract or name

    def _document(self, event: Event) -> None:
        self.documents[str(event.number)] = event
        self.customers.setdefault(event.customer, len(self.customers))

    def _contract(self, name: str, event: Event) -> None:
        customer = self.customers.setdefault(event.customer, len(self.customers))
        rate = event.rate_e10
        if name in self.contracts:
            if self.buyers[name] != event.customer:
                raise ScenarioError(
                    f"{event.where}.customer",
                    f"Contract {name} is with {self.buyers[name]}: orders of one contract have one customer.",
                )
            return
        self.buyers[name] = event.customer
        self.begun[name] = event.day
        self.contracts[name] = self.names.contracts.setdefault(name, len(self.names.contracts))
        self.contract_rows.append(
            {
                "id": self.contracts[name],
                "customer": customer,
                "ordered_day": event.day,
                "exchange_rate_e10": NONE if rate is None else rate,
            }
        )

    def _add(self, order: str, contract: str, lines: list[Line], day: int, added_by: int = NONE) -> Row:
        self.order_ids[order] = self.names.orders.setdefault(order, len(self.names.orders))
        first = lines[0]
        row = Row(
            self.names.lines.setdefault((order, first.line), len(self.names.lines)),
            order,
            first,
            self.contracts[contract],
            day,
            {line.line: Part(line.amount, line.start, line.end) for line in lines},
            {line.line: Part(line.amount, line.start, line.end) for line in lines},
            added_by,
            len(self.rows),
        )
        self.rows.append(row)
        for line in lines:
            self.by_line[(order, line.line)] = row
        return row

    def _named(self, event: Event) -> Row:
        row = self.by_line.get((str(event.order), str(event.line)))
        if row is None:
            raise ScenarioError(
                f"{event.where}.line",
                f"Line {event.line} of {event.order} is a discount: it is no line of its own.",
            )
        return row

    def _reach(self, event: Event, row: Row, name: str) -> int:
        """The weight of a milestone, which is reached once."""
        weights = dict(row.line.milestones)
        if row.method is not Method.MILESTONE:
            raise self._not_so(event, row, "milestone")
        if name not in weights:
            raise ScenarioError(f"{event.where}.milestone", f"Line {event.line} has no milestone {name}.")
        if name in row.reached:
            raise ScenarioError(f"{event.where}.milestone", f"Milestone {name} was reached before.")
        row.reached.add(name)
        return weights[name]

    def _not_so(self, event: Event, row: Row, key: str) -> ScenarioError:
        return ScenarioError(
            f"{event.where}.{key}", f"Line {event.line} is earned by {row.method.name.lower()}, not by {key}."
        )

    def _change(self, event: Event, kind: ChangeKind, contract: str, **columns: int) -> None:
        timing = self.timings[event.index]
        self.changes.append(
            {
                "id": event.index,
                "kind": int(kind),
                "day": timing.day,
                "known": timing.period,
                "sequence": len(self.changes),
                "contract": self.contracts[contract],
                "obligation": NONE,
                "order": NONE,
                "treatment": int(Treatment.AUTO),
                "amount": NO_AMOUNT,
                "end": NO_DAY,
                "quantity_e6": NONE,
                **columns,
            }
        )
