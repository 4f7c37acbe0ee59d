"""Segments that the NetSuite account has."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.access import Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.views.discovered import (
    DiscoveredSegmentView,
    DiscoveredValueView,
    discovered_segment_views,
    discovered_value_view,
)
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.segments import segments, values_after

router = APIRouter(tags=["accounts"])


@router.get(
    "/segments",
    operation_id="list_segments",
    summary="Fields of journal lines by which the account can be analysed",
)
def list_segments(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("read"))]
) -> list[DiscoveredSegmentView]:
    with deployment.store.read() as session:
        return discovered_segment_views(session)


@router.get("/segments/{field}/values", operation_id="list_segment_values", summary="The values of a segment")
def list_segment_values(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read"))],
    field: str,
    cursor: Cursor = None,
    limit: PageSize = 100,
) -> Page[DiscoveredValueView]:
    with deployment.store.read() as session:
        if field not in {one.field for one in segments(session)}:
            raise NotFound(f"The account has no segment {field}.", where="field")
        found = values_after(session, field, read_cursor(cursor) or 0, limit + 1)
        rows, following = page_of(found, limit, lambda row: row.value_id)
        return Page(items=[discovered_value_view(row) for row in rows], next_cursor=following)
