"""CRM customers and what is linked to them."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import Amount, View
from revrec.store.queries.customer_list import CustomerTotal, contract_sums, live_links
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
