"""Sessions of people who signed in with a browser: begun, found again, ended."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.store.engine import Store
from revrec.store.queries.people import session_owner
from revrec.store.tables import UserAccount, UserSession

LASTS = timedelta(days=7)
IDLE = timedelta(hours=12)
_SEEN_NOTED_EVERY = timedelta(minutes=5)
_RANDOM_CHARACTERS = 43  # 32 random bytes, url-safe


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session in use. `key` is derived from the cookie's secret and binds forms to this session. `locale` and
    `time_zone`: how things are shown to its user; empty: as the company has it."""

    session_id: int
    actor: Actor
    key: str
    locale: str = ""
    time_zone: str = ""


@dataclass(frozen=True, slots=True)
class Browser:
    """What a request tells of where it comes from."""

    address: str = ""
    agent: str = ""


def begin_session(
    session: Session, user: UserAccount, *, basis: str, secret: str, browser: Browser, now: datetime
) -> UserSession:
    """Begin a session under a fresh secret, which only the cookie holds. `basis`: password, link or oidc."""
    if len(secret) < _RANDOM_CHARACTERS:
        raise ValueError("A session needs 32 random bytes.")
    row = UserSession(
        user_id=user.id,
        hash=hash_secret(secret),
        basis=basis,
        address=browser.address[:60],
        agent=browser.agent[:200],
        created_at=now,
        last_seen_at=now,
        ends_at=now + LASTS,
    )
    user.refused_sign_ins, user.locked_until = 0, None
    session.add(row)
    session.flush()
    actor = Actor(user.email, user.role, user.name)
    record_event(
        session, actor, "sign_in", f"session {row.id}", now=now, after={"by": basis, "from": browser.address}
    )
    return row


def find_session(store: Store, secret: str, *, now: datetime) -> SignedIn | None:
    """Who signed in under this secret, if the session still stands. Notes its use, at most once in five minutes."""
    if not _RANDOM_CHARACTERS <= len(secret) <= 100:
        return None
    with store.read() as session:
        found = session_owner(session, hash_secret(secret))
        if found is None:
            return None
        row, user = found
        if now >= row.ends_at or now - row.last_seen_at > IDLE:
            return None
        session_id, seen = row.id, row.last_seen_at
        actor, shown = Actor(user.email, user.role, user.name), (user.locale, user.time_zone)
    if now - seen > _SEEN_NOTED_EVERY:
        with store.write() as session:
            session.get_one(UserSession, session_id).last_seen_at = now
    return SignedIn(session_id, actor, form_key(secret), *shown)


def end_session(session: Session, actor: Actor, session_id: int, *, now: datetime) -> None:
    """Sign out. Twice does no harm."""
    row = session.get(UserSession, session_id)
    if row is None or row.revoked_at is not None:
        return
    row.revoked_at = now
    record_event(session, actor, "sign_out", f"session {session_id}", now=now)


def hash_secret(secret: str) -> str:
    """How a secret is kept. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def form_key(secret: str) -> str:
    """What the forms of a session carry. Another site can neither read nor compute it."""
    return hashlib.sha256(b"form:" + secret.encode()).hexdigest()
