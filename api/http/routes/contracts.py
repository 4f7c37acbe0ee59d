"""Contracts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.views.contracts import ContractDetailView, ContractView, contract_detail_view, contract_views
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.contracts import contracts_after
from revrec.store.tables import Contract

router = APIRouter(tags=["contracts"])


@router.get("/contracts", operation_id="list_contracts", summary="List contracts")
def list_contracts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    customer: Annotated[
        int | None, Query(ge=1, le=INT64_MAX, description="Of this customer, by our id.")
    ] = None,
    search: Annotated[str, Query(max_length=200, description="Part of the number.")] = "",
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[ContractView]:
    with deployment.store.read() as session:
        found = contracts_after(session, read_cursor(cursor) or 0, limit + 1, customer=customer, text=search)
        rows, following = page_of(found, limit, lambda row: row.id)
        return Page(items=contract_views(session, rows), next_cursor=following)


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
