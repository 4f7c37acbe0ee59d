"""CRM customers and what is linked to them."""

from datetime import datetime

from api.views.shape import View
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
    id: int
    crm_customer: str
    name: str
    active: bool
    links: list[LinkView]


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


def customer_view(row: CrmCustomer, links: list[CustomerLink]) -> CustomerView:
    return CustomerView(
        id=row.id,
        crm_customer=row.external_id,
        name=row.name,
        active=row.active,
        links=[link_view(link, row.external_id) for link in links],
    )
