"""Secrets that hooks sign with."""

from datetime import datetime

from api.views.shape import View
from revrec.operations.create_hook_secret import NewHookSecret
from revrec.store.tables import HookSecret, UserAccount


class HookSecretView(View):
    """A secret without itself. `email`: whom its calls act as."""

    id: int
    name: str
    email: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewHookSecretView(View):
    """A secret just made; `secret` is shown this once."""

    id: int
    name: str
    email: str
    secret: str


def hook_secret_view(row: HookSecret, user: UserAccount) -> HookSecretView:
    return HookSecretView(
        id=row.id,
        name=row.name,
        email=user.email,
        created_by=row.created_by,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def new_hook_secret_view(made: NewHookSecret) -> NewHookSecretView:
    return NewHookSecretView(id=made.id, name=made.name, email=made.email, secret=made.text)
