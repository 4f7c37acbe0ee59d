"""Contracts: the list, and one contract with everything that is known of it."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.views.contracts import ContractView, contract_total_views, contract_views
from api.web.download import Field
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.store.queries.contract_list import (
    CONTRACT_SORTS,
    contract_currencies,
    contract_totals,
    contracts_where,
    newest_close,
)
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.tables import Contract, CrmCustomer

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
FIELDS = (
    Field("Contract", lambda one: one.number),
    Field("Customer", lambda one: one.customer),
    Field("CRM customer", lambda one: one.crm_customer),
    Field("Orders", lambda one: ", ".join(one.orders)),
    Field("Currency", lambda one: one.currency),
    Field("Stated price", lambda one: _stated(one), "amount"),
    Field("Balances after", lambda one: one.balance.period if one.balance else ""),
    Field("Billed", lambda one: one.balance.billed if one.balance else None, "amount"),
    Field("Recognised", lambda one: one.balance.recognised if one.balance else None, "amount"),
    Field(
        "Contract liability", lambda one: one.balance.contract_liability if one.balance else None, "amount"
    ),
    Field("Contract asset", lambda one: one.balance.contract_asset if one.balance else None, "amount"),
    Field(
        "Unbilled receivable", lambda one: one.balance.unbilled_receivable if one.balance else None, "amount"
    ),
    Field("Waiting", lambda one: one.waits, "count"),
)
TOTALS = (
    Field("Currency", lambda one: one.currency or "none"),
    Field("Contracts", lambda one: one.contracts, "count"),
    Field("Stated price", lambda one: one.stated_price, "amount"),
    Field("Billed", lambda one: one.billed, "amount"),
    Field("Recognised", lambda one: one.recognised, "amount"),
    Field("Contract liability", lambda one: one.contract_liability, "amount"),
    Field("Contract asset, unbilled receivable", lambda one: one.contract_asset, "amount"),
)


@router.get("/contracts")
def contracts(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = contracts_where(**listing.filters)
        rows, place = one_page(session, query, CONTRACT_SORTS, col(Contract.id), listing.order, ROWS)
        views = contract_views(session, [row[0] for row in rows])
        chosen = listing.filters["customer"]
        customer = session.get(CrmCustomer, int(chosen)) if chosen else None
        close = newest_close(session)
        return page(
            request,
            "contracts.html",
            contracts=views,
            list=listing.page(len(views), place),
            currencies=contract_currencies(session),
            customer=customer,
            after=close.period if close else "",
        )


@router.get("/contracts/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    with deployment.store.read() as session:
        views = contract_total_views(session, contract_totals(session, **_listing(request).filters))
    return totals_page(request, _listing(request), "contracts", TOTALS, views)


@router.get("/contracts.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[ContractView]:
        query = contracts_where(**listing.filters)
        for part in all_rows(session, query, CONTRACT_SORTS, col(Contract.id), listing.order, 1000):
            yield from contract_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "contracts", listing.filters, FIELDS, rows)


def _listing(request: Request) -> Listing:
    return listing_of(request, "number", "search", "customer", "currency", "waiting", totals=True)


def _stated(one: ContractView) -> str | None:
    """Its price; none where its orders say several currencies."""
    return one.stated_prices[0].amount if len(one.stated_prices) == 1 else None
