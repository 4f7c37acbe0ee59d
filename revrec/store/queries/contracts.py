"""Contracts, what they hold by the orders in force, and their balances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from revrec.problems import Conflict, NotFound
from revrec.store.core import (
    balance,
    crm_customer,
    order_line,
    order_version,
    period_close,
    product,
    sales_order,
)
from revrec.store.staging.contract_prices import newest_published
from revrec.store.tables import Contract


@dataclass(frozen=True, slots=True)
class ContractLine:
    """An order line in force. Amount in minor units, quantity scaled by 10^6."""

    order: str
    version: int
    effective_on: date
    line: str
    obligation: int
    product: str
    description: str
    quantity_e6: int
    currency: str
    amount_minor: int
    starts: date | None
    ends: date | None
    method: str
    problem: str


@dataclass(frozen=True, slots=True)
class BalanceAfter:
    """A contract's cumulative balances after one close, minor units."""

    period: str
    currency: str
    billed_minor: int
    recognised_minor: int
    liability_minor: int
    contract_asset_minor: int
    unbilled_receivable_minor: int


def contracts_by_number(session: Session, number: str) -> list[Contract]:
    """Contracts of this number: a CRM numbers contracts and orders alike, so there may be several."""
    return list(session.exec(pick(Contract).where(Contract.number == number).order_by(col(Contract.id))))


def find_contract(session: Session, text: str) -> Contract:
    """The contract of this number, else of our id. Raises `NotFound`, or `Conflict` if several have the number."""
    found = contracts_by_number(session, text)
    if not found and text.isdigit() and len(text) < 19:
        by_id = session.get(Contract, int(text))
        found = [by_id] if by_id else []
    if not found:
        raise NotFound(f"There is no contract {text}.", where="contract")
    if len(found) > 1:
        ids = ", ".join(f"{one.id} ({one.key})" for one in found)
        raise Conflict(f"Several contracts have the number {text}; give our id: {ids}.", where="contract")
    return found[0]


def contracts_by_id(session: Session, ids: Iterable[int | None]) -> dict[int, Contract]:
    wanted = {one for one in ids if one is not None}
    return {row.id: row for row in session.exec(pick(Contract).where(col(Contract.id).in_(wanted)))}


def customer_names(session: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """(CRM id, name) of customers by our id."""
    rows = session.execute(
        select(crm_customer.c.id, crm_customer.c.external_id, crm_customer.c.name).where(
            crm_customer.c.id.in_(ids)
        )
    )
    return {number: (external_id, name) for number, external_id, name in rows}


def totals_of(session: Session, ids: list[int]) -> dict[int, list[tuple[str, int, list[str]]]]:
    """For each contract, by currency: the stated price of its orders in force, and their numbers."""
    rows = session.execute(
        select(
            sales_order.c.contract_id,
            order_version.c.currency,
            sales_order.c.number,
            func.sum(order_line.c.amount_minor),
        )
        .join_from(sales_order, order_version, order_version.c.id == newest_published(sales_order.c.id))
        .outerjoin(order_line, order_line.c.version_id == order_version.c.id)
        .where(sales_order.c.contract_id.in_(ids))
        .group_by(sales_order.c.contract_id, order_version.c.currency, sales_order.c.number)
        .order_by(sales_order.c.contract_id, order_version.c.currency, sales_order.c.number)
    )
    found: dict[int, dict[str, tuple[int, list[str]]]] = {}
    for contract, currency, number, amount in rows:
        total, numbers = found.setdefault(contract, {}).setdefault(currency, (0, []))
        found[contract][currency] = (total + int(amount or 0), [*numbers, number])
    return {
        contract: [(currency, total, numbers) for currency, (total, numbers) in parts.items()]
        for contract, parts in found.items()
    }


def lines_of(session: Session, contract_id: int) -> list[ContractLine]:
    """The contract's order lines in force, order by order."""
    version, line = order_version.c, order_line.c
    rows = session.execute(
        select(
            sales_order.c.number,
            version.number,
            version.effective_on,
            line.line_external_id,
            line.obligation_id,
            product.c.name,
            line.description,
            line.quantity_e6,
            version.currency,
            line.amount_minor,
            line.starts,
            line.ends,
            line.method,
            line.problem,
        )
        .join_from(sales_order, order_version, version.id == newest_published(sales_order.c.id))
        .join(order_line, line.version_id == version.id)
        .join(product, product.c.id == line.product_id)
        .where(sales_order.c.contract_id == contract_id)
        .order_by(sales_order.c.number, line.sequence)
    )
    return [ContractLine(*row) for row in rows]


def balances_of(session: Session, contract_id: int) -> list[BalanceAfter]:
    """The contract's balances after each close that stands and moved it, oldest first."""
    rows = session.execute(
        select(
            period_close.c.period,
            balance.c.currency,
            balance.c.billed_minor,
            balance.c.recognised_minor,
            balance.c.liability_minor,
            balance.c.contract_asset_minor,
            balance.c.unbilled_receivable_minor,
        )
        .join(period_close, period_close.c.id == balance.c.period_close_id)
        .where(balance.c.contract_id == contract_id, period_close.c.state == "closed")
        .order_by(period_close.c.period)
    )
    return [BalanceAfter(*row) for row in rows]


def contracts_of_customer(
    session: Session, customer_id: int, *, but: int = 0, limit: int = 200
) -> list[Contract]:
    """The contracts of a customer by number, `limit` at most, without one of them."""
    query = pick(Contract).where(Contract.crm_customer_id == customer_id, Contract.id != but)
    return list(session.exec(query.order_by(Contract.number, col(Contract.id)).limit(limit)))
