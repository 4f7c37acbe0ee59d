"""Deliveries: units, percentages and milestones."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlmodel import Session, col

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, Text
from api.views.deliveries import (
    DeliveriesImportedView,
    DeliveryTotalView,
    DeliveryView,
    delivery_total_views,
    delivery_view,
    delivery_views,
)
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_quantity
from revrec.operations.import_deliveries import GivenDelivery, import_deliveries
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Finding, Invalid
from revrec.store.queries.delivery_list import (
    DELIVERY_SORTS,
    WantedDeliveries,
    deliveries_where,
    delivery_totals,
)
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Delivery

router = APIRouter(tags=["deliveries"])


class DeliveryBody(Body):
    """Exactly one of `quantity` (delivered on the day; negative: a return), `percent` (cumulative) and `milestone`.
    `order` by its number, else the CRM's id; `line` by the CRM's id, else its place in the order."""

    order: Text
    line: Text
    on: date
    quantity: Text | None = None
    percent: Text | None = None
    milestone: Text = ""
    reference: Text = ""
    note: Text = ""


class DeliveriesBody(Body):
    deliveries: list[DeliveryBody] = Field(max_length=5000)
    reason: Text = ""


class WithdrawBody(Body):
    reason: Annotated[str, Field(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which deliveries are asked for."""

    order: str
    rest: WantedDeliveries

    def wanted(self, session: Session) -> WantedDeliveries:
        """Raises `NotFound` for an order that is not known."""
        return replace(self.rest, order_id=find_order(session, self.order).id) if self.order else self.rest


def _chosen(
    order: Annotated[str, Query(max_length=200, description="Of this order.")] = "",
    contract: Annotated[
        int | None, Query(ge=1, le=INT64_MAX, description="Of this contract, by our id.")
    ] = None,
    kind: Annotated[Literal["", "quantity", "percent", "milestone"], Query(description="Of this kind.")] = "",
    search: Annotated[
        str,
        Query(
            max_length=200,
            description="Part of the order's number, its customer, the line, the reference or the milestone.",
        ),
    ] = "",
    since: Annotated[date | None, Query(description="Delivered on this day or later.")] = None,
    until: Annotated[date | None, Query(description="Delivered on this day or before.")] = None,
    withdrawn: Annotated[bool, Query(description="With those that were withdrawn.")] = False,
) -> Chosen:
    rest = WantedDeliveries(
        search.strip(), kind, contract_id=contract, since=since, until=until, withdrawn=withdrawn
    )
    return Chosen(order, rest)


Selected = Annotated[Chosen, Depends(_chosen)]


@router.get(
    "/deliveries",
    operation_id="list_deliveries",
    summary="List deliveries, newest first unless sorted otherwise",
)
def list_deliveries(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("-recorded"))],
    selected: Selected,
) -> Page[DeliveryView]:
    """Sorted by `recorded`, `day`, `order` or `by`."""
    with deployment.store.read() as session:
        query = deliveries_where(selected.wanted(session))
        rows, place = one_page(session, query, DELIVERY_SORTS, col(Delivery.id), asked.order, asked.limit)
        views = delivery_views(session, [(row.Delivery, row.Obligation, row.SalesOrder) for row in rows])
        return Page(items=views, next_cursor=write_place(asked.order, place))


@router.get(
    "/deliveries/totals", operation_id="total_deliveries", summary="How many deliveries of each kind stand"
)
def total_deliveries(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], selected: Selected
) -> list[DeliveryTotalView]:
    with deployment.store.read() as session:
        return delivery_total_views(delivery_totals(session, selected.wanted(session)))


@router.post(
    "/deliveries",
    operation_id="record_delivery",
    summary="Record what was delivered; a reference given twice is kept once",
)
def post_delivery(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("record_delivery"))], body: DeliveryBody
) -> DeliveryView:
    with deployment.store.write() as session:
        order = find_order(session, body.order)
        line = pick_line(order, known_lines(session, [order.id]).get(order.id, []), body.line)
        row = record_delivery(session, actor, line.obligation_id, _report(body), now=deployment.now())
        return delivery_view(session, row)


@router.post(
    "/deliveries/{delivery_id}/withdraw", operation_id="withdraw_delivery", summary="Take a delivery back"
)
def post_withdrawal(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("record_delivery"))],
    delivery_id: Id,
    body: WithdrawBody,
) -> DeliveryView:
    with deployment.store.write() as session:
        row = withdraw_delivery(session, actor, delivery_id, now=deployment.now(), reason=body.reason)
        return delivery_view(session, row)


@router.post(
    "/deliveries/import",
    operation_id="import_deliveries",
    summary="Load a list of deliveries: all are checked first, and all are loaded or none",
)
def post_deliveries(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("record_delivery"))], body: DeliveriesBody
) -> DeliveriesImportedView:
    """A quantity needs a reference here. `errors` of a refusal name each place as `deliveries[3], column Line`."""
    given, found = [], []
    for at, one in enumerate(body.deliveries):
        place = f"deliveries[{at}]"
        try:
            given.append(GivenDelivery(place, one.order.strip(), one.line.strip(), _report(one)))
        except Invalid as wrong:
            found.append(Finding(wrong.code, "blocking", f"{place}.{wrong.where}", wrong.message))
    with deployment.store.write() as session:
        done = import_deliveries(
            session,
            actor,
            given,
            source="the list",
            now=deployment.now(),
            reason=body.reason,
            found=found,
        )
        note = adjustment_note(session, done.earliest) if done.loaded else ""
        return DeliveriesImportedView(loaded=done.loaded, unchanged=done.unchanged, idle=done.idle, note=note)


def _report(body: DeliveryBody) -> Report:
    return Report(
        body.on,
        None if body.quantity is None else read_quantity(body.quantity, where="quantity"),
        None if body.percent is None else read_quantity(body.percent, where="percent"),
        body.milestone.strip(),
        body.reference.strip(),
        body.note,
    )
