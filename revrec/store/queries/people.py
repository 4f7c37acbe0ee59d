"""Users and their tokens."""

from datetime import datetime

from sqlmodel import Session, col, select

from revrec.store.tables import ApiToken, UserAccount


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
