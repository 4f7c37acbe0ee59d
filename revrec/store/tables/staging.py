"""What a running job has found and not yet published; readers of the books never look here."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers
from revrec.store.tables.documents import money


class DocumentChange(SQLModel, table=True):
    """One document that a job will change when it publishes; afterwards the record of what it changed.

    ``change``: `new`, `changed` (another version), `moved` (same version, other state), `gone`.
    """

    __tablename__ = "document_change"
    __table_args__ = (
        UniqueConstraint("job_id", "document_id"),
        Index("document_change_document", "document_id"),
    )

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    document_id: int = Field(sa_column=refers("source_document.id"))
    version_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    change: str
    state_before: str = ""
    state: str = ""  # pending held loaded excluded gone
    reason: str = ""
    recheck: bool = False


class SweptDocument(SQLModel, table=True):
    """A document on which a sweep and what is held here disagree; it is read again by id.

    ``what``: `missing` here, `differing`, `vanished` from NetSuite, or `stamped`: only its stamp, or that of a line,
    is newer than the one it was last read with.
    """

    __tablename__ = "swept_document"
    __table_args__ = (UniqueConstraint("job_id", "external_id"),)

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    external_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str
    number: str  # the one people see
    what: str
    reason: str = ""
    stamp: datetime | None = Field(default=None, sa_type=UtcDateTime)  # NetSuite's, as the sweep saw it


class ControlTotal(SQLModel, table=True):
    """NetSuite's own aggregate of a group, as a job read it. Minor units of the currency, sign as NetSuite has it."""

    __tablename__ = "control_total"
    __table_args__ = (UniqueConstraint("job_id", "period_id", "kind", "currency_id", "customer_id"),)

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    period_id: int
    kind: str
    currency_id: int
    customer_id: int
    documents: int
    lines: int
    main_minor: int = Field(sa_column=money())
    tax_minor: int = Field(sa_column=money())


class GroupResult(SQLModel, table=True):
    """The reconciliation of one group: period, kind, currency and customer. Minor units, net of tax.

    Source = loaded + pending + excluded + held + difference, in documents and in amount.
    """

    __tablename__ = "group_result"
    __table_args__ = (Index("group_result_job", "job_id", "period"),)

    id: int = Field(default=None, sa_column=big_key())
    job_id: int = Field(sa_column=refers("job.id"))
    period: str
    kind: str
    currency: str
    customer_id: int
    source_documents: int
    our_documents: int
    source_lines: int
    source_main_minor: int = Field(sa_column=money())
    source_tax_minor: int = Field(sa_column=money())
    source_minor: int = Field(sa_column=money())
    loaded_lines: int
    loaded_minor: int = Field(sa_column=money())
    pending_lines: int
    pending_minor: int = Field(sa_column=money())
    excluded_lines: int
    excluded_minor: int = Field(sa_column=money())
    held_lines: int
    held_minor: int = Field(sa_column=money())
    difference_documents: int
    difference_lines: int
    difference_minor: int = Field(sa_column=money())
    status: str  # PASS, FAIL
    documents_that_differ: str = ""
