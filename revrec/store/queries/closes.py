"""Which periods are closed."""

from sqlmodel import Session, col, select

from revrec.store.tables import PeriodClose


def newest_closed_period(session: Session) -> str | None:
    """The latest period that stands closed, if any does."""
    return session.exec(
        select(PeriodClose.period)
        .where(PeriodClose.state == "closed")
        .order_by(col(PeriodClose.period).desc())
        .limit(1)
    ).first()


def standing_close(session: Session, period: str) -> PeriodClose | None:
    """The close of this period that stands, if it is closed."""
    return session.exec(
        select(PeriodClose).where(PeriodClose.period == period, PeriodClose.state == "closed")
    ).first()


def standing_closes(session: Session) -> dict[str, PeriodClose]:
    """Every standing close by its period."""
    return {row.period: row for row in session.exec(select(PeriodClose).where(PeriodClose.state == "closed"))}


def closes_of(session: Session, period: str) -> list[PeriodClose]:
    """Every close of a period that stood once, those taken back too, oldest first."""
    query = (
        select(PeriodClose)
        .where(PeriodClose.period == period, col(PeriodClose.state).in_(("closed", "reopened")))
        .order_by(col(PeriodClose.id))
    )
    return list(session.exec(query))
