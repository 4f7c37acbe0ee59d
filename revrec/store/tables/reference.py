"""What NetSuite (and the CRM's catalogue) know by id. NetSuite's internal ids are the keys."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, UniqueConstraint, true
from sqlmodel import Field, SQLModel

from revrec.store.columns import Json, UtcDateTime, big_key, refers, words


def yes() -> Any:
    """A flag that is set on rows from before there was one."""
    return Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))


def netsuite_key() -> Column[Any]:
    """A primary key that is NetSuite's own internal id."""
    return Column(BigInteger, primary_key=True, autoincrement=False)


class Subsidiary(SQLModel, table=True):
    __tablename__ = "subsidiary"

    id: int = Field(sa_column=netsuite_key())
    name: str
    currency_id: int
    active: bool = True


class Currency(SQLModel, table=True):
    __tablename__ = "currency"

    id: int = Field(sa_column=netsuite_key())
    symbol: str = Field(index=True)  # ISO 4217
    name: str
    precision: int
    active: bool = True


class CurrencyRate(SQLModel, table=True):
    """NetSuite's rate of a day: base units for one transaction unit, scaled by 10^10."""

    __tablename__ = "currency_rate"
    __table_args__ = (UniqueConstraint("base_currency_id", "currency_id", "effective"),)

    id: int = Field(default=None, sa_column=big_key())
    base_currency_id: int
    currency_id: int
    effective: date
    rate_e10: int = Field(sa_column=Column(BigInteger, nullable=False))


class Account(SQLModel, table=True):
    __tablename__ = "account"

    id: int = Field(sa_column=netsuite_key())
    number: str = ""
    name: str
    type: str  # NetSuite's accttype: Income, DeferRevenue, ...
    active: bool = True
    summary: bool = False


class AccountSubsidiary(SQLModel, table=True):
    """Which subsidiary may use which account."""

    __tablename__ = "account_subsidiary"

    account_id: int = Field(primary_key=True)
    subsidiary_id: int = Field(primary_key=True)


class NetSuitePeriod(SQLModel, table=True):
    """A posting period of NetSuite (months only)."""

    __tablename__ = "netsuite_period"

    id: int = Field(sa_column=netsuite_key())
    name: str
    first_day: date
    last_day: date
    closed: bool
    all_locked: bool
    ar_locked: bool = False
    active: bool = yes()  # NetSuite still has it; what was posted into it stays


class Product(SQLModel, table=True):
    """What is sold, as the CRM and NetSuite both know it; `key` is the normalised code or name."""

    __tablename__ = "product"

    id: int = Field(default=None, sa_column=big_key())
    key: str = Field(unique=True)
    code: str
    name: str
    category: str = ""
    category_by: str = Field(default="", sa_column=words())  # the user who gave it; empty: the CRM's
    method: str = ""  # empty: the policy's default
    trigger: str = ""


class Item(SQLModel, table=True):
    """A NetSuite item. `excluded` follows the Exclude Products setting and takes effect at publish."""

    __tablename__ = "item"

    id: int = Field(sa_column=netsuite_key())
    name: str
    display_name: str = ""
    type: str
    income_account_id: int | None = None
    deferral_account_id: int | None = None
    product_id: int | None = Field(default=None, sa_column=refers("product.id", nullable=True, index=True))
    active: bool = True
    excluded: bool = False
    # how its product was found: code, name, own (it is one itself), manual
    paired: str = Field(default="", sa_column=words())
    paired_by: str = Field(default="", sa_column=words())  # the user, where it was paired by hand


class SegmentValue(SQLModel, table=True):
    """A value of Department, Class, Location or a custom segment."""

    __tablename__ = "segment_value"
    __table_args__ = (UniqueConstraint("segment", "value_id"),)

    id: int = Field(default=None, sa_column=big_key())
    segment: str  # department, class, location, cseg_...
    value_id: int
    name: str
    active: bool = True
    # ids that may use it; none: all
    subsidiaries: Any = Field(default=None, sa_column=Column(Json, nullable=True))


class Segment(SQLModel, table=True):
    """A field of journal lines by which an account can be analysed, as discovered in NetSuite."""

    __tablename__ = "segment"

    id: int = Field(default=None, sa_column=big_key())
    field: str = Field(unique=True)  # location, department, class, cseg_..., custcol_...
    name: str
    kind: str  # standard, segment, column
    source: str = ""  # the table of its values, where it has one
    on_journals: bool = True  # journal lines have it
    required: bool = False  # journal lines must have it
    gl_impact: bool = False
    active: bool = True


class CompanyEntity(SQLModel, table=True):
    """A selling entity as the CRM's orders name it, and the NetSuite subsidiary it stands for."""

    __tablename__ = "company_entity"

    id: int = Field(default=None, sa_column=big_key())
    key: str = Field(unique=True)
    name: str
    subsidiary_id: int | None = None  # empty: not mapped yet
    set_by: str = ""
    set_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReferenceReading(SQLModel, table=True):
    """When a table of reference data was last read, by which job, and how many rows NetSuite had."""

    __tablename__ = "reference_reading"

    id: int = Field(default=None, sa_column=big_key())
    name: str = Field(unique=True)
    read_at: datetime = Field(sa_type=UtcDateTime)
    job_id: int = Field(sa_column=refers("job.id"))
    rows: int


class SegmentSet(SQLModel, table=True):
    """One combination of segment values; `canonical` is sorted JSON such as {"class":"3","department":"2"}."""

    __tablename__ = "segment_set"

    id: int = Field(default=None, sa_column=big_key())
    canonical: str = Field(unique=True)
