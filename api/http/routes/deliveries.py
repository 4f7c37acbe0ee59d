"""Deliveries: units, percentages and milestones."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.deliveries import DeliveriesImportedView, DeliveryView, delivery_view, delivery_views
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_quantity
from revrec.operations.import_deliveries import GivenDelivery, import_deliveries
from revrec.operations.record_delivery import Report, record_delivery
from revrec.operations.withdraw_delivery import withdraw_delivery
from revrec.problems import Finding, Invalid
from revrec.store.queries.deliveries import deliveries_before
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order

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


@router.get("/deliveries", operation_id="list_deliveries", summary="List deliveries, newest first")
def list_deliveries(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    order: Annotated[str, Query(max_length=200, description="Of this order.")] = "",
    withdrawn: Annotated[bool, Query(description="With those that were withdrawn.")] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[DeliveryView]:
    with deployment.store.read() as session:
        only = find_order(session, order).id if order else None
        found = deliveries_before(session, read_cursor(cursor), limit + 1, order_id=only, withdrawn=withdrawn)
        rows, following = page_of(found, limit, lambda row: row[0].id)
        return Page(items=delivery_views(session, rows), next_cursor=following)


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
