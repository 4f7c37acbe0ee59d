"""Stand-alone selling prices: those in force, one with its history, setting and withdrawing, and a sheet of them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.importing import read_prices
from api.views.prices import PriceView, price_view, price_views
from api.web.download import Cell, Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted, read_day
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.pages.settings_policies import first_open_day
from api.web.render import page
from api.web.sheets import load_sheet
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import read_amount, read_quantity
from revrec.operations.import_prices import import_prices
from revrec.operations.price_terms import KINDS, PER, PriceTerms
from revrec.operations.set_price import PricedAs, set_price
from revrec.operations.withdraw_price import withdraw_price
from revrec.problems import NotFound
from revrec.store.queries.accounts import product_by_code_or_name
from revrec.store.queries.currencies import precisions
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.price_list import PRICE_SORTS, price_history, prices_by_currency, prices_where
from revrec.store.tables import StandalonePrice

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
Setter = Annotated[Form, Depends(Posted("set_price"))]
Priced = StandalonePrice
_KIND_WORDS = {"residual": "residual: what the other lines leave"}


def _high(one: PriceView) -> Cell:
    return "" if one.high == one.low else one.high


# The columns of the sheet that is read, so that a list that was taken away can be changed and loaded again.
FIELDS = (
    Field("Product", lambda one: one.product),
    Field("Currency", lambda one: one.currency),
    Field("Region", lambda one: one.region),
    Field("Minimum quantity", lambda one: "" if one.min_quantity == "0" else one.min_quantity, "amount"),
    Field("From", lambda one: one.valid_from, "day"),
    Field("Kind", lambda one: one.kind),
    Field("Low", lambda one: one.low, "amount"),
    Field("High", _high, "amount"),
    Field("Per", lambda one: one.per),
)
TOTALS = (
    Field("Currency", lambda one: one[0]),
    Field("Kind", lambda one: one[1]),
    Field("Prices", lambda one: one[2], "count"),
)


@router.get("/settings/prices")
def prices(request: Request, deployment: Opened, actor: Reader) -> Response:
    return _list(request, deployment)


@router.get("/settings/prices/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing, (day, chosen) = _listing(request), _asked(request, deployment)
    with deployment.store.read() as session:
        rows = prices_by_currency(session, day, **chosen)
    return totals_page(request, listing, "prices", TOTALS, rows)


@router.get("/settings/prices.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing, (day, chosen) = _listing(request), _asked(request, deployment)
    filters = listing.filters | {"day": str(day)}

    def rows(session: Session) -> Iterator[PriceView]:
        query = prices_where(day, **chosen)
        for part in all_rows(session, query, PRICE_SORTS, col(Priced.id), listing.order):
            yield from price_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "prices", filters, FIELDS, rows)


@router.post("/settings/prices")
def add(form: Setter) -> Response:
    def run(session: Session) -> Response:
        made = _set(session, form)
        since = f" from {made.valid_from} on" if made.valid_from else ""
        words = f"{made.product} sells for {_told(made)}{since}. {made.note}".strip()
        return form.done(f"/settings/prices/{made.id}", words)

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, entry))


@router.post("/settings/prices/sheet")
def load(form: Setter) -> Response:
    """Load a sheet: every row is checked first, and all are loaded or none."""
    return load_sheet(
        form,
        lambda path: _load(form, path),
        lambda entry: _list(form.request, form.deployment, sheet=entry),
        "/settings/prices",
    )


@router.get("/settings/prices/{price_id}")
def price(request: Request, deployment: Opened, actor: Reader, price_id: Id) -> Response:
    return _page(request, deployment, price_id)


@router.post("/settings/prices/{price_id}/withdraw")
def withdraw(form: Setter, price_id: Id) -> Response:
    def run(session: Session) -> Response:
        one = _existing(session, price_id)
        row = withdraw_price(
            session,
            form.actor,
            PricedAs(one.product_id, one.currency, one.region, one.min_quantity_e6),
            now=form.deployment.now(),
            valid_from=form.day("valid_from"),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        made = price_view(session, row)
        since = f" from {made.valid_from} on" if made.valid_from else ""
        words = f"The price of {made.product} in {made.currency} is withdrawn{since}. {made.note}".strip()
        return form.done(f"/settings/prices/{made.id}", words)

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, price_id, entry))


def _set(session: Session, form: Form) -> PriceView:
    found = product_by_code_or_name(session, form.text("product"))
    if found is None:
        raise NotFound(f"There is no product '{form.text('product')}'.", where="product")
    currency = form.text("currency").upper()

    def minor(name: str) -> int | None:
        text = form.text(name)
        return read_amount(session, text, currency, where=name) if text else None

    tier = read_quantity(form.text("min_quantity") or "0", where="min_quantity")
    row = set_price(
        session,
        form.actor,
        PricedAs(found.id, currency, form.text("region"), tier),
        PriceTerms(form.text("kind"), minor("low"), minor("high"), form.text("per")),
        now=form.deployment.now(),
        valid_from=form.day("valid_from"),
        reason=form.text("reason"),
        retrospective=form.on("retrospective"),
    )
    return price_view(session, row)


def _load(form: Form, path: Path) -> str:
    with form.deployment.store.write() as session:
        given, found = read_prices(path, session)
        done = import_prices(
            session,
            form.actor,
            given,
            source=path.name,
            now=form.deployment.now(),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
            found=found,
        )
        note = adjustment_note(session, done.earliest) if done.loaded else ""
    loaded = "One price is" if done.loaded == 1 else f"{done.loaded:,} prices are"
    return f"{loaded} loaded; {done.unchanged:,} were in force already. {note}".strip()


def _told(view: PriceView) -> str:
    price = view.low if view.low == view.high else f"{view.low} to {view.high}"
    if view.kind == "residual":
        price = f"what the other lines leave ({price})" if price else "what the other lines leave"
    return f"{price} {view.currency}" + ("" if view.per == "each" else f" a {view.per}")


def _existing(session: Session, price_id: int) -> StandalonePrice:
    row = session.get(StandalonePrice, price_id)
    if row is None:
        raise NotFound(f"There is no price {price_id}.", where="price")
    return row


def _listing(request: Request) -> Listing:
    names = ("search", "currency", "region", "day")
    return listing_of(request, "product", *names, path="/settings/prices", totals=True)


def _asked(request: Request, deployment: Deployment) -> tuple[date, dict[str, Any]]:
    filters: dict[str, Any] = dict(_listing(request).filters)
    return read_day(filters.pop("day"), "day") or deployment.today(), filters


def _list(request: Request, deployment: Deployment, entry: Entry = FRESH, sheet: Entry = FRESH) -> Response:
    listing, (day, chosen) = _listing(request), _asked(request, deployment)
    with deployment.store.read() as session:
        query = prices_where(day, **chosen)
        rows, place = one_page(session, query, PRICE_SORTS, col(Priced.id), listing.order, ROWS)
        views = price_views(session, [row[0] for row in rows])
        open_from = first_open_day(session)
        currencies = sorted(precisions(session))
    return page(
        request,
        "prices.html",
        entry.status if entry.given else sheet.status,
        prices=views,
        list=listing.page(len(views), place),
        day=day,
        entry=entry,
        sheet=sheet,
        open_from=open_from,
        currencies=currencies,
        product=request.query_params.get("product", "")[:200],
        kinds=[(one, _KIND_WORDS.get(one, one)) for one in KINDS],
        per=[(one, one) for one in PER],
    )


def _page(request: Request, deployment: Deployment, price_id: int, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        row = _existing(session, price_id)
        view = price_view(session, row)
        history = price_views(session, price_history(session, row))
        rows = session.exec(prices_where(deployment.today(), product_id=row.product_id)).all()
        mine = {one.id for one in history}
        ruling = next((one[0].id for one in rows if one[0].id in mine), None)
        open_from, number = first_open_day(session), row.product_id
    return page(
        request,
        "price.html",
        entry.status,
        price=view,
        product_id=number,
        history=history,
        ruling=ruling,
        entry=entry,
        open_from=open_from,
        told=_told,
    )
