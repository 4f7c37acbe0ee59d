"""Links that sign in once: for a new user, a forgotten password, or the first person of an installation."""

from datetime import datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import SERVICE, Actor
from revrec.operations.add_user import add_first_admin
from revrec.operations.audit import record_event
from revrec.operations.browser_session import Browser, begin_session, hash_secret
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.queries.people import any_user, link_by_hash, user_by_email
from revrec.store.tables import SignInLink, UserAccount

VALID = timedelta(minutes=15)


def create_sign_in_link(
    session: Session, actor: Actor, email: str, *, secret: str, now: datetime
) -> SignInLink:
    """A link for a user, valid once and for 15 minutes. `secret` is 32 random bytes, url-safe; it is kept as a hash."""
    require(actor, "create_sign_in_link")
    user = user_by_email(session, email)
    if user is None or not user.active:
        raise NotFound(f"There is no active user {email.strip().lower()}.", where="email")
    row = _keep(session, user.id, actor, secret, now)
    record_event(session, actor, "create_sign_in_link", f"user {user.email}", now=now)
    return row


def create_set_up_link(session: Session, *, secret: str, now: datetime) -> SignInLink | None:
    """The link of an installation that has no user; None where it has one."""
    if any_user(session):
        return None
    row = _keep(session, None, SERVICE, secret, now)
    record_event(session, SERVICE, "create_set_up_link", "the first admin", now=now)
    return row


def is_set_up_link(session: Session, secret: str, *, now: datetime) -> bool:
    """Whether the link makes the first admin. Raises `Refused` for a link that is no longer good."""
    return _standing(session, secret, now).user_id is None


def use_sign_in_link(
    session: Session, secret: str, *, session_secret: str, browser: Browser, now: datetime
) -> Actor:
    """Sign its user in. Raises `Refused` for a link that is unknown, used, too old, or of a user without access."""
    row = _standing(session, secret, now)
    user = session.get(UserAccount, row.user_id) if row.user_id is not None else None
    if user is None or not user.active:
        raise _spent()
    row.used_at = now
    begin_session(session, user, basis="link", secret=session_secret, browser=browser, now=now)
    return Actor(user.email, user.role, user.name)


def set_up_first_admin(
    session: Session,
    secret: str,
    email: str,
    name: str,
    *,
    session_secret: str,
    browser: Browser,
    now: datetime,
) -> Actor:
    """Make the first admin of an installation by its set-up link, and sign them in."""
    row = _standing(session, secret, now)
    if row.user_id is not None:
        raise _spent()
    user = add_first_admin(session, email, name, now=now)
    if user is None:
        raise Conflict("There is an admin already; ask them for a sign-in link.", where="email")
    row.used_at = now
    begin_session(session, user, basis="link", secret=session_secret, browser=browser, now=now)
    return Actor(user.email, user.role, user.name)


def _keep(session: Session, user_id: int | None, actor: Actor, secret: str, now: datetime) -> SignInLink:
    if len(secret) < 43:
        raise ValueError("A link needs 32 random bytes.")
    row = SignInLink(
        user_id=user_id, hash=hash_secret(secret), created_by=actor.email, created_at=now, ends_at=now + VALID
    )
    session.add(row)
    session.flush()
    return row


def _standing(session: Session, secret: str, now: datetime) -> SignInLink:
    row = link_by_hash(session, hash_secret(secret)) if len(secret) <= 200 else None
    if row is None or row.used_at is not None or now >= row.ends_at:
        raise _spent()
    return row


def _spent() -> Refused:
    return Refused(
        "This link was used, is older than 15 minutes, or was never good. Ask an admin for another one "
        "(`revrec users link EMAIL`).",
        where="link",
    )
