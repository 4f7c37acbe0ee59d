"""Jobs watched as they go."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from api.http.access import Id, Needs
from api.http.events_stream import MEDIA_TYPE, LastEventId, stream_of
from revrec.operations.actor import Actor

router = APIRouter(tags=["jobs"])


@router.get(
    "/jobs/{job_id}/events",
    operation_id="watch_job",
    summary="Watch a job: its log and how far it is, as server-sent events",
    response_class=StreamingResponse,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
async def watch_job(
    request: Request,
    actor: Annotated[Actor, Depends(Needs("read"))],
    job_id: Id,
    last_event_id: LastEventId = 0,
) -> StreamingResponse:
    """Events `note`, `progress` and `done`, each with JSON as its data; after `done` the stream ends. A stream that
    breaks, or ends without `done`, is taken up again with the last id in `Last-Event-ID`. Comments keep it alive."""
    return await stream_of(request, actor, job_id, last_event_id)
