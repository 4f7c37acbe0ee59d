"""Connections, and what of the outside systems this database already rests on."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from revrec.store.tables import Connection, Job, Journal, SalesOrder, SourceDocument
from revrec.store.tables.jobs import OPEN_JOB_STATES


def connection_for(session: Session, flow: str) -> Connection | None:
    """The connection that a flow may use; None where there is none, or it was disconnected."""
    row = connection_row(session, flow)
    return row if row is not None and row.disconnected_at is None else None


def connection_row(session: Session, flow: str) -> Connection | None:
    """The row of a flow, disconnected or not: its watermarks hang on it."""
    return session.exec(select(Connection).where(Connection.flow == flow)).first()


def all_connections(session: Session) -> list[Connection]:
    """Every flow's row, those that were disconnected among them."""
    return list(session.exec(select(Connection).order_by(col(Connection.flow))))


def open_job_of(session: Session, kinds: Sequence[str]) -> Job | None:
    """The oldest job of these kinds that is queued or running."""
    wanted = col(Job.kind).in_(kinds), col(Job.state).in_(OPEN_JOB_STATES)
    return session.exec(select(Job).where(*wanted).order_by(col(Job.id)).limit(1)).first()


def holds_netsuite_records(session: Session) -> bool:
    """Whether documents were pulled or journals numbered: both belong to one NetSuite account for good."""
    document = session.exec(select(SourceDocument.id).limit(1)).first()
    numbered = session.exec(select(Journal.id).where(col(Journal.sequence).is_not(None)).limit(1)).first()
    return document is not None or numbered is not None


def holds_orders(session: Session) -> bool:
    return session.exec(select(SalesOrder.id).limit(1)).first() is not None
