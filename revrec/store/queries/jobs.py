"""Runs, their files and what they said."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import and_, func, not_, or_, true
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.queries.ordered import Sorts
from revrec.store.queries.policies import history_of
from revrec.store.tables import Job, JobFile, JobNote
from revrec.store.tables.jobs import OPEN_JOB_STATES

JOB_SORTS: Sorts = MappingProxyType(
    {"started": col(Job.id), "kind": col(Job.kind), "state": col(Job.state), "by": col(Job.requested_by)}
)
CONVERSION_KINDS = ("load", "check_file")
CONVERSION_STATES = ("awaiting_load", "superseded")


def conversion_ended(session: Session) -> datetime | None:
    """When the first accounting period was set first: what was pulled before is conversion data. None: not yet."""
    return next((row.set_at for row in history_of(session, "first_period")), None)


def jobs_where(
    session: Session, *, kind: str = "", state: str = "", data: str = "", by: str = ""
) -> SelectOfScalar[Job]:
    """The jobs of a selection, in no order. `data`: `conversion` (pulls of invoices from before the first accounting
    period was set, and what loads files), `sync` (all others), or empty. `by`: part of who started it."""
    query = select(Job)
    if kind:
        query = query.where(Job.kind == kind)
    if state:
        query = query.where(Job.state == state)
    if by:
        query = query.where(col(Job.requested_by).icontains(by, autoescape=True))
    if data:
        ended = conversion_ended(session)
        early = true() if ended is None else col(Job.created_at) < ended
        pulled = and_(col(Job.kind) == "invoices", or_(early, col(Job.state).in_(CONVERSION_STATES)))
        conversion = or_(col(Job.kind).in_(CONVERSION_KINDS), pulled)
        query = query.where(conversion if data == "conversion" else not_(conversion))
    return query


def jobs_by_kind(
    session: Session, *, kind: str = "", state: str = "", data: str = "", by: str = ""
) -> list[tuple[str, str, int]]:
    """How many jobs of a selection (`jobs_where`) there are: kind, state, count."""
    chosen = jobs_where(session, kind=kind, state=state, data=data, by=by).subquery()
    query = (
        select(chosen.c.kind, chosen.c.state, func.count())
        .group_by(chosen.c.kind, chosen.c.state)
        .order_by(chosen.c.kind, chosen.c.state)
    )
    return [(one, how, int(count)) for one, how, count in session.exec(query)]


def count_awaiting_load(session: Session) -> int:
    """How many conversions wait to be loaded."""
    return session.exec(select(func.count()).select_from(Job).where(Job.state == "awaiting_load")).one()


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


def files_of_jobs(session: Session, ids: Sequence[int]) -> dict[int, list[JobFile]]:
    """The files of several jobs, by job."""
    found: dict[int, list[JobFile]] = {}
    for row in session.exec(select(JobFile).where(col(JobFile.job_id).in_(ids)).order_by(col(JobFile.id))):
        found.setdefault(row.job_id, []).append(row)
    return found


def notes_after(
    session: Session, job_id: int, after: int, limit: int, *, severity: str = "", search: str = ""
) -> list[JobNote]:
    """Notes of a job in the order they were made, those after the note `after`. `search`: part of what or where."""
    query = select(JobNote).where(JobNote.job_id == job_id, col(JobNote.id) > after)
    if severity:
        query = query.where(JobNote.severity == severity)
    if search:
        told = (JobNote.message, JobNote.where, JobNote.code)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in told)))
    return list(session.exec(query.order_by(col(JobNote.id)).limit(limit)))


def unfinished(session: Session, kinds: tuple[str, ...]) -> list[Job]:
    """Jobs of these kinds that are queued or running."""
    return list(
        session.exec(
            select(Job)
            .where(col(Job.kind).in_(kinds), col(Job.state).in_(OPEN_JOB_STATES))
            .order_by(col(Job.id))
        )
    )
