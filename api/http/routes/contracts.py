"""Contracts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageSize, PlaceCursor, SortBy, read_order, write_place
from api.views.contracts import (
    ContractDetailView,
    ContractTotalView,
    ContractView,
    contract_detail_view,
    contract_total_views,
    contract_views,
)
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.contract_list import CONTRACT_SORTS, contract_totals, contracts_where
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Contract

router = APIRouter(tags=["contracts"])
OfCustomer = Annotated[int | None, Query(ge=1, le=10**18 - 1, description="Of this customer, by our id.")]
Search = Annotated[str, Query(max_length=200, description="Part of the number, or of the customer's name.")]
InCurrency = Annotated[str, Query(max_length=3)]
Waiting = Annotated[
    Literal["", "yes", "no"],
    Query(description="Whether the newest close could not account for something of it."),
]


@router.get(
    "/contracts", operation_id="list_contracts", summary="List contracts, by number unless sorted otherwise"
)
def list_contracts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer: OfCustomer = None,
    search: Search = "",
    currency: InCurrency = "",
    waiting: Waiting = "",
    sort: SortBy = "",
    cursor: PlaceCursor = None,
    limit: PageSize = 50,
) -> Page[ContractView]:
    order = read_order(sort, cursor, "number")
    with deployment.store.read() as session:
        query = contracts_where(
            search=search,
            customer="" if customer is None else customer,
            currency=currency,
            waiting=waiting,
        )
        rows, place = one_page(session, query, CONTRACT_SORTS, col(Contract.id), order, limit)
        return Page(
            items=contract_views(session, [row[0] for row in rows]), next_cursor=write_place(order, place)
        )


@router.get(
    "/contracts/totals", operation_id="total_contracts", summary="The sums over a selection of contracts"
)
def total_contracts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer: OfCustomer = None,
    search: Search = "",
    currency: InCurrency = "",
    waiting: Waiting = "",
) -> list[ContractTotalView]:
    with deployment.store.read() as session:
        totals = contract_totals(
            session,
            search=search,
            customer="" if customer is None else customer,
            currency=currency,
            waiting=waiting,
        )
        return contract_total_views(session, totals)


@router.get(
    "/contracts/{contract_id}",
    operation_id="show_contract",
    summary="A contract with its order lines and its balances after each close",
)
def show_contract(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], contract_id: Id
) -> ContractDetailView:
    with deployment.store.read() as session:
        row = session.get(Contract, contract_id)
        if row is None:
            raise NotFound(f"There is no contract {contract_id}.", where="contract_id")
        return contract_detail_view(session, row)
