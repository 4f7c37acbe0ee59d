"""What the checklist of a close counts."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, func, literal_column, or_, select, union
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
from revrec.store.tables.jobs import OPEN_JOB_STATES

NOTHING: ColumnElement[str] = literal_column("''")
"""Said as a literal, so that an index over what has a problem is taken."""


def open_jobs(session: Session) -> list[Any]:
    """Jobs whose end may change the books, queued or running."""
    j = job.c
    kinds = ("orders", "invoices", "reference", "load", "close", "reopen")
    return list(
        session.execute(
            select(j.id, j.kind).where(j.state.in_(OPEN_JOB_STATES), j.kind.in_(kinds)).order_by(j.id)
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
    v, line, later = order_version.c, order_line.c, order_version.alias().c
    # Found from what has a problem, through the indexes over just that: few lines do. `IS NOT FALSE`, for SQLite would
    # take the index over what is published, which nearly everything is.
    troubled = union(
        select(v.id).where(v.problem != NOTHING), select(line.version_id).where(line.problem != NOTHING)
    )
    replaced = exists().where(
        later.order_id == v.order_id,
        later.number > v.number,
        later.published.is_not(False),
        later.effective_on <= day,
    )
    statement = (
        select(func.count())
        .join_from(order_version, order_line, line.version_id == v.id)
        .where(
            v.id.in_(select(troubled.subquery().c.id)),
            v.published.is_not(False),
            v.effective_on <= day,
            ~replaced,
            or_(v.problem != NOTHING, line.problem != NOTHING),
        )
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
