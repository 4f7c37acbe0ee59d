"""Company entities: which NetSuite subsidiary each selling entity of the CRM is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from api.deployment import Deployment
from api.http.access import Needs, Opened
from api.views.entities import EntityView, entities_view
from api.web.download import Field
from api.web.entry import FRESH, Entry, carry_out
from api.web.forms import Form, Posted
from api.web.listing import Listing, totals_page
from api.web.render import page
from api.web.taking import take_list
from revrec.operations.actor import Actor
from revrec.operations.map_all_entities import map_all_entities
from revrec.operations.map_entity import map_entity
from revrec.operations.reset_entities import reset_entities
from revrec.problems import Invalid
from revrec.store.queries.entities import active_subsidiaries

router = APIRouter()
Mapper = Annotated[Form, Depends(Posted("map_entity"))]
FIELDS = (
    Field("Entity", lambda one: one.name),
    Field("Subsidiary", lambda one: one.subsidiary_name),
    Field("Subsidiary id", lambda one: "" if one.subsidiary is None else str(one.subsidiary)),
    Field("Mapped by", lambda one: one.mapped_by),
    Field("Orders", lambda one: one.orders, "count"),
    Field("Set by", lambda one: one.set_by),
    Field("Set at", lambda one: one.set_at, "moment"),
)
TOTALS = (
    Field("Entity", lambda one: one.name),
    Field("Orders that name it", lambda one: one.orders, "count"),
)


@router.get("/settings/entities")
def entities(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> Response:
    return _list(request, deployment)


@router.get("/settings/entities/totals")
def totals(request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> Response:
    """How many orders name each entity: it reads every order, so it comes after the page."""
    with deployment.store.read() as session:
        views = entities_view(session).entities
    return totals_page(request, _listing(), "entities", TOTALS, views)


@router.get("/settings/entities.{kind}")
def export(
    request: Request, deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_list"))], kind: str
) -> Response:
    def rows(session: Session) -> list[EntityView]:
        return entities_view(session).entities

    return take_list(deployment, actor, kind, "entities", {}, FIELDS, rows)


@router.post("/settings/entities")
def map_one(form: Mapper) -> Response:
    """Map one entity, also one that no order names yet; no subsidiary takes its mapping back."""

    def run(session: Session) -> Response:
        home = _subsidiary(form)
        row = map_entity(
            session,
            form.actor,
            form.text("entity"),
            home,
            now=form.deployment.now(),
            reason=form.text("reason"),
        )
        words = (
            f"{row.name} has no subsidiary of its own any more." if home is None else f"{row.name} is mapped."
        )
        return form.done(
            "/settings/entities", f"{words} Contracts that closed periods hold stay where they are."
        )

    return carry_out(form, run, lambda entry: _list(form.request, form.deployment, entry))


@router.post("/settings/entities/all")
def map_all(form: Mapper) -> Response:
    home = _subsidiary(form)
    if home is None:
        raise Invalid("Choose the subsidiary of every entity.", where="subsidiary")
    with form.deployment.store.write() as session:
        known = map_all_entities(
            session, form.actor, home, now=form.deployment.now(), reason=form.text("reason")
        )
    words = f"All {known:,} entities stand for that subsidiary, and those that orders name later too."
    return form.done("/settings/entities", words)


@router.post("/settings/entities/reset")
def reset(form: Annotated[Form, Depends(Posted("reset_mapping"))]) -> Response:
    with form.deployment.store.write() as session:
        count = reset_entities(
            session, form.actor, now=form.deployment.now(), confirmed=True, reason=form.text("reason")
        )
    return form.done("/settings/entities", f"The mapping of {count:,} entities was taken back.")


def _subsidiary(form: Form) -> int | None:
    given = form.text("subsidiary")
    return form.number("subsidiary", "Choose a subsidiary of the list.") if given else None


def _listing() -> Listing:
    return Listing("/settings/entities", "name", {}, totals=True)


def _list(request: Request, deployment: Deployment, entry: Entry = FRESH) -> Response:
    with deployment.store.read() as session:
        view = entities_view(session, counted=False)
        homes = [(str(row.id), row.name) for row in active_subsidiaries(session)]
    given = request.query_params.get("entity", "")[:200]
    chosen = next((one for one in view.entities if one.name == given and one.mapped_by == "itself"), None)
    return page(
        request,
        "entities.html",
        entry.status,
        view=view,
        list=_listing().page(len(view.entities), None),
        homes=homes,
        entry=entry,
        given=given,
        home_of_given=str(chosen.subsidiary) if chosen else "",
    )
