"""The audit trail: append-only; each event carries the hash of the one before it."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key


class AuditEvent(SQLModel, table=True):
    __tablename__ = "audit_event"

    id: int = Field(default=None, sa_column=big_key())
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    actor: str  # email of the user, or `service`
    action: str = Field(index=True)  # verb phrase: close_period, pair_customer, ...
    subject: str = Field(index=True)  # what it was done to: `period 2026-03`
    before: Any | None = Field(default=None, sa_type=Json)
    after: Any | None = Field(default=None, sa_type=Json)
    reason: str = ""
    previous_hash: str
    hash: str = Field(unique=True)
