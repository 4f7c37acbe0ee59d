"""The audit trail as it is stored."""

from collections.abc import Iterator

from sqlalchemy import func
from sqlmodel import Session, col, select

from revrec.store.tables import AuditEvent

_BATCH = 1000


def newest_hash(session: Session) -> str | None:
    """The hash at the head of the chain."""
    return session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()


def events_in_order(session: Session) -> Iterator[AuditEvent]:
    """Every event, oldest first, read in batches."""
    last = 0
    while True:
        batch = session.exec(
            select(AuditEvent).where(col(AuditEvent.id) > last).order_by(col(AuditEvent.id)).limit(_BATCH)
        ).all()
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].id
        for event in batch:
            session.expunge(event)


def newest_events(
    session: Session, *, before: int | None, limit: int, action: str = "", subject: str = "", actor: str = ""
) -> list[AuditEvent]:
    """At most `limit` events, newest first, older than the event `before`."""
    query = select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditEvent.id) < before)
    for column, wanted in (
        (AuditEvent.action, action),
        (AuditEvent.subject, subject),
        (AuditEvent.actor, actor),
    ):
        if wanted:
            query = query.where(col(column) == wanted)
    return list(session.exec(query))


def event_count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(AuditEvent)).one()
