"""What the cross-check of the hub with NetSuite reads of ours, and the one thing that it writes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update
from sqlmodel import Session

from revrec.store.core import job, journal


def prefixes(session: Session) -> list[str]:
    """What our external ids begin with, each ending before the period: one, unless it was ever changed."""
    j = journal.c
    # An external id is `<prefix>-<number>`.
    prefix = func.replace(j.external_id, j.number, "")
    return sorted(session.execute(select(prefix).where(j.number.is_not(None)).distinct()).scalars())


def ids_of(session: Session, external_ids: Sequence[str]) -> dict[str, int]:
    """Our id by external id, of those that are ours."""
    j = journal.c
    found = session.execute(select(j.external_id, j.id).where(j.external_id.in_(external_ids)))
    return {external_id: key for external_id, key in found}


def posted_between(
    session: Session, prefix: str, above: int, through: int | None, before: datetime
) -> list[Any]:
    """`id`, `number`, `external_id`, `netsuite_id` of ours under a prefix that were posted before a moment, whose
    NetSuite id lies above one number and not above the other (None: however high), by that id."""
    j = journal.c
    query = select(j.id, j.number, j.external_id, j.netsuite_id).where(
        j.state == "posted",
        func.substr(j.external_id, 1, len(prefix)) == prefix,
        j.netsuite_id > above,
        j.posted_at < before,
    )
    if through is not None:
        query = query.where(j.netsuite_id <= through)
    return list(session.execute(query.order_by(j.netsuite_id)))


def count_posted(session: Session, prefix: str) -> int:
    """Ours under a prefix that NetSuite should have."""
    j = journal.c
    under = func.substr(j.external_id, 1, len(prefix)) == prefix
    return int(session.execute(select(func.count()).where(j.state == "posted", under)).scalar_one())


def note_approvals(session: Session, approvals: Mapping[int, str], says: Mapping[str, str]) -> None:
    """How NetSuite holds posted journals now. `says`: approval -> the message that stands while it does."""
    j = journal.c
    for approval in sorted(set(approvals.values())):
        of_it = [key for key, one in approvals.items() if one == approval]
        falls_away = case((j.message.in_(says.values()), ""), else_=j.message)
        message = says.get(approval, falls_away)
        session.execute(
            update(journal)
            .where(j.id.in_(of_it), j.state == "posted")
            .values(netsuite_approval=approval, message=message)
        )


def last_cross_check(session: Session) -> datetime | None:
    """When the newest cross-check began."""
    return session.execute(select(func.max(job.c.created_at)).where(job.c.kind == "cross_check")).scalar()


def first_posted(session: Session) -> datetime | None:
    """When the first journal was posted."""
    return session.execute(select(func.min(journal.c.posted_at))).scalar()
