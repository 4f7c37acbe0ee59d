"""Runs, their files and what they said."""

from sqlmodel import Session, col, select

from revrec.store.tables import Job, JobFile, JobNote


def jobs_before(
    session: Session, before: int | None, limit: int, *, kind: str = "", state: str = ""
) -> list[Job]:
    """At most `limit` jobs, newest first, older than the job `before`."""
    query = select(Job).order_by(col(Job.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Job.id) < before)
    if kind:
        query = query.where(Job.kind == kind)
    if state:
        query = query.where(Job.state == state)
    return list(session.exec(query))


def files_of(session: Session, job_id: int) -> list[JobFile]:
    return list(session.exec(select(JobFile).where(JobFile.job_id == job_id).order_by(col(JobFile.id))))


def notes_after(session: Session, job_id: int, after: int, limit: int) -> list[JobNote]:
    """Notes of a job in the order they were made, those after the note `after`."""
    return list(
        session.exec(
            select(JobNote)
            .where(JobNote.job_id == job_id, col(JobNote.id) > after)
            .order_by(col(JobNote.id))
            .limit(limit)
        )
    )


def unfinished(session: Session, kinds: tuple[str, ...]) -> list[Job]:
    """Jobs of these kinds that are queued or running."""
    return list(
        session.exec(
            select(Job)
            .where(col(Job.kind).in_(kinds), col(Job.state).in_(("queued", "running")))
            .order_by(col(Job.id))
        )
    )
