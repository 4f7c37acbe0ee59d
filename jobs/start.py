"""Starting and cancelling jobs: the row first, then the durable run of the same number.

A crash between the two leaves a queued row without a run; `put_right` gives it one (a run is known by its id, so
none is started twice).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from jobs import submit
from jobs.imports.pruning import prune_uploads
from jobs.posting.batch import batch_due
from jobs.posting.cross_check import cross_check_due
from jobs.resources import close_clients, open_resources, runner_settings
from jobs.runner import JOBS_QUEUE, RunnerSettings, account_queue
from jobs.schedule import due_run
from jobs.worker import Worker
from revrec.config import Config
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound
from revrec.store.api_calls import limits_of
from revrec.store.books.lock import release
from revrec.store.core import connection, job
from revrec.store.engine import Store
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import Job
from revrec.store.tables.jobs import OPEN_JOB_STATES

PERMISSIONS = {
    "orders": "run_sync",
    "invoices": "run_sync",
    "reference": "run_sync",
    "load": "load_job",
    "check_file": "import_file",
    "close": "close_period",
    "reopen": "reopen_period",
    "post": "post_journal",
    "cross_check": "cross_check",
    "gl_balances": "read_balances",
}
"""What an actor must be allowed to start each kind of job."""

EXCLUSIVE = {
    "orders": ("orders", "load", "close", "reopen"),
    "invoices": ("invoices", "reference", "load", "close", "reopen"),
    "reference": ("invoices", "reference", "load", "close", "reopen"),
    "load": ("orders", "invoices", "reference", "load", "close", "reopen"),
    "check_file": (),
    "close": ("orders", "invoices", "reference", "load", "close", "reopen"),
    "reopen": ("orders", "invoices", "reference", "load", "close", "reopen", "post"),
    "post": ("post", "reopen", "gl_balances"),
    "cross_check": ("cross_check",),
    "gl_balances": ("gl_balances", "close", "reopen", "post"),
}
"""A job of a kind does not start while one of these is queued or running."""

CRM_CAP = 2


def start_job(
    config: Config,
    store: Store,
    kind: str,
    parameters: Mapping[str, Any],
    actor: Actor,
    *,
    only_if: Callable[[Session], bool] | None = None,
) -> int:
    """Start a job and give its number. Raises `Refused` without permission, `Conflict` while another goes that
    must not overlap, or where `only_if`, asked when no other can start, says no."""
    require(actor, PERMISSIONS[kind])
    now = datetime.now(UTC)
    with store.write() as session:
        hold(session, Lock.JOBS)
        _refuse_overlap(session, kind)
        if only_if is not None and not only_if(session):
            raise Conflict(f"No {kind} job is due any more.", where=kind)
        row = Job(
            kind=kind, parameters=dict(parameters), requested_by=actor.email, created_at=now, state="queued"
        )
        session.add(row)
        session.flush()
        job_id = row.id
        record_event(session, actor, f"start_{kind}", f"job {job_id}", now=now, after=dict(parameters))
    ensure_queues(config, store)
    submit.submit(runner_settings(config), kind, run_id(job_id), JOBS_QUEUE, job_id)
    return job_id


def cancel_job(settings: RunnerSettings, job_id: int) -> None:
    """Tell the engine that a job was cancelled, so that what still runs stops at its next step. The row has been
    marked before (`operations.cancel_job`), and a publish refuses a job that is marked."""
    # A job that was never begun has no run yet; one that begins now sees its row and ends.
    with suppress(NotFound):
        submit.cancel(settings, run_id(job_id))


def see_through(config: Config, job_id: int, poll: Callable[[Job], None]) -> Job:
    """Wait for a job from the command line, working it off here where no worker lives. Gives its row at the end;
    `poll` sees it at each look."""
    shared = open_resources(config)

    def look(_run: object) -> None:
        poll(read_job(shared.store, job_id))

    submit.run_or_wait(
        shared.runner,
        run_id(job_id),
        queues_of(shared.store),
        look,
        worker=lambda names: make_worker(config, names),
    )
    return read_job(shared.store, job_id)


def make_worker(
    config: Config, queues: Sequence[str] | None = None, *, takeover_seconds: float = 60.0
) -> Worker:
    """A worker of this deployment: for `serve`, for `worker`, and for a command that finds none."""
    # Importing them registers the workflows.
    import jobs.workflows  # noqa: F401

    shared = open_resources(config)
    return Worker(
        shared.runner,
        queues,
        on_start=[lambda: ensure_queues(config, shared.store)],
        on_stop=[close_clients],
        on_look=[
            lambda: put_right(config, shared.store),
            lambda: post_due(config, shared.store),
            lambda: check_due(config, shared.store),
            lambda: pull_due(config, shared.store),
            lambda: prune_uploads(config, shared.store),
        ],
        takeover_seconds=takeover_seconds,
    )


def ensure_queues(config: Config, store: Store) -> None:
    """Make each connected NetSuite account's queue, with its cap less one kept free for interactive tests."""
    with store.read() as session:
        rows = session.execute(select(connection.c.account, connection.c.system).distinct()).all()
        caps = {
            row.account: limits_of(session, row.account).concurrency - 1
            if row.system == "netsuite"
            else CRM_CAP
            for row in rows
        }
    for account, cap in caps.items():
        submit.ensure_queue(runner_settings(config), account_queue(account), global_concurrency=max(cap, 1))


