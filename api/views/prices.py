"""Stand-alone selling prices and bundles."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import quantity_text
from revrec.store.queries.prices import bundle_products
from revrec.store.queries.products import products_by_id
from revrec.store.tables import Bundle, StandalonePrice


class PriceView(View):
    """The price of one unit: a point where `low` and `high` are the same. Of a residual price, the range in which a
    residual is accepted. `note`: what it does to closed periods."""

    id: int
    product: str
    name: str
    currency: str
    region: str
    min_quantity: str
    valid_from: date | None
    kind: str
    low: str
    high: str
    per: str
    withdrawn: bool
    reason: str
    set_by: str
    set_at: datetime
    note: str = ""


class PriceTotalView(View):
    """How many prices of a selection are in one currency and of one kind."""

    currency: str
    kind: str
    prices: int


class BundleView(View):
    """Products that are sold together for less. `price`: of one of each."""

    id: int
    name: str
    currency: str
    price: str
    products: list[str]
    valid_from: date | None
    withdrawn: bool
    reason: str
    set_by: str
    set_at: datetime
    note: str = ""


class ImportedView(View):
    """What an import did. `unchanged`: rows that were in force already."""

    loaded: int
    unchanged: int
    note: str = ""


def price_views(session: Session, rows: Sequence[StandalonePrice]) -> list[PriceView]:
    write, products = amount_writer(session), products_by_id(session, [row.product_id for row in rows])

    def amount(minor: int | None, currency: str) -> str:
        return "" if minor is None else write.text(minor, currency)

    return [
        PriceView(
            id=row.id,
            product=products[row.product_id].code or products[row.product_id].name,
            name=products[row.product_id].name,
            currency=row.currency,
            region=row.region,
            min_quantity=quantity_text(row.min_quantity_e6),
            valid_from=row.valid_from,
            kind=row.kind,
            low=amount(row.low_minor, row.currency),
            high=amount(row.high_minor, row.currency),
            per=row.per,
            withdrawn=row.withdrawn,
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in rows
    ]


def price_view(session: Session, row: StandalonePrice) -> PriceView:
    """The answer to who set a price: with what it does to closed periods."""
    view = price_views(session, [row])[0]
    return view.model_copy(update={"note": adjustment_note(session, row.valid_from)})


def bundle_views(session: Session, rows: Sequence[Bundle]) -> list[BundleView]:
    write, parts = amount_writer(session), bundle_products(session, [row.id for row in rows])
    products = products_by_id(session, {number for some in parts.values() for number in some})
    return [
        BundleView(
            id=row.id,
            name=row.name,
            currency=row.currency,
            price=write.text(row.price_minor, row.currency),
            products=[products[one].code or products[one].name for one in parts.get(row.id, [])],
            valid_from=row.valid_from,
            withdrawn=row.withdrawn,
            reason=row.reason,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        for row in rows
    ]


def bundle_view(session: Session, row: Bundle) -> BundleView:
    view = bundle_views(session, [row])[0]
    return view.model_copy(update={"note": adjustment_note(session, row.valid_from)})
