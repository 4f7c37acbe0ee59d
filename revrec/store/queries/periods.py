"""NetSuite's posting periods."""

from datetime import date

from sqlmodel import Session, col, select

from revrec.store.tables import NetSuitePeriod


def netsuite_months(session: Session) -> dict[tuple[date, date], str]:
    """How NetSuite's periods stand (open, locked, closed), by first and last day."""
    return {
        (row.first_day, row.last_day): "closed" if row.closed else "locked" if row.all_locked else "open"
        for row in session.exec(select(NetSuitePeriod).where(col(NetSuitePeriod.active)))
    }
