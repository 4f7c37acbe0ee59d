"""Customer names on both sides, and the links between them."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Column, Index, false, text
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers
from revrec.store.tables.reference import netsuite_key


class NetSuiteCustomer(SQLModel, table=True):
    __tablename__ = "netsuite_customer"

    id: int = Field(sa_column=netsuite_key())
    name: str
    key: str = Field(index=True)
    key_version: int
    crm_id: str = ""  # held in NetSuite where name mapping is off
    subsidiary_id: int | None = None  # the only one, or the primary
    match: str = ""  # linked, ambiguous, none; empty: never matched yet
    active: bool = True
    # the policy ignore_customers names it; follows the policy with the next run
    ignored: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))


class CrmCustomer(SQLModel, table=True):
    __tablename__ = "crm_customer"

    id: int = Field(default=None, sa_column=big_key())
    external_id: str = Field(unique=True)
    name: str
    key: str = Field(index=True)
    key_version: int
    active: bool = True


class CustomerLink(SQLModel, table=True):
    """A NetSuite customer is a CRM customer. Stays until a user undoes it; undone links are kept."""

    __tablename__ = "customer_link"
    __table_args__ = (
        Index(
            "one_live_link",
            "netsuite_customer_id",
            unique=True,
            sqlite_where=text("undone_at IS NULL"),
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    netsuite_customer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    crm_customer_id: int = Field(sa_column=refers("crm_customer.id", index=True))
    basis: str  # id, alias, name, key
    linked_by: str
    linked_at: datetime = Field(sa_type=UtcDateTime)
    netsuite_name: str  # as they stood when linked: a later rename is a finding
    crm_name: str
    undone_by: str = ""
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undo_reason: str = ""


class CustomerAlias(SQLModel, table=True):
    """A NetSuite name key that a user confirmed to mean a CRM customer."""

    __tablename__ = "customer_alias"

    id: int = Field(default=None, sa_column=big_key())
    key: str = Field(unique=True)
    crm_customer_id: int = Field(sa_column=refers("crm_customer.id"))
    confirmed_by: str
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
