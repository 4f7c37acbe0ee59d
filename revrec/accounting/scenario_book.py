"""From the events of a scenario that are known at a period's end to the book that the close reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
from revrec.accounting.scenario_events import Names, Register, apply_order
from revrec.accounting.scenario_form import CREDITS, Event, Scenario, ScenarioError
from revrec.accounting.scenario_lines import Row, without_discounts
from revrec.accounting.terms import (
    AccountType,
    CreditTreatment,
    Method,
    SspKind,
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


@dataclass(frozen=True)
class Replay:
    """A book with the names behind its codes: obligations by id, contracts and customers in order of their codes."""

    book: Book
    rows: dict[int, Row]
    contracts: dict[int, str]
    customers: tuple[str, ...]
    undecided: frozenset[str]


def build_book(
    scenario: Scenario, events: Iterable[Event], calendar: Calendar, known: dict[int, int], names: Names
) -> Replay:
    """The book of these events. ``known``: event index to the period in which it was first known."""
    register = Register(scenario, calendar, known, names)
    for event in sorted(events, key=apply_order):
        getattr(register, f"take_{event.type}")(event)
    return _replay(register)


def _replay(register: Register) -> Replay:
    """The book and its names."""
    bundles = _bundles(register)
    ranks = {order: rank for rank, order in enumerate(sorted(register.order_ids))}
    obligations = [_obligation(register, row, bundles, ranks) for row in register.rows]
    billing, undecided = _billing(register)
    same = register.scenario.currency == register.scenario.base_currency
    base = TRANSACTION if same else BASE
    contracts = [
        {**row, "subsidiary": 0, "currency": TRANSACTION, "base_currency": base, "number_rank": 0}
        for row in _with_rates(register, register.contract_rows)
    ]
    bundle_rows = [{"id": number, "price": price} for _, number, price in bundles]
    progress = [
        {"obligation": row.id, "day": day, "value": value}
        for row in register.rows
        for day, value in row.delivered
    ] + [
        {"obligation": row.id, "day": offset, "value": value}
        for row in register.rows
        for offset, value in _running(row.line.percentages)
    ]
    book = Book(
        register.calendar,
        _table(Contracts, contracts),
        _table(Obligations, obligations),
        _table(BillingLines, billing),
        rates=_rates(register, base),
        decimals={
            TRANSACTION: register.scenario.decimals,
            BASE: decimals_of(register.scenario.base_currency),
        },
        changes=_table(Changes, register.changes),
        progress=_table(Progress, progress),
        bundles=_table(Bundles, bundle_rows),
    )
    return Replay(
        book,
        {row.id: row for row in register.rows},
        {number: name for name, number in register.contracts.items()},
        tuple(register.customers),
        frozenset(undecided),
    )


def _obligation(
    register: Register, row: Row, bundles: list[tuple[frozenset[int], int, int]], ranks: dict[str, int]
) -> dict[str, int]:
    parts, terms, line = list(row.parts.values()), row.terms, row.line
    amounts = [part.amount for part in parts]
    starts = [part.start for part in parts if part.start is not None]
    ends = [part.end for part in parts if part.end is not None]
    method = register.method_of(row)
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
        "order": register.order_ids[row.order],
        "order_rank": ranks[row.order],
        "line_rank": row.rank,
        "product": _product(register, line.product),
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


def _product(register: Register, name: str | None) -> int:
    return NONE if name is None else register.products.setdefault(name, len(register.products))


def _bundles(register: Register) -> list[tuple[frozenset[int], int, int]]:
    """(rows, id, price) of every bundle whose products one contract holds, all of them and in equal quantity."""
    found: list[tuple[frozenset[int], int, int]] = []
    for contract in register.contracts.values():
        rows = [row for row in register.rows if row.contract == contract and row.added_by == NONE]
        for products, price in register.scenario.bundles:
            mine = [row for row in rows if row.line.product in products]
            quantities = {row.line.quantity_e6 or 10**6 for row in mine}
            complete = {row.line.product for row in mine} == products and len(mine) == len(products)
            if complete and len(quantities) == 1:
                total = share(price, quantities.pop(), 10**6)
                found.append((frozenset(row.id for row in mine), len(found), total))
    return found


def _billing(register: Register) -> tuple[list[dict[str, int]], set[str]]:
    rows: list[dict[str, int]] = []
    undecided: set[str] = set()
    account = int(OFFSETS[register.scenario.policy.get("billing_offset", "deferred")])
    numbers = {name: event.index for name, event in register.documents.items()}
    for name, event in register.documents.items():
        if name in register.voided:
            continue
        credit = event.type == "credit_memo"
        treatment = _treatment(register, event, undecided) if credit else CreditTreatment.UNDECIDED
        owner = event.invoice if credit and event.invoice else name
        home = owner if register.source == "invoices" else event.order
        for number, line in enumerate(without_discounts(event.lines)):
            named = register.by_line.get((str(home), str(line.for_line))) if home and line.for_line else None
            if home == name and not credit:
                named = register.by_line.get((name, line.line))
            if (
                line.for_line is not None
                and named is None
                and home is not None
                and register.source != "invoices"
            ):
                raise ScenarioError(f"{line.where}.for_line", f"Order {home} has no line {line.for_line}.")
            if line.amount is None:
                raise ScenarioError(f"{line.where}.amount", "A document line needs an amount.")
            own = (
                register.by_line.get((name, line.line)) if register.source == "orders_then_invoices" else None
            )
            amount = -line.amount if credit else line.amount
            usage_end = NO_DAY if line.end is None else line.end
            product = line.product if line.product is not None or named is None else named.line.product
            rows.append(
                {
                    "document": event.index,
                    "line": number,
                    "customer": register.customers[event.customer],
                    "subsidiary": 0,
                    "currency": TRANSACTION,
                    "product": _product(register, product),
                    "amount": amount,
                    "base_amount": _base(register, amount, event),
                    "period": int(register.calendar.period_of(event.day)),
                    "day": event.day,
                    "rank": event.index,
                    "order": NONE
                    if home is None or home not in register.order_ids
                    else register.order_ids[home],
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


def _treatment(register: Register, event: Event, undecided: set[str]) -> CreditTreatment:
    if event.treatment is not None:
        return CREDITS[event.treatment]
    if register.source == "invoices":
        return CreditTreatment.PROSPECTIVE
    undecided.add(str(event.number))
    return CreditTreatment.BILLING_ONLY


def _base(register: Register, amount: int, event: Event) -> int:
    if register.scenario.currency == register.scenario.base_currency:
        return amount
    order = register.orders.get(str(event.order))
    rate = event.rate_e10 or (order.rate_e10 if order else None)
    if not rate:
        raise ScenarioError(event.where, f"Document {event.number} needs an exchange_rate.")
    return _convert(amount, rate, register.scenario)


def _with_rates(register: Register, rows: list[dict[str, int]]) -> list[dict[str, int]]:
    """A contract without a rate takes that of its first invoice."""
    found = []
    for name, row in zip(register.contracts, rows, strict=True):
        rate = row["exchange_rate_e10"]
        orders = {n for n, e in register.orders.items() if (e.contract or n) == name} | {name}
        for event in sorted(register.documents.values(), key=apply_order):
            if rate == NONE and event.rate_e10 and (event.order in orders or event.number in orders):
                rate = event.rate_e10
        found.append({**row, "exchange_rate_e10": rate})
    return found


def _rates(register: Register, base: int) -> Rates:
    """The latest rate known by each period stands for the period's own: a scenario gives no other."""
    if base == TRANSACTION:
        return Rates.empty()
    rated = sorted(
        (e for e in (*register.orders.values(), *register.documents.values()) if e.rate_e10),
        key=lambda e: (e.day, e.index),
    )
    periods = np.arange(len(register.calendar))
    rate = np.zeros(periods.size, dtype=np.int64)
    for event in rated:
        rate[int(register.calendar.period_of(event.day)) :] = event.rate_e10 or 0
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
