"""Caps: how many runs of a queue go at once, over all processes."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from dbos import _dbos

from jobs.runner import JOBS_QUEUE, RunnerSettings, account_queue
from jobs.submit import ensure_queue, submit, wait
from jobs.worker import Worker


@pytest.mark.parametrize("cap", [pytest.param(1, marks=pytest.mark.slow), 4])
def test_a_cap_holds_over_two_processes(
    settings: RunnerSettings, start_worker: Callable[..., Any], ledger: Any, cap: int
) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=cap)
    start_worker()
    start_worker()
    count = 12 if cap == 1 else 40
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", count, 30)
    run = wait(settings, "run", timeout_seconds=30)
    assert run.state == "done"
    assert peak(ledger.lines) == cap
    if cap > 1:
        assert len(ledger.processes) == 2, "both took part"


def test_a_changed_cap_acts_at_once(settings: RunnerSettings, worker_here: Worker, ledger: Any) -> None:
    ensure_queue(settings, "netsuite:acme", global_concurrency=1)
    ledger.hold("child-0")
    submit(settings, "test.parent", "run", JOBS_QUEUE, str(ledger.folder), "netsuite:acme", 3, 0)
    ledger.wait_for("begin:child-0")
    ensure_queue(settings, "netsuite:acme", global_concurrency=2)
    ledger.wait_for("done:child-2")
    assert ledger.counts["end:child-0"] == 0
    ledger.release("child-0")
    assert wait(settings, "run", timeout_seconds=15).state == "done"


def test_a_queue_made_later_is_served(settings: RunnerSettings, worker_here: Worker, ledger: Any) -> None:
    ensure_queue(settings, "made-later")
    submit(settings, "test.three_steps", "run", "made-later", str(ledger.folder))
    assert wait(settings, "run", timeout_seconds=15).state == "done"


def test_an_account_has_one_queue_however_it_is_written() -> None:
    assert account_queue(" 1234567_SB1 ") == account_queue("1234567_sb1") == "netsuite:1234567_sb1"


def peak(lines: list[str]) -> int:
    """The most children that were at work at once."""
    now = most = 0
    for line in lines:
        if line.startswith("begin:child-"):
            now += 1
        elif line.startswith("done:child-"):
            now -= 1
        most = max(most, now)
    return most


def test_on_sqlite_a_claim_holds_the_write_lock_from_its_first_look(
    sqlite_settings: RunnerSettings, ledger: Any
) -> None:
    """Else two processes could both count three running runs and both start a fourth."""
    worker = Worker(sqlite_settings)
    worker.start()
    try:
        other = sqlite3.connect(sqlite_settings.engine_file, timeout=0, isolation_level=None)
        with (
            closing(other),
            _dbos._get_dbos_instance()._sys_db._begin(None),
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
    finally:
        worker.stop()
