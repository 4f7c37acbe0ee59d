"""What products sell for on their own, and bundles with an observed price: rows from a day on, never overwritten."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from revrec.store.columns import UtcDateTime, big_key, refers
from revrec.store.tables.documents import money


class StandalonePrice(SQLModel, table=True):
    """The stand-alone selling price of one unit of a product. Of the rows for a product, currency and region that are
    valid on a day, the one with the highest `min_quantity_e6` that the line reaches rules; among equals the latest
    `valid_from`, then the one set last.

    `low_minor` = `high_minor` is a point. For `residual` they are the range in which a residual is accepted, if any.
    """

    __tablename__ = "standalone_price"

    id: int = Field(default=None, sa_column=big_key())
    product_id: int = Field(sa_column=refers("product.id", index=True))
    currency: str
    region: str = ""  # empty: everywhere
    min_quantity_e6: int = Field(default=0, sa_column=money())
    valid_from: date | None = None  # empty: always
    kind: str = "observed"  # observed residual
    low_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    high_minor: int | None = Field(default=None, sa_column=Column(BigInteger))
    per: str = "each"  # each month year
    withdrawn: bool = False  # from `valid_from` on this product has no price here
    reason: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class Bundle(SQLModel, table=True):
    """Products that are observably sold together for less: their discount belongs to them alone (606-10-32-37)."""

    __tablename__ = "bundle"

    id: int = Field(default=None, sa_column=big_key())
    name: str = Field(index=True)
    currency: str
    price_minor: int = Field(sa_column=money())  # for one of each of its products
    valid_from: date | None = None
    withdrawn: bool = False
    reason: str = ""
    set_by: str
    set_at: datetime = Field(sa_type=UtcDateTime)


class BundleProduct(SQLModel, table=True):
    __tablename__ = "bundle_product"

    bundle_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
    product_id: int = Field(sa_column=Column(BigInteger, primary_key=True))
