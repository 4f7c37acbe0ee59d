"""The audit trail: append-only; each event carries the hash of the one before it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key


class AuditEvent(SQLModel, table=True):
    __tablename__ = "audit_event"
    # Each with the id behind it: the newest of a kind come straight from the index, of millions too.
    __table_args__ = (
        Index("audit_event_actor", "actor", "id"),
        Index("audit_event_action", "action", "id"),
        Index("audit_event_subject", "subject", "id"),
    )

    id: int = Field(default=None, sa_column=big_key())
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str  # email of the user, or `service`
    action: str  # verb phrase: close_period, pair_customer, ...
    subject: str  # what it was done to: `period 2026-03`
    before: Any | None = Field(default=None, sa_type=Json)
    after: Any | None = Field(default=None, sa_type=Json)
    reason: str = ""
    previous_hash: str
    hash: str = Field(unique=True)
