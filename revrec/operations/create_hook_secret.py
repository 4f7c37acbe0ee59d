"""Give a system that calls our hooks something to sign with."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.secrets import Vault
from revrec.store.queries.hooks import count_of_standing
from revrec.store.queries.people import user_by_email
from revrec.store.tables import HookSecret

SECRET_PREFIX = "rrh_"  # noqa: S105 - lets secret scanners and people recognise one
MOST = 20
"""Secrets that may stand at once: each is tried when a signed call comes."""


@dataclass(frozen=True, slots=True)
class NewHookSecret:
    """A secret just made. `text` is shown this once; what is kept of it is encrypted."""

    id: int
    text: str = field(repr=False)
    email: str
    name: str


def create_hook_secret(
    session: Session,
    actor: Actor,
    vault: Vault,
    name: str,
    *,
    random_text: str,
    now: datetime,
    email: str = "",
) -> NewHookSecret:
    """A secret whose calls act as `email` (default: the actor), with that user's role as it is at each call.

    `random_text` is 32 random bytes or more, url-safe. Raises `Invalid` without a name, `NotFound` for a user without
    access, `Conflict` where `MOST` stand.
    """
    require(actor, "manage_hooks")
    name = name.strip()
    if not name:
        raise Invalid("A hook's secret needs a name that says which system signs with it.", where="name")
    if len(name) > 100:
        raise Invalid("A name has at most 100 characters.", where="name")
    if len(random_text) < 43:
        raise ValueError("A secret needs 32 random bytes.")
    email = (email or actor.email).strip().lower()
    user = user_by_email(session, email)
    if user is None or not user.active:
        raise NotFound(f"There is no active user {email}.", where="email")
    if count_of_standing(session) >= MOST:
        raise Conflict(f"There are {MOST} secrets. Revoke one that is no longer used.", where="name")
    text = SECRET_PREFIX + random_text
    row = HookSecret(user_id=user.id, name=name, secret="", created_by=actor.email, created_at=now)
    session.add(row)
    session.flush()
    row.secret = vault.seal(sealed_name(row.id), {"secret": text}).decode()
    record_event(
        session,
        actor,
        "create_hook_secret",
        f"hook secret {row.id}",
        now=now,
        after={"name": name, "user": email},
    )
    return NewHookSecret(row.id, text, email, name)


def sealed_name(secret_id: int) -> str:
    """What a secret's encryption is bound to."""
    return f"hook secret {secret_id}"
