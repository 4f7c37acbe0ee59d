"""Pending Data, and pairing customers."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, ReasonBody, Text
from api.views.customers import LinkView, link_view
from api.views.pending import PendingCustomerView, PendingDetailView, pending_detail_view, pending_views
from revrec.operations.actor import Actor
from revrec.operations.pair_customer import pair_customer
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import NotFound
from revrec.store.queries.pending import pending_customers
from revrec.store.tables import CrmCustomer

router = APIRouter(tags=["pending"])


class PairBody(Body):
    """`crm_customer` is the CRM's own id."""

    crm_customer: Text
    reason: Text = ""


@router.get("/pending", operation_id="list_pending", summary="Customers whose documents wait")
def list_pending(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[PendingCustomerView]:
    with deployment.store.read() as session:
        found = pending_customers(session, read_cursor(cursor) or 0, limit + 1)
        rows, following = page_of(found, limit, lambda row: row.netsuite_id)
        return Page(items=pending_views(session, rows), next_cursor=following)


@router.get(
    "/pending/{netsuite_customer}",
    operation_id="show_pending",
    summary="The documents that wait for a customer",
)
def show_pending(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], netsuite_customer: Id
) -> PendingDetailView:
    with deployment.store.read() as session:
        found = pending_customers(session, 0, 1, only=netsuite_customer)
        if not found:
            raise NotFound(
                f"Nothing waits for NetSuite customer {netsuite_customer}.", where="netsuite_customer"
            )
        return pending_detail_view(session, found[0])


@router.post(
    "/pending/{netsuite_customer}/pair",
    operation_id="pair_customer",
    summary="Confirm that a NetSuite customer is a CRM customer",
)
def pair(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("pair_customer"))],
    netsuite_customer: Id,
    body: PairBody,
) -> LinkView:
    with deployment.store.write() as session:
        link = pair_customer(
            session, actor, netsuite_customer, body.crm_customer, now=deployment.now(), reason=body.reason
        )
        return link_view(link, body.crm_customer)


@router.post(
    "/pending/{netsuite_customer}/undo-pairing",
    operation_id="undo_pairing",
    summary="Undo the link of a NetSuite customer",
)
def unpair(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("undo_pairing"))],
    netsuite_customer: Id,
    body: ReasonBody,
) -> LinkView:
    with deployment.store.write() as session:
        link = undo_pairing(session, actor, netsuite_customer, now=deployment.now(), reason=body.reason)
        return link_view(link, session.get_one(CrmCustomer, link.crm_customer_id).external_id)
