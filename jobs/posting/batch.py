"""The batch: approved journals are sent some minutes after their approval, failed ones are tried again."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from revrec.operations.policies import policy_value
from revrec.store.core import journal
from revrec.store.queries.connections import connection_for


def batch_due(session: Session, now: datetime) -> bool:
    """Whether a batch has something to send. Nothing is due while posting is not connected, paused, or by hand only."""
    minutes = int(policy_value(session, "posting_batch_minutes"))
    connection = connection_for(session, "journals")
    if not minutes or connection is None or connection.paused:
        return False
    j = journal.c
    approved = and_(j.state == "approved", j.approved_at <= now - timedelta(minutes=minutes))
    again = and_(j.state == "failed", j.next_attempt_at <= now)
    return session.execute(select(j.id).where(or_(approved, again)).limit(1)).first() is not None
