"""Putting work in, and seeing it through from the command line."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from jobs import slots
from jobs.runner import JOBS_QUEUE, NotStorable, QueueMissing, Run, RunnerSettings
from jobs.submit import ensure_queue, run_or_wait, status, submit, wait
from jobs.worker import Worker
from revrec.problems import NotFound


def test_submitting_twice_runs_once(settings: RunnerSettings, ledger: Any, worker_here: Worker) -> None:
    for _ in range(2):
        submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    assert wait(settings, "run", timeout_seconds=15).state == "done"
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    submit(settings, "test.gives_tuple", "other", JOBS_QUEUE)
    assert wait(settings, "other", timeout_seconds=15).state == "done"
    assert ledger.counts["begin:first"] == 1
    assert status(settings, "run").attempts == 1


def test_a_queue_that_nobody_made_is_refused(settings: RunnerSettings) -> None:
    with pytest.raises(QueueMissing, match="netsuite:nobody"):
        submit(settings, "test.three_steps", "run", "netsuite:nobody", "x")
    with pytest.raises(NotFound):
        status(settings, "run")


def test_arguments_that_json_cannot_hold_are_refused(settings: RunnerSettings) -> None:
    with pytest.raises(NotStorable, match=r"Argument 1 of test\.three_steps is a PosixPath"):
        submit(settings, "test.three_steps", "run", JOBS_QUEUE, settings.data_dir)


def test_the_words_of_a_failure_reach_the_submitter(settings: RunnerSettings, worker_here: Worker) -> None:
    submit(settings, "test.refused", "run", JOBS_QUEUE)
    run = wait(settings, "run", timeout_seconds=15)
    assert run.state == "failed"
    assert run.failure is not None
    assert run.failure.message == "Period 2026-03 is locked in NetSuite."
    assert run.failure.kinds[:2] == ("Conflict", "RevRecError")
    assert (run.failure.code, run.failure.where) == ("conflict", "2026-03")


def test_a_step_result_that_json_cannot_hold_fails_by_name(
    settings: RunnerSettings, worker_here: Worker
) -> None:
    submit(settings, "test.stores_a_date", "run", JOBS_QUEUE)
    run = wait(settings, "run", timeout_seconds=15)
    assert run.failure is not None
    assert run.failure.message.startswith("The result of step day.day[0] is a date;")
    assert run.failure.where == "The result of step day.day[0]"


def test_a_tuple_is_a_list_in_the_first_life_too(settings: RunnerSettings, worker_here: Worker) -> None:
    submit(settings, "test.gives_tuple", "run", JOBS_QUEUE)
    assert wait(settings, "run", timeout_seconds=15).result == {"value": [1, ["a", None]], "is_list": True}


def test_the_command_line_works_where_nobody_else_does(settings: RunnerSettings, ledger: Any) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=2)
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 3, 0)
    looks: list[Run] = []
    run = run_or_wait(settings, "run", [JOBS_QUEUE, "netsuite:acme"], looks.append)
    assert run.state == "done"
    assert run.result == {"results": [0, 1, 4], "progressed": True}
    assert looks[0].state == "queued"
    assert looks[-1] == run
    assert not slots.any_held(settings), "the worker is gone"


def test_the_command_line_leaves_the_work_to_a_worker(
    settings: RunnerSettings, ledger: Any, start_worker: Callable[..., Any]
) -> None:
    start_worker()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))

    def refuse(queues: Sequence[str]) -> Worker:
        raise AssertionError("A worker lives; the command line need not be one.")

    assert run_or_wait(settings, "run", [JOBS_QUEUE], worker=refuse).state == "done"


def test_the_command_line_steps_in_where_a_worker_serves_other_queues(
    settings: RunnerSettings, ledger: Any, start_worker: Callable[..., Any]
) -> None:
    ensure_queue(settings, "elsewhere")
    start_worker(queues="elsewhere")
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    run = run_or_wait(settings, "run", [JOBS_QUEUE])
    assert (run.state, run.slot) == ("done", "slot-002")


def test_an_interrupted_command_line_leaves_the_run_to_the_next(
    settings: RunnerSettings, ledger: Any
) -> None:
    ledger.hold("second")
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))

    def interrupt(run: Run) -> None:
        if ledger.counts["begin:second"]:
            # Released once the command line is stopping: before, the next step could begin in between.
            threading.Timer(1, ledger.release, ["second"]).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_or_wait(settings, "run", [JOBS_QUEUE], interrupt)
    assert status(settings, "run").state == "queued"
    assert ledger.counts["begin:third"] == 0

    assert run_or_wait(settings, "run", [JOBS_QUEUE]).state == "done"
    assert ledger.counts["begin:second"] == 1, "the running step was let end and recorded"
