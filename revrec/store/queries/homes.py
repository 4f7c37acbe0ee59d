"""Which subsidiary a CRM customer's orders belong to where they name none."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import customer_link, netsuite_customer


def customer_subsidiaries(session: Session, crm_customer_ids: Iterable[int] | None = None) -> dict[int, int]:
    """CRM customer (our id) to the subsidiary of its linked NetSuite customers, where all of them agree. Without ids:
    of every customer."""
    link, customer = customer_link.c, netsuite_customer.c
    lowest, highest = func.min(customer.subsidiary_id), func.max(customer.subsidiary_id)
    statement = (
        select(link.crm_customer_id, lowest)
        .join_from(customer_link, netsuite_customer, customer.id == link.netsuite_customer_id)
        .where(link.undone_at.is_(None), customer.subsidiary_id.is_not(None))
        .group_by(link.crm_customer_id)
        .having(lowest == highest)
    )
    if crm_customer_ids is not None:
        statement = statement.where(link.crm_customer_id.in_(set(crm_customer_ids)))
    return {number: home for number, home in session.execute(statement)}
