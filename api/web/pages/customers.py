"""Customers: the list, and one with both names, its contracts, its documents and its balances."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.routes.customers import existing_customer
from api.views.contracts import contract_views
from api.views.customers import CustomerView, customer_detail_view, customer_total_views, customer_views
from api.views.documents import DocumentView, document_total_views, document_views
from api.views.netsuite_pages import netsuite_pages
from api.web.download import Field
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.store.queries.contract_list import CONTRACT_SORTS, contracts_where
from revrec.store.queries.customer_list import CUSTOMER_SORTS, customer_totals, customers_where
from revrec.store.queries.document_detail import (
    DOCUMENT_KEY,
    DOCUMENT_SORTS,
    document_totals,
    documents_of_customer,
)
from revrec.store.queries.ordered import Order, all_rows, one_page
from revrec.store.tables import Contract, CrmCustomer

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Exporter = Annotated[Actor, Depends(Needs("export_list"))]
SHOWN = 20
"""Contracts and documents on a customer's page; all of them have lists of their own."""
STATES = ("loaded", "pending", "held", "excluded", "gone")
KINDS = {"CustInvc": "Invoices", "CustCred": "Credit memos"}
FIELDS = (
    Field("Customer", lambda one: one.name),
    Field("CRM customer", lambda one: one.crm_customer),
    Field("NetSuite customers", lambda one: ", ".join(link.netsuite_name for link in one.links)),
    Field("NetSuite ids", lambda one: ", ".join(str(link.netsuite_customer) for link in one.links)),
    Field("Contracts", lambda one: one.contracts, "count"),
    Field(
        "Stated prices", lambda one: ", ".join(f"{part.amount} {part.currency}" for part in one.stated_prices)
    ),
)
TOTALS = (
    Field("Currency", lambda one: one.currency or "no contract"),
    Field("Customers", lambda one: one.customers, "count"),
    Field("Contracts", lambda one: one.contracts, "count"),
    Field("Stated price", lambda one: one.stated_price or None, "amount"),
)
DOCUMENT_FIELDS = (
    Field("Document", lambda one: one.number),
    Field("NetSuite id", lambda one: str(one.netsuite_id)),
    Field("Kind", lambda one: one.kind),
    Field("Date", lambda one: one.date, "day"),
    Field("Period", lambda one: one.period),
    Field("Amount, net of tax", lambda one: one.amount, "amount"),
    Field("Tax", lambda one: one.tax, "amount"),
    Field("Currency", lambda one: one.currency),
    Field("State", lambda one: one.state),
    Field("Why", lambda one: one.reason),
    Field("NetSuite customer", lambda one: one.customer),
)
DOCUMENT_TOTALS = (
    Field("Currency", lambda one: one.currency),
    Field("State", lambda one: one.state),
    Field("Documents", lambda one: one.documents, "count"),
    Field("Amount, net of tax", lambda one: one.amount, "amount"),
)


@router.get("/customers")
def customers(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = customers_where(**listing.filters)
        rows, place = one_page(session, query, CUSTOMER_SORTS, col(CrmCustomer.id), listing.order, ROWS)
        views = customer_views(session, [row[0] for row in rows])
    return page(request, "customers.html", customers=views, list=listing.page(len(views), place))


@router.get("/customers/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    with deployment.store.read() as session:
        views = customer_total_views(session, customer_totals(session, **_listing(request).filters))
    return totals_page(request, _listing(request), "customers", TOTALS, views)


@router.get("/customers.{kind}")
def export(request: Request, deployment: Opened, actor: Exporter, kind: str) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[CustomerView]:
        query = customers_where(**listing.filters)
        for part in all_rows(session, query, CUSTOMER_SORTS, col(CrmCustomer.id), listing.order, 1000):
            yield from customer_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "customers", listing.filters, FIELDS, rows)


@router.get("/customers/{customer_id}")
def customer(request: Request, deployment: Opened, actor: Reader, customer_id: Id) -> Response:
    with deployment.store.read() as session:
        row = existing_customer(session, customer_id)
        view = customer_detail_view(session, row)
        chosen = contracts_where(customer=customer_id)
        rows, more = one_page(
            session, chosen, CONTRACT_SORTS, col(Contract.id), Order("stated", descending=True), SHOWN
        )
        contracts = contract_views(session, [one[0] for one in rows])
        found, further = one_page(
            session,
            documents_of_customer(customer_id),
            DOCUMENT_SORTS,
            DOCUMENT_KEY,
            Order("date", descending=True),
            SHOWN,
        )
        documents = document_views(session, found)
        pages = netsuite_pages(session, "invoices")
    return page(
        request,
        "customer.html",
        customer=view,
        contracts=contracts,
        more_contracts=more is not None,
        documents=documents,
        netsuite=pages,
        more_documents=further is not None,
    )


@router.get("/customers/{customer_id}/documents")
def documents(request: Request, deployment: Opened, actor: Reader, customer_id: Id) -> Response:
    listing = _documents(request)
    with deployment.store.read() as session:
        row = existing_customer(session, customer_id)
        query = documents_of_customer(customer_id, **listing.filters)
        found, place = one_page(session, query, DOCUMENT_SORTS, DOCUMENT_KEY, listing.order, ROWS)
        views = document_views(session, found)
        return page(
            request,
            "customer_documents.html",
            customer=row,
            documents=views,
            list=listing.page(len(views), place),
            states=STATES,
            kinds=KINDS,
        )


@router.get("/customers/{customer_id}/documents/totals")
def documents_together(request: Request, deployment: Opened, actor: Reader, customer_id: Id) -> Response:
    with deployment.store.read() as session:
        existing_customer(session, customer_id)
        rows = document_totals(session, customer_id, **_documents(request).filters)
        views = document_total_views(session, rows)
    return totals_page(request, _documents(request), "documents", DOCUMENT_TOTALS, views)


@router.get("/customers/{customer_id}/documents.{kind}")
def export_documents(
    request: Request, deployment: Opened, actor: Exporter, customer_id: Id, kind: str
) -> Response:
    listing = _documents(request)
    filters = {"customer": str(customer_id), **listing.filters}
    with deployment.store.read() as session:
        existing_customer(session, customer_id)

    def rows(session: Session) -> Iterator[DocumentView]:
        query = documents_of_customer(customer_id, **listing.filters)
        for part in all_rows(session, query, DOCUMENT_SORTS, DOCUMENT_KEY, listing.order):
            yield from document_views(session, part)

    return take_list(deployment, actor, kind, "documents", filters, DOCUMENT_FIELDS, rows)


def _listing(request: Request) -> Listing:
    return listing_of(request, "name", "search", "linked", totals=True)


def _documents(request: Request) -> Listing:
    return listing_of(request, "-date", "search", "state", "kind", totals=True)
