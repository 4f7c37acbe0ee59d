"""Items of NetSuite and the products they are paired with: how each was found, what else fits, pairing by hand."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import INT64_MAX, Needs, Opened
from api.views.pairing import PairingView, pairing_view, pairing_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.pair_item import existing_item, pair_item
from revrec.operations.reset_pairing import reset_pairing
from revrec.operations.unpair_item import unpair_item
from revrec.problems import NotFound
from revrec.store.queries.accounts import product_by_code_or_name
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.pairing import ITEM_SORTS, is_booked, items_by_pairing, items_where
from revrec.store.tables import Item

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
ItemId = Annotated[int, Path(ge=-INT64_MAX, le=INT64_MAX)]  # some of NetSuite's own items have negative ids
Pairer = Annotated[Form, Depends(Posted("pair_item"))]
_CHOICE = ("choice", "product")  # a browser sends no radio button that is not chosen

HOW = {
    "code": "by its code",
    "name": "by its name",
    "own": "a product of its own",
    "manual": "by hand",
    "": "not yet",
}
FIELDS = (
    Field("Item", lambda one: str(one.item)),
    Field("Code", lambda one: one.code),
    Field("Name", lambda one: one.name),
    Field("Type", lambda one: one.type),
    Field("Product", lambda one: (one.product.code or one.product.name) if one.product else ""),
    Field("Paired", lambda one: HOW[one.paired]),
    Field("Paired by", lambda one: one.paired_by),
    Field("Anew", lambda one: (one.proposed.code or one.proposed.name) if one.proposed else ""),
    Field("Would change", lambda one: "yes" if one.would_change else "no"),
)
TOTALS = (
    Field("Paired", lambda one: HOW[one[0]]),
    Field("Items", lambda one: one[1], "count"),
)


@router.get("/settings/items")
def items(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = items_where(**listing.filters)
        rows, place = one_page(session, query, ITEM_SORTS, col(Item.id), listing.order, ROWS)
        views = pairing_views(session, [row[0] for row in rows])
    return page(request, "items.html", items=views, list=listing.page(len(views), place), how=HOW)


@router.get("/settings/items/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        rows = items_by_pairing(session, **listing.filters)
    return totals_page(request, listing, "items", TOTALS, rows)


@router.get("/settings/items.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[PairingView]:
        query = items_where(**listing.filters)
        for part in all_rows(session, query, ITEM_SORTS, col(Item.id), listing.order):
            yield from pairing_views(session, [row[0] for row in part])

    return take_list(deployment, actor, kind, "items", listing.filters, FIELDS, rows)


@router.post("/settings/items/reset")
def reset(form: Annotated[Form, Depends(Posted("reset_mapping"))]) -> Response:
    with form.deployment.store.write() as session:
        done = reset_pairing(
            session, form.actor, now=form.deployment.now(), confirmed=True, reason=form.text("reason")
        )
    words = f"{done.items:,} items are paired anew, {done.by_hand:,} of them were paired by hand; {done.moved:,} moved."
    return form.done("/settings/items", words)


@router.get("/settings/items/{item_id}")
def item(request: Request, deployment: Opened, actor: Reader, item_id: ItemId) -> Response:
    return _page(request, deployment, item_id)


@router.post("/settings/items/{item_id}/pair")
def pair(form: Pairer, item_id: ItemId) -> Response:
    """`choice`: a product's id, `own`, or `other`, then `product` names it."""

    def run(session: Session) -> Response:
        chosen = _chosen(session, form)
        row = pair_item(
            session, form.actor, item_id, chosen, now=form.deployment.now(), reason=form.text("reason")
        )
        made = pairing_view(session, row)
        product = made.product
        words = f"{made.code} is {product.code or product.name if product else 'paired'}. {made.note}".strip()
        return form.done(f"/settings/items/{item_id}", words)

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, item_id, entry), _CHOICE)


@router.post("/settings/items/{item_id}/unpair")
def unpair(form: Pairer, item_id: ItemId) -> Response:
    def run(session: Session) -> Response:
        row = unpair_item(session, form.actor, item_id, now=form.deployment.now(), reason=form.text("reason"))
        made = pairing_view(session, row)
        words = f"{made.code} is paired {HOW[made.paired]} again. {made.note}".strip()
        return form.done(f"/settings/items/{item_id}", words)

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, item_id, entry), _CHOICE)


def _chosen(session: Session, form: Form) -> int | None:
    choice = form.text("choice")
    if choice == "own":
        return None
    if choice == "other":
        row = product_by_code_or_name(session, form.text("product"))
        if row is None:
            raise NotFound(f"There is no product '{form.text('product')}'.", where="product")
        return row.id
    return form.number("choice", "Choose the product that the item is.")


def _listing(request: Request) -> Listing:
    return listing_of(request, "code", "search", "paired", path="/settings/items", totals=True)


def _page(request: Request, deployment: Deployment, item_id: int, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        row = existing_item(session, item_id)
        view = pairing_views(session, [row])[0]
        booked = is_booked(session, item_id)
    fitting = {one.id: one for one in (view.product, view.proposed, *view.alternatives) if one is not None}
    return page(
        request,
        "item.html",
        entry.status,
        item=view,
        fitting=list(fitting.values()),
        booked=booked,
        entry=entry,
        how=HOW,
    )
