"""NetSuite's general ledger beside ours: balances as they were read, what explains a difference, what was signed off.

Base currency of the subsidiary, minor units, debits positive. `subsidiary_id` is 0 in an account without subsidiaries.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers, words
from revrec.store.tables.documents import money


class GlBalance(SQLModel, table=True):
    """An account at the end of a period, in NetSuite and by our ledger; the newest reading.

    `explained_minor` is what the rows of `gl_item` that explain come to. What is left, `balance - ledger - explained`,
    has been signed off or violates the control check. The ledger's side is empty for the opening before its close.
    """

    __tablename__ = "gl_balance"
    __table_args__ = (UniqueConstraint("period", "subsidiary_id", "account_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period: str
    subsidiary_id: int
    account_id: int
    currency: str = Field(sa_column=words())
    balance_minor: int = Field(sa_column=Column(BigInteger, nullable=False))
    ledger_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    explained_minor: int = Field(default=0, sa_column=money())
    read_at: datetime = Field(sa_type=UtcDateTime)
    job_id: int = Field(sa_column=refers("job.id"))


class GlItem(SQLModel, table=True):
    """What an account's difference is made of: pending held excluded late unposted awaiting_approval explain;
    foreign is named only."""

    __tablename__ = "gl_item"
    __table_args__ = (Index("gl_item_account", "period", "subsidiary_id", "account_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period: str
    subsidiary_id: int
    account_id: int
    kind: str
    name: str  # the number people know it by, or how many it stands for
    reference: int | None = Field(default=None, sa_column=Column(BigInteger))  # NetSuite's id
    memo: str = Field(default="", sa_column=words())
    amount_minor: int = Field(sa_column=money())


class GlSignOff(SQLModel, table=True):
    """A difference that somebody answers for, from a period on, until another is signed off for the account."""

    __tablename__ = "gl_sign_off"
    __table_args__ = (Index("gl_sign_off_account", "subsidiary_id", "account_id"),)

    id: int = Field(default=None, sa_column=big_key())
    period: str
    subsidiary_id: int
    account_id: int
    difference_minor: int = Field(sa_column=money())
    reason: str
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
