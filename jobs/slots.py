"""Worker slots: liveness is a lock, not a clock.

A worker takes the first free slot and holds its lock as long as it lives; its `executor_id` is the slot's name, so
the engine's rows say which slot began a run. When a worker dies, however it dies, the operating system (or the
PostgreSQL server) drops the lock, and only then can another take the slot and what it had begun. Nothing is
ever concluded from a worker being slow.

SQLite: `flock` on a file beside the database. PostgreSQL: a session-level advisory lock on a direct connection;
keep-alives on both ends find a host that vanished within half a minute. A connection that is lost is a lock that
is lost: `Slot.held` says so, and its worker must stop taking work.
"""

import contextlib
import fcntl
import logging
import os
from typing import Protocol

import psycopg

from jobs.runner import RunnerSettings

_LOCK_CLASS = 0x52657652  # "RevR": our half of the two-part advisory lock key
_MOST_SLOTS = 512
_SERVER_SIDE = (
    "SET tcp_keepalives_idle = 10",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
    "SET idle_session_timeout = 0",
)

_log = logging.getLogger(__name__)


class SlotsExhausted(RuntimeError):
    """Every slot is held: more workers than anyone means to run, or locks of another program."""


class Slot(Protocol):
    """A slot that this process holds."""

    @property
    def name(self) -> str: ...
    def held(self) -> bool:
        """Whether the lock is still ours. Asks the server on PostgreSQL."""
        ...

    def release(self) -> None: ...


def take_first(settings: RunnerSettings) -> Slot:
    """Take the first free slot. Raises `SlotsExhausted`; on PostgreSQL `psycopg.OperationalError`."""
    for number in range(1, _MOST_SLOTS + 1):
        slot = take(settings, slot_name(number))
        if slot is not None:
            return slot
    raise SlotsExhausted(f"All {_MOST_SLOTS} worker slots are held. Stop workers that are not needed.")


def take(settings: RunnerSettings, name: str) -> Slot | None:
    """Take this slot, or None if someone holds it."""
    number = _number(name)
    return _FileSlot.take(settings, number) if settings.embedded else _SessionSlot.take(settings, number)


def any_held(settings: RunnerSettings) -> bool:
    """Whether some worker lives, in this process or another."""
    if not settings.embedded:
        with _connect(settings, "look") as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                [_LOCK_CLASS],
            ).fetchone()
        return row is not None and row[0] != 0
    for file in sorted(settings.lock_dir.glob("slot-*.lock")):
        slot = _FileSlot.take(settings, _number(file.stem))
        if slot is None:
            return True
        slot.release()
    return False


def slot_name(number: int) -> str:
    return f"slot-{number:03d}"


def _number(name: str) -> int:
    return int(name.removeprefix("slot-"))


class _FileSlot:
    """`flock` on a file. The kernel drops it with the process, and nothing else can."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, settings: RunnerSettings, number: int) -> "_FileSlot | None":
        settings.lock_dir.mkdir(parents=True, exist_ok=True)
        name = slot_name(number)
        descriptor = os.open(settings.lock_dir / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return cls(name, descriptor)

    def held(self) -> bool:
        return self._descriptor is not None

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _SessionSlot:
    """A session-level advisory lock; it lives exactly as long as its connection."""

    def __init__(self, name: str, connection: "psycopg.Connection[tuple[object, ...]]") -> None:
        self.name = name
        self._connection = connection

    @classmethod
    def take(cls, settings: RunnerSettings, number: int) -> "_SessionSlot | None":
        name = slot_name(number)
        connection = _connect(settings, name)
        try:
            for statement in _SERVER_SIDE:
                connection.execute(statement)
            row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, number]).fetchone()
        except BaseException:
            connection.close()
            raise
        if row is None or not row[0]:
            connection.close()
            return None
        return cls(name, connection)

    def held(self) -> bool:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error as error:
            _log.warning("The connection that holds %s is lost: %s", self.name, error)
            return False
        return True

    def release(self) -> None:
        # Unlocked before the connection closes: the server ends a session some moments after its client has gone.
        with contextlib.suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock_all()")
        with contextlib.suppress(psycopg.Error):
            self._connection.close()


def _connect(settings: RunnerSettings, purpose: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        settings.conninfo,
        autocommit=True,
        application_name=f"revrec {purpose}",
        connect_timeout=10,
        keepalives=1,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
        tcp_user_timeout=25_000,
    )
