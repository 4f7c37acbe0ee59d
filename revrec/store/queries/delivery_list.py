"""Deliveries as a list that is sorted, filtered and paged by the database."""

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col, or_

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Contract, CrmCustomer, Delivery, Obligation, SalesOrder

DELIVERY_SORTS: Sorts = MappingProxyType(
    {
        "recorded": col(Delivery.id),
        "day": col(Delivery.day),
        "order": col(SalesOrder.number),
        "by": col(Delivery.set_by),
    }
)
DELIVERY_KINDS = ("quantity", "percent", "milestone")


@dataclass(frozen=True, slots=True)
class WantedDeliveries:
    """Which deliveries: none given, all that stand. `search`: part of the order's number, its customer's name, the
    line, the reference or the milestone; `kind`: of `DELIVERY_KINDS`; days both included."""

    search: str = ""
    kind: str = ""
    order_id: int | None = None
    contract_id: int | None = None
    since: date | None = None
    until: date | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryTotal:
    """Deliveries of one kind within a selection, on how many lines. `quantity_e6`: the units together, 0 of others."""

    kind: str
    deliveries: int
    lines: int
    quantity_e6: int


def deliveries_where(wanted: WantedDeliveries) -> Any:
    """Rows of (Delivery, Obligation, SalesOrder), in no order."""
    return (
        select(Delivery, Obligation, SalesOrder)
        .join(Obligation, col(Obligation.id) == Delivery.obligation_id)
        .join(SalesOrder, col(SalesOrder.id) == Obligation.order_id)
        .where(*_conditions(wanted))
    )


def delivery_totals(session: Session, wanted: WantedDeliveries) -> list[DeliveryTotal]:
    """The whole selection by kind; of what was withdrawn nothing counts."""
    found = []
    for kind in DELIVERY_KINDS:
        query = (
            select(
                func.count(),
                func.count(col(Delivery.obligation_id).distinct()),
                func.coalesce(func.sum(Delivery.quantity_e6), 0),
            )
            .select_from(Delivery)
            .join(Obligation, col(Obligation.id) == Delivery.obligation_id)
            .join(SalesOrder, col(SalesOrder.id) == Obligation.order_id)
            .where(*_conditions(wanted), _of(kind), col(Delivery.withdrawn_at).is_(None))
        )
        count, lines, quantity = session.execute(query).one()
        if count:
            found.append(DeliveryTotal(kind, count, lines, int(quantity)))
    return found


def _of(kind: str) -> Any:
    if kind == "milestone":
        return Delivery.milestone != ""
    return col(Delivery.quantity_e6 if kind == "quantity" else Delivery.percent_e6).is_not(None)


def _conditions(wanted: WantedDeliveries) -> list[Any]:
    found: list[Any] = []
    if not wanted.withdrawn:
        found.append(col(Delivery.withdrawn_at).is_(None))
    if wanted.kind:
        found.append(_of(wanted.kind))
    if wanted.order_id is not None:
        found.append(Obligation.order_id == wanted.order_id)
    if wanted.contract_id is not None:
        found.append(SalesOrder.contract_id == wanted.contract_id)
    if wanted.since is not None:
        found.append(Delivery.day >= wanted.since)
    if wanted.until is not None:
        found.append(Delivery.day <= wanted.until)
    if wanted.search:
        said = (SalesOrder.number, Obligation.line_external_id, Delivery.reference, Delivery.milestone)
        named = (
            select(col(Contract.id))
            .join(CrmCustomer, col(CrmCustomer.id) == Contract.crm_customer_id)
            .where(col(CrmCustomer.name).icontains(wanted.search, autoescape=True))
        )
        found.append(
            or_(
                *(col(one).icontains(wanted.search, autoescape=True) for one in said),
                col(SalesOrder.contract_id).in_(named),
            )
        )
    return found
