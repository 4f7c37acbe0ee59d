"""Set one's own password."""

from datetime import datetime

from sqlalchemy import update

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.passwords import check_new_password, hash_password, password_fits
from revrec.operations.permissions import require
from revrec.problems import Invalid, Refused
from revrec.store.core import user_session
from revrec.store.engine import Store
from revrec.store.queries.people import user_by_email
from revrec.store.tables import UserSession


def set_password(
    store: Store, actor: Actor, session_id: int | None, new: str, *, current: str = "", now: datetime
) -> None:
    """Set the actor's password, and end all their other sessions. The current one is asked for, unless there is none
    or the session came by a sign-in link. Without a session (a program asks, by a token) all sessions end, and there
    must be a current one: a token alone makes no way to sign in. Raises `Invalid` for a password that is not accepted,
    `Refused`."""
    require(actor, "set_password")
    with store.read() as session:
        user = user_by_email(session, actor.email)
        if user is None:
            raise Refused("Only users have passwords.", where="password")
        kept = user.password_hash
        by_link = session_id is not None and session.get_one(UserSession, session_id).basis == "link"
    if session_id is None and not kept:
        raise Refused(
            "You have no password yet. Sign in by a link or by the sign-in provider, and set the first one there.",
            where="current",
        )
    if kept and not by_link and not password_fits(current, kept):
        raise Invalid("This is not your current password.", where="current")
    check_new_password(new, actor.email)
    hashed = hash_password(new)
    with store.write() as session:
        user = user_by_email(session, actor.email)
        assert user is not None, "users are never deleted"
        user.password_hash, user.refused_sign_ins, user.locked_until = hashed, 0, None
        others = update(user_session).where(
            user_session.c.user_id == user.id, user_session.c.revoked_at.is_(None)
        )
        if session_id is not None:
            others = others.where(user_session.c.id != session_id)
        session.execute(others.values(revoked_at=now))
        record_event(session, actor, "set_password", f"user {actor.email}", now=now)
