"""Disconnect a flow: its credentials are gone at once; its watermarks and data stay."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.connected import connected
from revrec.operations.job_flows import kinds_of
from revrec.operations.permissions import require
from revrec.problems import Conflict
from revrec.store.queries.connections import open_job_of
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import Connection


def disconnect(session: Session, actor: Actor, flow: str, reason: str = "", *, now: datetime) -> Connection:
    """Wipe the credentials of a flow. Raises `Conflict` while a job of it is queued or running.

    Connecting the same account later goes on from its watermarks.
    """
    require(actor, "disconnect_system")
    hold(session, Lock.JOBS)
    row = connected(session, flow)
    job = open_job_of(session, kinds_of(flow))
    if job is not None:
        raise Conflict(
            f"Job {job.id} ({job.kind}) uses the {flow} connection and is {job.state}. Wait for its end or cancel it, "
            "then disconnect.",
            where=f"job {job.id}",
        )
    before = {"system": row.system, "account": row.account, "auth": row.auth}
    row.secret, row.certificate, row.certificate_ends = b"", "", None
    row.paused, row.paused_by, row.verified_at = "", "", None
    row.disconnected_at = now
    session.flush()
    record_event(
        session,
        actor,
        "disconnect",
        f"connection {flow}",
        now=now,
        before=before,
        after={"credentials": "wiped"},
        reason=reason,
    )
    return row
