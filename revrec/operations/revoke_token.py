"""Take a token back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import may, require
from revrec.problems import Conflict, NotFound
from revrec.store.tables import ApiToken, UserAccount


def revoke_token(session: Session, actor: Actor, token_id: int, *, now: datetime) -> ApiToken:
    """Revoke one's own token, or as admin anybody's. It stays listed, and works no more from here on."""
    require(actor, "revoke_token")
    token = session.get(ApiToken, token_id)
    owner = session.get(UserAccount, token.user_id) if token else None
    own = owner is not None and owner.email == actor.email
    if token is None or owner is None or not (own or may(actor, "manage_tokens")):
        raise NotFound(f"You have no token {token_id}.", where="token")
    if token.revoked_at is not None:
        raise Conflict(f"Token {token_id} was revoked already.", where="token")
    token.revoked_at = now
    record_event(
        session,
        actor,
        "revoke_token",
        f"token {token.id} of {owner.email}",
        now=now,
        before={"name": token.name, "user": owner.email},
    )
    return token
