"""The audit trail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api.deployment import Deployment
from api.http.access import INT64_MAX, Needs, Opened
from api.http.paging import Page, PageAsked, Paged, write_place
from api.views.audit import (
    ActionTotalView,
    AuditEventView,
    ChainCheckView,
    action_total_views,
    audit_event_view,
    chain_check_view,
)
from revrec.operations.actor import Actor
from revrec.operations.audit import verify_trail
from revrec.operations.export_audit import exported_events, note_export
from revrec.store.queries.event_subjects import subjects_about
from revrec.store.queries.events import Wanted, event_totals, events_page

router = APIRouter(tags=["audit"])

LINES = "application/x-ndjson"


@dataclass
class _Selection:
    action: Annotated[str, Query(max_length=100)] = ""
    subject: Annotated[str, Query(max_length=300)] = ""
    by: Annotated[str, Query(max_length=300, description="Email of the user.")] = ""
    search: Annotated[str, Query(max_length=200, description="Part of anything that an event says.")] = ""
    since: Annotated[
        datetime | None, Query(description="From this moment on; UTC unless it says otherwise.")
    ] = None
    until: Annotated[
        datetime | None, Query(description="Before this moment; UTC unless it says otherwise.")
    ] = None
    contract: Annotated[
        int | None,
        Query(ge=1, le=INT64_MAX, description="On the orders of this contract, their versions and lines."),
    ] = None
    customer: Annotated[
        int | None,
        Query(ge=1, le=INT64_MAX, description="On the NetSuite customers linked to this CRM customer."),
    ] = None
    period: Annotated[
        str,
        Query(max_length=20, description="On this period, its closes, journals and balances signed off."),
    ] = ""

    def wanted(self, session: Session) -> Wanted:
        about = subjects_about(session, contract=self.contract, customer=self.customer, period=self.period)
        days = _in_utc(self.since), _in_utc(self.until)
        return Wanted(self.by, self.action, self.subject, self.search, *days, about)


Selected = Annotated[_Selection, Depends()]


@router.get(
    "/audit/events",
    operation_id="list_audit_events",
    summary="Who did what, newest first unless sorted by `when`; a page of a search may hold nothing and go on",
)
def list_audit_events(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_audit"))],
    asked: Annotated[PageAsked, Depends(Paged("-when"))],
    selected: Selected,
) -> Page[AuditEventView]:
    with deployment.store.read() as session:
        found = events_page(session, selected.wanted(session), asked.order, asked.limit)
        items = [audit_event_view(row) for row in found.rows]
        return Page(items=items, next_cursor=write_place(asked.order, found.place))


@router.get(
    "/audit/totals", operation_id="total_audit_events", summary="How often what was done, within a selection"
)
def total_audit_events(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_audit"))],
    selected: Selected,
) -> list[ActionTotalView]:
    with deployment.store.read() as session:
        return action_total_views(event_totals(session, selected.wanted(session)))


@router.get(
    "/audit/verification",
    operation_id="verify_audit",
    summary="Whether every event follows the one before it",
)
def verify_audit(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_audit"))],
    head: Annotated[
        str,
        Query(max_length=64, description="Head of an earlier export; it must still be part of the trail."),
    ] = "",
) -> ChainCheckView:
    with deployment.store.read() as session:
        return chain_check_view(verify_trail(session, expected_head=head))


@router.post(
    "/audit/export",
    operation_id="export_audit",
    summary="All events, oldest first, one JSON object a line; the export is itself an event",
    response_class=StreamingResponse,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
)
def export_audit(
    deployment: Opened, actor: Annotated[Actor, Depends(Needs("export_audit"))]
) -> StreamingResponse:
    return trail_download(deployment, actor)


def trail_download(deployment: Deployment, actor: Actor) -> StreamingResponse:
    """The whole trail as a file, and the event of its export. The file's name holds how many and the head's start."""
    with deployment.store.write() as session:
        covered = note_export(session, actor, now=deployment.now())

    def lines() -> Iterator[str]:
        with deployment.store.read() as session:
            for event in exported_events(session, covered):
                yield json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n"

    headers = {
        "X-Audit-Head": covered.head,
        "X-Audit-Events": str(covered.events),
        "Content-Disposition": f'attachment; filename="audit-{covered.events}-{covered.head[:12]}.ndjson"',
    }
    return StreamingResponse(lines(), media_type=LINES, headers=headers)


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
