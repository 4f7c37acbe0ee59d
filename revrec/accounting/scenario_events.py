"""Taking in the events of a scenario, one by one, in the order in which they apply."""

from __future__ import annotations

from dataclasses import dataclass, field

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.money import share
from revrec.accounting.scenario_form import TREATMENTS, Event, Line, Scenario, ScenarioError
from revrec.accounting.scenario_lines import Part, Row, join_ramps, restate, without_discounts
from revrec.accounting.terms import ChangeKind, Method, Treatment

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


@dataclass
class Names:
    """Names to codes, kept over a whole replay: a late order must not renumber what is booked."""

    orders: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


def apply_order(event: Event) -> tuple[int, int, int]:
    """Known events apply by date, then type, then as listed."""
    return event.day, ORDER_OF_TYPES.index(event.type), event.index


class Register:
    """The events of a scenario, taken one by one, as orders, lines, changes and documents."""

    def __init__(self, scenario: Scenario, calendar: Calendar, known: dict[int, int], names: Names) -> None:
        self.scenario, self.calendar, self.known, self.names = scenario, calendar, known, names
        self.source = scenario.policy.get("contract_source", "orders")
        self.rows: list[Row] = []
        self.by_line: dict[tuple[str, str], Row] = {}
        self.orders: dict[str, Event] = {}
        self.order_ids: dict[str, int] = {}
        self.contracts: dict[str, int] = {}
        self.contract_rows: list[dict[str, int]] = []
        self.customers, self.products = names.customers, names.products
        self.changes: list[dict[str, int]] = []
        self.documents: dict[str, Event] = {}
        self.voided: set[str] = set()

    # Events

    def take_order(self, event: Event) -> None:
        name = str(event.order)
        self.orders[name] = event
        self._contract(event.contract or name, event, event.rate_e10)
        for group in join_ramps(without_discounts(event.lines)):
            self._add(name, event.contract or name, group, event.day)

    def take_modification(self, event: Event) -> None:
        name = str(event.order)
        order = self.orders[name]
        contract = order.contract or name
        treatment = TREATMENTS[event.treatment or "auto"]
        for line in event.lines:
            row = self.by_line.get((name, line.line))
            if row is None:
                if line.product is None:
                    raise ScenarioError(
                        line.where, f"Order {name} has no line {line.line}, and a new line needs a product."
                    )
                row = self._add(name, contract, [line], event.day, event.index)
                amount, end = line.amount, None
            else:
                amount, end = restate(row, line)
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
        row = self._named(event, event.line) if event.line else None
        self._change(
            event,
            ChangeKind.CANCEL,
            self.orders[name].contract or name,
            obligation=row.id if row else NONE,
            order=self.order_ids[name],
            amount=event.amount or 0,
            end=event.day if event.end is None else event.end,
        )

    def take_price_change(self, event: Event) -> None:
        name = str(event.order)
        contract = self.orders[name].contract or name
        self._change(event, ChangeKind.PRICE_CHANGE, contract, amount=event.amount or 0)

    def take_delivery(self, event: Event) -> None:
        row = self._named(event, event.line)
        before = row.delivered[-1][1] if row.delivered else 0
        method = self.method_of(row)
        if event.milestone is not None:
            weights = dict(row.line.milestones)
            if event.milestone not in weights:
                raise ScenarioError(event.where, f"Line {event.line} has no milestone {event.milestone}.")
            value = before + weights[event.milestone]
        elif event.percent_e6 is not None:
            whole = 10**8 if method is Method.PERCENT_COMPLETE else (row.line.quantity_e6 or 10**6)
            value = share(event.percent_e6, whole, 10**8)
        else:
            if method in (Method.PERCENT_COMPLETE, Method.MILESTONE):
                raise ScenarioError(
                    event.where, f"Line {event.line} is earned by {method.name.lower()}, not by quantity."
                )
            value = before + (event.quantity_e6 or 0)
        row.delivered.append((event.day, value))

    def take_invoice(self, event: Event) -> None:
        self._document(event)
        own = self.source == "invoices" or (self.source == "orders_then_invoices" and event.order is None)
        if not own:
            return
        name = str(event.number)
        lines = without_discounts(event.lines)
        self._contract(name, event, event.rate_e10)
        for line in lines:
            self._add(name, name, [line], event.day).own = True

    def take_credit_memo(self, event: Event) -> None:
        if event.treatment != "bad_debt":
            self._document(event)

    def take_void(self, event: Event) -> None:
        self.voided.add(str(event.number))
        for row in self.rows:
            row.gone |= row.own and row.order == event.number

    # Rows

    def _document(self, event: Event) -> None:
        if str(event.number) in self.documents:
            raise ScenarioError(f"{event.where}.number", f"Document {event.number} is given twice.")
        self.documents[str(event.number)] = event
        self.customers.setdefault(event.customer, len(self.customers))

    def _contract(self, name: str, event: Event, rate: int | None) -> None:
        customer = self.customers.setdefault(event.customer, len(self.customers))
        if name in self.contracts:
            return
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
            if (order, line.line) in self.by_line:
                raise ScenarioError(line.where, f"Line {line.line} of {order} is given twice.")
            self.by_line[(order, line.line)] = row
        return row

    def _named(self, event: Event, line: str | None) -> Row:
        row = self.by_line.get((str(event.order), str(line)))
        if row is None:
            raise ScenarioError(f"{event.where}.line", f"Order {event.order} has no line {line}.")
        return row

    def method_of(self, row: Row) -> Method:
        default = Method[self.scenario.policy.get("method", "daily").upper()]
        return row.terms.method if row.terms.method is not None else default

    def _change(self, event: Event, kind: ChangeKind, contract: str, **columns: int) -> None:
        self.changes.append(
            {
                "id": event.index,
                "kind": int(kind),
                "day": event.day,
                "known": self.known[event.index],
                "sequence": event.index,
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
