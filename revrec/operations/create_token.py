"""Give a program access in a user's name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.people import user_by_email
from revrec.store.tables import ApiToken

TOKEN_PREFIX = "rr_"  # noqa: S105 - lets secret scanners and people recognise one


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token just made. `text` exists nowhere else and is never shown again."""

    id: int
    text: str
    email: str
    name: str

    def __repr__(self) -> str:
        return f"NewToken(id={self.id}, email={self.email!r}, name={self.name!r})"


def create_token(
    session: Session, actor: Actor, name: str, *, random_text: str, now: datetime, email: str = ""
) -> NewToken:
    """A token for `email` (default: the actor). `random_text` is 32 random bytes or more, url-safe.

    A token carries its user's role as it is at each call. One for somebody else takes an admin.
    """
    require(actor, "create_token")
    email = (email or actor.email).strip().lower()
    if email != actor.email:
        require(actor, "manage_tokens")
    if not name.strip():
        raise Invalid("A token needs a name that says what uses it.", where="name")
    if len(random_text) < 43:
        raise ValueError("A token needs 32 random bytes.")
    user = user_by_email(session, email)
    if user is None or not user.active:
        raise NotFound(f"There is no active user {email}.", where="email")
    text = TOKEN_PREFIX + random_text
    token = ApiToken(user_id=user.id, name=name.strip(), hash=hash_token(text), created_at=now)
    session.add(token)
    session.flush()
    record_event(
        session,
        actor,
        "create_token",
        f"token {token.id} of {email}",
        now=now,
        after={"name": token.name, "user": email},
    )
    return NewToken(token.id, text, email, token.name)


def hash_token(text: str) -> str:
    """How a token is stored. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(text.encode()).hexdigest()
