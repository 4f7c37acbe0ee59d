"""Bundles: products that are observably sold together for less."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from api.http.access import INT64_MAX, Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.http.requests import Body, Text
from api.views.prices import BundleView, bundle_view, bundle_views
from revrec.operations.actor import Actor
from revrec.operations.decimals import read_amount
from revrec.operations.set_bundle import set_bundle
from revrec.operations.withdraw_bundle import withdraw_bundle
from revrec.store.queries.prices import bundles_on

router = APIRouter(tags=["bundles"])

Number = Annotated[int, Field(ge=1, le=INT64_MAX)]


class BundleNameBody(Body):
    name: Text
    currency: Text
    valid_from: date | None = None
    retrospective: bool = False
    reason: Text = ""


class BundleBody(BundleNameBody):
    """`price`: of one of each of its products, which are given by our ids."""

    price: Text
    products: list[Number] = Field(max_length=100)


@router.get("/bundles", operation_id="list_bundles", summary="Bundles in force on a day")
def list_bundles(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    day: Annotated[date | None, Query(description="Default: today.")] = None,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[BundleView]:
    with deployment.store.read() as session:
        after = read_cursor(cursor) or 0
        found = [row for row in bundles_on(session, day or deployment.today()) if row.id > after]
        rows, following = page_of(found[: limit + 1], limit, lambda row: row.id)
        return Page(items=bundle_views(session, rows), next_cursor=following)


@router.post("/bundles", operation_id="set_bundle", summary="Say that products are sold together for less")
def post_bundle(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_bundle"))], body: BundleBody
) -> BundleView:
    with deployment.store.write() as session:
        row = set_bundle(
            session,
            actor,
            body.name,
            body.currency,
            read_amount(session, body.price, body.currency, where="price"),
            body.products,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return bundle_view(session, row)


@router.post("/bundles/withdraw", operation_id="withdraw_bundle", summary="Take a bundle back, from a day on")
def post_withdrawal(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("set_bundle"))], body: BundleNameBody
) -> BundleView:
    with deployment.store.write() as session:
        row = withdraw_bundle(
            session,
            actor,
            body.name,
            body.currency,
            now=deployment.now(),
            valid_from=body.valid_from,
            retrospective=body.retrospective,
            reason=body.reason,
        )
        return bundle_view(session, row)
