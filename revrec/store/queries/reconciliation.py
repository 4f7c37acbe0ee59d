"""What reconciliation asks of the store besides the totals themselves."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import Session

from revrec.store.core import netsuite_period


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
