"""What was written into the audit trail last, for whoever did something and looks what became of it."""

from sqlmodel import Session, col, select

from revrec.store.tables import AuditEvent


def newest_events(session: Session, *, limit: int) -> list[AuditEvent]:
    """At most `limit` events, newest first."""
    return list(session.exec(select(AuditEvent).order_by(col(AuditEvent.id).desc()).limit(limit)))
