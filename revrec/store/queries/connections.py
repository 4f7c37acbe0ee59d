"""Connections, and what of the outside systems this database already rests on."""

from sqlmodel import Session, col, select

from revrec.store.tables import Connection, Journal, SalesOrder, SourceDocument


def connection_for(session: Session, flow: str) -> Connection | None:
    return session.exec(select(Connection).where(Connection.flow == flow)).first()


def all_connections(session: Session) -> list[Connection]:
    return list(session.exec(select(Connection).order_by(col(Connection.flow))))


def holds_netsuite_records(session: Session) -> bool:
    """Whether documents were pulled or journals numbered: both belong to one NetSuite account for good."""
    document = session.exec(select(SourceDocument.id).limit(1)).first()
    numbered = session.exec(select(Journal.id).where(col(Journal.sequence).is_not(None)).limit(1)).first()
    return document is not None or numbered is not None


def holds_orders(session: Session) -> bool:
    return session.exec(select(SalesOrder.id).limit(1)).first() is not None
