"""The audit trail as it is stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from revrec.store.core import audit_event
from revrec.store.tables import AuditEvent

_BATCH = 1000


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event as it is read in bulk: the fields of `AuditEvent`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    previous_hash: str
    hash: str


def newest_hash(session: Session) -> str | None:
    """The hash at the head of the chain."""
    return session.exec(select(AuditEvent.hash).order_by(col(AuditEvent.id).desc()).limit(1)).first()


def events_in_order(session: Session) -> Iterator[StoredEvent]:
    """Every event, oldest first, read in batches."""
    event, last = audit_event.c, 0
    columns = [event[name] for name in StoredEvent.__slots__]
    while True:
        query = columns_of(*columns).where(event.id > last).order_by(event.id).limit(_BATCH)
        batch = [StoredEvent(*row) for row in session.execute(query)]
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].id


def newest_on_subject(session: Session, subject: str, *, action: str, actor: str) -> AuditEvent | None:
    """The last time that somebody did something to a thing."""
    query = select(AuditEvent).where(
        AuditEvent.subject == subject, AuditEvent.action == action, AuditEvent.actor == actor
    )
    return session.exec(query.order_by(col(AuditEvent.id).desc()).limit(1)).first()


def event_count(session: Session) -> int:
    return session.exec(select(func.count()).select_from(AuditEvent)).one()
