"""CRM customers and what is linked to them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.views.customers import CustomerView, customer_view
from revrec.operations.actor import Actor
from revrec.store.queries.customers import crm_customers_after

router = APIRouter(tags=["customers"])


@router.get("/customers", operation_id="list_customers", summary="CRM customers with their NetSuite links")
def list_customers(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    search: Annotated[str, Query(max_length=200, description="Part of the name.")] = "",
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[CustomerView]:
    with deployment.store.read() as session:
        found = crm_customers_after(session, read_cursor(cursor) or 0, limit + 1, search)
        rows, following = page_of(found, limit, lambda row: row[0].id)
        return Page(items=[customer_view(row, links) for row, links in rows], next_cursor=following)
