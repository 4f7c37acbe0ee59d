"""Users, their roles, and API tokens (kept as hashes)."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers


class UserAccount(SQLModel, table=True):
    __tablename__ = "user_account"

    id: int = Field(default=None, sa_column=big_key())
    email: str = Field(unique=True)
    name: str
    role: str  # admin, controller, accountant, viewer
    active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    __tablename__ = "api_token"

    id: int = Field(default=None, sa_column=big_key())
    user_id: int = Field(sa_column=refers("user_account.id", index=True))
    name: str
    hash: str = Field(unique=True)  # sha256 of the token, which is random and shown once
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
