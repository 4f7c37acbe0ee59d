"""Products and how they are earned: the list, a product with every rule, and setting a rule or a category."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Id, Needs, Opened
from api.views.journals import SegmentView
from api.views.prices import price_views
from api.views.products import ProductView, product_detail_view, product_rule_view, product_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of, totals_page
from api.web.pages.settings_policies import first_open_day
from api.web.plan_lines import plan_text, read_plan_lines, read_segment_lines
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.categorize_product import categorize_product
from revrec.operations.earning_terms import ASSET_KINDS, METHODS, TRIGGERS, EarningTerms
from revrec.operations.set_product_rule import ProductTerms, set_product_rule
from revrec.problems import NotFound
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.price_list import prices_where
from revrec.store.queries.products import (
    PRODUCT_SORTS,
    product_categories,
    products_by_category,
    products_where,
)
from revrec.store.tables import Product

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]

FIELDS = (
    Field("Code", lambda one: one.code),
    Field("Name", lambda one: one.name),
    Field("Category", lambda one: one.category),
    Field("Category by", lambda one: one.category_by or "CRM"),
    Field("Method", lambda one: one.method),
    Field("Method by", lambda one: one.method_from),
    Field("Trigger", lambda one: one.trigger),
    Field("Rule from", lambda one: one.rule_from, "day"),
    Field("Rule set by", lambda one: one.rule_set_by),
)
TOTALS = (
    Field("Category", lambda one: one[0] or "none"),
    Field("Products", lambda one: one[1], "count"),
)


@router.get("/settings/products")
def products(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        query = products_where(**listing.filters)
        rows, place = one_page(session, query, PRODUCT_SORTS, col(Product.id), listing.order, ROWS)
        views = product_views(session, [row[0] for row in rows], deployment.today())
        categories = product_categories(session)
    listing = listing.page(len(views), place)
    return page(request, "products.html", products=views, list=listing, categories=categories)


@router.get("/settings/products/totals")
def totals(request: Request, deployment: Opened, actor: Reader) -> Response:
    listing = _listing(request)
    with deployment.store.read() as session:
        rows = products_by_category(session, **listing.filters)
    return totals_page(request, listing, "products", TOTALS, rows)


@router.get("/settings/products.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    listing = _listing(request)

    def rows(session: Session) -> Iterator[ProductView]:
        query = products_where(**listing.filters)
        for part in all_rows(session, query, PRODUCT_SORTS, col(Product.id), listing.order):
            yield from product_views(session, [row[0] for row in part], deployment.today())

    return take_list(deployment, actor, kind, "products", listing.filters, FIELDS, rows)


@router.get("/settings/products/{product_id}")
def product(request: Request, deployment: Opened, actor: Reader, product_id: Id) -> Response:
    return _page(request, deployment, product_id)


@router.post("/settings/products/{product_id}/rule")
def rule(form: Annotated[Form, Depends(Posted("set_product_rule"))], product_id: Id) -> Response:
    """The whole statement: what is left empty is not said."""

    def run(session: Session) -> Response:
        method = form.text("method")
        earning = EarningTerms(
            method,
            form.text("trigger"),
            form.text("asset_kind"),
            read_plan_lines(method, form.text("plan")),
        )
        row = set_product_rule(
            session,
            form.actor,
            product_id,
            ProductTerms(earning, form.on("ramp"), read_segment_lines(form.text("segments"))),
            now=form.deployment.now(),
            valid_from=form.day("valid_from"),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        made = product_rule_view(session, row)
        since = f" from {made.valid_from} on" if made.valid_from else ""
        told = made.method.replace("_", " ") if made.method else "as the catalogue or the policy says"
        words = f"{made.code} is earned{since}: {told}. {made.note}".strip()
        return form.done(f"/settings/products/{product_id}", words)

    return carry_out(form, run, lambda entry: _page(form.request, form.deployment, product_id, entry))


@router.post("/settings/products/{product_id}/category")
def category(form: Annotated[Form, Depends(Posted("categorize_product"))], product_id: Id) -> Response:
    def run(session: Session) -> Response:
        row = categorize_product(
            session,
            form.actor,
            product_id,
            form.text("category"),
            now=form.deployment.now(),
            reason=form.text("reason"),
        )
        name = row.code or row.name
        words = (
            f"{name} belongs to {row.category}, whatever the CRM says."
            if row.category_by
            else f"The category of {name} follows the CRM again from the next run on."
        )
        return form.done(f"/settings/products/{product_id}", words)

    return carry_out(
        form, run, lambda entry: _page(form.request, form.deployment, product_id, categorized=entry)
    )


def existing_product(session: Session, product_id: int) -> Product:
    """The product of our id. Raises `NotFound`."""
    row = session.get(Product, product_id)
    if row is None:
        raise NotFound(f"There is no product {product_id}.", where="product")
    return row


def _listing(request: Request) -> Listing:
    return listing_of(request, "code", "search", "category", "rule", path="/settings/products", totals=True)


def _page(
    request: Request,
    deployment: Deployment,
    product_id: int,
    entry: Entry = FRESH,
    categorized: Entry = FRESH,
) -> Response:
    today = deployment.today()
    with deployment.store.read() as session:
        view = product_detail_view(session, existing_product(session, product_id), today)
        rows = session.exec(prices_where(today, product_id=product_id).limit(ROWS)).all()
        prices = price_views(session, [row[0] for row in rows])
        categories = product_categories(session)
        open_from = first_open_day(session)
    in_force = [one for one in view.rules if (one.valid_from or today) <= today]
    latest = (
        max(enumerate(in_force), key=lambda one: (str(one[1].valid_from or ""), one[0]))[1]
        if in_force
        else None
    )
    return page(
        request,
        "product.html",
        entry.status if entry.given else categorized.status,
        product=view,
        standing=latest,
        prices=prices,
        categories=categories,
        entry=entry,
        categorized=categorized,
        open_from=open_from,
        methods=METHODS,
        triggers=TRIGGERS,
        asset_kinds=ASSET_KINDS,
        plan_text=plan_text,
        words_of=_words_of,
        segment_lines=_segment_lines,
    )


def _words_of(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(one, one.replace("_", " ")) for one in codes]


def _segment_lines(segments: list[SegmentView]) -> str:
    return "\n".join(f"{one.segment}: {one.name or one.id}" for one in segments)
