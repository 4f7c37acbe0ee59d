"""Users, their sessions and tokens."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.create_token import NewToken
from revrec.store.queries.people import activity_of
from revrec.store.tables import ApiToken, UserAccount, UserSession


class UserView(View):
    id: int
    email: str
    name: str
    role: str
    active: bool
    created_at: datetime


class AccessView(UserView):
    """A user with what stands of theirs. `last_seen_at`: when a browser of theirs was last seen; `sessions`: in how
    many they are signed in; `tokens` that work; `single_sign_on`: they came by the sign-in provider before;
    `locked_until`: after too many refused sign-ins."""

    has_password: bool
    single_sign_on: bool
    locked_until: datetime | None
    last_seen_at: datetime | None
    sessions: int
    tokens: int


class SessionView(View):
    """A browser that somebody is signed in with. `basis`: password, link or oidc; `agent`: as it calls itself."""

    id: int
    basis: str
    agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    ends_at: datetime


class SignInLinkView(View):
    """A link that signs its user in once, within 15 minutes; `link` is shown this once."""

    email: str
    link: str
    ends_at: datetime


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


def access_views(session: Session, rows: Sequence[UserAccount], now: datetime) -> list[AccessView]:
    activity = activity_of(session, [row.id for row in rows], now)
    return [
        AccessView(
            **user_view(row).model_dump(),
            has_password=bool(row.password_hash),
            single_sign_on=bool(row.oidc_subject),
            locked_until=row.locked_until if row.locked_until and row.locked_until > now else None,
            last_seen_at=activity[row.id].last_seen_at,
            sessions=activity[row.id].sessions,
            tokens=activity[row.id].tokens,
        )
        for row in rows
    ]


def session_view(row: UserSession) -> SessionView:
    return SessionView.model_validate(row, from_attributes=True)


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
