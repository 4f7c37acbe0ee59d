"""Note what a test of a connection found."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.connected import connected
from revrec.operations.permissions import require
from revrec.store.tables import Connection


def confirm_connection(session: Session, actor: Actor, flow: str, *, now: datetime) -> Connection:
    """A sign-in just worked: the connection is verified, and a pause that a refused sign-in caused is over.

    What a person paused, a person resumes.
    """
    require(actor, "test_connection")
    row = connected(session, flow)
    before = {"paused": row.paused} if row.paused and not row.paused_by else None
    row.verified_at = now
    if not row.paused_by:
        row.paused = ""
    session.flush()
    record_event(
        session,
        actor,
        "test_connection",
        f"connection {flow}",
        now=now,
        before=before,
        after="signed in",
    )
    return row
