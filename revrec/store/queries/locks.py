"""Locks that last until the transaction ends.

On SQLite a writing transaction holds the only write lock from its first statement, so there is nothing to
take. On PostgreSQL each is an advisory lock. Taken in the order of this enumeration, they cannot deadlock.
"""

from enum import IntEnum

from sqlalchemy import text
from sqlmodel import Session


class Lock(IntEnum):
    """`AUDIT_CHAIN` last: every operation writes its audit event last."""

    JOBS = 8606000
    JOURNAL_NUMBERS = 8606001
    AUDIT_CHAIN = 8606002


def hold(session: Session, lock: Lock) -> None:
    """Wait for the lock and hold it until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(lock)})
