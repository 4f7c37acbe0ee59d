"""A worker that is killed, and what becomes of its run."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from jobs.runner import JOBS_QUEUE, RunnerSettings
from jobs.submit import ensure_queue, status, submit, wait
from jobs.takeover import take_over

StartWorker = Callable[..., Any]


SOON = [("test.three_steps", "second"), ("test.three_steps", "between"), ("test.three_steps_sync", "second")]
LATER = [
    *(("test.three_steps", point) for point in ("first", "third")),
    *(("test.three_steps_sync", point) for point in ("first", "between", "third")),
]


@pytest.mark.parametrize(
    ("flow", "point"), [*SOON, *(pytest.param(*one, marks=pytest.mark.slow) for one in LATER)]
)
def test_a_killed_run_resumes_at_its_step(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any, flow: str, point: str
) -> None:
    ledger.hold(point)
    worker = start_worker()
    submit(settings, flow, "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("end:second" if point == "between" else f"begin:{point}")
    if point == "between":
        ledger.eventually(lambda: steps_recorded(settings) == 2, "two steps are recorded")
    worker.kill()
    ledger.release(point)

    start_worker()
    run = wait(settings, "run", timeout_seconds=15)

    assert run.state == "done"
    assert run.result == ["first", "second", "third"]
    assert run.attempts == 2
    begun = {"begin:first": 1, "begin:second": 1, "begin:third": 1}
    if point != "between":
        begun[f"begin:{point}"] = 2
    assert {line: n for line, n in ledger.counts.items() if line.startswith("begin:")} == begun


def test_a_live_worker_takes_over_from_a_dead_one(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    ledger.hold("second")
    first = start_worker()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    before = status(settings, "run").slot
    start_worker()
    first.kill()
    ledger.release("second")

    run = wait(settings, "run", timeout_seconds=15)

    assert (run.state, run.result) == ("done", ["first", "second", "third"])
    assert run.slot != before
    assert ledger.counts["begin:first"] == 1
    assert ledger.counts["begin:second"] == 2


def test_a_live_step_is_not_run_by_another_process(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    ledger.hold("second")
    start_worker()
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    start_worker()
    assert take_over(settings) == []
    submit(settings, "test.gives_tuple", "other", JOBS_QUEUE)
    assert wait(settings, "other", timeout_seconds=15).state == "done"
    ledger.release("second")

    assert wait(settings, "run", timeout_seconds=15).state == "done"
    assert ledger.counts["begin:second"] == 1
    assert status(settings, "run").attempts == 1


@pytest.mark.postgres
def test_a_worker_that_lives_on_without_its_lock_can_record_nothing(
    postgres_settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    settings = postgres_settings
    ledger.hold("second")
    start_worker(settings=settings)
    submit(settings, "test.three_steps", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    start_worker(settings=settings)
    with psycopg.connect(settings.conninfo, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'revrec slot-001' AND datname = current_database()"
        )
    ledger.wait_for("begin:second", times=2)
    ledger.release("second")
    ledger.wait_for("end:second", times=2)

    run = wait(settings, "run", timeout_seconds=15)

    # Until it notices, the old worker may take the run from the queue once more, and then has to let it go.
    assert run.state == "done"
    assert run.attempts >= 2
    assert ledger.counts["begin:third"] == 1


@pytest.mark.slow
def test_a_run_whose_worker_is_killed_again_and_again_ends_right(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=3)
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 30, 40)
    for lines in (4, 20, 41, 60, 77):
        worker = start_worker()
        ledger.eventually(lambda: len(ledger.lines) >= lines, f"the ledger has {lines} lines")  # noqa: B023
        worker.kill()
    start_worker()
    run = wait(settings, "run", timeout_seconds=30)
    assert run.result == {"results": [n * n for n in range(30)], "progressed": True}
    assert ledger.counts["begin:before"] == ledger.counts["begin:after"] == 1
    begun_again = [n for n in range(30) if ledger.counts[f"begin:child-{n}"] > 1]
    assert 0 < len(begun_again) <= 5 * 3, "only what ran when a worker died ran again"


def test_a_killed_parent_finds_its_children_again(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=2)
    ledger.hold("child-2")
    worker = start_worker()
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 5, 0)
    ledger.wait_for("begin:child-2")
    ledger.wait_for("done:child-1")
    worker.kill()
    ledger.release("child-2")

    start_worker()
    run = wait(settings, "run", timeout_seconds=15)

    assert run.state == "done"
    assert run.result["results"] == [0, 1, 4, 9, 16]
    assert ledger.counts["begin:child-2"] == 2
    assert (
        ledger.counts["begin:child-0"] == ledger.counts["begin:before"] == ledger.counts["begin:after"] == 1
    )
    assert status(settings, "run/2").queue == "netsuite:acme", "a resumed child stays under its account's cap"


def test_a_caught_failure_is_the_same_after_a_restart(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any
) -> None:
    ledger.hold("second")
    worker = start_worker()
    submit(settings, "test.catches_failure", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for("begin:second")
    worker.kill()
    ledger.release("second")

    start_worker()
    run = wait(settings, "run", timeout_seconds=15)

    assert ledger.counts["caught:Conflict"] == 2
    assert run.result == {
        "message": "Period 2026-03 is locked in NetSuite.",
        "kind": "Conflict",
        "conflict": True,
        "step": "refuse",
    }


@pytest.mark.parametrize(
    ("killed_in", "expected"),
    [
        pytest.param("customers", ["customers", "currencies", "invoices", "match"], marks=pytest.mark.slow),
        ("invoices", ["customers", "currencies", "invoices", "match"]),
        ("match", ["customers", "invoices", "match"]),
    ],
)
def test_a_run_of_the_previous_release_ends_under_this_one(
    settings: RunnerSettings, start_worker: StartWorker, ledger: Any, killed_in: str, expected: list[str]
) -> None:
    """A run that had not recorded what comes after the change takes it; one that was past it keeps the old order."""
    ledger.hold(killed_in)
    old = start_worker(module="previous_release")
    submit(settings, "test.patched", "run", JOBS_QUEUE, str(ledger.folder))
    ledger.wait_for(f"begin:{killed_in}")
    old.kill()
    ledger.release(killed_in)

    start_worker()
    run = wait(settings, "run", timeout_seconds=15)

    assert (run.state, run.result) == ("done", expected)
    assert [name for name in expected if ledger.counts[f"begin:{name}"] == 2] == [killed_in]


def steps_recorded(settings: RunnerSettings) -> int:
    from sqlalchemy import create_engine, text

    engine = create_engine(settings.engine_url)
    table = "operation_outputs" if settings.embedded else "dbos.operation_outputs"
    try:
        with engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
    finally:
        engine.dispose()
