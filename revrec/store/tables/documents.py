"""NetSuite invoices and credit memos: identity, versions, and lines written once under their version.

Readers join through `source_document.current_version_id`, which only a publish moves. Amounts are minor
units of the document's currency with the sign turned, so a credit memo is negative.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers


def money() -> Column[int]:
    """Minor units, 64-bit."""
    return Column(BigInteger, nullable=False)


class SourceDocument(SQLModel, table=True):
    __tablename__ = "source_document"
    __table_args__ = (
        UniqueConstraint("external_id"),
        # Credit memos are few among invoices, and lists of their own.
        Index(
            "source_document_credit",
            "state",
            "id",
            sqlite_where=text("kind = 'CustCred'"),
            postgresql_where=text("kind = 'CustCred'"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    external_id: int = Field(sa_column=Column(BigInteger, nullable=False))  # NetSuite's internal id
    kind: str  # CustInvc, CustCred
    current_version_id: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    state: str = Field(default="new", index=True)  # new pending held loaded excluded gone
    reason: str = ""  # why pending, held, excluded or gone
    recheck: bool = Field(default=False, index=True)  # read again by id in every run
    # NetSuite's stamp when it was last read and was as here; empty: that of its version
    same_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DocumentVersion(SQLModel, table=True):
    __tablename__ = "document_version"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index("document_version_customer", "customer_id", "period"),
    )

    id: int = Field(default=None, sa_column=big_key())
    document_id: int = Field(sa_column=refers("source_document.id"))
    number: int
    job_id: int = Field(sa_column=refers("job.id", index=True))
    sha256: str
    raw: bytes  # zlib of the canonical JSON that was pulled
    modified_at: datetime = Field(sa_type=UtcDateTime)
    tran_id: str = Field(index=True)  # the number people see
    tran_date: date
    period_id: int | None  # NetSuite posting period
    period: str  # `2026-03`; empty if NetSuite gave none
    customer_id: int
    subsidiary_id: int | None
    currency_id: int
    currency: str  # symbol
    exchange_rate_e10: int = Field(sa_column=money())
    status: str
    memo: str = ""
    credit_reason: str = ""  # of a credit memo, from the field that the settings name
    created_from: int | None = Field(default=None, sa_column=Column(BigInteger))
    order_reference: str = ""
    main_minor: int = Field(sa_column=money())  # main-line total, credits negative
    tax_minor: int = Field(sa_column=money())
    problem: str = ""  # why it cannot be loaded, found while reading


class DocumentLine(SQLModel, table=True):
    """`billing` is what the contract is billed by this line: its net after discount lines; zero elsewhere."""

    __tablename__ = "document_line"
    __table_args__ = (UniqueConstraint("version_id", "line_id"),)

    id: int = Field(default=None, sa_column=big_key())
    version_id: int = Field(sa_column=refers("document_version.id"))
    line_id: int
    sequence: int
    role: str  # main, billing, discount, tax, other
    item_id: int | None = None
    item_type: str = ""
    description: str = ""
    quantity_e6: int = Field(sa_column=money())
    amount_minor: int = Field(sa_column=money())  # as NetSuite has it, sign turned
    billing_minor: int = Field(sa_column=money())
    base_minor: int = Field(sa_column=money())  # base currency, of what `billing_minor` is
    account_id: int | None = None  # where NetSuite posted it
    # and how much, in base currency, the sign turned; empty: read before it was kept
    posted_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    account_type: str = ""
    starts: date | None = None
    ends: date | None = None
    segment_set_id: int | None = Field(default=None, sa_column=refers("segment_set.id", nullable=True))
    problem: str = ""
