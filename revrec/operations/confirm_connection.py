"""Note what a test of a connection found."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import NotFound
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Connection


def confirm_connection(session: Session, actor: Actor, flow: str, *, now: datetime) -> Connection:
    """A sign-in just worked: the connection is verified, and a pause that a refused sign-in caused is over."""
    require(actor, "test_connection")
    row = connection_for(session, flow)
    if row is None:
        raise NotFound(f"The flow {flow} is not connected.", where=flow)
    before = {"paused": row.paused} if row.paused else None
    row.verified_at, row.paused = now, ""
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
