"""Jobs watched over server-sent events: what a job says and how far it is, as it happens.

One loop of the service looks at all watched jobs, twice a second, in one short read: a stream holds neither a thread
nor a connection to the database. Streams are bounded, in all and for each user. A stream sends

    note       a line of the job's log      progress   how far it is, when that changed
    done       the job as it ended, and with it the stream ends

Each carries as its id the last note sent, so that `Last-Event-ID` goes on where a stream broke. A stream that lasts
longer than `LASTS_SECONDS` ends by itself and is taken up again: who lost access meanwhile is not let in again.
"""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Header, HTTPException, Request
from starlette.responses import StreamingResponse

from api.deployment import Deployment
from api.http.access import INT64_MAX
from api.views.jobs import JobNoteView, JobView, job_note_view, job_view
from jobs.start import read_job
from revrec.operations.actor import Actor
from revrec.store.queries.jobs import notes_after
from revrec.store.queries.watched import jobs_of
from revrec.store.tables.jobs import OPEN_JOB_STATES

MEDIA_TYPE = "text/event-stream"
MOST, MOST_OF_ONE_USER = 200, 12
LOOK_EVERY_SECONDS, HEARTBEAT_SECONDS, LASTS_SECONDS = 0.5, 15.0, 600.0
_NOTES_AT_ONCE = 200

LastEventId = Annotated[
    int,
    Header(alias="Last-Event-ID", ge=0, le=INT64_MAX, description="The id of the last event that arrived."),
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look found of a job: `notes` after the last one sent; `all_notes`: there are no more of them."""

    job: JobView
    notes: Sequence[JobNoteView]
    all_notes: bool

    @property
    def over(self) -> bool:
        return self.job.state not in OPEN_JOB_STATES and self.all_notes

    def is_news_to(self, stream: "Stream") -> bool:
        return bool(self.notes) or self.over or progress_of(self.job) != stream.shown


@dataclass(eq=False, slots=True)
class Stream:
    """Somebody who watches a job. `after`: the last note sent, `shown`: how far the job was said to be. One look waits
    to be sent, no more: who reads slowly is looked for less often."""

    job_id: int
    email: str
    after: int
    shown: dict[str, Any] = field(default_factory=dict)
    news: "asyncio.Queue[Seen | None]" = field(default_factory=lambda: asyncio.Queue(1))


class JobWatch:
    """All streams of this process, and the one loop that looks for them."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._streams: set[Stream] = set()
        self._looking: asyncio.Task[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._streams)

    def refuse_too_many(self, actor: Actor) -> None:
        """Raise 429 where another stream would be one too many."""
        own = Counter(one.email for one in self._streams)[actor.email]
        if len(self._streams) >= MOST or own >= MOST_OF_ONE_USER:
            words = (
                f"You watch {own} jobs at once; {MOST_OF_ONE_USER} is the most. Close one, or ask for the job's state "
                "now and then instead."
                if own >= MOST_OF_ONE_USER
                else "Too many jobs are being watched. Ask for the job's state now and then instead."
            )
            raise HTTPException(429, words, {"Retry-After": "30"})

    async def events(self, job_id: int, after: int, email: str) -> AsyncIterator[str]:
        """The stream, as the wire has it."""
        stream = Stream(job_id, email, after)
        self._streams.add(stream)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        ends = asyncio.get_running_loop().time() + LASTS_SECONDS
        try:
            yield "retry: 2000\n\n"
            while not self._closed and asyncio.get_running_loop().time() < ends:
                try:
                    seen = await asyncio.wait_for(stream.news.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still going\n\n"
                    continue
                if seen is None:
                    return
                for note in seen.notes:
                    stream.after = note.id
                    yield event("note", note.id, note.model_dump_json())
                progress = progress_of(seen.job)
                if progress != stream.shown:
                    stream.shown = progress
                    yield event("progress", stream.after, json.dumps(progress))
                if seen.over:
                    yield event("done", stream.after, seen.job.model_dump_json())
                    return
        finally:
            self._streams.discard(stream)

    def close(self) -> None:
        """End every stream: the service stops."""
        self._closed = True
        for one in self._streams:
            with contextlib.suppress(asyncio.QueueFull):
                one.news.put_nowait(None)

    async def _look(self) -> None:
        while self._streams and not self._closed:
            waiting = [one for one in self._streams if one.news.empty()]
            asked: dict[int, int] = {}
            for one in waiting:
                asked[one.job_id] = min(one.after, asked.get(one.job_id, one.after))
            try:
                found = await to_thread.run_sync(self._read, asked) if asked else {}
            except Exception:
                found = {}
            for one in waiting:
                if (looked := found.get(one.job_id)) is None or not one.news.empty():
                    continue
                seen = Seen(
                    looked.job, [note for note in looked.notes if note.id > one.after], looked.all_notes
                )
                if seen.is_news_to(one):
                    one.news.put_nowait(seen)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    def _read(self, asked: dict[int, int]) -> dict[int, Seen]:
        with self._deployment.store.read() as session:
            found = {}
            for row in jobs_of(session, list(asked)):
                notes = notes_after(session, row.id, asked[row.id], _NOTES_AT_ONCE)
                views = [job_note_view(one) for one in notes]
                found[row.id] = Seen(job_view(row), views, len(views) < _NOTES_AT_ONCE)
            return found


async def stream_of(request: Request, actor: Actor, job_id: int, after: int) -> StreamingResponse:
    """The answer that streams a job's events. Raises `NotFound` for no job, 429 for one stream too many."""
    deployment: Deployment = request.app.state.deployment
    watch: JobWatch = request.app.state.job_watch
    await to_thread.run_sync(read_job, deployment.store, job_id)
    watch.refuse_too_many(actor)
    # Proxies that gather an answer before they pass it on are told not to.
    headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
    return StreamingResponse(watch.events(job_id, after, actor.email), media_type=MEDIA_TYPE, headers=headers)


def event(name: str, number: int, data: str) -> str:
    """One event on the wire. `data` is JSON, so it has no line breaks."""
    return f"id: {number}\nevent: {name}\ndata: {data}\n\n"


def progress_of(job: JobView) -> dict[str, Any]:
    """How far a job is."""
    return job.model_dump(
        mode="json", include={"id", "state", "stage", "stage_done", "stage_total", "started_at", "error"}
    )
