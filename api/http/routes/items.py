"""NetSuite's items and the products they are paired with."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlmodel import col

from api.http.access import INT64_MAX, Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, ReasonBody, Text
from api.http.routes.entities import ResetBody
from api.views.pairing import PairingView, pairing_view, pairing_views
from api.views.products import ProductView, product_views
from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.operations.categorize_product import categorize_product
from revrec.operations.pair_item import pair_item
from revrec.operations.reset_pairing import reset_pairing
from revrec.operations.unpair_item import unpair_item
from revrec.store.queries.ordered import one_page
from revrec.store.queries.pairing import ITEM_SORTS, items_by_pairing, items_where
from revrec.store.tables import Item

router = APIRouter(tags=["items"])

Number = Annotated[int, Field(ge=1, le=INT64_MAX)]


Search = Annotated[str, Query(max_length=200, description="Part of the code or name.")]


class PairItemBody(Body):
    """`product`: our id; null: the item is a product of its own."""

    product: Number | None
    reason: Text = ""


class CategoryBody(Body):
    """`category`, which then stays; empty: the CRM's word counts again."""

    category: Text
    reason: Text = ""


class PairingTotalView(View):
    """How many items are paired so; empty: not yet."""

    paired: str
    items: int


class PairingResetView(View):
    """How many items were paired, how many of those by hand, and how many have another product now."""

    items: int
    by_hand: int
    moved: int


@router.get(
    "/items/pairing",
    operation_id="list_pairing",
    summary="Items with their products, how they were found, and what else fits",
)
def list_pairing(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("item"))],
    search: Search = "",
    paired: Annotated[
        str, Query(pattern="^(code|name|own|manual)?$", description="Only those paired so.")
    ] = "",
) -> Page[PairingView]:
    with deployment.store.read() as session:
        query = items_where(search=search, paired=paired)
        rows, place = one_page(session, query, ITEM_SORTS, col(Item.id), asked.order, asked.limit)
        return Page(
            items=pairing_views(session, [row[0] for row in rows]),
            next_cursor=write_place(asked.order, place),
        )


@router.get(
    "/items/pairing/totals", operation_id="total_pairing", summary="How many items are paired in each way"
)
def total_pairing(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    search: Search = "",
) -> list[PairingTotalView]:
    with deployment.store.read() as session:
        found = items_by_pairing(session, search=search)
        return [PairingTotalView(paired=how, items=count) for how, count in found]


@router.post("/items/{item_id}/pair", operation_id="pair_item", summary="Say which product an item is")
def post_pair(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("pair_item"))], item_id: Id, body: PairItemBody
) -> PairingView:
    with deployment.store.write() as session:
        row = pair_item(session, actor, item_id, body.product, now=deployment.now(), reason=body.reason)
        return pairing_view(session, row)


@router.post(
    "/items/{item_id}/unpair",
    operation_id="unpair_item",
    summary="Take a pairing made by hand back; the item is paired by code and name again",
)
def post_unpair(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("pair_item"))], item_id: Id, body: ReasonBody
) -> PairingView:
    with deployment.store.write() as session:
        row = unpair_item(session, actor, item_id, now=deployment.now(), reason=body.reason)
        return pairing_view(session, row)


@router.post(
    "/items/reset-pairing",
    operation_id="reset_pairing",
    summary="Forget every pairing, those made by hand too, and pair all items anew",
)
def post_reset(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("reset_mapping"))], body: ResetBody
) -> PairingResetView:
    with deployment.store.write() as session:
        done = reset_pairing(session, actor, now=deployment.now(), confirmed=body.confirm, reason=body.reason)
        return PairingResetView(items=done.items, by_hand=done.by_hand, moved=done.moved)


@router.post(
    "/products/{product_id}/category",
    operation_id="categorize_product",
    summary="Say which category a product belongs to",
)
def post_category(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("categorize_product"))],
    product_id: Id,
    body: CategoryBody,
) -> ProductView:
    with deployment.store.write() as session:
        row = categorize_product(
            session, actor, product_id, body.category, now=deployment.now(), reason=body.reason
        )
        return product_views(session, [row], deployment.today())[0]
