"""Jobs that somebody watches."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from revrec.store.tables import Job


def jobs_of(session: Session, ids: Sequence[int]) -> list[Job]:
    """The jobs of these numbers, those that exist."""
    return list(session.exec(select(Job).where(col(Job.id).in_(ids))))
