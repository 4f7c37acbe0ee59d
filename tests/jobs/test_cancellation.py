"""Cancelling a run: between steps, with its children, and seen from inside."""

from typing import Any

import pytest

from jobs.runner import JOBS_QUEUE, RunnerSettings
from jobs.submit import cancel, ensure_queue, status, submit, wait
from revrec.problems import NotFound


@pytest.mark.usefixtures("worker_here")
def test_no_step_begins_after_a_cancellation(settings: RunnerSettings, ledger: Any) -> None:
    ledger.hold("second")
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    cancel(settings, "run")
    assert status(settings, "run").state == "cancelled"
    ledger.release("second")
    ledger.wait_for("end:second")

    submit(settings, "test.gives_tuple", "other", JOBS_QUEUE)
    assert wait(settings, "other", timeout_seconds=15).state == "done"
    assert ledger.counts["begin:third"] == 0
    assert status(settings, "run").state == "cancelled"


@pytest.mark.usefixtures("worker_here")
def test_a_cancellation_reaches_the_children(settings: RunnerSettings, ledger: Any) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=2)
    ledger.hold("child-0")
    ledger.hold("child-1")
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 6, 0)
    ledger.wait_for("begin:child-0")
    ledger.wait_for("begin:child-1")
    ledger.eventually(lambda: exists(settings, "run/5"), "all children are queued")
    cancel(settings, "run")
    ledger.release("child-0")
    ledger.release("child-1")
    ledger.wait_for("done:child-0")
    ledger.wait_for("done:child-1")

    assert [status(settings, f"run/{n}").state for n in range(6)] == ["cancelled"] * 6
    submit(settings, "test.gives_tuple", "other", JOBS_QUEUE)
    assert wait(settings, "other", timeout_seconds=15).state == "done"
    assert ledger.counts["begin:child-2"] == 0
    assert ledger.counts["begin:after"] == 0


@pytest.mark.usefixtures("worker_here")
def test_a_cancelled_run_cleans_up_and_is_not_taken_for_failed(settings: RunnerSettings, ledger: Any) -> None:
    ledger.hold("first")
    submit(settings, "test.cleans_up", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:first")
    cancel(settings, "run")
    ledger.release("first")
    ledger.wait_for("cleaned")

    assert ledger.counts["swallowed"] == ledger.counts["begin:second"] == 0
    assert status(settings, "run").state == "cancelled"


@pytest.mark.usefixtures("worker_here")
def test_a_long_step_can_leave_early(settings: RunnerSettings, ledger: Any) -> None:
    submit(settings, "test.leaves_early", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:long")
    cancel(settings, "run")
    ledger.wait_for("left")
    assert status(settings, "run").state == "cancelled"


def test_a_queued_run_that_is_cancelled_never_begins(
    settings: RunnerSettings, ledger: Any, worker_here: Any
) -> None:
    ensure_queue(settings, "one", global_concurrency=1)
    ledger.hold("first")
    submit(settings, "test.cleans_up", "busy", "one", str(ledger.folder))
    ledger.wait_for("begin:first")
    submit(settings, "test.three_steps", "queued", "one", str(ledger.folder))
    cancel(settings, "queued")
    ledger.release("first")

    assert wait(settings, "busy", timeout_seconds=15).state == "done"
    assert status(settings, "queued").attempts == 0


def test_an_ended_run_stays_as_it_ended(settings: RunnerSettings, worker_here: Any) -> None:
    submit(settings, "test.gives_tuple", "run", JOBS_QUEUE)
    assert wait(settings, "run", timeout_seconds=15).state == "done"
    cancel(settings, "run")
    assert status(settings, "run").state == "done"


def test_cancelling_what_is_not_there_says_so(settings: RunnerSettings) -> None:
    with pytest.raises(NotFound, match="no run missing"):
        cancel(settings, "missing")


def exists(settings: RunnerSettings, workflow_id: str) -> bool:
    try:
        status(settings, workflow_id)
    except NotFound:
        return False
    return True
