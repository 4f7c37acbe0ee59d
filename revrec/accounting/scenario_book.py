"""From the events of a scenario that are known at a period's end to the book that the close reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np

from revrec.accounting.book import (
    BillingLines,
    Book,
    Bundles,
    Changes,
    Contracts,
    Obligations,
    Progress,
    Rates,
)
from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Table
from revrec.accounting.currencies import decimals_of
from revrec.accounting.money import RATE_SCALE, share
from revrec.accounting.scenario_form import CREDITS, TREATMENTS, Event, Line, Product, Scenario, ScenarioError
from revrec.accounting.terms import (
    AccountType,
    ChangeKind,
    CreditTreatment,
    Method,
    SspKind,
    Treatment,
    Trigger,
)

AnyTable = TypeVar("AnyTable", bound=Table)
TRANSACTION, BASE = 0, 1
"""Currency codes of a scenario."""
OFFSETS = {
    "deferred": AccountType.DEFERRED_REVENUE,
    "revenue": AccountType.INCOME,
    "clearing": AccountType.CLEARING,
}
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
DATED_RAMPS = tuple(m for m in Method if m <= Method.EVEN or Method.PRORATE_ENDS <= m <= Method.THIRTY_360)


@dataclass
class Part:
    """One line of a ramp: its own term and total, inside the obligation that it belongs to."""

    amount: int | None
    start: int | None
    end: int | None


@dataclass
class Row:
    """An obligation as its first version has it."""

    id: int
    order: str
    line: Line
    contract: int
    ordered: int
    parts: dict[str, Part]  # as first ordered
    now: dict[str, Part]  # as last restated
    added_by: int = NONE
    rank: int = 0
    own: bool = False
    gone: bool = False
    delivered: list[tuple[int, int]] = field(default_factory=list)

    @property
    def terms(self) -> Product:
        """SSP, method and trigger of the line."""
        return self.line.terms or Product()


@dataclass
class Names:
    """Names to codes, kept over a whole replay: a late order must not renumber what is booked."""

    orders: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    customers: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class Replay:
    """A book with the names behind its codes: obligations by id, contracts and customers in order of their codes."""

    book: Book
    rows: dict[int, Row]
    contracts: dict[int, str]
    customers: tuple[str, ...]
    undecided: frozenset[str]


def apply_order(event: Event) -> tuple[int, int, int]:
    """Known events apply by date, then type, then as listed."""
    return event.day, ORDER_OF_TYPES.index(event.type), event.index


def build_book(
    scenario: Scenario, events: Iterable[Event], calendar: Calendar, known: dict[int, int], names: Names
) -> Replay:
    """The book of these events. ``known``: event index to the period in which it was first known."""
    builder = _Builder(scenario, calendar, known, names)
    for event in sorted(events, key=apply_order):
        getattr(builder, f"take_{event.type}")(event)
    return builder.replay()


class _Builder:
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
        for group in _ramps(_without_discounts(event.lines)):
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
                amount, end = _restate(row, line)
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
        method = self._method(row)
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
        lines = _without_discounts(event.lines)
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

    def _method(self, row: Row) -> Method:
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

    # The book

    def replay(self) -> Replay:
        """The book and its names."""
        bundles = self._bundles()
        ranks = {order: rank for rank, order in enumerate(sorted(self.order_ids))}
        obligations = [self._obligation(row, bundles, ranks) for row in self.rows]
        billing, undecided = self._billing()
        same = self.scenario.currency == self.scenario.base_currency
        base = TRANSACTION if same else BASE
        contracts = [
            {**row, "subsidiary": 0, "currency": TRANSACTION, "base_currency": base, "number_rank": 0}
            for row in self._with_rates(self.contract_rows)
        ]
        bundle_rows = [{"id": number, "price": price} for _, number, price in bundles]
        progress = [
            {"obligation": row.id, "day": day, "value": value}
            for row in self.rows
            for day, value in row.delivered
        ] + [
            {"obligation": row.id, "day": offset, "value": value}
            for row in self.rows
            for offset, value in _running(row.line.percentages)
        ]
        book = Book(
            self.calendar,
            _table(Contracts, contracts),
            _table(Obligations, obligations),
            _table(BillingLines, billing),
            rates=self._rates(base),
            decimals={TRANSACTION: self.scenario.decimals, BASE: decimals_of(self.scenario.base_currency)},
            changes=_table(Changes, self.changes),
            progress=_table(Progress, progress),
            bundles=_table(Bundles, bundle_rows),
        )
        return Replay(
            book,
            {row.id: row for row in self.rows},
            {number: name for name, number in self.contracts.items()},
            tuple(self.customers),
            frozenset(undecided),
        )

    def _obligation(
        self, row: Row, bundles: list[tuple[frozenset[int], int, int]], ranks: dict[str, int]
    ) -> dict[str, int]:
        parts, terms, line = list(row.parts.values()), row.terms, row.line
        amounts = [part.amount for part in parts]
        starts = [part.start for part in parts if part.start is not None]
        ends = [part.end for part in parts if part.end is not None]
        method = self._method(row)
        trigger = terms.trigger
        if trigger is Trigger.AUTO and row.own and line.start is None:
            trigger = Trigger.INVOICE
        stated = NO_AMOUNT if None in amounts else sum(a for a in amounts if a is not None)
        low, high = terms.ssp if terms.ssp is not None else (NO_AMOUNT, NO_AMOUNT)
        weights = sum(weight for _, weight in line.milestones)
        member = [number for rows, number, _ in bundles if row.id in rows]
        return {
            "id": row.id,
            "contract": row.contract,
            "order": self.order_ids[row.order],
            "order_rank": ranks[row.order],
            "line_rank": row.rank,
            "product": self._product(line.product),
            "method": int(method),
            "trigger": int(trigger),
            "stated": 0 if row.gone else stated,
            "quantity_e6": 10**6 if line.quantity_e6 is None else line.quantity_e6,
            "start": min(starts) if starts else NO_DAY,
            "end": max(ends) if ends else NO_DAY,
            "ordered_day": row.ordered,
            "whole": max(weights, 1) if method is Method.MILESTONE else NONE,
            "ssp_low": low,
            "ssp_high": high,
            "ssp_per": int(terms.ssp_per),
            "ssp_kind": int(SspKind.RESIDUAL if terms.residual else SspKind.OBSERVED),
            "bundle": member[0] if member else NONE,
            "added_by": row.added_by,
        }

    def _product(self, name: str | None) -> int:
        return NONE if name is None else self.products.setdefault(name, len(self.products))

    def _bundles(self) -> list[tuple[frozenset[int], int, int]]:
        """(rows, id, price) of every bundle whose products one contract holds, all of them and in equal quantity."""
        found: list[tuple[frozenset[int], int, int]] = []
        for contract in self.contracts.values():
            rows = [row for row in self.rows if row.contract == contract and row.added_by == NONE]
            for products, price in self.scenario.bundles:
                mine = [row for row in rows if row.line.product in products]
                quantities = {row.line.quantity_e6 or 10**6 for row in mine}
                complete = {row.line.product for row in mine} == products and len(mine) == len(products)
                if complete and len(quantities) == 1:
                    total = share(price, quantities.pop(), 10**6)
                    found.append((frozenset(row.id for row in mine), len(found), total))
        return found

    def _billing(self) -> tuple[list[dict[str, int]], set[str]]:
        rows: list[dict[str, int]] = []
        undecided: set[str] = set()
        account = int(OFFSETS[self.scenario.policy.get("billing_offset", "deferred")])
        numbers = {name: event.index for name, event in self.documents.items()}
        for name, event in self.documents.items():
            if name in self.voided:
                continue
            credit = event.type == "credit_memo"
            treatment = self._treatment(event, undecided) if credit else CreditTreatment.UNDECIDED
            owner = event.invoice if credit and event.invoice else name
            home = owner if self.source == "invoices" else event.order
            for number, line in enumerate(_without_discounts(event.lines)):
                named = self.by_line.get((str(home), str(line.for_line))) if home and line.for_line else None
                if home == name and not credit:
                    named = self.by_line.get((name, line.line))
                if (
                    line.for_line is not None
                    and named is None
                    and home is not None
                    and self.source != "invoices"
                ):
                    raise ScenarioError(
                        f"{line.where}.for_line", f"Order {home} has no line {line.for_line}."
                    )
                if line.amount is None:
                    raise ScenarioError(f"{line.where}.amount", "A document line needs an amount.")
                own = self.by_line.get((name, line.line)) if self.source == "orders_then_invoices" else None
                amount = -line.amount if credit else line.amount
                usage_end = NO_DAY if line.end is None else line.end
                product = line.product if line.product is not None or named is None else named.line.product
                rows.append(
                    {
                        "document": event.index,
                        "line": number,
                        "customer": self.customers[event.customer],
                        "subsidiary": 0,
                        "currency": TRANSACTION,
                        "product": self._product(product),
                        "amount": amount,
                        "base_amount": self._base(amount, event),
                        "period": int(self.calendar.period_of(event.day)),
                        "day": event.day,
                        "rank": event.index,
                        "order": NONE if home is None or home not in self.order_ids else self.order_ids[home],
                        "obligation": NONE if named is None else named.id,
                        "created_from": numbers.get(str(event.invoice), NONE) if credit else NONE,
                        "account": 0,
                        "account_type": account,
                        "service_end": usage_end,
                        "treatment": int(treatment),
                        "own": NONE if own is None or not own.own or credit else own.id,
                    }
                )
        return rows, undecided

    def _treatment(self, event: Event, undecided: set[str]) -> CreditTreatment:
        if event.treatment is not None:
            return CREDITS[event.treatment]
        if self.source == "invoices":
            return CreditTreatment.PROSPECTIVE
        undecided.add(str(event.number))
        return CreditTreatment.BILLING_ONLY

    def _base(self, amount: int, event: Event) -> int:
        if self.scenario.currency == self.scenario.base_currency:
            return amount
        order = self.orders.get(str(event.order))
        rate = event.rate_e10 or (order.rate_e10 if order else None)
        if not rate:
            raise ScenarioError(event.where, f"Document {event.number} needs an exchange_rate.")
        return _convert(amount, rate, self.scenario)

    def _with_rates(self, rows: list[dict[str, int]]) -> list[dict[str, int]]:
        """A contract without a rate takes that of its first invoice."""
        found = []
        for name, row in zip(self.contracts, rows, strict=True):
            rate = row["exchange_rate_e10"]
            orders = {n for n, e in self.orders.items() if (e.contract or n) == name} | {name}
            for event in sorted(self.documents.values(), key=apply_order):
                if rate == NONE and event.rate_e10 and (event.order in orders or event.number in orders):
                    rate = event.rate_e10
            found.append({**row, "exchange_rate_e10": rate})
        return found

    def _rates(self, base: int) -> Rates:
        """The latest rate known by each period stands for the period's own: a scenario gives no other."""
        if base == TRANSACTION:
            return Rates.empty()
        rated = sorted(
            (e for e in (*self.orders.values(), *self.documents.values()) if e.rate_e10),
            key=lambda e: (e.day, e.index),
        )
        periods = np.arange(len(self.calendar))
        rate = np.zeros(periods.size, dtype=np.int64)
        for event in rated:
            rate[int(self.calendar.period_of(event.day)) :] = event.rate_e10 or 0
        live = rate > 0
        return Rates.of(
            currency=np.full(int(live.sum()), TRANSACTION),
            base_currency=np.full(int(live.sum()), BASE),
            period=periods[live],
            rate_e10=rate[live],
        )


