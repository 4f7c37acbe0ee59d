"""Export the audit trail, and note that it was exported."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import GENESIS, record_event
from revrec.operations.permissions import require
from revrec.store.queries.audit import StoredEvent, event_count, events_in_order, newest_hash


@dataclass(frozen=True, slots=True)
class AuditExport:
    """What an export covers: all events up to `head`, this export's own event left out."""

    events: int
    head: str
    through_id: int


def note_export(session: Session, actor: Actor, *, now: datetime) -> AuditExport:
    """Write the event of the export and say what it covers; `exported_events` then reads it."""
    require(actor, "export_audit")
    count, head = event_count(session), newest_hash(session) or GENESIS
    event = record_event(
        session,
        actor,
        "export_audit",
        "audit trail",
        now=now,
        after={"events": count, "head": head},
    )
    return AuditExport(count, head, event.id - 1)


def exported_events(session: Session, export: AuditExport) -> Iterator[dict[str, Any]]:
    """The covered events, oldest first, as plain JSON values."""
    for event in events_in_order(session):
        if event.id > export.through_id:
            return
        yield plain_event(event)


def plain_event(event: StoredEvent) -> dict[str, Any]:
    """One event as plain JSON values, with both hashes."""
    return {
        "id": event.id,
        "at": event.at.isoformat(timespec="microseconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
