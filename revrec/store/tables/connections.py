"""Connections to outside systems, how far each kind of record has been read, and what the calls came to."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers, words


class Connection(SQLModel, table=True):
    """One system for one flow: `invoices` and `journals` to NetSuite, `orders` to the CRM."""

    __tablename__ = "connection"
    __table_args__ = (UniqueConstraint("flow"),)

    id: int = Field(default=None, sa_column=big_key())
    flow: str
    system: str  # netsuite, salesforce
    account: str  # NetSuite account id; the CRM's My Domain host
    base_url: str = ""  # empty: from the account
    auth: str  # tba, m2m; client_credentials, jwt
    secret: bytes  # sealed by the vault under the name `<flow>`
    options: Any = Field(sa_type=Json)
    connected_by: str
    connected_at: datetime = Field(sa_type=UtcDateTime)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    paused: str = ""  # why nothing is sent; empty: it runs
    # the user who paused it; empty: the service did, after a refused sign-in
    paused_by: str = Field(default="", sa_column=words())
    # m2m: the public certificate's PEM, where it was given
    certificate: str = Field(default="", sa_column=words())
    certificate_ends: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disconnected_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # its secret is gone


class Watermark(SQLModel, table=True):
    """How far a flow has read a kind of record; moves only in the transaction that publishes."""

    __tablename__ = "watermark"
    __table_args__ = (UniqueConstraint("connection_id", "kind"),)

    id: int = Field(default=None, sa_column=big_key())
    connection_id: int = Field(sa_column=refers("connection.id"))
    kind: str
    position: str  # ISO UTC instant, or `instant/id` for the CRM's cursors
    job_id: int = Field(sa_column=refers("job.id"))


class ApiUsage(SQLModel, table=True):
    """What the calls of one hour to one account came to, over all processes."""

    __tablename__ = "api_usage"
    __table_args__ = (UniqueConstraint("account", "flow", "hour"),)

    id: int = Field(default=None, sa_column=big_key())
    account: str
    flow: str
    hour: datetime = Field(sa_type=UtcDateTime)
    requests: int = 0
    failed: int = 0
    refused: int = 0  # too many at once, in any of its disguises
    retried: int = 0
    busy_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    waited_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    received_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    peak: int = 0  # requests at once in one process


class ApiGate(SQLModel, table=True):
    """What all processes that call one account agree on: whose turn is next, and whether its sign-in is in doubt."""

    __tablename__ = "api_gate"
    __table_args__ = (UniqueConstraint("account"),)

    id: int = Field(default=None, sa_column=big_key())
    account: str
    # the moment, in ms since 1970, from which the next call may go, where calls per minute are limited
    free_at_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    # a sign-in that worked was refused
    refused_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    refused_by: str = Field(default="", sa_column=words())  # the process that tries it once more, alone


class JobUsage(SQLModel, table=True):
    """What the calls of one job came to, added up by every process that works on it."""

    __tablename__ = "job_usage"
    __table_args__ = (UniqueConstraint("job_id"),)

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    requests: int = 0
    failed: int = 0
    refused: int = 0
    retried: int = 0
    busy_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    waited_ms: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    received_bytes: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
