"""Segments that the NetSuite account has."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import col

from api.http.access import Needs, Opened
from api.http.paging import Page, PageSize, PlaceCursor, SortBy, read_order, write_place
from api.views.discovered import (
    DiscoveredSegmentView,
    DiscoveredValueView,
    discovered_segment_views,
    discovered_value_view,
)
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.ordered import one_page
from revrec.store.queries.segments import VALUE_SORTS, known_segments, values_where
from revrec.store.tables import SegmentValue

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
    search: Annotated[str, Query(max_length=200, description="Part of a name, or NetSuite's id.")] = "",
    state: Annotated[str, Query(max_length=20, description="active or inactive; none: both.")] = "",
    sort: SortBy = "",
    cursor: PlaceCursor = None,
    limit: PageSize = 100,
) -> Page[DiscoveredValueView]:
    order = read_order(sort, cursor, "number")
    with deployment.store.read() as session:
        if field not in known_segments(session):
            raise NotFound(f"The account has no segment {field}.", where="field")
        query = values_where(field, search=search, state=state)
        rows, place = one_page(session, query, VALUE_SORTS, col(SegmentValue.id), order, limit)
        return Page(
            items=[discovered_value_view(row[0]) for row in rows], next_cursor=write_place(order, place)
        )
