"""Requests that are answered once: idempotency keys, and the secrets that hooks sign with."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers


class AnsweredRequest(SQLModel, table=True):
    """A request under a key, and its answer. The same key again gets the same answer; nothing is done twice."""

    __tablename__ = "answered_request"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: int = Field(default=None, sa_column=big_key())
    user_id: int = Field(sa_column=refers("user_account.id"))
    key: str  # of the Idempotency-Key header, or `hook ` and a hash of what was signed
    fingerprint: str  # sha256 over method, path, query and body
    status: int | None = None  # none: still being answered, or cut off
    content_type: str = ""
    location: str = ""
    body: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HookSecret(SQLModel, table=True):
    """What a system that calls our hooks signs with. Kept encrypted, for signatures are computed from it."""

    __tablename__ = "hook_secret"

    id: int = Field(default=None, sa_column=big_key())
    user_id: int = Field(sa_column=refers("user_account.id", index=True))  # whom its calls act as
    name: str
    secret: str  # encrypted
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
