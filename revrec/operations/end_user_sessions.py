"""Sign a user out of the browsers they are signed in with."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import NotFound
from revrec.store.queries.people import sessions_of
from revrec.store.tables import UserAccount


def end_user_sessions(
    session: Session,
    actor: Actor,
    user_id: int,
    *,
    now: datetime,
    session_id: int | None = None,
    reason: str = "",
) -> int:
    """End all sessions of a user, or the one of `session_id`; gives how many stood. Raises `NotFound`."""
    require(actor, "end_sessions")
    user = session.get(UserAccount, user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.", where="user_id")
    rows = [one for one in sessions_of(session, user.email, now) if session_id in (None, one.id)]
    if session_id is not None and not rows:
        raise NotFound(f"{user.email} has no session {session_id}.", where="session_id")
    for row in rows:
        row.revoked_at = now
    record_event(
        session,
        actor,
        "end_sessions",
        f"user {user.email}",
        now=now,
        before={"sessions": sorted(row.id for row in rows)},
        after={"sessions": []},
        reason=reason,
    )
    return len(rows)
