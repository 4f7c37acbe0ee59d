"""What people decided about products, lines and order versions: rows with who, when and why, never overwritten."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers
from revrec.store.tables.documents import money


class ProductRule(SQLModel, table=True):
    """How lines of a product are earned, for contracts that begin on `valid_from` or later; the whole statement.

    `plan` of a custom method: `{"percentages": [["0", "50"], ["1", "50"]]}`; of milestones: `{"milestones": [{"name",
    "weight"}]}`. Empty text: nothing said, so the catalogue's word, then the policy's, counts.
    """

    __tablename__ = "product_rule"

    id: int = Field(default=None, sa_column=big_key())
    product_id: int = Field(sa_column=refers("product.id", index=True))
    valid_from: date | None = None
    method: str = ""
    trigger: str = ""
    asset_kind: str = ""  # contract_asset unbilled_receivable
    plan: Any | None = Field(default=None, sa_type=Json)
    ramp: bool = True  # adjoining terms at different prices are one obligation
    segment_set_id: int | None = Field(default=None, sa_column=refers("segment_set.id", nullable=True))
    reason: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class LineRule(SQLModel, table=True):
    """What a person says of one order line over its CRM, its product and the policy; the newest row is the whole
    statement."""

    __tablename__ = "line_rule"

    id: int = Field(default=None, sa_column=big_key())
    obligation_id: int = Field(sa_column=refers("obligation.id", index=True))
    method: str = ""
    trigger: str = ""
    asset_kind: str = ""
    plan: Any | None = Field(default=None, sa_type=Json)
    starts: date | None = None
    ends: date | None = None
    held: bool = False
    reason: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class VersionTreatment(SQLModel, table=True):
    """How a changed order is accounted for, said by a person: the newest row rules over the policy.

    auto, separate, prospective, cumulative_catch_up; price_change (an estimate, no modification); correction (the
    order had always been so); not_cancelled (a lost or deleted order that never was cancelled).
    """

    __tablename__ = "version_treatment"

    id: int = Field(default=None, sa_column=big_key())
    order_version_id: int = Field(sa_column=refers("order_version.id", index=True))
    treatment: str
    reason: str
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class PriceChange(SQLModel, table=True):
    """A change of an order's transaction price that is no modification: an estimate of variable consideration
    (606-10-32-42 to -45)."""

    __tablename__ = "price_change"

    id: int = Field(default=None, sa_column=big_key())
    order_id: int = Field(sa_column=refers("sales_order.id", index=True))
    day: date
    amount_minor: int = Field(sa_column=money())
    reason: str
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
    undone_by: str = ""
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CreditRule(SQLModel, table=True):
    """Which treatment credit memo lines get. The first rule by `position` whose every condition fits; an empty
    condition always fits. `memo_text`: part of the memo, without regard to case."""

    __tablename__ = "credit_rule"

    id: int = Field(default=None, sa_column=big_key())
    position: int
    credit_reason: str = ""
    product_id: int | None = Field(default=None, sa_column=refers("product.id", nullable=True))
    memo_text: str = ""
    treatment: str  # billing_only prospective retrospective immediate bad_debt
    valid_from: date | None = None
    withdrawn: bool = False
    reason: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class CreditDecision(SQLModel, table=True):
    """The treatment that a person chose for a credit memo, or one line of it; the newest row rules over the rules."""

    __tablename__ = "credit_decision"
    __table_args__ = (Index("credit_decision_document", "document_id", "line_id"),)

    id: int = Field(default=None, sa_column=big_key())
    document_id: int = Field(sa_column=refers("source_document.id"))
    line_id: int | None = None  # empty: all lines
    treatment: str
    reason: str
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
