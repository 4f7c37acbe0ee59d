"""Secrets that hooks sign with."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from revrec.store.tables import HookSecret, UserAccount


def standing_hook_secrets(session: Session) -> list[tuple[HookSecret, UserAccount]]:
    """Those that are not revoked and whose user has access, newest first."""
    return [
        (secret, user)
        for secret, user in session.exec(
            select(HookSecret, UserAccount)
            .where(HookSecret.user_id == UserAccount.id)
            .where(col(HookSecret.revoked_at).is_(None), col(UserAccount.active).is_(True))
            .order_by(col(HookSecret.id).desc())
        )
    ]


def hook_secrets_after(session: Session, after: int, limit: int) -> list[tuple[HookSecret, UserAccount]]:
    """All of them in order of id, revoked ones too, each with whom its calls act as."""
    return [
        (secret, user)
        for secret, user in session.exec(
            select(HookSecret, UserAccount)
            .where(HookSecret.user_id == UserAccount.id, col(HookSecret.id) > after)
            .order_by(col(HookSecret.id))
            .limit(limit)
        )
    ]


def count_of_standing(session: Session) -> int:
    """How many secrets are not revoked."""
    counted = select(func.count()).select_from(HookSecret).where(col(HookSecret.revoked_at).is_(None))
    return session.exec(counted).one()


def touch_hook_secret(session: Session, secret_id: int, now: datetime) -> None:
    """Note that a secret was used."""
    row = session.get(HookSecret, secret_id)
    if row is not None:
        row.last_used_at = now
