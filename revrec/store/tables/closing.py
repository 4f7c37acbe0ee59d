"""Closes and what they booked. Rows count only while their close's state is `closed`."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers
from revrec.store.tables.documents import money


class PeriodClose(SQLModel, table=True):
    __tablename__ = "period_close"
    __table_args__ = (
        Index(
            "one_standing_close",
            "period",
            unique=True,
            sqlite_where=text("state = 'closed'"),
            postgresql_where=text("state = 'closed'"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    period: str = Field(index=True)
    state: str  # building closed reopened discarded
    job_id: int = Field(sa_column=refers("job.id", index=True))
    policy: Any = Field(sa_type=Json)  # the policy in force, whole
    closed_by: str
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged: Any | None = Field(default=None, sa_type=Json)  # warnings and the reason given
    totals: Any | None = Field(default=None, sa_type=Json)
    reopened_by: str = ""
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopen_reason: str = ""


class Booked(SQLModel, table=True):
    """The running total of one obligation after one close; one row per obligation that moved."""

    __tablename__ = "booked"
    __table_args__ = (UniqueConstraint("obligation_id", "period_close_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    obligation_id: int = Field(sa_column=refers("obligation.id"))
    contract_id: int = Field(sa_column=refers("contract.id", index=True))
    order_version_id: int = Field(sa_column=refers("order_version.id"))
    allocated_minor: int = Field(sa_column=money())
    fraction_numerator: int = Field(sa_column=money())
    fraction_denominator: int = Field(sa_column=money())
    target_minor: int = Field(sa_column=money())
    recognised_minor: int = Field(sa_column=money())  # through this close
    recognised_base_minor: int = Field(sa_column=money())
    revenue_minor: int = Field(sa_column=money())  # of this close, adjustment included
    adjustment_minor: int = Field(sa_column=money())
    cause: str = ""
    explain: Any | None = Field(default=None, sa_type=Json)


class ContractBalance(SQLModel, table=True):
    """Balances of one contract after one close, for contracts that moved; cumulative, minor units."""

    __tablename__ = "contract_balance"
    __table_args__ = (UniqueConstraint("contract_id", "period_close_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    contract_id: int = Field(sa_column=refers("contract.id"))
    currency: str
    subsidiary_id: int | None = None
    billed_minor: int = Field(sa_column=money())
    recognised_minor: int = Field(sa_column=money())
    liability_minor: int = Field(sa_column=money())
    asset_minor: int = Field(sa_column=money())
    billed_base_minor: int = Field(sa_column=money())
    recognised_base_minor: int = Field(sa_column=money())
    asset_base_minor: int = Field(sa_column=money())
    asset_role: str = "contract_asset"


class BookLock(SQLModel, table=True):
    """The one `books` lock: publish and close take it, so they never overlap."""

    __tablename__ = "book_lock"

    name: str = Field(primary_key=True)
    held_by_job: int | None = Field(default=None, sa_column=Column(BigInteger))
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
