"""Pulling: how it stands."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Needs, Opened
from api.views.sync import SyncView, sync_views
from revrec.operations.actor import Actor

router = APIRouter(tags=["jobs"])


@router.get("/sync", operation_id="show_sync", summary="Show how pulling stands: last and next runs")
def show_sync(deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]) -> list[SyncView]:
    with deployment.store.read() as session:
        return sync_views(session, deployment.now())