def _table(cls: type[AnyTable], rows: list[dict[str, int]]) -> AnyTable:
    return cls.of(**{name: [row[name] for row in rows] for name in rows[0]}) if rows else cls.empty()


def _convert(amount: int, rate_e10: int, scenario: Scenario) -> int:
    shift = decimals_of(scenario.base_currency) - scenario.decimals
    return share(amount, rate_e10 * 10 ** max(shift, 0), RATE_SCALE * 10 ** max(-shift, 0))


def _running(percentages: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    total, found = 0, []
    for offset, percent in percentages:
        total += percent
        found.append((offset, total))
    return found


def _without_discounts(lines: tuple[Line, ...]) -> list[Line]:
    """A discount line (negative) lowers the line that it follows, and is none itself."""
    kept: list[Line] = []
    for line in lines:
        if line.amount is None or line.amount >= 0:
            kept.append(line)
            continue
        if not kept or kept[-1].amount is None or kept[-1].amount + line.amount < 0:
            raise ScenarioError(
                f"{line.where}.amount", "A discount lowers the line above it, and not below zero."
            )
        kept[-1] = replace(kept[-1], amount=kept[-1].amount + line.amount)
    return kept


def _ramps(lines: list[Line]) -> list[list[Line]]:
    """Lines of the same product and quantity over adjoining terms at different prices are one obligation."""
    groups: list[list[Line]] = []
    for line in lines:
        home = next((g for g in groups if _adjoins(g[-1], line)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    return [
        part
        for group in groups
        for part in ([group] if len({m.amount for m in group}) > 1 else [[m] for m in group])
    ]


def _adjoins(one: Line, other: Line) -> bool:
    return (
        one.ramp
        and other.ramp
        and one.product is not None
        and one.product == other.product
        and one.quantity_e6 == other.quantity_e6
        and one.terms == other.terms
        and None not in (one.end, other.start, one.start, other.end, one.amount, other.amount)
        and other.start == (one.end or 0) + 1
        and (one.terms is None or one.terms.method in (None, *DATED_RAMPS))
    )


def _restate(row: Row, line: Line) -> tuple[int | None, int | None]:
    """The obligation's new total and last day, when one of its parts is restated."""
    part = row.now[line.line]
    if line.amount is not None:
        part.amount = line.amount
    if line.end is not None:
        part.end = line.end
    amounts = [p.amount for p in row.now.values()]
    total = None if None in amounts or line.amount is None else sum(a for a in amounts if a is not None)
    ends = [p.end for p in row.now.values() if p.end is not None]
    return total, max(ends) if line.end is not None and ends else None
