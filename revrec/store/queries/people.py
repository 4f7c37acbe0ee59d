"""Users and their tokens."""

from datetime import datetime

from sqlmodel import Session, col, select

from revrec.store.tables import ApiToken, SignInLink, UserAccount, UserSession


def user_by_email(session: Session, email: str) -> UserAccount | None:
    return session.exec(select(UserAccount).where(UserAccount.email == email.strip().lower())).first()


def first_admin(session: Session) -> UserAccount | None:
    """The admin of lowest id who is active: whom the command line acts as by default."""
    return session.exec(
        select(UserAccount)
        .where(UserAccount.role == "admin", col(UserAccount.active).is_(True))
        .order_by(col(UserAccount.id))
    ).first()


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
