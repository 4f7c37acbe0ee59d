"""A NetSuite document as the store holds it: loaded or pending, with its current version and billing lines."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session

from revrec.store.tables import DocumentLine, DocumentVersion, SourceDocument

READ = datetime(2026, 4, 1, tzinfo=UTC)


def add_document(
    session: Session,
    job_id: int,
    external_id: int,
    day: date,
    amounts: tuple[int, ...],
    *,
    kind: str = "CustInvc",
    state: str = "loaded",
    reason: str = "",
    **columns: Any,
) -> tuple[SourceDocument, DocumentVersion]:
    """A document of customer 501 in dollars, without tax, whose ``amounts`` (minor units) its header adds up.

    It has no lines yet: ``add_lines`` gives it some. ``columns`` are of its version, in place of what stands here.
    """
    document = SourceDocument(external_id=external_id, kind=kind, state=state, reason=reason)
    session.add(document)
    session.flush()
    given = {
        "sha256": str(external_id),
        "modified_at": READ,
        "tran_id": str(external_id),
        "period_id": day.month,
        "period": f"{day:%Y-%m}",
        "customer_id": 501,
        "currency": "USD",
        "status": "A",
        "main_minor": sum(amounts),
        "tax_minor": 0,
        **columns,
    }
    version = DocumentVersion(
        document_id=document.id,
        number=1,
        job_id=job_id,
        raw=b"",
        tran_date=day,
        subsidiary_id=1,
        currency_id=1,
        exchange_rate_e10=10**10,
        **given,
    )
    session.add(version)
    session.flush()
    document.current_version_id = version.id
    return document, version


def add_lines(session: Session, version: DocumentVersion, amounts: tuple[int, ...], **columns: Any) -> None:
    """Billing lines 1, 2, … of these net amounts, minor units."""
    for at, minor in enumerate(amounts, start=1):
        given = {"quantity_e6": 0, **columns}
        session.add(
            DocumentLine(
                version_id=version.id,
                line_id=at,
                sequence=at,
                role="billing",
                amount_minor=minor,
                billing_minor=minor,
                base_minor=minor,
                **given,
            )
        )
