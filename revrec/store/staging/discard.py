"""Taking away what jobs staged and never published."""

from sqlalchemy import delete, exists, select
from sqlmodel import Session

from revrec.store.core import (
    control_total,
    document_change,
    document_line,
    document_version,
    job,
    order_line,
    order_version,
    source_document,
    swept_document,
)

BATCH = 5000


def discard_staged(session: Session, job_id: int) -> int:
    """Delete up to a batch of the document versions a job staged and nobody can see. Returns how many;
    call until 0. Its changes and control totals go with the last batch."""
    version, line = document_version.c, document_line.c
    seen = exists().where(source_document.c.current_version_id == version.id)
    ids = list(
        session.execute(select(version.id).where(version.job_id == job_id, ~seen).limit(BATCH)).scalars()
    )
    if ids:
        session.execute(delete(document_line).where(line.version_id.in_(ids)))
        session.execute(delete(document_version).where(version.id.in_(ids)))
        return len(ids)
    session.execute(delete(document_change).where(document_change.c.job_id == job_id))
    session.execute(delete(control_total).where(control_total.c.job_id == job_id))
    session.execute(delete(swept_document).where(swept_document.c.job_id == job_id))
    orders = select(order_version.c.id).where(
        order_version.c.job_id == job_id, order_version.c.published.is_(False)
    )
    session.execute(delete(order_line).where(order_line.c.version_id.in_(orders)))
    session.execute(
        delete(order_version).where(order_version.c.job_id == job_id, order_version.c.published.is_(False))
    )
    return 0


def jobs_to_discard(session: Session) -> list[int]:
    """Jobs that ended without publishing and still hold staged versions."""
    ended = ("failed", "cancelled", "superseded")
    holds = exists().where(document_change.c.job_id == job.c.id)
    holds_orders = exists().where(order_version.c.job_id == job.c.id, order_version.c.published.is_(False))
    statement = select(job.c.id).where(job.c.state.in_(ended), holds | holds_orders).order_by(job.c.id)
    return list(session.execute(statement).scalars())
