"""Contracts."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.views.contracts import (
    ContractDetailView,
    ContractTotalView,
    ContractView,
    contract_detail_view,
    contract_total_views,
    contract_views,
)
from api.views.documents import ContractBillingView, contract_billing_view
from api.views.order_versions import OrderVersionsView, order_versions_views
from api.views.schedule import ScheduleView, schedule_view
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.contract_list import CONTRACT_SORTS, contract_totals, contracts_where
from revrec.store.queries.order_versions import orders_of_contract
from revrec.store.queries.ordered import one_page
from revrec.store.tables import Contract

router = APIRouter(tags=["contracts"])


@dataclass
class _Selection:
    customer: Annotated[
        int | None, Query(ge=1, le=10**18 - 1, description="Of this customer, by our id.")
    ] = None
    search: Annotated[
        str, Query(max_length=200, description="Part of the number, or of the customer's name.")
    ] = ""
    currency: Annotated[str, Query(max_length=3)] = ""
    waiting: Annotated[
        Literal["", "yes", "no"],
        Query(description="Whether the newest close could not account for something of it."),
    ] = ""

    def filters(self) -> dict[str, Any]:
        return {**asdict(self), "customer": self.customer or ""}


Selected = Annotated[_Selection, Depends()]


@router.get(
    "/contracts", operation_id="list_contracts", summary="List contracts, by number unless sorted otherwise"
)
def list_contracts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("number"))],
    selected: Selected,
) -> Page[ContractView]:
    with deployment.store.read() as session:
        query = contracts_where(**selected.filters())
        rows, place = one_page(session, query, CONTRACT_SORTS, col(Contract.id), asked.order, asked.limit)
        return Page(
            items=contract_views(session, [row[0] for row in rows]),
            next_cursor=write_place(asked.order, place),
        )


@router.get(
    "/contracts/totals", operation_id="total_contracts", summary="The sums over a selection of contracts"
)
def total_contracts(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[ContractTotalView]:
    with deployment.store.read() as session:
        totals = contract_totals(session, **selected.filters())
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
        return contract_detail_view(session, existing_contract(session, contract_id))


@router.get(
    "/contracts/{contract_id}/orders",
    operation_id="list_contract_orders",
    summary="The orders of a contract with all their versions and what people decided of them",
)
def list_contract_orders(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], contract_id: Id
) -> list[OrderVersionsView]:
    with deployment.store.read() as session:
        existing_contract(session, contract_id)
        return order_versions_views(session, orders_of_contract(session, contract_id))


@router.get(
    "/contracts/{contract_id}/schedule",
    operation_id="show_contract_schedule",
    summary="A contract's revenue by line and period: booked, and as the newest close leaves it to come",
)
def show_schedule(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], contract_id: Id
) -> ScheduleView:
    with deployment.store.read() as session:
        return schedule_view(session, existing_contract(session, contract_id))


@router.get(
    "/contracts/{contract_id}/documents",
    operation_id="list_contract_documents",
    summary="The documents that bill a contract, by the closes that stand",
)
def list_contract_documents(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], contract_id: Id
) -> ContractBillingView:
    with deployment.store.read() as session:
        return contract_billing_view(session, existing_contract(session, contract_id))


def existing_contract(session: Session, contract_id: int) -> Contract:
    """The contract of our id. Raises `NotFound`."""
    row = session.get(Contract, contract_id)
    if row is None:
        raise NotFound(f"There is no contract {contract_id}.", where="contract_id")
    return row