def queues_of(store: Store) -> list[str]:
    """Every queue that a job may need."""
    with store.read() as session:
        accounts = session.execute(select(connection.c.account).distinct()).scalars()
        return [JOBS_QUEUE, *sorted({account_queue(account) for account in accounts})]


def read_job(store: Store, job_id: int) -> Job:
    """The row of a job. Raises `NotFound`."""
    with store.read() as session:
        found = session.get(Job, job_id)
        if found is None:
            raise NotFound(f"There is no job {job_id}.", where=f"job {job_id}")
        session.expunge(found)
        return found


def put_right(config: Config, store: Store) -> None:
    """Bring rows and runs together where a crash or the engine parted them.

    A queued row whose run was never made gets it. A row that is still open though its run has ended (given up, or
    cancelled where nobody was left to say so) ends too.
    """
    settings = runner_settings(config)
    with store.read() as session:
        rows = session.execute(select(job.c.id, job.c.kind).where(job.c.state.in_(OPEN_JOB_STATES))).all()
    for row in rows:
        try:
            run = submit.status(settings, run_id(row.id))
        except NotFound:
            submit.submit(settings, row.kind, run_id(row.id), JOBS_QUEUE, row.id)
            continue
        if run.over and run.state != "done":
            words = run.failure.message if run.failure else f"The run was {run.state}."
            end_job(store, row.id, run.state, words)


def post_due(config: Config, store: Store) -> None:
    """Start the batch that sends waiting journals, if one is due and none goes already."""
    with store.read() as session:
        due = batch_due(session, datetime.now(UTC))
    if due:
        with suppress(Conflict):
            start_job(config, store, "post", {"journals": None, "batch": True}, SERVICE)


def check_due(config: Config, store: Store) -> None:
    """Start the cross-check of posted journals with NetSuite's, if it is due and none goes already."""
    with store.read() as session:
        due = cross_check_due(session, datetime.now(UTC))
    if due:
        with suppress(Conflict):
            start_job(config, store, "cross_check", {}, SERVICE)


def pull_due(config: Config, store: Store, now: datetime | None = None) -> int | None:
    """Start the pull that the schedule has due, if any: orders before invoices, one at a time. Gives its number."""
    moment = now or datetime.now(UTC)
    with store.read() as session:
        due = due_run(session, moment)
    if due is None:
        return None
    with suppress(Conflict):
        return start_job(
            config,
            store,
            due.flow,
            due.parameters,
            SERVICE,
            only_if=lambda session: due_run(session, moment) == due,
        )
    return None


def end_job(store: Store, job_id: int, state: str, message: str) -> None:
    """End a job's row whose run is over, and let go of the books."""
    open_still = job.c.id == job_id, job.c.state.in_(OPEN_JOB_STATES)
    with store.write() as session:
        session.execute(
            update(job).where(*open_still).values(state=state, error=message, finished_at=datetime.now(UTC))
        )
        release(session, job_id)


def run_id(job_id: int) -> str:
    """The id of a job's durable run."""
    return f"job-{job_id}"


def _refuse_overlap(session: Session, kind: str) -> None:
    statement = (
        select(job.c.id, job.c.kind)
        .where(job.c.state.in_(OPEN_JOB_STATES), job.c.kind.in_(EXCLUSIVE[kind]))
        .order_by(job.c.id)
    )
    other = session.execute(statement).first()
    if other:
        raise Conflict(
            f"Job {other.id} ({other.kind}) is still going. Wait for it to end or cancel it, then start again.",
            where=f"job {other.id}",
        )
