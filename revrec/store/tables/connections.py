"""Connections to outside systems, and how far each kind of record has been read."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers


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


class Watermark(SQLModel, table=True):
    """How far a flow has read a kind of record; moves only in the transaction that publishes."""

    __tablename__ = "watermark"
    __table_args__ = (UniqueConstraint("connection_id", "kind"),)

    id: int = Field(default=None, sa_column=big_key())
    connection_id: int = Field(sa_column=refers("connection.id"))
    kind: str
    position: str  # ISO UTC instant, or `instant/id` for the CRM's cursors
    job_id: int = Field(sa_column=refers("job.id"))
