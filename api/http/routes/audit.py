"""The audit trail."""

import json
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from api.http.access import Needs, Opened
from api.http.paging import Cursor, Page, PageSize, page_of, read_cursor
from api.views.audit import AuditEventView, ChainCheckView, audit_event_view, chain_check_view
from revrec.operations.actor import Actor
from revrec.operations.audit import verify_trail
from revrec.operations.export_audit import exported_events, note_export
from revrec.store.queries.audit import newest_events

router = APIRouter(tags=["audit"])

LINES = "application/x-ndjson"


@router.get("/audit/events", operation_id="list_audit_events", summary="Who did what, newest first")
def list_audit_events(
    deployment: Opened,
    actor: Annotated[Actor, Depends(Needs("read_audit"))],
    action: Annotated[str, Query(max_length=100)] = "",
    subject: Annotated[str, Query(max_length=300)] = "",
    by: Annotated[str, Query(max_length=300, description="Email of the user.")] = "",
    cursor: Cursor = None,
    limit: PageSize = 50,
) -> Page[AuditEventView]:
    with deployment.store.read() as session:
        before = read_cursor(cursor)
        found = newest_events(
            session, before=before, limit=limit + 1, action=action, subject=subject, actor=by
        )
        rows, following = page_of(found, limit, lambda row: row.id)
        return Page(items=[audit_event_view(row) for row in rows], next_cursor=following)


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
    with deployment.store.write() as session:
        covered = note_export(session, actor, now=deployment.now())

    def lines() -> Iterator[str]:
        with deployment.store.read() as session:
            for event in exported_events(session, covered):
                yield json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n"

    headers = {
        "X-Audit-Head": covered.head,
        "X-Audit-Events": str(covered.events),
        "Content-Disposition": 'attachment; filename="audit.ndjson"',
    }
    return StreamingResponse(lines(), media_type=LINES, headers=headers)
