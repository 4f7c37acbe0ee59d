"""Users, their roles, how they sign in, and API tokens. Passwords, sessions, links and tokens are kept as hashes."""

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers, words


class UserAccount(SQLModel, table=True):
    __tablename__ = "user_account"

    id: int = Field(default=None, sa_column=big_key())
    email: str = Field(unique=True)
    name: str
    role: str  # admin, controller, accountant, viewer
    active: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    # Argon2, with its parameters; empty: no password was set
    password_hash: str = Field(default="", sa_column=words())
    # refused sign-ins since the last that worked
    refused_sign_ins: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # how numbers, dates and times are shown to them; empty: as the company has it
    locale: str = Field(default="", sa_column=words())
    time_zone: str = Field(default="", sa_column=words())
    # who they are at the sign-in provider: `issuer subject`; empty: they have not signed in there
    oidc_subject: str = Field(default="", sa_column=words(index=True))


class ApiToken(SQLModel, table=True):
    __tablename__ = "api_token"

    id: int = Field(default=None, sa_column=big_key())
    user_id: int = Field(sa_column=refers("user_account.id", index=True))
    name: str
    hash: str = Field(unique=True)  # sha256 of the token, which is random and shown once
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UserSession(SQLModel, table=True):
    """A person signed in with a browser. It ends when it is signed out, revoked, too old, or unused for too long."""

    __tablename__ = "user_session"

    id: int = Field(default=None, sa_column=big_key())
    user_id: int = Field(sa_column=refers("user_account.id", index=True))
    hash: str = Field(unique=True)  # sha256 of what the cookie holds
    basis: str  # password, link, oidc
    address: str = ""
    agent: str = ""  # the browser, as it calls itself
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A link that signs a user in once, or, without a user, makes the first one of a new installation."""

    __tablename__ = "sign_in_link"

    id: int = Field(default=None, sa_column=big_key())
    user_id: int | None = Field(default=None, sa_column=refers("user_account.id", nullable=True))
    hash: str = Field(unique=True)
    created_by: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
