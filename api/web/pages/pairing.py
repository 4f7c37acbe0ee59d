"""Saying who a NetSuite customer is: one customer's page, choosing any CRM customer, pairing and undoing it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.views.customers import customer_views
from api.views.netsuite_pages import netsuite_pages
from api.views.pending import pending_detail_view, pending_document_views, pending_views
from api.views.sync import sync_views
from api.web.forms import Form, Posted
from api.web.listing import ROWS, listing_of
from api.web.pages.pending import KINDS
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.operations.pair_customer import pair_customer
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import Invalid, NotFound
from revrec.store.core import source_document
from revrec.store.queries.look_alikes import crm_customers_by_external_id, crm_names
from revrec.store.queries.ordered import one_page
from revrec.store.queries.pending import PENDING_DOCUMENT_SORTS, as_documents, pending_documents_where
from revrec.store.queries.waiting import waiting_customer

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
SHOWN = 25
"""CRM customers that a search shows."""


@router.get("/pending/choose")
def choose(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("pair_customer"))],
    customer: Annotated[list[int], Query(max_length=ROWS, min_length=1)],
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One CRM customer for several NetSuite customers."""
    with deployment.store.read() as session:
        found = [one for one in (waiting_customer(session, number) for number in customer) if one]
        chosen = pending_views(session, found)
        results = _search(session, search.strip())
    return page(request, "pending_choose.html", chosen=chosen, search=search.strip(), results=results)


@router.get("/pending/{customer}")
def customer(
    request: Request,
    deployment: Opened,
    actor: Reader,
    customer: Id,
    search: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    listing = listing_of(request, "date", downloads=(), path=f"/pending/{customer}")
    with deployment.store.read() as session:
        found = waiting_customer(session, customer)
        if found is None:
            raise NotFound(
                f"Nothing waits for NetSuite customer {customer}. Its documents were loaded, or there are none.",
                where="customer",
            )
        view = pending_detail_view(session, found, 0)
        query, key = pending_documents_where(customer), source_document.c.id
        rows, place = one_page(session, query, PENDING_DOCUMENT_SORTS, key, listing.order, ROWS)
        documents = pending_document_views(session, as_documents(rows))
        results = _search(session, search.strip())
        pages = netsuite_pages(session, "invoices")
        invoices = next(
            (one for one in sync_views(session, deployment.now()) if one.flow == "invoices"), None
        )
    return page(
        request,
        "pending_customer.html",
        customer=view,
        documents=documents,
        list=listing.page(len(documents), place),
        search=search.strip(),
        results=results,
        netsuite=pages,
        kinds=KINDS,
        invoices=invoices,
    )


@router.post("/pending/choose")
def to_choose(form: Annotated[Form, Depends(Posted("pair_customer"))]) -> Response:
    """From the list's ticks to the page on which one CRM customer is chosen for them."""
    numbers = form.numbers("customer", "Tick the customers to choose a CRM customer for.")
    return form.done(f"/pending/choose?{urlencode([('customer', one) for one in numbers])}")


@router.post("/pending/pair")
def pair(form: Annotated[Form, Depends(Posted("pair_customer"))]) -> Response:
    """Pair, all or none: `pair` holds `NetSuite id/CRM id`; or each `customer` is paired with `crm_customer`."""
    pairs = _pairs(form)
    with form.deployment.store.write() as session:
        names = {
            pair_customer(
                session, form.actor, number, crm_id, now=form.deployment.now(), reason=form.text("reason")
            ).crm_name
            for number, crm_id in pairs.items()
        }
    what = (
        f"One customer is paired with {min(names).rstrip('.')}."
        if len(pairs) == 1
        else f"{len(pairs)} customers are paired."
    )
    return form.done("/pending", f"{what} The next invoices run loads their documents.")


@router.post("/pending/undo")
def undo(form: Annotated[Form, Depends(Posted("undo_pairing"))]) -> Response:
    """Undo the pairings of every `customer`, all or none."""
    numbers = form.numbers("customer", "Tick the paired customers whose pairing is to be undone.")
    with form.deployment.store.write() as session:
        for one in numbers:
            undo_pairing(session, form.actor, one, now=form.deployment.now(), reason=form.text("reason"))
    what = "The pairing is" if len(numbers) == 1 else f"{len(numbers)} pairings are"
    to = f"/pending/{numbers[0]}" if len(numbers) == 1 else "/pending"
    return form.done(to, f"{what} undone. The documents wait again.")


def _pairs(form: Form) -> dict[int, str]:
    given = [one.partition("/") for one in form.texts("pair")]
    if form.texts("crm_customer"):
        crm_id = form.text("crm_customer")
        given += [(str(one), "/", crm_id) for one in form.numbers("customer", "Tick the customers to pair.")]
    if not given:
        raise Invalid("Tick at least one suggestion to pair.", where="pair")
    pairs: dict[int, str] = {}
    for number, _, crm_id in given:
        if not (number.isdigit() and len(number) < 19) or not crm_id:
            raise Invalid(f"'{number}' is no pair of customers.", where="pair")
        if pairs.setdefault(int(number), crm_id) != crm_id:
            raise Invalid(
                f"NetSuite customer {number} is ticked with two CRM customers. Tick the one that it is.",
                where="pair",
            )
    return pairs


def _search(session: Session, text: str) -> object:
    """The CRM customers that a search finds, each with what is linked to it already; None without a search."""
    if not text:
        return None
    found = [str(one.id) for one in crm_names(session).search(text, SHOWN)]
    rows = crm_customers_by_external_id(session, found)
    return customer_views(session, [rows[one] for one in found if one in rows])
