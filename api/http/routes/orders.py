"""Sales orders: their versions, how changes are treated, price changes, combining, and rules of single lines."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import Field

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.order_decisions import (
    LineRuleView,
    PriceChangeView,
    TreatedView,
    line_rule_view,
    price_change_view,
    treated_view,
)
from api.views.order_versions import (
    ChangedOrderView,
    OrderVersionsView,
    OrderView,
    changed_order_views,
    order_versions_view,
    order_view,
)
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.change_price import change_price
from revrec.operations.combine_order import combine_order
from revrec.operations.decimals import read_amount
from revrec.operations.earning_terms import EarningTerms
from revrec.operations.set_line_rule import LineTerms, set_line_rule
from revrec.operations.treat_version import taken_in, treat_version, unseen_changes
from revrec.operations.undo_price_change import undo_price_change
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.line_rules import known_lines, pick_line
from revrec.store.queries.order_versions import find_order, versions_of

router = APIRouter(tags=["orders"])

Number = Annotated[str, Path(max_length=200, description="The order's number, else the CRM's id.")]
Reason = Annotated[str, Field(min_length=1, max_length=500)]


class TreatmentBody(Body):
    """`retrospective` confirms that a closed period took the version already."""

    treatment: Text
    reason: Reason
    retrospective: bool = False


class PriceChangeBody(Body):
    """`amount`: of the change, in the order's currency; `on`: the day of the estimate."""

    amount: Text
    on: date
    reason: Reason
    retrospective: bool = False


class UndoBody(Body):
    reason: Reason
    retrospective: bool = False


class CombineBody(Body):
    """`contract`: by our id."""

    contract: Annotated[int, Field(ge=1, le=INT64_MAX)]
    reason: Reason


class LineRuleBody(Body):
    """The whole statement: what is left out is not said. `retrospective`: the line is booked in a closed period."""

    method: Text = ""
    trigger: Text = ""
    asset_kind: Text = ""
    plan: dict[str, Any] | None = None
    starts: date | None = None
    ends: date | None = None
    held: bool = False
    reason: Reason
    retrospective: bool = False


@router.get(
    "/order-changes",
    operation_id="list_order_changes",
    summary="Versions that change an order and that no close has seen yet, newest first",
)
def list_order_changes(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[ChangedOrderView]:
    with deployment.store.read() as session:
        found = unseen_changes(session, read_cursor(cursor), limit + 1)
        rows, following = page_of(found, limit, lambda row: row[0])
        return Page(items=changed_order_views(session, rows), next_cursor=following)


@router.get(
    "/orders/{number}/versions",
    operation_id="list_order_versions",
    summary="All versions of an order: what changed, how it is treated, what closes made of it",
)
def list_order_versions(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], number: Number
) -> OrderVersionsView:
    with deployment.store.read() as session:
        return order_versions_view(session, find_order(session, number))


@router.post(
    "/orders/{number}/versions/{version}/treatment",
    operation_id="treat_version",
    summary="Say how a changed order is accounted for",
)
def post_treatment(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("treat_version"))],
    number: Number,
    version: Id,
    body: TreatmentBody,
) -> TreatedView:
    with deployment.store.write() as session:
        order = find_order(session, number)
        row = treat_version(
            session,
            actor,
            order.id,
            version,
            body.treatment,
            now=deployment.now(),
            reason=body.reason,
            retrospective=body.retrospective,
        )
        found = next(one for one in versions_of(session, [order.id])[order.id] if one.number == version)
        taken = bool(taken_in(session, found))
        return treated_view(session, order, version, row, effective_on=found.effective_on, taken=taken)


@router.post(
    "/orders/{number}/price-changes",
    operation_id="change_price",
    summary="State a change of the price that is no modification (variable consideration)",
)
def post_price_change(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("change_price"))],
    number: Number,
    body: PriceChangeBody,
) -> PriceChangeView:
    with deployment.store.write() as session:
        order = find_order(session, number)
        versions = versions_of(session, [order.id]).get(order.id, [])
        currency = versions[-1].currency if versions else "USD"
        row = change_price(
            session,
            actor,
            order.id,
            read_amount(session, body.amount, currency, where="amount"),
            body.on,
            now=deployment.now(),
            reason=body.reason,
            retrospective=body.retrospective,
        )
        return price_change_view(session, row)


@router.post(
    "/orders/{number}/price-changes/{price_change_id}/undo",
    operation_id="undo_price_change",
    summary="Take a change of the price back",
)
def post_undo(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("change_price"))],
    number: Number,
    price_change_id: Id,
    body: UndoBody,
) -> PriceChangeView:
    with deployment.store.write() as session:
        order = find_order(session, number)
        row = undo_price_change(
            session,
            actor,
            order.id,
            price_change_id,
            now=deployment.now(),
            reason=body.reason,
            retrospective=body.retrospective,
        )
        return price_change_view(session, row)


@router.post(
    "/orders/{number}/combine", operation_id="combine_order", summary="Account for an order within a contract"
)
def post_combination(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("combine_order"))],
    number: Number,
    body: CombineBody,
) -> OrderView:
    with deployment.store.write() as session:
        order = find_order(session, number)
        combine_order(session, actor, order.id, body.contract, now=deployment.now(), reason=body.reason)
        return order_view(session, order)


@router.post(
    "/orders/{number}/lines/{line}/rule",
    operation_id="set_line_rule",
    summary="Say how one line is earned, when, and whether it waits",
)
def post_line_rule(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("set_line_rule"))],
    number: Number,
    line: Annotated[
        str, Path(max_length=200, description="By the CRM's id, else by its place in the order.")
    ],
    body: LineRuleBody,
) -> LineRuleView:
    with deployment.store.write() as session:
        order = find_order(session, number)
        found = pick_line(order, known_lines(session, [order.id]).get(order.id, []), line)
        earning = EarningTerms(body.method, body.trigger, body.asset_kind, body.plan)
        row = set_line_rule(
            session,
            actor,
            found.obligation_id,
            LineTerms(earning, body.starts, body.ends, body.held),
            now=deployment.now(),
            reason=body.reason,
            retrospective=body.retrospective,
        )
        booked = line_is_booked(session, found.obligation_id)
        return line_rule_view(session, order, row, adjustment_note(session, None) if booked else "")
