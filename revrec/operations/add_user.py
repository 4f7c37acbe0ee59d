"""Give a person access."""

import re
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import ROLES, require
from revrec.problems import Conflict, Invalid
from revrec.store.queries.people import first_admin, user_by_email
from revrec.store.tables import UserAccount

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")


def add_user(
    session: Session, actor: Actor, email: str, name: str, role: str, *, now: datetime
) -> UserAccount:
    """Add a user. Raises `Invalid` for what is no email or role, `Conflict` if the email is taken."""
    require(actor, "add_user")
    email = email.strip().lower()
    if len(email) > 254 or not _EMAIL.match(email):
        raise Invalid(f"'{email}' is not an email address.", where="email")
    if role not in ROLES:
        raise Invalid(f"'{role}' is not a role. Roles: {', '.join(ROLES)}.", where="role")
    if not name.strip():
        raise Invalid("A user needs a name.", where="name")
    if user_by_email(session, email):
        raise Conflict(f"There is a user {email} already.", where="email")
    user = UserAccount(email=email, name=name.strip(), role=role, created_at=now)
    session.add(user)
    session.flush()
    record_event(
        session, actor, "add_user", f"user {email}", now=now, after={"name": user.name, "role": user.role}
    )
    return user


def add_first_admin(session: Session, email: str, name: str, *, now: datetime) -> UserAccount | None:
    """Make the first admin of a new installation; None if there is one already."""
    if first_admin(session):
        return None
    return add_user(session, SERVICE, email, name, "admin", now=now)
