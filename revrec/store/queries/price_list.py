"""Stand-alone selling prices in force on a day, as a list that is sorted, filtered and paged by the database."""

from datetime import date
from types import MappingProxyType

from sqlalchemy import Date, func
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import Select

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Product, StandalonePrice

_NAME = func.coalesce(func.nullif(Product.code, ""), Product.name)
_FROM = func.coalesce(StandalonePrice.valid_from, date.min, type_=Date())

PRICE_SORTS: Sorts = MappingProxyType(
    {
        "set": col(StandalonePrice.id),
        "product": _NAME,
        "currency": col(StandalonePrice.currency),
        "region": col(StandalonePrice.region),
        "from": _FROM,
    }
)


def prices_where(
    day: date, *, search: str = "", currency: str = "", region: str = "", product_id: int | None = None
) -> Select[StandalonePrice, Product]:
    """The prices in force on a day with their products, in no order; withdrawn ones are left out. For each product,
    currency, region and quantity the one valid from the latest day rules, of one day the last one set."""
    key = (
        col(StandalonePrice.product_id),
        col(StandalonePrice.currency),
        col(StandalonePrice.region),
        col(StandalonePrice.min_quantity_e6),
    )
    place = func.row_number().over(partition_by=key, order_by=(_FROM.desc(), col(StandalonePrice.id).desc()))
    valid = or_(col(StandalonePrice.valid_from).is_(None), col(StandalonePrice.valid_from) <= day)
    ranked = select(StandalonePrice.id, place.label("place")).where(valid)
    if product_id is not None:
        ranked = ranked.where(StandalonePrice.product_id == product_id)
    ruling = ranked.subquery()
    query = (
        select(StandalonePrice, Product)
        .join(ruling, ruling.c.id == StandalonePrice.id)
        .join(Product, col(Product.id) == StandalonePrice.product_id)
        .where(ruling.c.place == 1, col(StandalonePrice.withdrawn).is_(False))
    )
    if search:
        words = (Product.name, Product.code)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in words)))
    if currency:
        query = query.where(StandalonePrice.currency == currency.upper())
    if region:
        query = query.where(StandalonePrice.region == region)
    return query


def prices_by_currency(
    session: Session, day: date, *, search: str = "", currency: str = "", region: str = ""
) -> list[tuple[str, str, int]]:
    """How many prices of a selection there are: currency, kind, count."""
    chosen = prices_where(day, search=search, currency=currency, region=region).subquery()
    rows = session.exec(
        select(chosen.c.currency, chosen.c.kind, func.count())
        .group_by(chosen.c.currency, chosen.c.kind)
        .order_by(chosen.c.currency, chosen.c.kind)
    )
    return [(symbol, kind, int(count)) for symbol, kind, count in rows]


def price_history(session: Session, row: StandalonePrice) -> list[StandalonePrice]:
    """Every price that was set for the same product, currency, region and quantity, the newest first."""
    query = (
        select(StandalonePrice)
        .where(StandalonePrice.product_id == row.product_id, StandalonePrice.currency == row.currency)
        .where(StandalonePrice.region == row.region, StandalonePrice.min_quantity_e6 == row.min_quantity_e6)
        .order_by(col(StandalonePrice.id).desc())
    )
    return list(session.exec(query))
