"""Closes and what they booked. Rows count only while their close's state is `closed`."""

from datetime import date, datetime
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


class CloseFigures(SQLModel, table=True):
    """What the ledger rows of one close come to in one base currency, kept since they never change again: revenue, and
    by how much contract liability grew; credits less debits."""

    __tablename__ = "close_figures"
    __table_args__ = (UniqueConstraint("period_close_id", "base_currency"),)

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id"))
    base_currency: str
    revenue_minor: int = Field(sa_column=money())
    liability_minor: int = Field(sa_column=money())


class Booked(SQLModel, table=True):
    """The running total of one obligation after one close; one row per obligation that moved.

    `target` is everything recognised through this close; `revenue` = `adjustment` + what the period itself earned.
    """

    __tablename__ = "booked"
    __table_args__ = (UniqueConstraint("obligation_id", "period_close_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    obligation_id: int = Field(sa_column=refers("obligation.id"))
    contract_id: int = Field(sa_column=refers("contract.id", index=True))
    order_version_id: int | None = None
    allocated_minor: int = Field(sa_column=money())
    fraction_numerator: int = Field(sa_column=money())
    fraction_denominator: int = Field(sa_column=money())
    target_minor: int = Field(sa_column=money())
    revenue_minor: int = Field(sa_column=money())
    adjustment_minor: int = Field(sa_column=money())
    cause: str = ""
    revenue_base_minor: int = Field(sa_column=money())
    adjustment_base_minor: int = Field(sa_column=money())
    target_base_minor: int = Field(sa_column=money())
    segment_set_id: int | None = None


class Allocation(SQLModel, table=True):
    """How one obligation got its price, as a close computed it; written when any of it changed. With `booked` it is
    what *explain* reads.

    `weight`: SSP x quantity x term, on a scale that the obligations of one contract share; those with one `added_by`
    shared their `price_minor` by it at inception. Now: `fixed_minor`, recognised before the leg that runs since
    `leg_from` (a prospective modification or credit), then `rest_minor` by the method's fraction, until `stops_on`,
    and `lump_minor` at once on `lump_on` (a cancellation's fee).
    """

    __tablename__ = "allocation"
    __table_args__ = (
        UniqueConstraint("obligation_id", "period_close_id"),
        Index("allocation_contract", "contract_id"),
    )

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    obligation_id: int = Field(sa_column=refers("obligation.id"))
    contract_id: int = Field(sa_column=refers("contract.id"))
    order_version_id: int | None = None
    added_by: int | None = Field(
        default=None, sa_column=Column(BigInteger)
    )  # the modification; empty: the order
    method: str
    trigger: str = ""  # of a point in time
    starts: date | None = None
    ends: date | None = None
    quantity_e6: int = Field(sa_column=money())
    price_minor: int = Field(sa_column=money())  # stated at inception
    stated_minor: int = Field(sa_column=money())  # stated now
    ssp_minor: int | None = Field(default=None, sa_column=Column(BigInteger))  # of one unit, as it was used
    ssp_per: str = ""
    weight: int = Field(sa_column=money())
    inception_minor: int = Field(sa_column=money())
    allocated_minor: int = Field(sa_column=money())
    fixed_minor: int = Field(sa_column=money())
    leg_from: date | None = None
    rest_minor: int = Field(sa_column=money())
    lump_minor: int = Field(sa_column=money())
    lump_on: date | None = None
    stops_on: date | None = None
    flags: int = 0


class TreatmentTaken(SQLModel, table=True):
    """Which treatment a close gave a changed order, and why."""

    __tablename__ = "treatment_taken"

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    order_version_id: int = Field(sa_column=refers("order_version.id", index=True))
    reason: str


class BillingSplit(SQLModel, table=True):
    """How one close moved one billing line: to a contract and obligation, or to none (unassigned). Added up over
    closes it says where the line's billing stands. Without a document: billing of a contract that was loaded at
    cut-over."""

    __tablename__ = "billing_split"
    __table_args__ = (
        Index("billing_split_document", "document_id", "line_id"),
        Index("billing_split_contract", "contract_id"),
    )

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    document_id: int | None = Field(default=None, sa_column=refers("source_document.id", nullable=True))
    line_id: int
    contract_id: int | None = Field(default=None, sa_column=refers("contract.id", nullable=True))
    obligation_id: int | None = None
    customer_id: int
    subsidiary_id: int
    currency: str
    product_id: int | None = None
    amount_minor: int = Field(sa_column=money())
    base_minor: int = Field(sa_column=money())
    account_id: int
    account_type: int
    segment_set_id: int | None = None
    service_day: date | None = None  # last day of the usage that the line bills
    service_start: date | None = None  # its first


class Balance(SQLModel, table=True):
    """Cumulative balances after one close, for scopes that moved or stand: a contract, a customer (where netting is
    by customer), or a customer's unassigned billing. Minor units of the currency and of the base currency."""

    __tablename__ = "balance"
    __table_args__ = (
        Index("balance_contract", "contract_id", "period_close_id"),
        Index("balance_customer", "customer_id", "period_close_id"),
    )

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    scope: str  # contract customer unassigned
    contract_id: int | None = Field(default=None, sa_column=refers("contract.id", nullable=True))
    customer_id: int
    subsidiary_id: int
    currency: str
    billed_minor: int = Field(sa_column=money())
    recognised_minor: int = Field(sa_column=money())
    liability_minor: int = Field(sa_column=money())
    contract_asset_minor: int = Field(sa_column=money())
    unbilled_receivable_minor: int = Field(sa_column=money())
    billed_base_minor: int = Field(sa_column=money())
    recognised_base_minor: int = Field(sa_column=money())
    fx_base_minor: int = Field(sa_column=money())
    liability_base_minor: int = Field(sa_column=money())
    contract_asset_base_minor: int = Field(sa_column=money())
    unbilled_receivable_base_minor: int = Field(sa_column=money())


class WaitingItem(SQLModel, table=True):
    """What a close could not account for: held obligations and billing lines, and unassigned billing."""

    __tablename__ = "waiting_item"
    __table_args__ = (Index("waiting_item_contract", "period_close_id", "contract_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    kind: str  # held unassigned
    reason: str
    contract_id: int | None = None
    obligation_id: int | None = None
    document_id: int | None = None
    line_id: int | None = None
    currency: str
    amount_minor: int = Field(sa_column=money())
    age_days: int | None = None


class BookLock(SQLModel, table=True):
    """The one `books` lock: publish and close take it, so they never overlap."""

    __tablename__ = "book_lock"

    name: str = Field(primary_key=True)
    held_by_job: int | None = Field(default=None, sa_column=Column(BigInteger))
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
