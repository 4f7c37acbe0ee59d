"""Children side by side."""

from typing import Any

from jobs.runner import JOBS_QUEUE, RunnerSettings
from jobs.submit import ensure_queue, status, submit, wait
from jobs.worker import Worker


def test_results_come_in_the_order_of_the_calls(
    settings: RunnerSettings, worker_here: Worker, ledger: Any
) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=3)
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 8, 0)
    run = wait(settings, "run", timeout_seconds=15)
    assert run.result == {"results": [n * n for n in range(8)], "progressed": True}
    assert status(settings, "run/3").parent == "run"


def test_no_children_are_no_wait(settings: RunnerSettings, worker_here: Worker, ledger: Any) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=3)
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 0, 0)
    run = wait(settings, "run", timeout_seconds=15)
    assert run.state == "done"
    assert run.result["results"] == []


def test_the_first_failure_ends_the_rest_and_keeps_its_words(
    settings: RunnerSettings, worker_here: Worker, ledger: Any
) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=1)
    submit(settings, "test.failing_parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme")
    run = wait(settings, "run", timeout_seconds=15)
    assert run.result == {
        "message": "Period 2026-03 is locked in NetSuite.",
        "kind": "Conflict",
        "conflict": True,
        "code": "conflict",
        "where": "2026-03",
        "child": "run/1",
    }
    assert [status(settings, f"run/{n}").state for n in (0, 1, 5)] == ["done", "failed", "cancelled"]
