"""Users, the sessions they signed in with, and their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import func, or_
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import ApiToken, SignInLink, UserAccount, UserSession

USER_SORTS: Sorts = MappingProxyType(
    {
        "added": col(UserAccount.id),
        "email": col(UserAccount.email),
        "name": col(UserAccount.name),
        "role": col(UserAccount.role),
    }
)
TOKEN_SORTS: Sorts = MappingProxyType(
    {"made": col(ApiToken.id), "name": col(ApiToken.name), "user": col(UserAccount.email)}
)


@dataclass(frozen=True, slots=True)
class Activity:
    """Of a user: when a browser of theirs was last seen, in how many they are signed in, and tokens that work."""

    last_seen_at: datetime | None = None
    sessions: int = 0
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class TokenAges:
    """Of the tokens that work: how many, how many nobody ever used, and when the oldest was made."""

    working: int
    never_used: int
    oldest: datetime | None


def user_by_email(session: Session, email: str) -> UserAccount | None:
    return session.exec(select(UserAccount).where(UserAccount.email == email.strip().lower())).first()


def user_by_oidc_subject(session: Session, subject: str) -> UserAccount | None:
    """The user who is `issuer subject` at the sign-in provider."""
    return session.exec(select(UserAccount).where(UserAccount.oidc_subject == subject)).first()


def first_admin(session: Session) -> UserAccount | None:
    """The admin of lowest id who is active: whom the command line acts as by default."""
    return session.exec(
        select(UserAccount)
        .where(UserAccount.role == "admin", col(UserAccount.active).is_(True))
        .order_by(col(UserAccount.id))
    ).first()


def users_where(*, search: str = "", role: str = "", access: str = "") -> SelectOfScalar[UserAccount]:
    """The users of a selection, in no order. `search`: part of the email or name; `access`: yes or no."""
    query = select(UserAccount)
    if search:
        words = (UserAccount.email, UserAccount.name)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in words)))
    if role:
        query = query.where(UserAccount.role == role)
    if access:
        query = query.where(col(UserAccount.active).is_(access == "yes"))
    return query


def users_by_role(
    session: Session, *, search: str = "", role: str = "", access: str = ""
) -> list[tuple[str, bool, int]]:
    """How many users of a selection there are: role, whether they have access, count."""
    chosen = users_where(search=search, role=role, access=access).subquery()
    rows = session.exec(
        select(chosen.c.role, chosen.c.active, func.count())
        .group_by(chosen.c.role, chosen.c.active)
        .order_by(chosen.c.role, chosen.c.active.desc())
    )
    return [(name, bool(active), int(count)) for name, active, count in rows]


def activity_of(session: Session, user_ids: Sequence[int], now: datetime) -> dict[int, Activity]:
    """What these users did last, and what stands of theirs."""
    seen = session.exec(
        select(UserSession.user_id, func.max(UserSession.last_seen_at))
        .where(col(UserSession.user_id).in_(user_ids))
        .group_by(col(UserSession.user_id))
    ).all()
    standing = dict(
        session.exec(
            select(UserSession.user_id, func.count())
            .where(col(UserSession.user_id).in_(user_ids), col(UserSession.revoked_at).is_(None))
            .where(UserSession.ends_at > now)
            .group_by(col(UserSession.user_id))
        ).all()
    )
    tokens = dict(
        session.exec(
            select(ApiToken.user_id, func.count())
            .where(col(ApiToken.user_id).in_(user_ids), col(ApiToken.revoked_at).is_(None))
            .group_by(col(ApiToken.user_id))
        ).all()
    )
    last = dict(seen)
    return {one: Activity(last.get(one), standing.get(one, 0), tokens.get(one, 0)) for one in user_ids}


def users_after(session: Session, after: int, limit: int) -> list[UserAccount]:
    return list(
        session.exec(
            select(UserAccount).where(col(UserAccount.id) > after).order_by(col(UserAccount.id)).limit(limit)
        )
    )


def other_active_admins(session: Session, user_id: int) -> int:
    """How many active admins there are besides this user."""
    return len(
        session.exec(
            select(UserAccount.id).where(
                UserAccount.role == "admin", col(UserAccount.active).is_(True), UserAccount.id != user_id
            )
        ).all()
    )


def token_owner(session: Session, token_hash: str) -> tuple[ApiToken, UserAccount] | None:
    """The token of this hash and its user, if neither was revoked or made inactive."""
    found = session.exec(
        select(ApiToken, UserAccount)
        .where(ApiToken.user_id == UserAccount.id, ApiToken.hash == token_hash)
        .where(col(ApiToken.revoked_at).is_(None), col(UserAccount.active).is_(True))
    ).first()
    return (found[0], found[1]) if found else None


def touch_token(session: Session, token_id: int, now: datetime) -> None:
    """Note that a token was used."""
    token = session.get(ApiToken, token_id)
    if token is not None:
        token.last_used_at = now


def tokens_after(
    session: Session, after: int, limit: int, email: str | None
) -> list[tuple[ApiToken, UserAccount]]:
    """Tokens in order of id, of one user or (`email` None) of all."""
    query = (
        select(ApiToken, UserAccount)
        .where(ApiToken.user_id == UserAccount.id, col(ApiToken.id) > after)
        .order_by(col(ApiToken.id))
        .limit(limit)
    )
    if email is not None:
        query = query.where(UserAccount.email == email)
    return [(token, user) for token, user in session.exec(query)]


def tokens_where(
    *, email: str | None = None, search: str = "", state: str = ""
) -> Select[ApiToken, UserAccount]:
    """The tokens of a selection with their users, in no order. `email` None: everybody's; `search`: part of a token's
    name or of its user's email; `state`: working or revoked."""
    query = select(ApiToken, UserAccount).join(UserAccount, col(UserAccount.id) == ApiToken.user_id)
    if email is not None:
        query = query.where(UserAccount.email == email)
    if search:
        words = (ApiToken.name, UserAccount.email)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in words)))
    if state:
        revoked = col(ApiToken.revoked_at)
        query = query.where(revoked.is_(None) if state == "working" else revoked.is_not(None))
    return query


