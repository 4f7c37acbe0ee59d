"""From a token to an actor."""

from datetime import datetime, timedelta

from revrec.operations.actor import Actor
from revrec.operations.create_token import TOKEN_PREFIX, hash_token
from revrec.store.engine import Store
from revrec.store.queries.people import token_owner, touch_token

_USE_NOTED_EVERY = timedelta(minutes=5)


def authenticate(store: Store, token_text: str, *, now: datetime) -> Actor | None:
    """The user whose token this is, or None. Notes its use, at most once in five minutes."""
    if not token_text.startswith(TOKEN_PREFIX) or len(token_text) > 200:
        return None
    with store.read() as session:
        found = token_owner(session, hash_token(token_text))
        if found is None:
            return None
        token, user = found
        token_id, last_used = token.id, token.last_used_at
        actor = Actor(user.email, user.role, user.name)
    if last_used is None or now - last_used > _USE_NOTED_EVERY:
        with store.write() as session:
            touch_token(session, token_id, now)
    return actor
