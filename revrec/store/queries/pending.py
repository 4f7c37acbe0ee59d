"""Pending Data: documents that wait because their NetSuite customer has no link to a CRM customer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from revrec.store.core import (
    crm_customer,
    customer_link,
    document_version,
    ledger_transfer,
    netsuite_customer,
    period_close,
    source_document,
)


@dataclass(frozen=True, slots=True)
class PendingCustomer:
    """One NetSuite customer's pending documents, in one currency each. Amounts are minor units, net of tax."""

    netsuite_id: int
    name: str
    reason: str
    documents: int
    oldest: date
    amounts: dict[str, int]
    linked_to: str  # CRM customer paired since the last run; empty: none


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """One waiting document. The amount is net of tax, in minor units, credits negative."""

    netsuite_id: int
    kind: str
    tran_id: str
    tran_date: date
    period: str
    currency: str
    amount_minor: int
    reason: str


_CURRENT = source_document.c.current_version_id == document_version.c.id
_PENDING = source_document.c.state == "pending"


def pending_customers(
    session: Session, after: int, limit: int, *, only: int | None = None, search: str = ""
) -> list[PendingCustomer]:
    """Customers with pending documents, by NetSuite id, those after the id `after`; or `only` one of them; or those
    with `search` in their name."""
    version, document, link = document_version.c, source_document.c, customer_link.c
    ids = (
        select(version.customer_id)
        .join_from(source_document, document_version, _CURRENT)
        .where(_PENDING, version.customer_id > after)
        .distinct()
        .order_by(version.customer_id)
        .limit(limit)
    )
    if only is not None:
        ids = ids.where(version.customer_id == only)
    if search:
        named = netsuite_customer.c.name.icontains(search, autoescape=True)
        ids = ids.join(netsuite_customer, netsuite_customer.c.id == version.customer_id).where(named)
    rows = session.execute(
        select(
            version.customer_id,
            func.max(netsuite_customer.c.name),
            func.max(document.reason),
            version.currency,
            func.count(),
            func.min(version.tran_date),
            func.sum(version.main_minor - version.tax_minor),
            func.max(crm_customer.c.name),
        )
        .join_from(source_document, document_version, _CURRENT)
        .outerjoin(netsuite_customer, netsuite_customer.c.id == version.customer_id)
        .outerjoin(
            customer_link, (link.netsuite_customer_id == version.customer_id) & link.undone_at.is_(None)
        )
        .outerjoin(crm_customer, crm_customer.c.id == link.crm_customer_id)
        .where(_PENDING, version.customer_id.in_(list(session.execute(ids).scalars())))
        .group_by(version.customer_id, version.currency)
        .order_by(version.customer_id, version.currency)
    )
    return _by_customer(rows)


def pending_documents(session: Session, netsuite_id: int) -> list[PendingDocument]:
    """The pending documents of a NetSuite customer, oldest first."""
    version, document = document_version.c, source_document.c
    rows = session.execute(
        select(
            document.external_id,
            document.kind,
            version.tran_id,
            version.tran_date,
            version.period,
            version.currency,
            version.main_minor - version.tax_minor,
            document.reason,
        )
        .join_from(source_document, document_version, _CURRENT)
        .where(_PENDING, version.customer_id == netsuite_id)
        .order_by(version.tran_date, document.external_id)
    )
    return [PendingDocument(*row) for row in rows]


def mark_pending(session: Session, netsuite_id: int, reason: str) -> int:
    """Say on a customer's pending documents why they wait from now on; returns how many there are."""
    found = session.execute(
        select(source_document.c.id)
        .join_from(source_document, document_version, _CURRENT)
        .where(_PENDING, document_version.c.customer_id == netsuite_id)
    )
    ids = list(found.scalars())
    for start in range(0, len(ids), 1000):
        part = source_document.c.id.in_(ids[start : start + 1000])
        session.execute(update(source_document).where(part).values(reason=reason))
    return len(ids)


def in_the_ledger(session: Session, netsuite_id: int) -> bool:
    """Whether a close that stands has booked billing of this customer's documents."""
    transfer = ledger_transfer.c
    found = session.execute(
        select(transfer.id)
        .join(period_close, period_close.c.id == transfer.period_close_id)
        .join(document_version, document_version.c.document_id == transfer.document_id)
        .where(period_close.c.state == "closed", document_version.c.customer_id == netsuite_id)
        .limit(1)
    )
    return found.first() is not None


def _by_customer(rows: Iterable[Any]) -> list[PendingCustomer]:
    found: dict[int, PendingCustomer] = {}
    for number, name, reason, currency, documents, oldest, amount, linked in rows:
        present = found.get(number)
        found[number] = PendingCustomer(
            number,
            name or f"customer {number}",
            max(reason, present.reason if present else ""),
            documents + (present.documents if present else 0),
            min(oldest, present.oldest) if present else oldest,
            {**(present.amounts if present else {}), currency: int(amount)},
            linked or "",
        )
    return list(found.values())
