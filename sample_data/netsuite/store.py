"""The stand-in's SQLite database: one writer, some readers, and a number that grows with every change."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

from sample_data.netsuite.catalogue import TABLES
from sample_data.netsuite.functions import register
from sample_data.netsuite.zones import Zone


class Store:
    """The database. Readers see whole changes only (WAL)."""

    def __init__(self, path: Path, zone: Zone) -> None:
        self.path = path
        self.zone = zone
        self.data_version = 0
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._lock = threading.RLock()
        self._all: list[sqlite3.Connection] = []
        self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")  # a made-up company survives its own loss
        connection.execute("PRAGMA busy_timeout=30000")
        connection.execute("PRAGMA case_sensitive_like=ON")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA mmap_size=1073741824")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.row_factory = None
        register(connection, self.zone)
        self._all.append(connection)
        return connection

    def create_tables(self) -> None:
        """Make all tables; indexes come after the rows."""
        with self.write() as connection:
            connection.execute("CREATE TABLE [stand_in] ([name] TEXT PRIMARY KEY, [value] TEXT)")
            for each in TABLES.values():
                for statement in each.create_statements():
                    connection.execute(statement)

    def create_indexes(self) -> None:
        """Make all indexes and gather the planner's statistics."""
        with self.write() as connection:
            for each in TABLES.values():
                for statement in each.index_statements():
                    connection.execute(statement)
        self._writer.execute("PRAGMA analysis_limit=2000")
        self._writer.execute("ANALYZE")
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @property
    def is_filled(self) -> bool:
        """True where the database was seeded before."""
        found = self._writer.execute("SELECT 1 FROM sqlite_master WHERE name = 'stand_in'").fetchone()
        return found is not None and self.note("seeded") is not None

    def note(self, name: str) -> str | None:
        """A remark that the stand-in keeps about its database."""
        row = self._writer.execute("SELECT [value] FROM [stand_in] WHERE [name] = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_note(self, name: str, value: str) -> None:
        """Keep a remark."""
        with self.write() as connection:
            connection.execute("INSERT OR REPLACE INTO [stand_in] VALUES (?, ?)", (name, value))

    @contextlib.contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction; others wait. Nested calls join the outer one."""
        with self._lock:
            if self._writer.in_transaction:
                yield self._writer
                return
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
            self.data_version += 1

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """One snapshot; its result sets agree with one another."""
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._idle.put(connection)

    def take_snapshot(self) -> None:
        """Keep the data as it is now, beside the database."""
        with self._lock, contextlib.closing(sqlite3.connect(self._snapshot_path)) as copy:
            self._writer.backup(copy)

    def restore_snapshot(self) -> bool:
        """Bring the kept data back; False where none was kept."""
        if not self._snapshot_path.exists():
            return False
        with self._lock, contextlib.closing(sqlite3.connect(self._snapshot_path)) as copy:
            copy.backup(self._writer)
            self.data_version += 1
        return True

    @property
    def _snapshot_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.snapshot")

    def close(self) -> None:
        """Close all connections."""
        for connection in self._all:
            connection.close()