def token_ages(session: Session) -> TokenAges:
    """Of all tokens of active users that were not revoked."""
    used = func.count(col(ApiToken.last_used_at))
    working, seen, oldest = session.exec(
        select(func.count(col(ApiToken.id)), used, func.min(ApiToken.created_at))
        .join(UserAccount, col(UserAccount.id) == ApiToken.user_id)
        .where(col(ApiToken.revoked_at).is_(None), col(UserAccount.active).is_(True))
    ).one()
    return TokenAges(int(working), int(working) - int(seen), oldest)


def session_owner(session: Session, secret_hash: str) -> tuple[UserSession, UserAccount] | None:
    """The browser session of this hash and its user, if neither was revoked or made inactive."""
    found = session.exec(
        select(UserSession, UserAccount)
        .where(UserSession.user_id == UserAccount.id, UserSession.hash == secret_hash)
        .where(col(UserSession.revoked_at).is_(None), col(UserAccount.active).is_(True))
    ).first()
    return (found[0], found[1]) if found else None


def sessions_of(session: Session, email: str, now: datetime) -> list[UserSession]:
    """A user's sessions that stand, newest first."""
    return list(
        session.exec(
            select(UserSession)
            .where(UserSession.user_id == UserAccount.id, UserAccount.email == email)
            .where(col(UserSession.revoked_at).is_(None), UserSession.ends_at > now)
            .order_by(col(UserSession.id).desc())
        )
    )


def link_by_hash(session: Session, secret_hash: str) -> SignInLink | None:
    """The sign-in link of this hash, locked so that two clicks cannot both use it."""
    return session.exec(select(SignInLink).where(SignInLink.hash == secret_hash).with_for_update()).first()


def any_user(session: Session) -> bool:
    return session.exec(select(UserAccount.id).limit(1)).first() is not None


def anyone_can_sign_in(session: Session) -> bool:
    """Whether an active user has a password, or somebody ever signed in with a browser."""
    with_password = select(UserAccount.id).where(
        col(UserAccount.active).is_(True), UserAccount.password_hash != ""
    )
    return (
        session.exec(with_password.limit(1)).first() is not None
        or session.exec(select(UserSession.id).limit(1)).first() is not None
    )
