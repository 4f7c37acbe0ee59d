"""A NetSuite document as it was loaded: its versions, its lines, and what they bill."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from starlette.responses import Response

from api.http.access import INT64_MAX, Needs, Opened
from api.views.documents import document_detail_view
from api.views.netsuite_pages import netsuite_pages
from api.web.render import page
from revrec.operations.actor import Actor
from revrec.store.queries.customer_list import linked_customer

router = APIRouter()


@router.get("/documents/{netsuite_id}")
def document(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    netsuite_id: Annotated[int, Path(ge=1, le=INT64_MAX)],
    version: Annotated[int | None, Query(ge=1, le=INT64_MAX)] = None,
) -> Response:
    with deployment.store.read() as session:
        view = document_detail_view(session, netsuite_id, version)
        customer = linked_customer(session, view.netsuite_customer)
        there = netsuite_pages(session, "invoices").transaction(netsuite_id)
        return page(request, "document.html", document=view, customer=customer, there=there)
