"""Pending Data, and pairing customers."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, ReasonBody, Text
from api.views.customers import LinkView, link_view
from api.views.pending import (
    PendingCustomerView,
    PendingDetailView,
    PendingDocumentView,
    PendingTotalView,
    pending_detail_view,
    pending_document_views,
    pending_total_views,
    pending_views,
)
from revrec.operations.actor import Actor
from revrec.operations.pair_customer import pair_customer
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import NotFound
from revrec.store.core import source_document
from revrec.store.queries.ordered import one_page
from revrec.store.queries.pending import PENDING_DOCUMENT_SORTS, as_documents, pending_documents_where
from revrec.store.queries.waiting import waiting_customer, waiting_customers, waiting_page
from revrec.store.tables import CrmCustomer

router = APIRouter(tags=["pending"])
Reader = Annotated[Actor, Depends(Needs("read"))]
NetSuiteId = Annotated[int, Field(ge=1, le=INT64_MAX)]


@dataclass
class _Selection:
    search: Annotated[
        str,
        Query(
            max_length=200, description="Part of the name in NetSuite or of a suggestion's, or NetSuite's id."
        ),
    ] = ""
    reason: Annotated[
        Literal["", "no_match", "ambiguous", "undone", "paired"],
        Query(description="Why the documents wait. `paired`: the next invoices run loads them."),
    ] = ""


Selected = Annotated[_Selection, Depends()]


class PairBody(Body):
    """`crm_customer` is the CRM's own id."""

    crm_customer: Text
    reason: Text = ""


class Pair(Body):
    netsuite_customer: NetSuiteId
    crm_customer: Text


class PairsBody(Body):
    """All of them are paired, or none."""

    pairs: list[Pair] = Field(min_length=1, max_length=200)
    reason: Text = ""


class UndoBody(ReasonBody):
    """Ids of NetSuite customers. All are undone, or none."""

    netsuite_customers: list[NetSuiteId] = Field(min_length=1, max_length=200)


@router.get(
    "/pending", operation_id="list_pending", summary="Customers whose documents wait, by name unless sorted"
)
def list_pending(
    deployment: Opened,
    actor: Reader,
    asked: Annotated[PageAsked, Depends(Paged("name"))],
    selected: Selected,
) -> Page[PendingCustomerView]:
    with deployment.store.read() as session:
        chosen = waiting_customers(session, asked.order.by, **asdict(selected))
        rows, place = waiting_page(chosen, asked.order, asked.limit)
        return Page(items=pending_views(session, rows), next_cursor=write_place(asked.order, place))


@router.get(
    "/pending/totals", operation_id="total_pending", summary="The sums over a selection of Pending Data"
)
def total_pending(deployment: Opened, actor: Reader, selected: Selected) -> list[PendingTotalView]:
    with deployment.store.read() as session:
        return pending_total_views(session, waiting_customers(session, "name", **asdict(selected)))


@router.get("/pending/documents", operation_id="list_pending_documents", summary="Documents that wait")
def list_pending_documents(
    deployment: Opened,
    actor: Reader,
    asked: Annotated[PageAsked, Depends(Paged("document"))],
    netsuite_customer: Annotated[
        int | None, Query(ge=1, le=INT64_MAX, description="Those of one NetSuite customer.")
    ] = None,
) -> Page[PendingDocumentView]:
    with deployment.store.read() as session:
        query = pending_documents_where(netsuite_customer)
        rows, place = one_page(
            session, query, PENDING_DOCUMENT_SORTS, source_document.c.id, asked.order, asked.limit
        )
        items = pending_document_views(session, as_documents(rows))
        return Page(items=items, next_cursor=write_place(asked.order, place))


@router.get(
    "/pending/{netsuite_customer}",
    operation_id="show_pending",
    summary="A customer with the oldest of its documents that wait",
)
def show_pending(deployment: Opened, actor: Reader, netsuite_customer: Id) -> PendingDetailView:
    with deployment.store.read() as session:
        found = waiting_customer(session, netsuite_customer)
        if found is None:
            raise NotFound(
                f"Nothing waits for NetSuite customer {netsuite_customer}.", where="netsuite_customer"
            )
        return pending_detail_view(session, found)


@router.post(
    "/pending/pair", operation_id="pair_customers", summary="Confirm who several NetSuite customers are"
)
def pair_several(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("pair_customer"))], body: PairsBody
) -> list[LinkView]:
    with deployment.store.write() as session:
        return [
            link_view(
                pair_customer(
                    session,
                    actor,
                    one.netsuite_customer,
                    one.crm_customer,
                    now=deployment.now(),
                    reason=body.reason,
                ),
                one.crm_customer,
            )
            for one in body.pairs
        ]


@router.post(
    "/pending/undo-pairing", operation_id="undo_pairings", summary="Undo the links of several customers"
)
def unpair_several(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("undo_pairing"))], body: UndoBody
) -> list[LinkView]:
    with deployment.store.write() as session:
        links = [
            undo_pairing(session, actor, one, now=deployment.now(), reason=body.reason)
            for one in dict.fromkeys(body.netsuite_customers)
        ]
        return [
            link_view(link, session.get_one(CrmCustomer, link.crm_customer_id).external_id) for link in links
        ]


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
