"""The engine's rows seen from outside of a workflow: put work in, look, cancel, set caps, return orphans.

Needs no worker in this process. Every write goes through DBOS, so a submitter and a worker of another process
agree on what a row means.
"""

import logging
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, PortableWorkflowError, WorkflowStatus

from jobs.runner.failures import QueueMissing, Words
from jobs.runner.payload import plain
from jobs.runner.runs import Run, State
from jobs.runner.settings import RunnerSettings

APPLICATION = "revrec"
VERSION = "1"
"""Never follows releases: the engine starts no run of another version, so a new one would strand what is open."""
SCHEMA = "dbos"
POLLING_SECONDS = 0.1
JOBS_QUEUE = "jobs"
"""The queue of parents, the jobs that people start. Their calls to NetSuite stand on `account_queue`."""

_RECOVERY_QUEUE = "_dbos_internal_queue"
_STATES: dict[str, State] = {
    "ENQUEUED": "queued",
    "DELAYED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
}
_IDS_PER_QUERY = 1000
_prepared: set[str] = set()
_preparing = threading.Lock()


_engine_log = logging.getLogger("dbos")
# The engine adds a console handler of its own where it finds none, and tells of each migration.
_engine_log.addHandler(logging.NullHandler())
_engine_log.setLevel(logging.WARNING)
# It also logs each failed run with three nested traces; the workflow's wrapper logs it once, in words.
_engine_log.addFilter(
    lambda record: (
        record.msg
        not in (
            "Exception encountered in background workflow:",
            "Exception encountered in asynchronous workflow:",
        )
    )
)


def account_queue(account_id: str) -> str:
    """The name of the one queue on which every call to a NetSuite account stands."""
    return f"netsuite:{account_id.strip().lower()}"


def prepare(settings: RunnerSettings) -> None:
    """Create or upgrade the engine's tables; once per process and database, harmless to repeat.

    The SQLite file is put in WAL first, which the engine does not do: without it every poll of a queue would
    block the steps that are being recorded.
    """
    with _preparing:
        if settings.engine_url in _prepared and (not settings.embedded or settings.engine_file.exists()):
            return
        if settings.embedded:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(settings.engine_file, timeout=30)) as connection:
                connection.execute("PRAGMA journal_mode=WAL")
        DBOS.migrate(settings.engine_url, schema=SCHEMA)
        with _connect(settings) as client:
            client.register_queue(
                JOBS_QUEUE,
                polling_interval_sec=POLLING_SECONDS,
                on_conflict="never_update",
                application_name=APPLICATION,
            )
        _prepared.add(settings.engine_url)


@contextmanager
def open_desk(settings: RunnerSettings) -> Iterator["Desk"]:
    """A desk with a connection of its own, closed at the end. Makes the tables if they are not there."""
    prepare(settings)
    with _connect(settings) as client:
        yield Desk(client)


class Desk:
    """Work put in and looked at. Safe to share between threads."""

    def __init__(self, client: DBOSClient) -> None:
        self._client = client

    def close(self) -> None:
        self._client.destroy()

    def ensure_queue(
        self, name: str, *, global_concurrency: int | None = None, worker_concurrency: int | None = None
    ) -> None:
        """Make the queue or change its caps: how many of its runs go at once, anywhere and in one worker."""
        self._client.register_queue(
            name,
            global_concurrency=global_concurrency,
            worker_concurrency=worker_concurrency,
            polling_interval_sec=POLLING_SECONDS,
            on_conflict="always_update",
            application_name=APPLICATION,
        )

    def submit(self, workflow_name: str, workflow_id: str, queue: str, args: Iterable[Any]) -> None:
        """Put a run on a queue; a second time with the same id changes nothing."""
        if self._client.retrieve_queue(queue) is None:
            raise QueueMissing(
                f"No queue '{queue}' has been made, so nobody would take {workflow_name}. "
                "Connect the account first (that makes its queue).",
                where=queue,
            )
        given = [plain(arg, f"Argument {n} of {workflow_name}") for n, arg in enumerate(args, 1)]
        self._client.enqueue(
            {
                "workflow_name": workflow_name,
                "workflow_id": workflow_id,
                "queue_name": queue,
                "app_version": VERSION,
                "application_name": APPLICATION,
            },
            *given,
        )

    def cancel(self, workflow_ids: Sequence[str]) -> None:
        """Cancel runs with all their children: what waits never starts, what runs stops at its next step."""
        self._client.cancel_workflows(list(workflow_ids), cancel_children=True)

    def read(self, workflow_ids: Sequence[str]) -> list[Run]:
        """The runs of these ids that exist, in the order given."""
        found: dict[str, Run] = {}
        for start in range(0, len(workflow_ids), _IDS_PER_QUERY):
            page = list(workflow_ids[start : start + _IDS_PER_QUERY])
            for status in self._client.list_workflows(workflow_ids=page, load_input=False):
                found[status.workflow_id] = _run(status)
        return [found[key] for key in workflow_ids if key in found]

    def running(self) -> list[Run]:
        """What workers have begun and not ended, theirs and that of dead ones."""
        pending = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return [_run(status) for status in pending]

    def give_back(self, slot: str, only: Collection[str] | None = None) -> list[str]:
        """Return what a slot has begun and not ended to its queue, for any worker to go on with. Gives the ids.

        Only whoever holds the slot's lock may do it. `only` limits it to some runs. A row changes hands by its slot
        and state in one UPDATE, so doing it twice, or together with an end or a cancellation, moves nothing twice; a
        worker that lives on in spite of its lost lock can no longer record anything for these runs. (The engine's
        public `resume_workflow` is not used: it would wake a run cancelled meanwhile, and put it on another
        queue, outside of its account's cap.)
        """
        rows = self._client._sys_db
        pending = [row.workflow_id for row in rows.get_pending_workflows(slot, VERSION)]
        return [
            run
            for run in pending
            if (only is None or run in only) and rows.reenqueue_for_recovery(run, [slot], _RECOVERY_QUEUE)
        ]


@contextmanager
def _connect(settings: RunnerSettings) -> Iterator[DBOSClient]:
    client = connect(settings)
    try:
        yield client
    finally:
        client.destroy()


def connect(settings: RunnerSettings) -> DBOSClient:
    """A client of the engine's tables. The caller destroys it."""
    return DBOSClient(
        system_database_url=settings.engine_url,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        system_database_pool_size=3,
        application_name=APPLICATION,
        retry_connection_errors=False,
    )


def _run(status: WorkflowStatus) -> Run:
    failure = None
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        failure = Words(
            f"Run {status.workflow_id} was begun {status.recovery_attempts} times and never ended; it was given up. "
            "Look in the worker's log for what stops it.",
            ("GivenUp",),
        )
    elif isinstance(status.error, PortableWorkflowError):
        failure = Words.read(status.error.data, status.error.message)
    elif status.error is not None:
        failure = Words.of(status.error)
    return Run(
        workflow_id=status.workflow_id,
        name=status.name,
        state=_STATES[status.status],
        queue=status.queue_name,
        slot=status.executor_id,
        attempts=status.recovery_attempts or 0,
        parent=status.parent_workflow_id,
        created_ms=status.created_at,
        finished_ms=status.completed_at,
        result=status.output,
        failure=failure,
    )
