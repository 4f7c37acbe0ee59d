"""Files that people brought, and the job files they may be."""

from types import MappingProxyType

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Job, JobFile, Upload

UPLOAD_SORTS: Sorts = MappingProxyType(
    {
        "uploaded": col(Upload.id),
        "name": col(Upload.name),
        "size": col(Upload.bytes),
        "by": col(Upload.created_by),
    }
)


def uploads_where(*, search: str = "") -> SelectOfScalar[Upload]:
    """The uploads of a selection, in no order. `search`: part of the name, or of who brought it."""
    query = select(Upload)
    if search:
        named = col(Upload.name).icontains(search, autoescape=True)
        query = query.where(named | col(Upload.created_by).icontains(search, autoescape=True))
    return query


def job_file_of_content(session: Session, content_hash: str, job_id: int | None) -> JobFile | None:
    """The job file with this content: of several that are the same, one that awaits loading, else the one of job
    `job_id`, else the newest."""
    if not content_hash:
        return None
    rows = session.exec(
        select(JobFile, Job.state)
        .join(Job, col(Job.id) == JobFile.job_id)
        .where(JobFile.content_hash == content_hash)
        .order_by(col(JobFile.id).desc())
        .limit(100)
    ).all()
    ranked = sorted(rows, key=lambda row: (row[1] != "awaiting_load", row[0].job_id != job_id))
    return ranked[0][0] if ranked else None
