"""Orders as a run leaves them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from revrec.store.core import job, order_line, order_version


def mark_published(session: Session, job_id: int) -> None:
    """From here on the job cannot be cancelled."""
    session.execute(update(job).where(job.c.id == job_id).values(published_at=datetime.now(UTC)))


def held_orders(session: Session, job_id: int) -> dict[str, Any]:
    """What a run published: versions, and those that are held with the reasons (the first twenty)."""
    v, line = order_version.c, order_line.c
    mine = v.job_id == job_id, v.published
    versions = session.execute(select(func.count()).where(*mine)).scalar_one()
    orders = session.execute(select(v.id, v.problem).where(*mine, v.problem != "")).all()
    lines = session.execute(
        select(line.line_external_id, line.problem)
        .join(order_version, v.id == line.version_id)
        .where(*mine, line.problem != "")
    ).all()
    return {
        "versions": versions,
        "held": len(orders) + len(lines),
        "held_reasons": [row.problem for row in [*orders, *lines]][:20],
    }
