"""The CRM's selling entities and NetSuite's subsidiaries."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from api.http.access import INT64_MAX, Needs, Opened
from api.http.requests import Body, Text
from api.views.entities import EntitiesView, entities_view
from revrec.operations.actor import Actor
from revrec.operations.map_all_entities import map_all_entities
from revrec.operations.map_entity import map_entity
from revrec.operations.reset_entities import reset_entities

router = APIRouter(tags=["company entities"])

Number = Annotated[int, Field(ge=0, le=INT64_MAX)]


class EntityBody(Body):
    """`entity` as the CRM's orders name it; `subsidiary` NetSuite's id, null takes the mapping back."""

    entity: Text
    subsidiary: Number | None
    reason: Text = ""


class AllEntitiesBody(Body):
    """`subsidiary`: NetSuite's id."""

    subsidiary: Number
    reason: Text = ""


class ResetBody(Body):
    """`confirm` has to be true."""

    confirm: bool = False
    reason: Text = ""


@router.get("/entities", operation_id="list_entities", summary="Company entities and their subsidiaries")
def list_entities(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> EntitiesView:
    with deployment.store.read() as session:
        return entities_view(session)


@router.post("/entities", operation_id="map_entity", summary="Say which subsidiary an entity is")
def post_entity(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("map_entity"))], body: EntityBody
) -> EntitiesView:
    with deployment.store.write() as session:
        map_entity(session, actor, body.entity, body.subsidiary, now=deployment.now(), reason=body.reason)
        return entities_view(session)


@router.post(
    "/entities/all",
    operation_id="map_all_entities",
    summary="Map all entities to one subsidiary, also those first seen later",
)
def post_all_entities(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("map_entity"))], body: AllEntitiesBody
) -> EntitiesView:
    with deployment.store.write() as session:
        map_all_entities(session, actor, body.subsidiary, now=deployment.now(), reason=body.reason)
        return entities_view(session)


@router.post(
    "/entities/reset", operation_id="reset_entities", summary="Take the mapping of every entity back"
)
def post_reset(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("reset_mapping"))], body: ResetBody
) -> EntitiesView:
    with deployment.store.write() as session:
        reset_entities(session, actor, now=deployment.now(), confirmed=body.confirm, reason=body.reason)
        return entities_view(session)
