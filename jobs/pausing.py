"""Connections that are paused: nothing is read from them, and a run that is under way stops at its next step."""

from sqlmodel import Session

from revrec.problems import Conflict
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Connection

_SYSTEMS = {"orders": ("The CRM is not connected", "salesforce")}
_NETSUITE = ("NetSuite is not connected for {flow}", "netsuite")


def require_open(session: Session, flow: str) -> Connection:
    """The connection of a flow. Raises `Conflict`, in words, where it is not connected or paused."""
    row = connection_for(session, flow)
    if row is None or row.disconnected_at is not None:
        what, system = _SYSTEMS.get(flow, _NETSUITE)
        raise Conflict(f"{what.format(flow=flow)}. Run `revrec connect {system}`.", where=flow)
    if row.paused:
        raise Conflict(paused_words(row), where=flow)
    return row


def paused_words(row: Connection) -> str:
    """Why nothing is read, and what ends it."""
    by = f" by {row.paused_by}" if row.paused_by else ""
    return f"The {row.flow} connection is paused{by}: {row.paused.rstrip('.')}. Nothing is read until it is resumed."
