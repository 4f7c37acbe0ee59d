"""A bug stops a job: it ends as failed in the bug's words, and leaves nothing but its log."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import BUG, KillPoint

Disturb = Callable[..., Any]

pytestmark = pytest.mark.timeout(300)  # the first of a session runs the undisturbed jobs too

CASES = [
    ("sqlite", "invoices", "call:jobs.invoices.run:_add", 2),  # between two steps
    ("sqlite", "close", "call:jobs.closing.books:_write_journals", 1),  # in a step that has written much
    ("postgresql", "invoices", "call:jobs.invoices.writing:stage_shape", 50),  # in one of many children
    ("postgresql", "close", "call:jobs.closing.books:close_totals", 1),
    ("postgresql", "orders", "call:jobs.orders.run:publish_orders", 1),
    ("sqlite", "reopen", "call:jobs.closing.reopen:record_event", 1),
]
MARKS = {"sqlite": [], "postgresql": [pytest.mark.postgres]}


@pytest.mark.parametrize(
    ("kind", "stage", "what", "times"),
    [
        pytest.param(
            *case, marks=[*MARKS[case[0]], *([pytest.mark.slow] if number else [])], id=f"{case[0]}-{case[1]}"
        )
        for number, case in enumerate(CASES)
    ],
)
def test_a_job_with_a_bug_ends_as_failed(
    disturb: Disturb, kind: str, stage: str, what: str, times: int
) -> None:
    disturbed = disturb(kind, stage)
    disturbed.deployment.begin_worker(KillPoint(what, "before", times, action="raise"))

    job = disturbed.deployment.wait(disturbed.start())

    assert (job.state, job.error) == ("failed", BUG)
    assert job.finished_at is not None
    books = disturbed.books()
    disturbed.assert_nothing_visible(books)
    assert not any("state=building" in line for line in books["period_close"])
