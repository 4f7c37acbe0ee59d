"""Pause a connection: by the service, before refused sign-ins lock the user in NetSuite; or by a person, who says why.

A pause by the service ends with a successful test; one by a person only when a person ends it.
"""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.audit import record_event
from revrec.operations.connected import connected
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Connection


def pause_connection(session: Session, flow: str, reason: str, *, now: datetime) -> bool:
    """Note why nothing is sent any more. A successful test ends it. False if it is paused."""
    row = connection_for(session, flow)
    if row is None or row.paused:
        return False
    row.paused, row.paused_by = reason, ""
    session.add(row)
    session.flush()
    record_event(session, SERVICE, "pause_connection", f"connection {flow}", now=now, after=reason)
    return True


def pause_flow(session: Session, actor: Actor, flow: str, reason: str, *, now: datetime) -> Connection:
    """A person pauses a flow: runs, batches and schedules leave it out until a person resumes it.

    A pause by the service becomes this person's.
    """
    require(actor, "pause_connection")
    if not reason.strip():
        raise Invalid("Say why the connection is paused; whoever wonders reads it.", where="reason")
    row = connected(session, flow)
    if row.paused and row.paused_by:
        raise Conflict(
            f"The {flow} connection is paused already, by {row.paused_by}: {row.paused}", where=flow
        )
    before = {"paused": row.paused} if row.paused else None
    row.paused, row.paused_by = reason.strip(), actor.email
    session.flush()
    record_event(
        session,
        actor,
        "pause_connection",
        f"connection {flow}",
        now=now,
        before=before,
        after={"paused": row.paused},
        reason=row.paused,
    )
    return row


def resume_flow(session: Session, actor: Actor, flow: str, reason: str = "", *, now: datetime) -> Connection:
    """End a pause, whoever began it."""
    require(actor, "pause_connection")
    row = connected(session, flow)
    if not row.paused:
        raise Conflict(f"The {flow} connection is not paused.", where=flow)
    before = {"paused": row.paused, "paused_by": row.paused_by or SERVICE.email}
    row.paused, row.paused_by = "", ""
    session.flush()
    record_event(
        session,
        actor,
        "resume_connection",
        f"connection {flow}",
        now=now,
        before=before,
        after={"paused": ""},
        reason=reason,
    )
    return row
