"""Journals for NetSuite: drafts of a close, their lines, and every attempt to post them."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers, words
from revrec.store.tables.documents import money

JOURNAL_STATES = ("draft", "approved", "queued", "posting", "posted", "failed", "conflict", "cancelled")
SENDABLE_STATES = ("approved", "queued", "failed")
"""Of a journal that is still to be sent, and may be held."""
UNSENT_STATES = ("draft", *SENDABLE_STATES)
"""Of a journal that NetSuite does not have yet."""


class Journal(SQLModel, table=True):
    """`state`: one of `JOURNAL_STATES`; `number` is given at approval."""

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("external_id"),
        UniqueConstraint("sequence"),
    )

    id: int = Field(default=None, sa_column=big_key())
    period_close_id: int = Field(sa_column=refers("period_close.id", index=True))
    period: str = Field(index=True)
    reverses_id: int | None = Field(default=None, sa_column=refers("journal.id", nullable=True))
    subsidiary_id: int
    currency: str  # the subsidiary's base currency
    journal_date: date
    part: int = 1
    parts: int = 1
    memo: str
    state: str = Field(default="draft", index=True)
    sequence: int | None = None  # this deployment's running number, never reset; `number` ends in it
    number: str | None = None  # `2026-03-0001`
    external_id: str | None = None  # `<prefix>-<number>`
    prepared_by: str
    approved_by: str = ""
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    netsuite_id: int | None = None
    netsuite_number: str = Field(default="", sa_column=words())  # NetSuite's own number of it, `JE1234`
    netsuite_approval: str = ""  # `approved`, `pending` or `rejected` as NetSuite holds it
    posted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    next_attempt_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    # why a person holds it back from the next batches; empty: it may go
    held: str = Field(default="", sa_column=words())
    held_by: str = Field(default="", sa_column=words())
    message: str = ""  # NetSuite's own words where it failed, or what disagrees


class JournalLine(SQLModel, table=True):
    """One of debit and credit is positive, the other zero. Base currency minor units."""

    __tablename__ = "journal_line"
    __table_args__ = (UniqueConstraint("journal_id", "line"),)

    id: int = Field(default=None, sa_column=big_key())
    journal_id: int = Field(sa_column=refers("journal.id"))
    line: int
    role: str
    account_id: int
    debit_minor: int = Field(sa_column=money())
    credit_minor: int = Field(sa_column=money())
    segment_set_id: int | None = Field(default=None, sa_column=refers("segment_set.id", nullable=True))
    customer_id: int | None = None
    memo: str = ""
    unverified: bool = False  # the account is a default that nobody confirmed


class PostingAttempt(SQLModel, table=True):
    """One conversation with NetSuite about a journal; bodies without secrets."""

    __tablename__ = "posting_attempt"

    id: int = Field(default=None, sa_column=big_key())
    journal_id: int = Field(sa_column=refers("journal.id", index=True))
    at: datetime = Field(sa_type=UtcDateTime)
    action: str  # look_up, post, read_back
    outcome: str
    status: int | None = None  # HTTP status of the reply
    milliseconds: int | None = None  # from request to reply
    job_id: int | None = None  # the job that sent it: while it goes, its sender lives or is taken over
    request: str = ""
    reply: str = ""
