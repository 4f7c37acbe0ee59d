"""Sales orders with their versions, and the contracts and performance obligations they make."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers, words
from revrec.store.tables.documents import money


class SalesOrder(SQLModel, table=True):
    """An order of the CRM; or, with `document_id`, what an invoice that is its own contract promises. The latter has
    no versions: its document has them."""

    __tablename__ = "sales_order"
    # Partial, so that no planner takes it for `document_id IS NULL`, which nearly all rows are.
    __table_args__ = (
        Index(
            "sales_order_document",
            "document_id",
            unique=True,
            sqlite_where=text("document_id IS NOT NULL"),
            postgresql_where=text("document_id IS NOT NULL"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    external_id: str = Field(unique=True)
    number: str = Field(index=True)
    contract_id: int | None = Field(default=None, sa_column=refers("contract.id", nullable=True, index=True))
    combined: bool = False  # a person put it into its contract: a run leaves it there
    document_id: int | None = Field(default=None, sa_column=Column(BigInteger))


class OrderVersion(SQLModel, table=True):
    """`published` flips in the transaction that publishes its job; unpublished ones are invisible."""

    __tablename__ = "order_version"
    __table_args__ = (
        UniqueConstraint("order_id", "number"),
        Index("order_version_effective", "published", "effective_on"),
        # Few versions have a problem, and of those that name an entity few are without a subsidiary.
        Index(
            "order_version_problem",
            "order_id",
            sqlite_where=text("problem <> ''"),
            postgresql_where=text("problem <> ''"),
        ),
        Index(
            "order_version_entity",
            "entity",
            sqlite_where=text("subsidiary_id IS NULL AND entity <> ''"),
            postgresql_where=text("subsidiary_id IS NULL AND entity <> ''"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    order_id: int = Field(sa_column=refers("sales_order.id"))
    number: int
    job_id: int = Field(sa_column=refers("job.id", index=True))
    published: bool = False
    sha256: str
    raw: bytes  # zlib of the canonical JSON
    modified_at: datetime = Field(sa_type=UtcDateTime)
    effective_on: date
    ordered_on: date
    crm_customer_id: int = Field(sa_column=refers("crm_customer.id", index=True))
    contract_number: str = ""
    currency: str
    subsidiary_id: int | None = None
    entity: str = Field(default="", sa_column=words())  # the selling entity that the CRM names
    cancelled_on: date | None = None  # the last day served
    problem: str = ""


class OrderLine(SQLModel, table=True):
    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("version_id", "line_external_id"),
        Index(
            "order_line_problem",
            "version_id",
            sqlite_where=text("problem <> ''"),
            postgresql_where=text("problem <> ''"),
        ),
    )

    id: int = Field(default=None, sa_column=big_key())
    version_id: int = Field(sa_column=refers("order_version.id"))
    obligation_id: int = Field(sa_column=refers("obligation.id", index=True))
    line_external_id: str
    sequence: int
    product_id: int = Field(sa_column=refers("product.id", index=True))
    description: str = ""
    quantity_e6: int = Field(sa_column=money())
    amount_minor: int = Field(sa_column=money())
    starts: date | None = None
    ends: date | None = None
    method: str = ""
    trigger: str = ""
    region: str = ""  # for stand-alone selling prices that differ by region
    segment_set_id: int | None = Field(default=None, sa_column=refers("segment_set.id", nullable=True))
    problem: str = ""


class Contract(SQLModel, table=True):
    """Identity: what it holds follows from the order versions in force.

    `number` is the CRM's contract number, else the order's; a CRM numbers both alike, so `key` tells them apart. One
    customer, subsidiary and currency each. `currency` and `stated_minor` are what its orders in force come to, kept for
    lists alone (see `staging/contract_prices`).
    """

    __tablename__ = "contract"
    __table_args__ = (
        Index("contract_stated", "stated_minor", "id"),
        Index("contract_currency", "currency", "stated_minor"),
        Index("contract_currency_number", "currency", "number"),
    )

    id: int = Field(default=None, sa_column=big_key())
    key: str = Field(unique=True)
    number: str = Field(index=True)
    crm_customer_id: int = Field(sa_column=refers("crm_customer.id", index=True))
    currency: str = Field(default="", sa_column=words())
    stated_minor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class Obligation(SQLModel, table=True):
    """Identity only: an order line, stable over versions; of an invoice that is its own contract, NetSuite's line."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("order_id", "line_external_id"),)

    id: int = Field(default=None, sa_column=big_key())
    order_id: int = Field(sa_column=refers("sales_order.id"))
    line_external_id: str
