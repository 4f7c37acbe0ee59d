"""Take a hook's secret back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound
from revrec.store.tables import HookSecret, UserAccount


def revoke_hook_secret(session: Session, actor: Actor, secret_id: int, *, now: datetime) -> HookSecret:
    """What is signed with it is refused from here on. It stays listed; the secret itself is wiped."""
    require(actor, "manage_hooks")
    row = session.get(HookSecret, secret_id)
    if row is None:
        raise NotFound(f"There is no hook secret {secret_id}.", where="hook")
    if row.revoked_at is not None:
        raise Conflict(f"Hook secret {secret_id} was revoked already.", where="hook")
    row.revoked_at, row.secret = now, ""
    user = session.get_one(UserAccount, row.user_id)
    record_event(
        session,
        actor,
        "revoke_hook_secret",
        f"hook secret {row.id}",
        now=now,
        before={"name": row.name, "user": user.email},
    )
    return row
