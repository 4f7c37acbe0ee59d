"""Products and how they are earned."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlmodel import col

from api.http.access import Id, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.http.requests import Body, Text
from api.views.products import (
    ProductDetailView,
    ProductRuleView,
    ProductTotalView,
    ProductView,
    product_detail_view,
    product_rule_view,
    product_views,
)
from revrec.operations.actor import Actor
from revrec.operations.earning_terms import EarningTerms
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.problems import NotFound
from revrec.store.queries.ordered import one_page
from revrec.store.queries.products import PRODUCT_SORTS, products_by_category, products_where
from revrec.store.tables import Product

router = APIRouter(tags=["products"])

Day = Annotated[
    date | None, Query(description="As a contract that begins on this day has it; default: today.")
]


@dataclass
class _Selection:
    search: Annotated[str, Query(max_length=200, description="Part of the code or name.")] = ""
    category: Annotated[str, Query(max_length=100)] = ""
    rule: Annotated[
        str, Query(pattern="^(yes|no)?$", description="Those with a rule of people, or without.")
    ] = ""


Selected = Annotated[_Selection, Depends()]


class ProductRuleBody(Body):
    """The whole statement: what is left out is not said. `segments`: `{"department": "5"}`, ids or names."""

    method: Text = ""
    trigger: Text = ""
    asset_kind: Text = ""
    plan: dict[str, Any] | None = None
    ramp: bool = True
    segments: dict[str, Text] = Field(default_factory=dict)
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


@router.get("/products", operation_id="list_products", summary="Products, and how they are earned on a day")
def list_products(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    asked: Annotated[PageAsked, Depends(Paged("added"))],
    selected: Selected,
    day: Day = None,
) -> Page[ProductView]:
    with deployment.store.read() as session:
        query = products_where(**asdict(selected))
        rows, place = one_page(session, query, PRODUCT_SORTS, col(Product.id), asked.order, asked.limit)
        views = product_views(session, [row[0] for row in rows], day or deployment.today())
        return Page(items=views, next_cursor=write_place(asked.order, place))


@router.get("/products/totals", operation_id="total_products", summary="How many products each category has")
def total_products(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    selected: Selected,
) -> list[ProductTotalView]:
    with deployment.store.read() as session:
        found = products_by_category(session, **asdict(selected))
        return [ProductTotalView(category=name, products=count) for name, count in found]


@router.get("/products/{product_id}", operation_id="show_product", summary="A product with all its rules")
def show_product(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))], product_id: Id, day: Day = None
) -> ProductDetailView:
    with deployment.store.read() as session:
        row = session.get(Product, product_id)
        if row is None:
            raise NotFound(f"There is no product {product_id}.", where="product_id")
        return product_detail_view(session, row, day or deployment.today())


@router.post(
    "/products/{product_id}/rules",
    operation_id="set_product_rule",
    summary="Say how a product is earned, for contracts that begin on a day or later",
)
def post_product_rule(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("set_product_rule"))],
    product_id: Id,
    body: ProductRuleBody,
) -> ProductRuleView:
    earning = EarningTerms(body.method, body.trigger, body.asset_kind, body.plan)
    with deployment.store.write() as session:
        row = set_product_rule(
            session,
            actor,
            product_id,
            ProductTerms(earning, body.ramp, body.segments),
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return product_rule_view(session, row)
