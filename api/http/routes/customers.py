"""CRM customers and what is linked to them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from api.http.access import Needs, Opened
from api.http.paging import Page, PageSize, PlaceCursor, SortBy, read_order, write_place
from api.views.customers import CustomerTotalView, CustomerView, customer_total_views, customer_views
from revrec.operations.actor import Actor
from revrec.store.queries.customer_list import CUSTOMER_SORTS, customer_totals, customers_where
from revrec.store.queries.ordered import one_page
from revrec.store.tables import CrmCustomer

router = APIRouter(tags=["customers"])
Search = Annotated[
    str,
    Query(max_length=200, description="Part of the name, in the CRM or in NetSuite, or an id of either."),
]
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
