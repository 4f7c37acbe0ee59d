"""Cancel a job that has not published."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound
from revrec.store.tables import Job
from revrec.store.tables.jobs import OPEN_JOB_STATES


def cancel_job(session: Session, actor: Actor, job_id: int, *, now: datetime, reason: str = "") -> Job:
    """Mark the job cancelled. Once it has published there is nothing to cancel (`Conflict`).

    The row decides: a publish refuses a job that is marked. The caller then tells the workflow engine, so that
    what still runs stops at its next step.
    """
    require(actor, "cancel_job")
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise NotFound(f"There is no job {job_id}.", where="job")
    if job.state not in OPEN_JOB_STATES:
        raise Conflict(
            f"Job {job_id} is {job.state}; only a queued or running job is cancelled.", where="job"
        )
    if job.published_at is not None:
        raise Conflict(
            f"Job {job_id} has published what it found and can no longer be cancelled.", where="job"
        )
    before, job.state, job.finished_at = job.state, "cancelled", now
    session.flush()
    record_event(
        session,
        actor,
        "cancel_job",
        f"job {job_id}",
        now=now,
        before=before,
        after="cancelled",
        reason=reason,
    )
    return job
