"""Stand-alone selling prices."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlmodel import Session, col

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, Text
from api.importing import Decimals
from api.views.prices import ImportedView, PriceTotalView, PriceView, price_view, price_views
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_amount, read_decimal, read_quantity
from revrec.operations.import_prices import GivenPrice, import_prices
from revrec.operations.price_terms import PriceTerms
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.withdraw_price import withdraw_price
from revrec.problems import Finding, Invalid, NotFound
from revrec.store.queries.currencies import precisions
from revrec.store.queries.ordered import one_page
from revrec.store.queries.price_list import PRICE_SORTS, price_history, prices_by_currency, prices_where
from revrec.store.tables import StandalonePrice

router = APIRouter(tags=["prices"])

Number = Annotated[int, Field(ge=1, le=INT64_MAX)]


@dataclass
class _Selection:
    day: Annotated[date | None, Query(description="Default: today.")] = None
    search: Annotated[str, Query(max_length=200, description="Part of the product's code or name.")] = ""
    currency: Annotated[str, Query(max_length=3)] = ""
    region: Annotated[str, Query(max_length=200)] = ""

    def filters(self, today: date) -> dict[str, Any]:
        return {**asdict(self), "day": self.day or today}


Selected = Annotated[_Selection, Depends()]


class _Dated(Body):
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


class PricedBody(_Dated):
    """What a price is for: the product by our id; `min_quantity`: lines of at least that quantity."""

    product: Number
    currency: Text
    region: Text = ""
    min_quantity: Text = "0"


class PriceBody(PricedBody):
    """`low` alone is a point. Of a `residual` price, `low` and `high` are the range it may lie in, if any."""

    kind: Text = "observed"
    low: Text | None = None
    high: Text | None = None
    per: Text = "each"


class PriceRowBody(Body):
    """One price of a list: the product by its code or name."""

    product: Text
    currency: Text
    region: Text = ""
    min_quantity: Text = "0"
    valid_from: date | None = None
    kind: Text = "observed"
    low: Text | None = None
    high: Text | None = None
    per: Text = "each"


class PricesBody(Body):
    prices: list[PriceRowBody] = Field(max_length=5000)
    retrospective: bool = False
    reason: Text = ""


@router.get("/prices", operation_id="list_prices", summary="Stand-alone selling prices in force on a day")
def list_prices(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("set"))],
    selected: Selected,
    product: Annotated[
        int | None, Query(ge=1, le=INT64_MAX, description="Of this product, by our id.")
    ] = None,
) -> Page[PriceView]:
    with deployment.store.read() as session:
        query = prices_where(**selected.filters(deployment.today()), product_id=product)
        rows, place = one_page(session, query, PRICE_SORTS, col(StandalonePrice.id), asked.order, asked.limit)
        views = price_views(session, [row[0] for row in rows])
        return Page(items=views, next_cursor=write_place(asked.order, place))


@router.get(
    "/prices/totals", operation_id="total_prices", summary="How many prices each currency and kind has"
)
def total_prices(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[PriceTotalView]:
    with deployment.store.read() as session:
        found = prices_by_currency(session, **selected.filters(deployment.today()))
        return [PriceTotalView(currency=one, kind=kind, prices=count) for one, kind, count in found]


@router.get(
    "/prices/{price_id}/history",
    operation_id="show_price_history",
    summary="All prices set for the same product, currency, region and quantity",
)
def show_history(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], price_id: Id
) -> list[PriceView]:
    with deployment.store.read() as session:
        row = session.get(StandalonePrice, price_id)
        if row is None:
            raise NotFound(f"There is no price {price_id}.", where="price_id")
        return price_views(session, price_history(session, row))


@router.post("/prices", operation_id="set_price", summary="Set the price of a product, from a day on")
def post_price(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_price"))], body: PriceBody
) -> PriceView:
    with deployment.store.write() as session:
        terms = PriceTerms(
            body.kind,
            _minor(session, body.low, body.currency, "low"),
            _minor(session, body.high, body.currency, "high"),
            body.per,
        )
        row = set_price(
            session,
            actor,
            _what(body),
            terms,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return price_view(session, row)


@router.post("/prices/withdraw", operation_id="withdraw_price", summary="Take a price back, from a day on")
def post_withdrawal(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_price"))], body: PricedBody
) -> PriceView:
    with deployment.store.write() as session:
        row = withdraw_price(
            session,
            actor,
            _what(body),
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return price_view(session, row)


@router.post(
    "/prices/import",
    operation_id="import_prices",
    summary="Load a list of prices: all are checked first, and all are loaded or none",
)
def post_prices(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_price"))], body: PricesBody
) -> ImportedView:
    """`errors` of a refusal name each place as `prices[3], column Low`."""
    with deployment.store.write() as session:
        found: list[Finding] = []
        decimals = Decimals(precisions(session))
        given = [
            one
            for at, row in enumerate(body.prices)
            if (one := _given(row, f"prices[{at}]", decimals, found)) is not None
        ]
        done = import_prices(
            session,
            actor,
            given,
            source="the list",
            now=deployment.now(),
            reason=body.reason,
            retrospective=body.retrospective,
            found=found,
        )
        note = adjustment_note(session, done.earliest) if done.loaded else ""
        return ImportedView(loaded=done.loaded, unchanged=done.unchanged, note=note)


def _what(body: PricedBody) -> PricedAs:
    tier = read_quantity(body.min_quantity, where="min_quantity")
    return PricedAs(body.product, body.currency, body.region.strip(), tier)


def _minor(session: Session, text: str | None, currency: str, where: str) -> int | None:
    return None if text is None else read_amount(session, text, currency, where=where)


def _given(row: PriceRowBody, place: str, decimals: Decimals, found: list[Finding]) -> GivenPrice | None:
    def minor(text: str | None, where: str) -> int | None:
        return None if text is None else read_decimal(text, decimals[row.currency], where=where)

    try:
        return GivenPrice(
            place,
            row.product.strip(),
            row.currency,
            row.region.strip(),
            read_quantity(row.min_quantity, where="min_quantity"),
            row.valid_from,
            PriceTerms(row.kind, minor(row.low, "low"), minor(row.high, "high"), row.per),
        )
    except Invalid as wrong:
        found.append(Finding(wrong.code, "blocking", f"{place}.{wrong.where}", wrong.message))
        return None
