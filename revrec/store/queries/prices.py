"""Stand-alone selling prices and bundles as they were set."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import Session, col, or_, select

from revrec.store.queries.batches import batches
from revrec.store.queries.dated_rows import ruling_rows
from revrec.store.tables import Bundle, BundleProduct, StandalonePrice

PriceKey = tuple[int, str, str, int]
"""Product, currency, region (empty: everywhere), smallest quantity scaled by 10^6."""


def key_of(row: StandalonePrice) -> PriceKey:
    return row.product_id, row.currency, row.region, row.min_quantity_e6


def ruling_prices(
    session: Session, day: date, products: Iterable[int] | None = None
) -> dict[PriceKey, StandalonePrice]:
    """For each key the row that rules on `day`, those that withdraw a price included. `products` None: all."""
    query = (
        select(StandalonePrice)
        .where(or_(col(StandalonePrice.valid_from).is_(None), col(StandalonePrice.valid_from) <= day))
        .order_by(col(StandalonePrice.id))
    )
    if products is not None:
        query = query.where(col(StandalonePrice.product_id).in_(set(products)))
    return ruling_rows(session.exec(query), key_of)


def price_rows(session: Session, products: Iterable[int]) -> list[StandalonePrice]:
    """Every row ever set for these products, those of each in the order they were set."""
    query = select(StandalonePrice).order_by(col(StandalonePrice.id))
    found: list[StandalonePrice] = []
    for part in batches(products):
        found += session.exec(query.where(col(StandalonePrice.product_id).in_(part)))
    return found


def prices_on(
    session: Session,
    day: date,
    *,
    products: Iterable[int] | None = None,
    currency: str = "",
    region: str | None = None,
) -> list[StandalonePrice]:
    """The prices in force on `day`, in the order they were set; withdrawn ones are left out."""
    rows = [row for row in ruling_prices(session, day, products).values() if not row.withdrawn]
    fitting = (
        row for row in rows if currency in ("", row.currency) and (region is None or row.region == region)
    )
    return sorted(fitting, key=lambda row: row.id)


def ruling_bundles(session: Session, day: date) -> dict[tuple[str, str], Bundle]:
    """For each name and currency the bundle that rules on `day`, withdrawn ones included."""
    query = (
        select(Bundle)
        .where(or_(col(Bundle.valid_from).is_(None), col(Bundle.valid_from) <= day))
        .order_by(col(Bundle.id))
    )
    return ruling_rows(session.exec(query), lambda row: (row.name, row.currency))


def bundles_on(session: Session, day: date) -> list[Bundle]:
    """The bundles in force on `day`, in the order they were set."""
    rows = (row for row in ruling_bundles(session, day).values() if not row.withdrawn)
    return sorted(rows, key=lambda row: row.id)


def bundle_products(session: Session, ids: Iterable[int]) -> dict[int, list[int]]:
    """The products of each bundle, in order of their id."""
    query = (
        select(BundleProduct)
        .where(col(BundleProduct.bundle_id).in_(set(ids)))
        .order_by(col(BundleProduct.bundle_id), col(BundleProduct.product_id))
    )
    found: dict[int, list[int]] = {}
    for row in session.exec(query):
        found.setdefault(row.bundle_id, []).append(row.product_id)
    return found
