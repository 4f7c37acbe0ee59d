"""What closes kept of a contract: how its lines got their prices, what they earned, and what waits."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.books.prior import standing_closes
from revrec.store.core import (
    allocation,
    booked,
    contract,
    crm_customer,
    obligation,
    period_close,
    sales_order,
    waiting_item,
)

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class EarnedInPeriod:
    """What one line earned in one closed period, minor units."""

    period: str
    order: str
    line: str
    obligation: int
    revenue_minor: int
    adjustment_minor: int
    cause: str
    target_minor: int


def contract_labels(session: Session, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(number, customer) of contracts by our id."""
    wanted = sorted(ids)
    found: dict[int, tuple[str, str]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(contract.c.id, contract.c.number, crm_customer.c.name)
            .join(crm_customer, crm_customer.c.id == contract.c.crm_customer_id)
            .where(contract.c.id.in_(wanted[start : start + CHUNK]))
        )
        found |= {key: (number, name) for key, number, name in rows}
    return found


def allocations_of(session: Session, contract_id: int) -> list[Any]:
    """The newest standing allocation of each line, with its order and line."""
    a, o, order = allocation.c, obligation.c, sales_order.c
    newest = (
        select(func.max(a.id))
        .where(a.contract_id == contract_id, a.period_close_id.in_(standing_closes()))
        .group_by(a.obligation_id)
    )
    return list(
        session.execute(
            select(*allocation.c, order.number.label("order_number"), o.line_external_id.label("line"))
            .join(obligation, o.id == a.obligation_id)
            .join(sales_order, order.id == o.order_id)
            .where(a.id.in_(newest))
            .order_by(order.number, o.id)
        )
    )


def booked_of(session: Session, contract_id: int) -> list[EarnedInPeriod]:
    """What standing closes booked for each line, oldest period first."""
    b, o, order, p = booked.c, obligation.c, sales_order.c, period_close.c
    rows = session.execute(
        select(
            p.period,
            order.number,
            o.line_external_id,
            o.id,
            b.revenue_minor,
            b.adjustment_minor,
            b.cause,
            b.target_minor,
        )
        .join_from(booked, period_close, p.id == b.period_close_id)
        .join(obligation, o.id == b.obligation_id)
        .join(sales_order, order.id == o.order_id)
        .where(b.contract_id == contract_id, p.state == "closed")
        .order_by(p.period, order.number, o.id)
    )
    return [EarnedInPeriod(*row) for row in rows]


def waiting_of(session: Session, contract_id: int) -> list[Any]:
    """What the newest standing close could not account for in the contract: (kind, reason, line, currency, amount)."""
    w, o, p = waiting_item.c, obligation.c, period_close.c
    newest = select(p.id).where(p.state == "closed").order_by(p.period.desc()).limit(1).scalar_subquery()
    return list(
        session.execute(
            select(w.kind, w.reason, func.coalesce(o.line_external_id, ""), w.currency, w.amount_minor)
            .outerjoin(obligation, o.id == w.obligation_id)
            .where(w.period_close_id == newest, w.contract_id == contract_id)
            .order_by(w.id)
        )
    )
