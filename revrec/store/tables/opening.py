"""Opening balances as they were loaded at cut-over, before the first period closes."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers
from revrec.store.tables.documents import money


class OpeningBalance(SQLModel, table=True):
    """Recognised per obligation, and billed per contract (a row without obligation), up to the day before the first
    period. A later import supersedes every row of the one before."""

    __tablename__ = "opening_balance"
    __table_args__ = (Index("opening_balance_contract", "contract_id", "obligation_id"),)

    id: int = Field(default=None, sa_column=big_key())
    contract_id: int = Field(sa_column=refers("contract.id"))
    obligation_id: int | None = Field(default=None, sa_column=refers("obligation.id", nullable=True))
    amount_minor: int = Field(sa_column=money())
    base_minor: int = Field(sa_column=money())
    source: str  # the file and its row
    superseded: bool = False
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
