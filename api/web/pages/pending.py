"""Pending Data: customers whose documents wait, what looks alike, pairing and undoing it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.http.access import Id, Needs, Opened
from api.http.paging import page_of, read_cursor
from api.views.pending import pending_detail_view, pending_views
from api.web.forms import Form, Posted
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.operations.pair_customer import pair_customer
from revrec.operations.undo_pairing import undo_pairing
from revrec.problems import Invalid, NotFound
from revrec.store.queries.pending import pending_customers

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
_ROWS = 50


@router.get("/pending")
def pending(
    request: Request,
    deployment: Opened,
    actor: Reader,
    search: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    with deployment.store.read() as session:
        found = pending_customers(session, read_cursor(cursor) or 0, _ROWS + 1, search=search.strip())
        rows, following = page_of(found, _ROWS, lambda row: row.netsuite_id)
        customers = pending_views(session, rows)
    return page(
        request,
        "pending.html",
        customers=customers,
        following=following,
        cursor=cursor,
        search=search.strip(),
    )


@router.get("/pending/{customer}")
def customer(request: Request, deployment: Opened, actor: Reader, customer: Id) -> Response:
    with deployment.store.read() as session:
        found = pending_customers(session, 0, 1, only=customer)
        if not found:
            raise NotFound(
                f"Nothing waits for NetSuite customer {customer}. Its documents were loaded, or there are none.",
                where="customer",
            )
        view = pending_detail_view(session, found[0])
    return page(request, "pending_customer.html", customer=view)


@router.post("/pending/pair")
def pair(form: Annotated[Form, Depends(Posted("pair_customer"))]) -> Response:
    """Pair the customers that are ticked (`pair` holds `NetSuite id/CRM id`), all or none."""
    chosen = form.texts("pair")
    if not chosen:
        raise Invalid("Tick at least one suggestion to pair.", where="pair")
    with form.deployment.store.write() as session:
        for one in chosen:
            number, _, crm_id = one.partition("/")
            if not number.isdigit() or not crm_id:
                raise Invalid(f"'{one}' is no pair of customers.", where="pair")
            pair_customer(
                session,
                form.actor,
                int(number),
                crm_id,
                now=form.deployment.now(),
                reason=form.text("reason"),
            )
    what = "One customer is" if len(chosen) == 1 else f"{len(chosen)} customers are"
    return form.done("/pending", f"{what} paired. Their documents are loaded by the next invoices run.")


@router.post("/pending/{customer}/undo")
def undo(form: Annotated[Form, Depends(Posted("undo_pairing"))], customer: Id) -> Response:
    with form.deployment.store.write() as session:
        undo_pairing(session, form.actor, customer, now=form.deployment.now(), reason=form.text("reason"))
    return form.done(f"/pending/{customer}", "The pairing is undone.")
