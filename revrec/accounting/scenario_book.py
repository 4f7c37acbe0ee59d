"""From the events of a scenario that are known at a period's end to the book that the close reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

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
from revrec.accounting.money import share
from revrec.accounting.scenario_billing import (
    BASE,
    TRANSACTION,
    billing_rows,
    period_rates,
    product_code,
    undecided_rows,
    with_rates,
)
from revrec.accounting.scenario_events import Names, Register
from revrec.accounting.scenario_form import Event, Scenario
from revrec.accounting.scenario_lines import Row
from revrec.accounting.scenario_waiting import ORDER_OF_TYPES, Timing
from revrec.accounting.terms import HoldReason, Method, SspKind, Trigger

AnyTable = TypeVar("AnyTable", bound=Table)


@dataclass(frozen=True)
class Replay:
    """A book with the names behind its codes: obligations by id, contracts and customers in order of their codes.

    ``own``: contracts that an invoice makes where no order absorbs it. ``undecided``: ids of obligations that a credit
    memo without treatment may concern.
    """

    book: Book
    rows: dict[int, Row]
    contracts: dict[int, str]
    customers: tuple[str, ...]
    own: frozenset[int]
    undecided: frozenset[int]


def build_book(
    scenario: Scenario,
    events: Iterable[Event],
    calendar: Calendar,
    timings: Mapping[int, Timing],
    names: Names,
) -> Replay:
    """The book of these events, each applied by the day from which on it counts, then type, then as listed."""
    register = Register(scenario, timings, names)
    for event in sorted(
        events, key=lambda e: (timings[e.index].day, ORDER_OF_TYPES.index(e.type), e.day, e.index)
    ):
        getattr(register, f"take_{event.type}")(event)
    return _replay(register, calendar)


def _replay(register: Register, calendar: Calendar) -> Replay:
    """The book and its names."""
    scenario = register.scenario
    bundles = _bundles(register)
    ranks = {order: rank for rank, order in enumerate(sorted(register.order_ids))}
    number_ranks = {name: rank for rank, name in enumerate(sorted(register.contracts))}
    base = BASE if scenario.foreign else TRANSACTION
    contracts = [
        {
            **row,
            "subsidiary": 0,
            "currency": TRANSACTION,
            "base_currency": base,
            "number_rank": number_ranks[name],
        }
        for name, row in zip(register.contracts, with_rates(register, register.contract_rows), strict=True)
    ]
    rates = [
        {"currency": TRANSACTION, "base_currency": BASE, "period": period, "rate_e10": rate}
        for period, rate in period_rates(register, calendar).items()
    ]
    book = Book(
        calendar,
        _table(Contracts, contracts),
        _table(Obligations, [_obligation(register, row, bundles, ranks) for row in register.rows]),
        _table(BillingLines, billing_rows(register)),
        rates=_table(Rates, rates),
        decimals={TRANSACTION: scenario.decimals, BASE: decimals_of(scenario.base_currency)},
        changes=_table(Changes, register.changes),
        progress=_table(Progress, _progress(register.rows)),
        bundles=_table(Bundles, [{"id": number, "price": price} for _, number, price in bundles]),
    )
    return Replay(
        book,
        {row.id: row for row in register.rows},
        {number: name for name, number in register.contracts.items()},
        tuple(register.customers),
        frozenset(row.contract for row in register.rows if row.own and register.source != "invoices"),
        undecided_rows(register),
    )


def _obligation(
    register: Register, row: Row, bundles: list[tuple[frozenset[int], int, int]], ranks: dict[str, int]
) -> dict[str, int]:
    parts, terms, line = list(row.parts.values()), row.terms, row.line
    amounts = [part.amount for part in parts]
    starts = [part.start for part in parts if part.start is not None]
    ends = [part.end for part in parts if part.end is not None]
    trigger = terms.trigger
    if trigger is Trigger.AUTO and row.own and line.start is None:
        trigger = Trigger.INVOICE
    stated = NO_AMOUNT if None in amounts else sum(a for a in amounts if a is not None)
    low, high = terms.ssp if terms.ssp is not None else (NO_AMOUNT, NO_AMOUNT)
    member = [number for rows, number, _ in bundles if row.id in rows]
    return {
        "id": row.id,
        "contract": row.contract,
        "order": register.order_ids[row.order],
        "order_rank": ranks[row.order],
        "line_rank": row.rank,
        "product": product_code(register, line.product),
        "method": int(row.method),
        "trigger": int(trigger),
        "stated": 0 if row.void else stated,
        "quantity_e6": 10**6 if line.quantity_e6 is None else line.quantity_e6,
        "start": min(starts) if starts else NO_DAY,
        "end": max(ends) if ends else NO_DAY,
        "ordered_day": row.ordered,
        "hold": int(HoldReason.MISSING_RULE) if row.planless else NONE,
        "order_version": int(row.void),
        "whole": row.whole if row.method is Method.MILESTONE else NONE,
        "ssp_low": low,
        "ssp_high": high,
        "ssp_per": int(terms.ssp_per),
        "ssp_kind": int(SspKind.RESIDUAL if terms.residual else SspKind.OBSERVED),
        "bundle": member[0] if member else NONE,
        "added_by": row.added_by,
    }


def _bundles(register: Register) -> list[tuple[frozenset[int], int, int]]:
    """(rows, id, price) of every bundle whose products one contract holds, all of them and in equal quantity."""
    found: list[tuple[frozenset[int], int, int]] = []
    taken: set[int] = set()
    by_contract: dict[int, list[Row]] = {}
    for row in register.rows if register.scenario.bundles else ():
        if row.added_by == NONE:
            by_contract.setdefault(row.contract, []).append(row)
    for rows in by_contract.values():
        for products, price in register.scenario.bundles:
            mine = [row for row in rows if row.line.product in products and row.id not in taken]
            quantities = {row.line.quantity_e6 or 10**6 for row in mine}
            complete = {row.line.product for row in mine} == products and len(mine) == len(products)
            if complete and len(quantities) == 1:
                total = share(price, quantities.pop(), 10**6)
                taken |= {row.id for row in mine}
                found.append((frozenset(row.id for row in mine), len(found), total))
    return found


def _progress(rows: list[Row]) -> list[dict[str, int]]:
    """Deliveries by day; custom plans, cumulative, by offset of period."""
    found = []
    for row in rows:
        found += [{"obligation": row.id, "day": day, "value": value} for day, value in row.delivered]
        if row.method is Method.CUSTOM:
            total = 0
            for offset, percent in row.line.percentages:
                total += percent
                found.append({"obligation": row.id, "day": offset, "value": total})
    return found


def _table(cls: type[AnyTable], rows: list[dict[str, int]]) -> AnyTable:
    return cls.of(**{name: [row[name] for row in rows] for name in rows[0]}) if rows else cls.empty()
