"""CRM customers and what is linked to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import Amount, View
from revrec.store.queries.contract_list import newest_close
from revrec.store.queries.customer_list import (
    CustomerTotal,
    contract_sums,
    customer_balances,
    links_ever,
    live_links,
)
from revrec.store.tables import CrmCustomer, CustomerLink


class LinkView(View):
    """A NetSuite customer's link to a CRM customer, the names as they stood then."""

    netsuite_customer: int
    netsuite_name: str
    crm_customer: str
    crm_name: str
    basis: str
    linked_by: str
    linked_at: datetime
    undone_by: str
    undone_at: datetime | None
    undo_reason: str


class CustomerView(View):
    """A customer with its live links. `stated_prices`: of its contracts, by currency."""

    id: int
    crm_customer: str
    name: str
    active: bool
    links: list[LinkView]
    contracts: int
    stated_prices: list[Amount]


class CustomerTotalView(View):
    """Of a selection of customers, those with contracts in one currency; those without contracts have none."""

    currency: str
    customers: int
    contracts: int
    stated_price: str


class CustomerBalanceView(View):
    """What a customer stands at after the newest close, in one currency. `unassigned`: of `billed`, what no contract
    absorbs."""

    currency: str
    billed: str
    recognised: str
    contract_liability: str
    contract_asset: str
    unbilled_receivable: str
    unassigned: str


class LinkEverView(LinkView):
    """A link with the NetSuite customer's name as it is today."""

    netsuite_name_now: str


class CustomerDetailView(CustomerView):
    """`links_ever`: undone ones too; `balances`: after the close of `balances_of`, empty before the first."""

    links_ever: list[LinkEverView]
    balances_of: str
    balances: list[CustomerBalanceView]


def link_view(row: CustomerLink, crm_external_id: str) -> LinkView:
    return LinkView(
        netsuite_customer=row.netsuite_customer_id,
        netsuite_name=row.netsuite_name,
        crm_customer=crm_external_id,
        crm_name=row.crm_name,
        basis=row.basis,
        linked_by=row.linked_by,
        linked_at=row.linked_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        undo_reason=row.undo_reason,
    )


def customer_views(session: Session, rows: Sequence[CrmCustomer]) -> list[CustomerView]:
    ids = [row.id for row in rows]
    write, links, sums = amount_writer(session), live_links(session, ids), contract_sums(session, ids)
    return [
        CustomerView(
            id=row.id,
            crm_customer=row.external_id,
            name=row.name,
            active=row.active,
            links=[link_view(link, row.external_id) for link in links.get(row.id, [])],
            contracts=sum(held for _, held, _ in sums.get(row.id, [])),
            stated_prices=[
                Amount(currency=currency, amount=write.text(stated, currency))
                for currency, _, stated in sums.get(row.id, [])
                if currency
            ],
        )
        for row in rows
    ]


def customer_total_views(session: Session, rows: Sequence[CustomerTotal]) -> list[CustomerTotalView]:
    write = amount_writer(session)
    return [
        CustomerTotalView(
            currency=one.currency,
            customers=one.customers,
            contracts=one.contracts,
            stated_price=write.text(one.stated_minor, one.currency) if one.currency else "",
        )
        for one in rows
    ]


def customer_detail_view(session: Session, row: CrmCustomer) -> CustomerDetailView:
    write, close = amount_writer(session), newest_close(session)
    balances = customer_balances(session, row.id, close.id) if close else []
    return CustomerDetailView(
        **customer_views(session, [row])[0].model_dump(),
        links_ever=[
            LinkEverView(**link_view(link, row.external_id).model_dump(), netsuite_name_now=name)
            for link, name in links_ever(session, row.id)
        ],
        balances_of=close.period if close else "",
        balances=[
            CustomerBalanceView(
                currency=one.currency,
                billed=write.text(one.billed_minor, one.currency),
                recognised=write.text(one.recognised_minor, one.currency),
                contract_liability=write.text(one.liability_minor, one.currency),
                contract_asset=write.text(one.contract_asset_minor, one.currency),
                unbilled_receivable=write.text(one.unbilled_receivable_minor, one.currency),
                unassigned=write.text(one.unassigned_minor, one.currency),
            )
            for one in balances
        ],
    )
