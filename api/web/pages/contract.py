"""One contract: orders and their versions, allocation, schedule, billing, balances, what waits."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import col
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.routes.contracts import existing_contract
from api.views.contracts import contract_detail_view
from api.views.deliveries import delivery_views
from api.views.documents import contract_billing_view
from api.views.order_versions import order_versions_views
from api.views.schedule import schedule_view
from api.web.render import page
from api.web.schedule_chart import schedule_chart, schedule_grid
from revrec.operations.actor import Actor
from revrec.operations.periods import periods_of
from revrec.store.queries.delivery_list import DELIVERY_SORTS, WantedDeliveries, deliveries_where
from revrec.store.queries.order_versions import orders_of_contract
from revrec.store.queries.ordered import Order, one_page
from revrec.store.tables import Delivery

router = APIRouter()
DELIVERIES = 10
DELIVERED = frozenset({"units", "percent_complete", "milestone"})
"""Methods that earn nothing before a delivery is recorded."""
LINES = 40
"""Lines that a contract's tables show at a time."""
DOCUMENTS = 60
ORDERS = 30


@router.get("/contracts/{contract_id}")
def contract(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    contract_id: Id,
    begin: Annotated[str, Query(alias="from", max_length=20)] = "",
    part: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """`from`: the first period of the grid; `part`: which 40 lines its tables show."""
    with deployment.store.read() as session:
        row = existing_contract(session, contract_id)
        of_it = deliveries_where(WantedDeliveries(contract_id=contract_id))
        newest = Order("day", descending=True)
        found, more = one_page(session, of_it, DELIVERY_SORTS, col(Delivery.id), newest, DELIVERIES)
        delivered = delivery_views(session, [(one.Delivery, one.Obligation, one.SalesOrder) for one in found])
        view = contract_detail_view(session, row)
        orders = orders_of_contract(session, contract_id)
        versions = order_versions_views(session, orders[:ORDERS])
        size = max(len(view.allocation), len(view.lines))
        parts_count = max(1, -(-size // LINES))
        part = min(part, parts_count)
        shown = range(min((part - 1) * LINES, size), min(part * LINES, size))
        schedule, billing = schedule_view(session, row, shown), contract_billing_view(session, row)
        due = periods_of(session).next(schedule.closed_through) if schedule.closed_through else ""
    grid_lines = [at for at in shown if at < len(schedule.lines)]
    return page(
        request,
        "contract.html",
        contract=view,
        orders=versions,
        more_orders=len(orders) - len(versions),
        ruled={(one.order, rule.line): rule for one in versions for rule in one.line_rules},
        schedule=schedule,
        allocation=[(view.allocation[at], schedule.lines[at]) for at in grid_lines],
        promised=[view.lines[at] for at in shown if at < len(view.lines)],
        chart=schedule_chart(schedule) if schedule.totals else None,
        grid=schedule_grid(schedule, begin, grid_lines) if schedule.totals else None,
        grid_lines=[schedule.lines[at] for at in grid_lines],
        begin=begin,
        part=part,
        parts_count=parts_count,
        billing=billing,
        documents=billing.documents[-DOCUMENTS:],
        due=due,
        delivered=delivered,
        more_delivered=more is not None,
        earned_by_delivery=bool(delivered) or any(one.method in DELIVERED for one in view.allocation),
    )
