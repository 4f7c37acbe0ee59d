"""A job's page is told when there is something new, instead of asking each second."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import StreamingResponse

from api.http.access import Id, Needs
from api.http.events_stream import LastEventId, stream_of
from revrec.operations.actor import Actor

router = APIRouter()


@router.get("/sync/jobs/{job_id}/events", response_class=StreamingResponse)
async def events(
    request: Request,
    actor: Annotated[Actor, Depends(Needs("read"))],
    job_id: Id,
    last_event_id: LastEventId = 0,
) -> StreamingResponse:
    """The same stream as the API's, for the session of a browser."""
    return await stream_of(request, actor, job_id, last_event_id)
