"""Limits of the account, what calls came to, and runs on a line that is down, seen from the whole job."""

import time
from functools import partial

import pytest

from jobs.calls import WAITING
from jobs.resources import runner_settings
from jobs.start import cancel_job, read_job, start_job
from revrec.netsuite import client as netsuite_client
from revrec.netsuite.backoff import Backoff
from revrec.operations.cancel_job import cancel_job as cancel_row
from revrec.operations.set_account_limits import set_account_limits

from .verbs import now


@pytest.fixture
def quick_waits(monkeypatch):
    """The client waits as often as it would, and a thousandth as long."""
    monkeypatch.setattr(netsuite_client, "Backoff", partial(Backoff, first=0.0005, longest=0.01))


def test_a_run_tells_what_its_calls_came_to(books, quick_waits):
    books.netsuite.post("reset-stats")
    books.netsuite.post(
        "faults",
        times=2,
        status=429,
        body={"o:errorDetails": [{"o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}]},
    )
    calls = books.run_invoices(full=True).result["calls"]
    asked = books.netsuite.get("stats")["requests_by_status"]
    assert calls["requests"] == sum(asked.values())
    # Failed are, besides, the columns that this account turns out not to have.
    assert calls["failed"] == sum(count for status, count in asked.items() if not status.startswith("2"))
    assert (calls["refused"], calls["retried"]) == (2, 2)
    assert calls["busy_seconds"] > 0
    assert calls["received_bytes"] > 10_000
    ((requests, peak),) = books.rows("SELECT sum(requests), max(peak) FROM api_usage WHERE flow = 'invoices'")
    assert requests >= calls["requests"]
    assert 1 <= peak <= 4  # an account of 5, one kept for people


def test_a_run_keeps_to_the_calls_per_minute_and_can_be_cancelled_while_it_waits(books):
    with books.store.write() as session:
        set_account_limits(session, books.preparer, "invoices", calls_per_minute=5, now=now())
    job_id = start_job(books.config, books.store, "invoices", {}, books.preparer)
    deadline = time.monotonic() + 60
    while WAITING not in read_job(books.store, job_id).stage:
        assert time.monotonic() < deadline, read_job(books.store, job_id).stage
        time.sleep(0.02)
    with books.store.write() as session:
        cancel_row(session, books.preparer, job_id, now=now())
    cancel_job(runner_settings(books.config), job_id)
    assert books.wait(job_id).state == "cancelled"


def test_a_run_on_a_line_that_stays_down_fails_in_words_and_the_next_one_works(books, quick_waits):
    books.netsuite.post("faults", times=100_000, action="reset_connection")
    failed = books.run("invoices", ends="failed")
    assert "NetSuite did not answer" in failed.error
    assert "run it again later" in failed.error
    books.netsuite.forget_faults()
    assert books.run_invoices().state == "done"
