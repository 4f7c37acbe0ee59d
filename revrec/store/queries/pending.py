"""Pending Data: documents that wait because their NetSuite customer has no link to a CRM customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from revrec.store.core import (
    document_version,
    ledger_transfer,
    netsuite_customer,
    period_close,
    source_document,
)
from revrec.store.queries.ordered import Sorts


@dataclass(frozen=True, slots=True)
class PendingDocument:
    """One waiting document. The amount is net of tax, in minor units, credits negative; `job` pulled it."""

    id: int
    netsuite_id: int
    customer: int
    customer_name: str
    kind: str
    tran_id: str
    tran_date: date
    period: str
    currency: str
    amount_minor: int
    reason: str
    job: int


_CURRENT = source_document.c.current_version_id == document_version.c.id
_PENDING = source_document.c.state == "pending"
OF_ONE_PENDING = func.coalesce(source_document.c.state, "") == "pending"
"""The same where one customer's documents are asked for: found by their customer, not among all that wait. SQLite would
take the index of the state, which it cannot know to be worse."""


PENDING_DOCUMENT_SORTS: Sorts = MappingProxyType(
    {
        "date": document_version.c.tran_date,
        "number": document_version.c.tran_id,
        "amount": document_version.c.main_minor - document_version.c.tax_minor,
        "document": source_document.c.id,
    }
)


def pending_documents_where(netsuite_id: int | None = None) -> Any:
    """Waiting documents, of one NetSuite customer or of all, in no order. Rows are the fields of `PendingDocument`."""
    version, document, customer = document_version.c, source_document.c, netsuite_customer.c
    query = (
        select(
            document.id,
            document.external_id,
            version.customer_id,
            func.coalesce(customer.name, ""),
            document.kind,
            version.tran_id,
            version.tran_date,
            version.period,
            version.currency,
            version.main_minor - version.tax_minor,
            document.reason,
            version.job_id,
        )
        .join_from(source_document, document_version, _CURRENT)
        .outerjoin(netsuite_customer, customer.id == version.customer_id)
    )
    if netsuite_id is None:
        return query.where(_PENDING)
    return query.where(OF_ONE_PENDING, version.customer_id == netsuite_id)


def as_documents(rows: Sequence[Any]) -> list[PendingDocument]:
    """The documents of a page's rows, which end in what the page is sorted by."""
    fields = len(PendingDocument.__slots__)
    return [PendingDocument(*row[:fields]) for row in rows]


def pending_documents(session: Session, netsuite_id: int, most: int | None = None) -> list[PendingDocument]:
    """The pending documents of a NetSuite customer, oldest first, at most so many."""
    version, document = document_version.c, source_document.c
    query = pending_documents_where(netsuite_id).order_by(version.tran_date, document.external_id)
    return [PendingDocument(*row) for row in session.execute(query.limit(most))]


def mark_pending(session: Session, netsuite_id: int, reason: str) -> int:
    """Say on a customer's pending documents why they wait from now on; returns how many there are."""
    found = session.execute(
        select(source_document.c.id)
        .join_from(source_document, document_version, _CURRENT)
        .where(OF_ONE_PENDING, document_version.c.customer_id == netsuite_id)
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
