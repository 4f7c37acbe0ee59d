"""CRM customers and what is linked to them."""

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
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


@dataclass
class _Customers:
    search: Annotated[
        str,
        Query(max_length=200, description="Part of the name, in the CRM or in NetSuite, or an id of either."),
    ] = ""
    linked: Annotated[
        Literal["", "yes", "no"], Query(description="Whether a NetSuite customer is linked to it.")
    ] = ""


@dataclass
class _Documents:
    state: Annotated[
        Literal["", "pending", "held", "loaded", "excluded", "gone"], Query(description="In this state.")
    ] = ""
    kind: Annotated[
        Literal["", "CustInvc", "CustCred"], Query(description="Invoices, or credit memos, alone.")
    ] = ""
    search: Annotated[str, Query(max_length=200, description="Part of the number.")] = ""


@router.get(
    "/customers",
    operation_id="list_customers",
    summary="CRM customers with their NetSuite links and contracts, by name unless sorted otherwise",
)
def list_customers(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("name"))],
    selected: Annotated[_Customers, Depends()],
) -> Page[CustomerView]:
    with deployment.store.read() as session:
        query = customers_where(**asdict(selected))
        rows, place = one_page(session, query, CUSTOMER_SORTS, col(CrmCustomer.id), asked.order, asked.limit)
        return Page(
            items=customer_views(session, [row[0] for row in rows]),
            next_cursor=write_place(asked.order, place),
        )


@router.get(
    "/customers/totals", operation_id="total_customers", summary="The sums over a selection of customers"
)
def total_customers(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Annotated[_Customers, Depends()],
) -> list[CustomerTotalView]:
    with deployment.store.read() as session:
        return customer_total_views(session, customer_totals(session, **asdict(selected)))


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
    asked: Annotated[PageAsked, Depends(Paged("-date"))],
    customer_id: Id,
    selected: Annotated[_Documents, Depends()],
) -> Page[DocumentView]:
    with deployment.store.read() as session:
        existing_customer(session, customer_id)
        query = documents_of_customer(customer_id, **asdict(selected))
        rows, place = one_page(session, query, DOCUMENT_SORTS, DOCUMENT_KEY, asked.order, asked.limit)
        return Page(items=document_views(session, rows), next_cursor=write_place(asked.order, place))


@router.get(
    "/customers/{customer_id}/documents/totals",
    operation_id="total_customer_documents",
    summary="The sums over a selection of a customer's documents",
)
def total_documents(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer_id: Id,
    selected: Annotated[_Documents, Depends()],
) -> list[DocumentTotalView]:
    with deployment.store.read() as session:
        existing_customer(session, customer_id)
        rows = document_totals(session, customer_id, **asdict(selected))
        return document_total_views(session, rows)


def existing_customer(session: Session, customer_id: int) -> CrmCustomer:
    """The customer of our id. Raises `NotFound`."""
    row = session.get(CrmCustomer, customer_id)
    if row is None:
        raise NotFound(f"There is no customer {customer_id}.", where="customer")
    return row
