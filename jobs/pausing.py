"""Connections that are paused: nothing is read from them, and a run that is under way stops at its next step."""

from sqlmodel import Session

from revrec.operations.connected import connected
from revrec.problems import Conflict
from revrec.store.tables import Connection


def require_open(session: Session, flow: str) -> Connection:
    """The connection of a flow. Raises `Conflict`, in words, where it is not connected or paused."""
    row = connected(session, flow)
    if row.paused:
        raise Conflict(paused_words(row), where=flow)
    return row


def paused_words(row: Connection) -> str:
    """Why nothing is read, and what ends it."""
    by = f" by {row.paused_by}" if row.paused_by else ""
    return f"The {row.flow} connection is paused{by}: {row.paused.rstrip('.')}. Nothing is read until it is resumed."
