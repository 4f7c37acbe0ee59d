"""NetSuite's reference data: shown as it was last read, and read anew."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.http.access import Needs, Opened
from api.http.paging import Cursor, PageSize, page_of, read_cursor
from api.http.requests import Body
from api.http.routes.jobs import STARTED, started
from api.views.jobs import JobView
from api.views.reference import (
    FreshnessView,
    ReferenceRowView,
    freshness_view,
    freshness_views,
    reference_views,
)
from api.views.shape import View
from revrec.operations.actor import Actor
from revrec.store.queries.reference import reference_after, reference_kind

router = APIRouter(tags=["reference data"])


class ReferencePage(View):
    """A page of one kind, with when it was read."""

    freshness: FreshnessView
    items: list[ReferenceRowView]
    next_cursor: str | None


class RefreshBody(Body):
    """Nothing: all of it is read."""


@router.get("/reference", operation_id="list_reference", summary="When each kind was last read")
def list_reference(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> list[FreshnessView]:
    with deployment.store.read() as session:
        return freshness_views(session)


@router.get(
    "/reference/{kind}",
    operation_id="show_reference",
    summary="Customers, items, accounts, subsidiaries, currencies, rates, periods, segments",
)
def show_reference(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    kind: str,
    search: Annotated[
        str, Query(max_length=200, description="Part of a name, or an id; of rates a currency.")
    ] = "",
    inactive: Annotated[bool, Query(description="Also what is out of use.")] = False,
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> ReferencePage:
    of = reference_kind(kind)
    with deployment.store.read() as session:
        found = reference_after(session, of, read_cursor(cursor), limit + 1, search=search, inactive=inactive)
        rows, following = page_of(list(found), limit, lambda row: row.id)
        return ReferencePage(
            freshness=freshness_view(session, of),
            items=reference_views(session, of, rows),
            next_cursor=following,
        )


@router.post(
    "/reference/refresh",
    operation_id="refresh_reference",
    summary="Read all reference data anew",
    status_code=202,
    responses=STARTED,
)
def refresh_reference(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("run_sync"))],
    body: RefreshBody,
    response: Response,
) -> JobView:
    return started(deployment, actor, "reference", {}, response)
