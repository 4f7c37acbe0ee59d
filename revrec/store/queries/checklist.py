"""What the checklist of a close counts."""

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import (
    document_version,
    group_result,
    job,
    netsuite_period,
    order_line,
    order_version,
    source_document,
)
from revrec.store.queries.reconciliation import newest_results


def open_jobs(session: Session) -> list[Any]:
    """Jobs whose end may change the books, queued or running."""
    j = job.c
    kinds = ("orders", "invoices", "reference", "load", "close", "reopen")
    return list(
        session.execute(
            select(j.id, j.kind).where(j.state.in_(("queued", "running")), j.kind.in_(kinds)).order_by(j.id)
        )
    )


def failing_groups(session: Session, period: str) -> list[Any]:
    """Groups up to a period that failed in the newest loaded run that looked at their period and kind."""
    g = group_result.c
    newest = newest_results(g.period <= period)
    same = (newest.c.period == g.period) & (newest.c.kind == g.kind) & (newest.c.job_id == g.job_id)
    statement = (
        select(g.period, g.currency, g.customer_id, g.difference_minor, g.difference_documents)
        .join(newest, same)
        .where(g.status == "FAIL")
        .order_by(g.period, g.customer_id)
    )
    return list(session.execute(statement))


def pending_documents(session: Session, day: date) -> int:
    """Documents in Pending Data whose posting period ended by `day`."""
    return _documents(session, day, "pending")


def held_documents(session: Session, day: date) -> int:
    """Held documents whose posting period ended by `day`, or that have none."""
    return _documents(session, day, "held")


def held_order_lines(session: Session, day: date) -> int:
    """Lines that could not be read in full, of order versions in force on `day`."""
    v, line = order_version.c, order_line.c
    latest = (
        select(v.order_id, func.max(v.number).label("number"))
        .where(v.published, v.effective_on <= day)
        .group_by(v.order_id)
        .subquery()
    )
    statement = (
        select(func.count())
        .select_from(
            order_version.join(
                latest, (latest.c.order_id == v.order_id) & (latest.c.number == v.number)
            ).join(order_line, line.version_id == v.id)
        )
        .where((v.problem != "") | (line.problem != ""))
    )
    return int(session.execute(statement).scalar_one())


def _documents(session: Session, day: date, state: str) -> int:
    d, v, p = source_document.c, document_version.c, netsuite_period.c
    statement = (
        select(func.count())
        .select_from(
            source_document.join(document_version, v.id == d.current_version_id).outerjoin(
                netsuite_period, p.id == v.period_id
            )
        )
        .where(d.state == state, p.last_day.is_(None) | (p.last_day <= day))
    )
    return int(session.execute(statement).scalar_one())
