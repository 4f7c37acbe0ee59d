"""Change a user's role, or take access away and give it back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import ROLES, require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.people import other_active_admins, sessions_of, user_by_email
from revrec.store.tables import UserAccount


def change_user(
    session: Session,
    actor: Actor,
    email: str,
    *,
    now: datetime,
    role: str | None = None,
    active: bool | None = None,
    reason: str = "",
) -> UserAccount:
    """Change what is given; None leaves it. The last active admin stays one (`Conflict`). Who loses access is signed
    out everywhere, so that getting it back opens no old session."""
    require(actor, "change_user")
    user = user_by_email(session, email)
    if user is None:
        raise NotFound(f"There is no user {email}.", where="email")
    if role is not None and role not in ROLES:
        raise Invalid(f"'{role}' is not a role. Roles: {', '.join(ROLES)}.", where="role")
    before = {"role": user.role, "active": user.active}
    user.role = role if role is not None else user.role
    user.active = active if active is not None else user.active
    if not (user.role == "admin" and user.active) and other_active_admins(session, user.id) == 0:
        raise Conflict(f"{user.email} is the last active admin. Make another user admin first.", where="role")
    if before["active"] and not user.active:
        for one in sessions_of(session, user.email, now):
            one.revoked_at = now
    after = {"role": user.role, "active": user.active}
    record_event(
        session,
        actor,
        "change_user",
        f"user {user.email}",
        now=now,
        before=before,
        after=after,
        reason=reason,
    )
    return user
