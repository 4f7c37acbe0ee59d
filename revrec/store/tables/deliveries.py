"""What was delivered: units, percentages and milestones, one row a report, withdrawn and never edited."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers


class Delivery(SQLModel, table=True):
    """Exactly one of `quantity_e6` (delivered on the day; negative is a return), `percent_e6` (cumulative) and
    `milestone` is given."""

    __tablename__ = "delivery"

    id: int = Field(default=None, sa_column=big_key())
    obligation_id: int = Field(sa_column=refers("obligation.id", index=True))
    day: date
    quantity_e6: int | None = Field(default=None, sa_column=Column(BigInteger))
    percent_e6: int | None = Field(default=None, sa_column=Column(BigInteger))
    milestone: str = ""
    reference: str = Field(
        default="", index=True
    )  # the delivery's own number, if it has one: given twice, kept once
    note: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
