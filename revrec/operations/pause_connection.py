"""Pause a connection whose sign-in was refused, before more refusals lock the user in NetSuite."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import SERVICE
from revrec.operations.audit import record_event
from revrec.store.queries.connections import connection_for


def pause_connection(session: Session, flow: str, reason: str, *, now: datetime) -> bool:
    """Note why nothing is sent any more. A successful test ends it. False if it is paused."""
    row = connection_for(session, flow)
    if row is None or row.paused:
        return False
    row.paused = reason
    session.add(row)
    session.flush()
    record_event(session, SERVICE, "pause_connection", f"connection {flow}", now=now, after=reason)
    return True
