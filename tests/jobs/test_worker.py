"""The life of a worker: slots, hooks, stopping, losing its lock."""

import asyncio
from typing import Any

import psycopg
import pytest
from dbos import _dbos

from jobs import slots
from jobs.runner import JOBS_QUEUE, RunnerSettings
from jobs.submit import status, submit, wait
from jobs.takeover import take_over
from jobs.worker import Worker


def test_a_stopping_worker_lets_its_step_end_and_gives_the_run_back(
    settings: RunnerSettings, ledger: Any
) -> None:
    ledger.hold("second")
    worker = Worker(settings)
    worker.start()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    assert worker.stop(wait_seconds=0) is False, "a step still runs"
    assert slots.take(settings, "slot-001") is None, "so the slot stays locked"
    ledger.release("second")
    ledger.wait_for("end:second")
    assert worker.stop(wait_seconds=5) is True
    assert status(settings, "run").state == "queued"
    assert not slots.any_held(settings)

    after = Worker(settings)
    after.start()
    run = wait(settings, "run", timeout_seconds=15)
    after.stop()
    assert (run.state, ledger.counts["begin:third"]) == ("done", 1)


def test_a_pause_does_not_hold_a_stop_up_and_is_not_begun_again(
    settings: RunnerSettings, ledger: Any
) -> None:
    submit(settings, "test.pauses", "run", JOBS_QUEUE, str(ledger.folder), 3600)
    worker = Worker(settings)
    worker.start()
    ledger.wait_for("end:first")
    assert worker.stop(wait_seconds=5) is True
    assert status(settings, "run").state == "queued"


def test_a_run_that_was_claimed_but_not_started_is_given_back(
    settings: RunnerSettings, worker_here: Worker, ledger: Any
) -> None:
    """As where another release submitted a workflow that this one does not know (yet)."""
    known = workflows_known()
    flow = known.pop("test.three_steps")
    try:
        submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
        ledger.eventually(
            lambda: status(settings, "run").attempts >= 2, "it was given back and claimed again"
        )
    finally:
        known["test.three_steps"] = flow
    assert wait(settings, "run", timeout_seconds=15).state == "done"


def test_hooks_run_around_the_engine_and_async_ones_on_its_loop(
    settings: RunnerSettings, ledger: Any
) -> None:
    calls: list[str] = []

    async def close_clients() -> None:
        calls.append(f"async stop, loop {asyncio.get_running_loop().is_running()}")

    worker = Worker(
        settings,
        on_start=[lambda: calls.append("start")],
        on_stop=[close_clients, lambda: calls.append("stop")],
    )
    worker.start()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    wait(settings, "run", timeout_seconds=15)
    worker.stop()
    assert calls == ["start", "async stop, loop True", "stop"]


def test_a_look_that_fails_is_tried_again(settings: RunnerSettings, ledger: Any) -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(len(looks))
        if len(looks) == 1:
            raise ValueError("not yet")

    worker = Worker(settings, on_look=[look], takeover_seconds=0.05)
    worker.start()
    ledger.eventually(lambda: len(looks) >= 3, "it looked three times")
    worker.stop()


def test_a_worker_starts_under_a_running_loop_without_adopting_it(
    settings: RunnerSettings, ledger: Any
) -> None:
    async def serve() -> str:
        worker = Worker(settings)
        worker.start()
        submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
        run = wait(settings, "run", timeout_seconds=15)  # blocks this loop: the run needs another
        worker.stop()
        return run.state

    assert asyncio.run(serve()) == "done"


def test_a_hook_that_fails_at_the_stop_does_not_keep_the_slot(settings: RunnerSettings, ledger: Any) -> None:
    async def fail_on_loop() -> None:
        raise ValueError("client is gone")

    def fail() -> None:
        raise ValueError("file is gone")

    worker = Worker(settings, on_stop=[fail_on_loop, fail])
    worker.start()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    wait(settings, "run", timeout_seconds=15)
    assert worker.stop() is True
    assert not slots.any_held(settings)


@pytest.mark.postgres
def test_a_stop_without_the_lock_gives_nothing_back(postgres_settings: RunnerSettings, ledger: Any) -> None:
    """The runs under the slot's name may be another worker's by then."""
    settings = postgres_settings
    worker = Worker(settings)
    worker.start()
    submit(settings, "test.pauses", "run", JOBS_QUEUE, str(ledger.folder), 3600)
    ledger.wait_for("end:first")
    terminate_slot(settings, "slot-001")
    worker.stop(wait_seconds=5)
    assert status(settings, "run").state == "running"
    assert take_over(settings) == ["run"]
    assert status(settings, "run").state == "queued"


def test_a_failing_hook_leaves_no_slot_behind(settings: RunnerSettings) -> None:
    def refuse() -> None:
        raise ValueError("no key")

    with pytest.raises(ValueError, match="no key"):
        Worker(settings, on_start=[refuse]).start()
    assert not slots.any_held(settings)


@pytest.mark.postgres
def test_a_worker_that_loses_its_lock_begins_anew(postgres_settings: RunnerSettings, ledger: Any) -> None:
    settings = postgres_settings
    starts: list[str] = []
    worker = Worker(settings, on_start=[lambda: starts.append("start")], takeover_seconds=0.2)
    worker.start()
    ledger.hold("second")
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    terminate_slot(settings, "slot-001")
    ledger.eventually(lambda: not slots.any_held(settings), "the lock is gone")
    ledger.release("second")
    ledger.eventually(lambda: len(starts) == 2, "the worker began anew")
    run = wait(settings, "run", timeout_seconds=15)
    worker.stop()

    assert run.state == "done"
    assert ledger.counts["begin:second"] == 1, "the step that ran when the lock went was let end"
    assert ledger.counts["begin:third"] == 1


def terminate_slot(settings: RunnerSettings, slot: str) -> None:
    """End the connection that holds a slot's lock, and wait until it has gone."""
    with psycopg.connect(settings.conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            [f"revrec {slot}"],
        )


def workflows_known() -> dict[str, Any]:
    registry = _dbos._get_or_create_dbos_registry()
    return registry.workflow_info_map
