"""How a job begins and ends, and what it says in between. Every write here may happen twice and means the same."""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlmodel import Session

from jobs.calls import calls_of
from jobs.resources import forget_client, store
from jobs.runner import Cancelled, Failed, step, step_sync
from revrec.netsuite.errors import AuthenticationRefused
from revrec.operations.connection_notices import findings_for_jobs
from revrec.operations.job_flows import FLOW_OF_JOB
from revrec.operations.pause_connection import pause_connection
from revrec.problems import Conflict, Finding
from revrec.store.books.lock import release
from revrec.store.core import job
from revrec.store.core import job_note as note
from revrec.store.tables import Job
from revrec.store.tables.jobs import OPEN_JOB_STATES

_WRITE_EVERY_SECONDS = 0.5
_last_write: dict[int, float] = {}


async def run_job(job_id: int, body: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Run an async job's body between its beginning and its end, whatever that is."""
    if not await step(begin, job_id, name="begin"):
        return {}
    with _ends_cancelled(job_id):
        try:
            result = await body()
        except Exception as error:
            await step(fail, job_id, *_words(error), name="fail")
            raise
        await step(finish, job_id, result, name="finish")
    return result


def run_job_sync(job_id: int, body: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """`run_job` for a sync job."""
    if not step_sync(begin, job_id, name="begin"):
        return {}
    with _ends_cancelled(job_id):
        try:
            result = body()
        except Exception as error:
            step_sync(fail, job_id, *_words(error), name="fail")
            raise
        step_sync(finish, job_id, result, name="finish")
    return result


@contextmanager
def _ends_cancelled(job_id: int) -> Iterator[None]:
    """A cancellation is seen at the next step, whichever that is: of the body, or the one that says how it ended."""
    try:
        yield
    except Cancelled:
        cancelled(job_id)
        raise


def begin(job_id: int) -> bool:
    """Mark the job running, and warn in it of what its connection needs soon. False if it was cancelled before."""
    now = datetime.now(UTC)
    with store().write() as session:
        session.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state == "queued")
            .values(state="running", started_at=now)
        )
        row = session.get_one(Job, job_id)
        running = row.state == "running"
        warnings = findings_for_jobs(session, FLOW_OF_JOB.get(row.kind, ""), now) if running else ()
    if warnings:
        tell(job_id, warnings, of="connection")
    return running


def finish(job_id: int, result: Mapping[str, Any]) -> None:
    """Mark the job done (or awaiting load, where its result says so) with what it found."""
    state = str(result.get("state", "done"))
    found = {k: v for k, v in result.items() if k != "state"}
    if calls := calls_of(store(), job_id):
        found["calls"] = calls
    _end(job_id, state=state, result=found, stage="")


def fail(job_id: int, message: str, refused: bool = False) -> None:
    """Mark the job failed, in the words of what stopped it. `refused`: NetSuite refused the sign-in twice, so the
    connection is paused until somebody has looked."""
    _end(job_id, state="failed", error=message)
    release_books(job_id)
    if refused:
        with store().write() as session:
            kind = session.get_one(Job, job_id).kind
            flow = FLOW_OF_JOB.get(kind, "journals")
            pause_connection(session, flow, message, now=datetime.now(UTC))
        forget_client(flow)


def cancelled(job_id: int) -> None:
    """Mark the job cancelled; called outside of steps, since a cancelled run has none left."""
    _end(job_id, state="cancelled")
    release_books(job_id)


def progress(job_id: int, stage: str, done: int = 0, total: int | None = None, *, now: bool = False) -> None:
    """Say how far a job is; written at most twice a second unless `now` or the stage ends."""
    moment = time.monotonic()
    if not now and done != total and moment - _last_write.get(job_id, 0.0) < _WRITE_EVERY_SECONDS:
        return
    _last_write[job_id] = moment
    with store().write() as session:
        session.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state == "running")
            .values(stage=stage, stage_done=done, stage_total=total)
        )


def tell(job_id: int, findings: Sequence[Finding], *, of: str) -> None:
    """Put findings into the job's log, in place of those an earlier attempt at the same part (`of`) wrote."""
    now = datetime.now(UTC)
    with store().write() as session:
        session.execute(delete(note).where(note.c.job_id == job_id, note.c.part == of))
        if findings:
            session.execute(
                insert(note),
                [
                    {
                        "job_id": job_id,
                        "part": of,
                        "at": now,
                        "severity": "error" if finding.severity == "blocking" else finding.severity,
                        "code": finding.code,
                        "where": finding.where,
                        "message": finding.message,
                    }
                    for finding in findings
                ],
            )


def _words(error: Exception) -> tuple[str, bool]:
    refused = isinstance(error, Failed) and error.is_a(AuthenticationRefused)
    return str(error) or type(error).__name__, refused


def require_running(session: Session, job_id: int) -> None:
    """Raise `Conflict` if the job was cancelled: asked inside the transaction that publishes."""
    state = session.get_one(Job, job_id).state
    if state != "running":
        raise Conflict(f"Job {job_id} is {state}; it publishes nothing.", where=f"job {job_id}")


def release_books(job_id: int) -> None:
    """Let go of the books if this job holds them."""
    with store().write() as session:
        release(session, job_id)


def _end(job_id: int, **values: Any) -> None:
    with store().write() as session:
        session.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state.in_(OPEN_JOB_STATES))
            .values(finished_at=datetime.now(UTC), **values)
        )
