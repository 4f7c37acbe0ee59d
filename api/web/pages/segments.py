"""Segments: the fields by which journal lines can be analysed in the NetSuite account, their values, when read."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session, col
from starlette.responses import Response

from api.http.access import Needs, Opened
from api.views.discovered import DiscoveredValueView, discovered_segment_views, discovered_value_view
from api.views.reference import freshness_view
from api.web.download import Field
from api.web.forms import Form, Posted
from api.web.listing import ROWS, Listing, listing_of
from api.web.render import page
from api.web.taking import take_list
from jobs.start import start_job
from revrec.operations.actor import Actor
from revrec.problems import NotFound
from revrec.store.queries.journals import subsidiary_names
from revrec.store.queries.ordered import all_rows, one_page
from revrec.store.queries.reference import reference_kind
from revrec.store.queries.segments import VALUE_SORTS, known_segments, value_counts, values_where
from revrec.store.tables import SegmentValue

router = APIRouter()
Reader = Annotated[Actor, Depends(Needs("read"))]
FIELDS = (
    Field("NetSuite id", lambda one: str(one.id)),
    Field("Name", lambda one: one.name),
    Field("Active", lambda one: "yes" if one.active else "no"),
    Field(
        "Subsidiaries",
        lambda one: "all" if one.subsidiaries is None else " ".join(map(str, one.subsidiaries)),
    ),
)


@router.get("/segments")
def segments(request: Request, deployment: Opened, actor: Reader) -> Response:
    with deployment.store.read() as session:
        views = discovered_segment_views(session)
        listed = {one.field for one in views}
        # Read by older versions, which did not look for the fields of journal lines.
        counts = value_counts(session)
        others = sorted((one, counts.get(one, 0)) for one in known_segments(session) if one not in listed)
        fresh = freshness_view(session, reference_kind("fields"))
    return page(request, "segments.html", segments=views, others=others, fresh=fresh)


@router.post("/segments/refresh")
def refresh(form: Annotated[Form, Depends(Posted("run_sync"))]) -> Response:
    """Read all reference data anew, segments with it."""
    job = start_job(form.deployment.config, form.deployment.store, "reference", {}, form.actor)
    return form.done(f"/sync/jobs/{job}")


@router.get("/segments/{field}.{kind}")
def export(
    request: Request,
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("export_list"))],
    field: str,
    kind: str,
) -> Response:
    listing = _listing(request, field)
    with deployment.store.read() as session:
        _name(session, field)

    def rows(session: Session) -> Iterator[DiscoveredValueView]:
        query = values_where(field, **listing.filters)
        for part in all_rows(session, query, VALUE_SORTS, col(SegmentValue.id), listing.order):
            yield from (discovered_value_view(row[0]) for row in part)

    what, name = f"values of {field}", f"segment-{field}"[:31]
    return take_list(deployment, actor, kind, what, listing.filters, FIELDS, rows, name=name)


@router.get("/segments/{field}")
def values(request: Request, deployment: Opened, actor: Reader, field: str) -> Response:
    listing = _listing(request, field)
    with deployment.store.read() as session:
        name = _name(session, field)
        query = values_where(field, **listing.filters)
        rows, place = one_page(session, query, VALUE_SORTS, col(SegmentValue.id), listing.order, ROWS)
        views = [discovered_value_view(row[0]) for row in rows]
        names = subsidiary_names(session)
    return page(
        request,
        "segment.html",
        field=field,
        name=name,
        values=views,
        list=listing.page(len(views), place),
        subsidiaries=names,
    )


def _listing(request: Request, field: str) -> Listing:
    return listing_of(request, "name", "search", "state", path=f"/segments/{field}")


def _name(session: Session, field: str) -> str:
    known = known_segments(session)
    if field not in known:
        raise NotFound(f"The account has no segment {field}.", where="field")
    return known[field]
