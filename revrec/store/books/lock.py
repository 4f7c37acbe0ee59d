"""The one lock on the books: publishing and closing take it, so that they never overlap.

It is a row, not a transaction: a close reads, computes and writes in many transactions. It is held by a job's
number, so the same job may take it again after a crash, and a job that ended has always let go.
"""

from datetime import UTC, datetime

from sqlalchemy import or_, select, update
from sqlmodel import Session

from revrec.problems import Conflict
from revrec.store.core import book_lock, job
from revrec.store.staging.intern import insert_missing
from revrec.store.tables.jobs import OPEN_JOB_STATES


def take(session: Session, job_id: int) -> None:
    """Take the books for a job, inside the caller's transaction. Raises `Conflict` naming the job that has
    them; one that has ended without letting go is passed over."""
    insert_missing(session, book_lock, [{"name": "books"}])
    ended = select(job.c.id).where(job.c.state.not_in(OPEN_JOB_STATES))
    free = or_(
        book_lock.c.held_by_job.is_(None),
        book_lock.c.held_by_job == job_id,
        book_lock.c.held_by_job.in_(ended),
    )
    taken = session.execute(
        update(book_lock)
        .where(book_lock.c.name == "books", free)
        .values(held_by_job=job_id, since=datetime.now(UTC))
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        holder = session.execute(select(book_lock.c.held_by_job)).scalar_one()
        raise Conflict(
            f"Job {holder} is changing the books. Try again when it has ended.", where=f"job {holder}"
        )


def release(session: Session, job_id: int) -> None:
    """Let go of the books, if this job has them."""
    session.execute(
        update(book_lock).where(book_lock.c.held_by_job == job_id).values(held_by_job=None, since=None)
    )
