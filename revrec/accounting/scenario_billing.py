"""The documents of a scenario as billing lines, and what they are worth in the base currency."""

from __future__ import annotations

import numpy as np

from revrec.accounting.calendar import Calendar
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.currencies import decimals_of
from revrec.accounting.money import RATE_SCALE, share
from revrec.accounting.scenario_events import Register
from revrec.accounting.scenario_form import CREDITS, Event, Line, Scenario, ScenarioError
from revrec.accounting.scenario_lines import Row, without_discounts
from revrec.accounting.scenario_waiting import listed_order
from revrec.accounting.terms import AccountType, CreditTreatment

TRANSACTION, BASE = 0, 1
"""Currency codes of a scenario."""
OFFSETS = {
    "deferred": AccountType.DEFERRED_REVENUE,
    "revenue": AccountType.INCOME,
    "clearing": AccountType.CLEARING,
}
INT64_MAX = 2**63 - 1


def billing_rows(register: Register) -> list[dict[str, int]]:
    """One row a line of every document that is not void."""
    rows: list[dict[str, int]] = []
    for name, event in register.documents.items():
        if name in register.voided:
            continue
        for number, line in enumerate(without_discounts(event.lines)):
            rows.append(_row(register, event, number, line))
    return rows


def _row(register: Register, event: Event, number: int, line: Line) -> dict[str, int]:
    name, credit = str(event.number), event.type == "credit_memo"
    home = home_of(register, event)
    named = register.by_line.get((home, line.for_line)) if home and line.for_line else None
    if home == name:
        named = register.by_line.get((name, line.line))
    own = None
    if not credit and register.source == "orders_then_invoices":
        own = register.by_line.get((name, line.line))
    amount = -(line.amount or 0) if credit else line.amount or 0
    product = line.product if line.product is not None or named is None else named.line.product
    invoice = register.documents.get(str(event.invoice)) if credit else None
    # An order takes its billing by name; a credit that only names its invoice frees what that invoice bills.
    order = home if register.source == "invoices" else event.order
    return {
        "document": event.index,
        "line": number,
        "customer": register.customers[event.customer],
        "subsidiary": 0,
        "currency": TRANSACTION,
        "product": product_code(register, product),
        "amount": amount,
        "base_amount": _base_amount(register, amount, event),
        "period": register.timings[event.index].posted,
        "day": event.day,
        "rank": event.index,
        "order": register.order_ids.get(str(order), NONE),
        "obligation": NONE if named is None else named.id,
        "created_from": NONE if invoice is None else invoice.index,
        "account": 0,
        "account_type": int(OFFSETS[register.scenario.policy_value("billing_offset")]),
        "service_start": NO_DAY if line.start is None else line.start,
        "service_end": NO_DAY if line.end is None else line.end,
        "treatment": int(_treatment(register, event)) if credit else int(CreditTreatment.UNDECIDED),
        "own": NONE if own is None or not own.own else own.id,
    }


def home_of(register: Register, event: Event) -> str | None:
    """The order, or invoice contract, whose lines a document's ``for_line`` means."""
    if register.source == "invoices":
        return event.invoice if event.type == "credit_memo" else event.number
    if event.order is not None:
        return event.order
    invoice = register.documents.get(str(event.invoice))
    if invoice is None:
        return None
    return invoice.order if invoice.order is not None else invoice.number


def product_code(register: Register, name: str | None) -> int:
    return NONE if name is None else register.products.setdefault(name, len(register.products))


def _treatment(register: Register, event: Event) -> CreditTreatment:
    """An untreated credit is prospective under ``invoices``; under orders it only lowers billing, flagged."""
    if event.treatment is not None:
        return CREDITS[event.treatment]
    return CreditTreatment.PROSPECTIVE if register.source == "invoices" else CreditTreatment.BILLING_ONLY


def undecided_rows(register: Register) -> frozenset[int]:
    """Ids of the obligations that a credit memo without treatment may concern."""
    found: set[int] = set()
    if register.source == "invoices":
        return frozenset()
    rows: dict[tuple[str, str | None], list[Row]] = {}
    for row in register.rows:
        rows.setdefault(("order", row.order), []).append(row)
        rows.setdefault(("customer", register.homes[row.order].customer), []).append(row)
    for name, event in register.documents.items():
        if event.type != "credit_memo" or event.treatment is not None or name in register.voided:
            continue
        home = home_of(register, event)
        for line in event.lines:
            named = register.by_line.get((str(home), str(line.for_line)))
            wide = rows.get(("customer", event.customer) if home is None else ("order", home), [])
            found |= {named.id} if named is not None else {row.id for row in wide}
    return frozenset(found)


# Currency


def _base_amount(register: Register, amount: int, event: Event) -> int:
    if not register.scenario.foreign:
        return amount
    homes = [register.homes.get(str(event.order)), register.documents.get(str(event.invoice))]
    rate = event.rate_e10 or next((home.rate_e10 for home in homes if home and home.rate_e10), None)
    if not rate:
        raise ScenarioError(
            f"{event.where}.exchange_rate",
            f"Document {event.number} needs an exchange_rate, or its order does.",
        )
    return _convert(amount, rate, register.scenario, event)


def _convert(amount: int, rate_e10: int, scenario: Scenario, event: Event) -> int:
    shift = decimals_of(scenario.base_currency) - scenario.decimals
    found = share(amount, rate_e10 * 10 ** max(shift, 0), RATE_SCALE * 10 ** max(-shift, 0))
    if abs(found) > INT64_MAX // 4:
        raise ScenarioError(event.where, f"In {scenario.base_currency} its amounts are more than is counted.")
    return found


def with_rates(register: Register, rows: list[dict[str, int]]) -> list[dict[str, int]]:
    """Contracts with their one rate: the order's, else that of the first invoice."""
    found = []
    rated = [e for e in sorted(register.documents.values(), key=listed_order) if e.rate_e10]
    if not register.scenario.foreign:
        return rows
    homes_of: dict[str, set[str]] = {}
    for home in register.homes:
        homes_of.setdefault(register.contract_of(home), set()).add(home)
    for name, row in zip(register.contracts, rows, strict=True):
        rate, homes = row["exchange_rate_e10"], homes_of[name]
        if rate == NONE:
            orders = (register.homes[home].rate_e10 for home in homes)
            billed = (e.rate_e10 for e in rated if e.order in homes or e.number in homes)
            rate = next((r for r in (*orders, *billed) if r), NONE)
        found.append({**row, "exchange_rate_e10": rate})
    return found


def period_rates(register: Register, calendar: Calendar) -> dict[int, int]:
    """Period to rate: the latest rate known by each period stands for its own, since a scenario gives no other."""
    if not register.scenario.foreign:
        return {}
    events = (*register.homes.values(), *register.documents.values())
    rated = sorted((e for e in events if e.rate_e10), key=lambda e: (e.day, e.index))
    rate = np.zeros(len(calendar), dtype=np.int64)
    for event in rated:
        rate[int(calendar.period_of(event.day)) :] = event.rate_e10 or 0
    return {period: int(value) for period, value in enumerate(rate) if value}
