"""Users and tokens."""

from datetime import datetime

from api.views.shape import View
from revrec.operations.create_token import NewToken
from revrec.store.tables import ApiToken, UserAccount


class UserView(View):
    id: int
    email: str
    name: str
    role: str
    active: bool
    created_at: datetime


class TokenView(View):
    """A token without its text, which is kept nowhere."""

    id: int
    name: str
    email: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewTokenView(View):
    """A token just made; `token` is shown this once."""

    id: int
    name: str
    email: str
    token: str


def user_view(row: UserAccount) -> UserView:
    return UserView.model_validate(row, from_attributes=True)


def token_view(token: ApiToken, user: UserAccount) -> TokenView:
    return TokenView(
        id=token.id,
        name=token.name,
        email=user.email,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )


def new_token_view(made: NewToken) -> NewTokenView:
    return NewTokenView(id=made.id, name=made.name, email=made.email, token=made.text)
