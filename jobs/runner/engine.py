"""Start and stop the engine in this process: one slot, some or all queues, a bounded thread pool."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, _dbos
from dbos._sys_db import SystemDatabase
from dbos._sys_db_sqlite import SQLiteSystemDatabase

from jobs.runner.desk import APPLICATION, SCHEMA, VERSION, Desk, connect, prepare
from jobs.runner.life import life
from jobs.runner.settings import RunnerSettings

Hook = Callable[[], Any] | Callable[[], Awaitable[Any]]


@contextmanager
def _begin_claim(self: SystemDatabase, isolation: str | None) -> Iterator[sa.Connection]:
    with self.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


# On SQLite the engine counts what runs, and picks what to claim, before its transaction has begun (pysqlite begins at
# the first write): two processes could both see the last free place. The claim takes the write lock first.
SQLiteSystemDatabase._begin = _begin_claim  # type: ignore[method-assign]


def launch(settings: RunnerSettings, slot: str, queues: Sequence[str] | None, threads: int) -> None:
    """Begin to take work as `slot`. What that slot had begun before goes back to its queue first.

    Called from a thread without a running event loop, so that the engine makes a loop of its own and does not
    adopt a web server's. `queues` None means all, also those made later.
    """
    prepare(settings)
    life.reset()
    life.desk = Desk(connect(settings))
    config: DBOSConfig = {
        "name": APPLICATION,
        "system_database_url": settings.engine_url,
        "dbos_system_schema": SCHEMA,
        "sys_db_pool_size": threads + 4,
        "application_version": VERSION,
        "executor_id": slot,
        "serializer": DBOSPortableJSONSerializer(),
        "enable_otlp": False,
        "log_level": "WARNING",
        "run_migrations": False,
        "max_executor_threads": threads,
        "notification_listener_polling_interval_sec": 0.1,  # bounds the time that a stop takes
    }
    DBOS(config=config)
    try:
        if queues is not None:
            DBOS.listen_queues(queues)
        DBOS.launch()
    except BaseException:
        shut_down()
        raise


def stop_claiming() -> None:
    """Take nothing new, and let each run stop at its next step."""
    life.stop_steps()
    engine = _engine()
    if engine is not None:
        for event in engine.background_thread_stop_events:
            event.set()


def wait_idle(seconds: float) -> bool:
    """Wait for the steps that are running to be recorded. False if one still runs after so many seconds."""
    return life.wait_idle(seconds)


def call_on_loop(hook: Hook, seconds: float = 10) -> None:
    """Run a hook; an async one on the loop of the async workflows, where their clients live."""
    if not inspect.iscoroutinefunction(hook):
        hook()
    elif life.loop is not None and life.loop.is_running():
        asyncio.run_coroutine_threadsafe(hook(), life.loop).result(timeout=seconds)


def shut_down() -> None:
    """End the engine here. Runs that have not ended stay as they are recorded."""
    life.stop_steps()
    life.closing.set()
    DBOS.destroy()
    if life.desk is not None:
        life.desk.close()
        life.desk = None


def active() -> list[str]:
    """The ids of the runs that go on in this process."""
    engine = _engine()
    return [] if engine is None else engine._active_workflows_set.activeList()


def _engine() -> DBOS | None:
    return _dbos._dbos_global_instance
