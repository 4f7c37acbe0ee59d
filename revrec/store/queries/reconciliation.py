"""What reconciliation asks of the store besides the totals themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Subquery, func, select
from sqlmodel import Session

from revrec.store.core import group_result, job, netsuite_period


def periods_to_reconcile(
    session: Session, touched: Iterable[int], *, upper: str, everything: bool, closed_through: date | None
) -> list[int]:
    """NetSuite period ids: those after the newest close (`closed_through`) up to the one of `upper` (an ISO instant),
    and those that the run touched; on a full sweep all of them."""
    p = netsuite_period.c
    if everything:
        return list(session.execute(select(p.id).order_by(p.id)).scalars())
    through = datetime.fromisoformat(upper).date()
    rows = session.execute(select(p.id, p.first_day, p.last_day))
    open_now = {
        row.id
        for row in rows
        if row.first_day <= through and (closed_through is None or row.last_day > closed_through)
    }
    return sorted(open_now | set(touched))


def newest_results(*conditions: Any) -> Subquery:
    """The newest loaded run that reconciled each period and kind: `period`, `kind`, `job_id`. A run may have been of
    one kind of documents alone."""
    g, j = group_result.c, job.c
    return (
        select(g.period, g.kind, func.max(g.job_id).label("job_id"))
        .join(job, j.id == g.job_id)
        .where(j.published_at.is_not(None), *conditions)
        .group_by(g.period, g.kind)
        .subquery()
    )


def known_groups(session: Session, periods: Collection[str], kinds: Sequence[str]) -> list[Any]:
    """One group of each of these periods and kinds that any loaded run reconciled: period, kind, currency, customer."""
    g = group_result.c
    newest = newest_results(g.period.in_(sorted(periods)), g.kind.in_(kinds))
    same = (newest.c.period == g.period) & (newest.c.kind == g.kind) & (newest.c.job_id == g.job_id)
    rows = session.execute(
        select(g.period, g.kind, g.currency, g.customer_id)
        .join(newest, same)
        .order_by(g.period, g.kind, g.currency, g.customer_id)
    )
    first: dict[tuple[str, str], Any] = {}
    for row in rows:
        first.setdefault((row.period, row.kind), row)
    return list(first.values())
