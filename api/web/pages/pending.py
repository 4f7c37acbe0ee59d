"""Pending Data: customers whose documents wait, why, what looks alike; totals and downloads of them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.views.pending import (
    PendingCustomerView,
    PendingDocumentView,
    pending_document_views,
    pending_total_views,
    pending_views,
)
from api.views.sync import sync_views
from api.web.download import Field
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.store.core import source_document
from revrec.store.queries.ordered import Order, all_rows
from revrec.store.queries.pending import PENDING_DOCUMENT_SORTS, as_documents, pending_documents_where
from revrec.store.queries.waiting import WHYS, Chosen, waiting_customers, waiting_page

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Taker = Annotated[Actor, Depends(Needs("export_list"))]
KINDS = {"CustInvc": "Invoice", "CustCred": "Credit memo"}
CUSTOMERS = (
    Field("NetSuite customer", lambda one: one[0].name),
    Field("NetSuite id", lambda one: str(one[0].netsuite_customer)),
    Field("Why it waits", lambda one: one[0].reason),
    Field("Documents", lambda one: one[0].documents, "count"),
    Field("Oldest", lambda one: one[0].oldest, "day"),
    Field("Amount, net of tax", lambda one: one[1].amount, "amount"),
    Field("Currency", lambda one: one[1].currency),
    Field("Looks like", lambda one: _guess(one[0], "name")),
    Field("CRM id", lambda one: _guess(one[0], "crm_customer")),
    Field("Score", lambda one: _guess(one[0], "score")),
    Field("Shares", lambda one: " ".join(one[0].suggestions[0].shared_words) if one[0].suggestions else ""),
)
DOCUMENTS = (
    Field("Number", lambda one: one.number),
    Field("Kind", lambda one: KINDS.get(one.kind, one.kind)),
    Field("NetSuite id", lambda one: str(one.netsuite_id)),
    Field("NetSuite customer", lambda one: one.name),
    Field("Customer id", lambda one: str(one.netsuite_customer)),
    Field("Date", lambda one: one.date, "day"),
    Field("Period", lambda one: one.period),
    Field("Amount, net of tax", lambda one: one.amount, "amount"),
    Field("Currency", lambda one: one.currency),
    Field("Why it waits", lambda one: one.reason),
    Field("Pulled by job", lambda one: str(one.job)),
)
TOTALS = (
    Field("Currency", lambda one: one.currency),
    Field("Customers", lambda one: one.customers, "count"),
    Field("Documents", lambda one: one.documents, "count"),
    Field("Amount, net of tax", lambda one: one.amount, "amount"),
)


@router.get("/pending")
def pending(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        chosen = _chosen(session, listing)
        rows, place = waiting_page(chosen, listing.order, ROWS)
        customers = pending_views(session, rows)
        invoices = next(
            (one for one in sync_views(session, deployment.now()) if one.flow == "invoices"), None
        )
    return page(
        request,
        "pending.html",
        customers=customers,
        list=listing.page(len(customers), place),
        whys=WHYS,
        only_netsuite_names=chosen.only_netsuite_names,
        invoices=invoices,
    )


@router.get("/pending/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        views = pending_total_views(session, _chosen(session, listing))
    return totals_page(request, listing, "pending data", TOTALS, views)


@router.get("/pending.{kind}")
def export(request: Request, deployment: Opened, actor: Taker, kind: str) -> Response:
    """A row for each customer and currency."""
    listing = _listing(request)

    def rows(session: Session) -> Iterator[tuple[PendingCustomerView, object]]:
        chosen, order = _chosen(session, listing), listing.order
        while True:
            part, place = waiting_page(chosen, order, 500)
            for view in pending_views(session, part):
                yield from ((view, amount) for amount in view.amounts)
            if place is None:
                return
            order = replace(order, after=place)

    return take_list(deployment, actor, kind, "pending data", listing.filters, CUSTOMERS, rows)


@router.get("/pending/documents.{kind}")
def export_documents(request: Request, deployment: Opened, actor: Taker, kind: str) -> Response:
    """The documents of the customers that the list shows."""
    listing = _listing(request)

    def rows(session: Session) -> Iterator[PendingDocumentView]:
        wanted = {number for _, number, _ in _chosen(session, listing).rows}
        query, key = pending_documents_where(), source_document.c.id
        for part in all_rows(session, query, PENDING_DOCUMENT_SORTS, key, Order("document")):
            found = [one for one in as_documents(part) if one.customer in wanted]
            yield from pending_document_views(session, found)

    return take_list(deployment, actor, kind, "pending documents", listing.filters, DOCUMENTS, rows)


def _listing(request: Request) -> Listing:
    return listing_of(request, "-amount", "search", "reason", path="/pending", totals=True)


def _chosen(session: Session, listing: Listing) -> Chosen:
    return waiting_customers(session, listing.order.by, **listing.filters)


def _guess(view: PendingCustomerView, what: str) -> str:
    return str(getattr(view.suggestions[0], what)) if view.suggestions else ""
