"""Bundles: products that are observably sold together for less; set, and withdrawn."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.prices import BundleView, bundle_view, bundle_views
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted, read_day
from api.web.pages.settings_policies import first_open_day
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.decimals import read_amount
from revrec.operations.set_bundle import set_bundle
from revrec.operations.withdraw_bundle import withdraw_bundle
from revrec.problems import NotFound
from revrec.store.queries.accounts import product_by_code_or_name
from revrec.store.queries.prices import bundles_on

router = APIRouter()
Setter = Annotated[Form, Depends(Posted("set_bundle"))]
FIELDS = (
    Field("Bundle", lambda one: one.name),
    Field("Currency", lambda one: one.currency),
    Field("Price", lambda one: one.price, "amount"),
    Field("Products", lambda one: ", ".join(one.products)),
    Field("From", lambda one: one.valid_from, "day"),
    Field("Set by", lambda one: one.set_by),
    Field("Reason", lambda one: one.reason),
)


@router.get("/settings/bundles")
def bundles(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    return _list(request, deployment)


@router.get("/settings/bundles.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    day = _day(request, deployment)

    def rows(session: Session) -> list[BundleView]:
        return bundle_views(session, bundles_on(session, day))

    return take_list(deployment, actor, kind, "bundles", {"day": str(day)}, FIELDS, rows)


@router.post("/settings/bundles")
def add(form: Setter) -> Response:
    def run(session: Session) -> Response:
        currency = form.text("currency").upper()
        row = set_bundle(
            session,
            form.actor,
            form.text("name"),
            currency,
            read_amount(session, form.text("price"), currency, where="price"),
            _products(session, form.text("products")),
            now=form.deployment.now(),
            valid_from=form.day("valid_from"),
            reason=form.text("reason"),
            retrospective=form.on("retrospective"),
        )
        made = bundle_view(session, row)
        since = f" from {made.valid_from} on" if made.valid_from else ""
        words = f"The bundle {made.name} sells for {made.price} {made.currency}{since}. {made.note}".strip()
        return form.done("/settings/bundles", words)

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, entry))


@router.post("/settings/bundles/withdraw")
def withdraw(form: Setter) -> Response:
    with form.deployment.store.write() as session:
        row = withdraw_bundle(
            session,
            form.actor,
            form.text("name"),
            form.text("currency"),
            now=form.deployment.now(),
            reason=form.text("reason"),
        )
        since = f" from {row.valid_from} on" if row.valid_from else ""
        words = f"The bundle {row.name} is withdrawn{since}."
    return form.done("/settings/bundles", words)


def _products(session: Session, text: str) -> list[int]:
    """The products that lines name by code or name. Raises `NotFound` for one that there is not."""
    found = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        row = product_by_code_or_name(session, line)
        if row is None:
            raise NotFound(f"There is no product '{line[:100]}'.", where="products")
        found.append(row.id)
    return found


def _day(request: Request, deployment: Deployment) -> date:
    return read_day(request.query_params.get("day", ""), "day") or deployment.today()


def _list(request: Request, deployment: Deployment, entry: Entry = FRESH) -> Response:
    day = _day(request, deployment)
    with deployment.store.read() as session:
        views = bundle_views(session, bundles_on(session, day))
        open_from = first_open_day(session)
    return page(
        request,
        "bundles.html",
        entry.status,
        bundles=views,
        day=day,
        today=deployment.today(),
        entry=entry,
        open_from=open_from,
        query=request.url.query,
    )
