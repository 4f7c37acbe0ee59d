"""Engines and transactions: the one place where a connection to the database is prepared.

SQLite gets two engines on its file. `read` begins deferred and sees one snapshot; `write` begins IMMEDIATE,
so a transaction that reads and then writes waits its turn instead of failing with "database is locked". The threads
of a process take turns among themselves: SQLite would let each look again every so often, asleep in between.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event, make_url
from sqlmodel import Session, create_engine

BUSY_TIMEOUT_MS = 30_000


class Store:
    """The database of one deployment. `read()` and `write()` are transactions, committed at their end."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        # A transaction begun within another of its thread that has not asked anything yet goes first, as SQLite has it.
        self._turn = threading.RLock()
        if database_url.startswith("sqlite"):
            self._writer = _sqlite_engine(database_url, begin="BEGIN IMMEDIATE")
            self._reader = _sqlite_engine(database_url, begin="BEGIN")
        else:
            self._writer = create_engine(database_url, pool_size=10, max_overflow=10, pool_pre_ping=True)
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ")

    @property
    def is_postgresql(self) -> bool:
        return self._writer.dialect.name == "postgresql"

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and bulk loads."""
        return self._writer

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One snapshot; nothing is written."""
        with Session(self._reader, autoflush=False) as session:
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back if it raises."""
        # A writer that waits in vain goes on to SQLite, which says so as it says of another process.
        turn = not self.is_postgresql and self._turn.acquire(timeout=BUSY_TIMEOUT_MS / 1000)
        try:
            with Session(self._writer) as session:
                yield session
                session.commit()
        finally:
            if turn:
                self._turn.release()

    def refresh_statistics(self, *tables: str) -> None:
        """Tell PostgreSQL's planner about rows that were just written in bulk; its own daemon comes too late, and a
        plan made for empty tables can take minutes. SQLite plans by its indexes."""
        if self.is_postgresql:
            with self._writer.begin() as connection:
                connection.exec_driver_sql(f"ANALYZE {', '.join(tables)}")

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _sqlite_engine(url: str, *, begin: str) -> Engine:
    path = make_url(url).database
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        # A sort of a long list goes to a file, and a process has several connections: with sorts in memory and
        # 64 MB for each, a run of 100,000 lines took 200 MB more and was no faster.
        connection.execute("PRAGMA temp_store=FILE")
        connection.execute("PRAGMA cache_size=-16384")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine
