"""CRM customers and what is linked to them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageSize, PlaceCursor, SortBy, read_order, write_place
from api.views.customers import (
    CustomerDetailView,
    CustomerTotalView,
    CustomerView,
    customer_detail_view,
    customer_total_views,
    customer_views,
)
from api.views.documents import DocumentTotalView, DocumentView, document_total_views, document_views
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.customer_list import CUSTOMER_SORTS, customer_totals, customers_where
from revrec.store.queries.document_detail import (
    DOCUMENT_KEY,
    DOCUMENT_SORTS,
    document_totals,
    documents_of_customer,
)
from revrec.store.queries.ordered import one_page
from revrec.store.tables import CrmCustomer

router = APIRouter(tags=["customers"])
Search = Annotated[
    str,
    Query(max_length=200, description="Part of the name, in the CRM or in NetSuite, or an id of either."),
]
DocumentState = Annotated[
    Literal["", "pending", "held", "loaded", "excluded", "gone"], Query(description="In this state.")
]
DocumentKind = Annotated[
    Literal["", "CustInvc", "CustCred"], Query(description="Invoices, or credit memos, alone.")
]
DocumentNumber = Annotated[str, Query(max_length=200, description="Part of the number.")]
Linked = Annotated[
    Literal["", "yes", "no"], Query(description="Whether a NetSuite customer is linked to it.")
]


@router.get(
    "/customers",
    operation_id="list_customers",
    summary="CRM customers with their NetSuite links and contracts, by name unless sorted otherwise",
)
def list_customers(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    search: Search = "",
    linked: Linked = "",
    sort: SortBy = "",
    cursor: PlaceCursor = None,
    limit: PageSize = 50,
) -> Page[CustomerView]:
    order = read_order(sort, cursor, "name")
    with deployment.store.read() as session:
        query = customers_where(search=search, linked=linked)
        rows, place = one_page(session, query, CUSTOMER_SORTS, col(CrmCustomer.id), order, limit)
        return Page(
            items=customer_views(session, [row[0] for row in rows]), next_cursor=write_place(order, place)
        )


@router.get(
    "/customers/totals", operation_id="total_customers", summary="The sums over a selection of customers"
)
def total_customers(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    search: Search = "",
    linked: Linked = "",
) -> list[CustomerTotalView]:
    with deployment.store.read() as session:
        return customer_total_views(session, customer_totals(session, search=search, linked=linked))


@router.get(
    "/customers/{customer_id}",
    operation_id="show_customer",
    summary="A customer with every link it had and its balances after the newest close",
)
def show_customer(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], customer_id: Id
) -> CustomerDetailView:
    with deployment.store.read() as session:
        return customer_detail_view(session, existing_customer(session, customer_id))


@router.get(
    "/customers/{customer_id}/documents",
    operation_id="list_customer_documents",
    summary="The invoices and credit memos of a customer, newest first unless sorted otherwise",
)
def list_documents(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer_id: Id,
    state: DocumentState = "",
    kind: DocumentKind = "",
    search: DocumentNumber = "",
    sort: SortBy = "",
    cursor: PlaceCursor = None,
    limit: PageSize = 50,
) -> Page[DocumentView]:
    order = read_order(sort, cursor, "-date")
    with deployment.store.read() as session:
        existing_customer(session, customer_id)
        query = documents_of_customer(customer_id, state=state, kind=kind, search=search)
        rows, place = one_page(session, query, DOCUMENT_SORTS, DOCUMENT_KEY, order, limit)
        return Page(items=document_views(session, rows), next_cursor=write_place(order, place))


@router.get(
    "/customers/{customer_id}/documents/totals",
    operation_id="total_customer_documents",
    summary="The sums over a selection of a customer's documents",
)
def total_documents(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer_id: Id,
    state: DocumentState = "",
    kind: DocumentKind = "",
    search: DocumentNumber = "",
) -> list[DocumentTotalView]:
    with deployment.store.read() as session:
        existing_customer(session, customer_id)
        rows = document_totals(session, customer_id, state=state, kind=kind, search=search)
        return document_total_views(session, rows)


def existing_customer(session: Session, customer_id: int) -> CrmCustomer:
    """The customer of our id. Raises `NotFound`."""
    row = session.get(CrmCustomer, customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}.", where="customer")
    return row
