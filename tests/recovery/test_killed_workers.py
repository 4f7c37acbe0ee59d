"""A worker is killed in the middle of a job and another goes on: nothing tells that run from an undisturbed one.

Compared are every business table, the cells of the workbook and the journals that NetSuite holds. `restart`: the next
worker gets the dead one's slot. `takeover`: it has a slot of its own and finds the dead one's. `live`: it is at work
already, with children of the same job, when the other dies.
"""

from collections.abc import Callable
from typing import Any

import pytest
from business_state import differences, without_source_times
from kill_point import KillPoint

Disturb = Callable[..., Any]

pytestmark = pytest.mark.timeout(300)  # the first of a session runs the undisturbed jobs too

POSTGRES = pytest.mark.postgres
BILLING_LINES = "call:jobs.invoices.workbook:_billing_lines"
WRITE_JOURNALS = "call:jobs.closing.books:_write_journals"
SAVE_RESULT = "call:jobs.closing.books:save_result"

CASES = [
    ("sqlite", "invoices", KillPoint("step:read_page", "inside", 2), "restart"),
    ("sqlite", "invoices", KillPoint("step:publish", "inside"), "restart"),
    ("sqlite", "invoices", KillPoint(BILLING_LINES, "before", 20), "restart"),
    ("postgresql", "invoices", KillPoint("step:publish", "before"), "takeover"),
    ("postgresql", "close", KillPoint(SAVE_RESULT, "after", 2), "takeover"),
]
"""Mid-pull, after and before publish, mid-workbook, mid-close. After NetSuite's commit: in `test_lost_replies`."""

LATER = ("post", "reopen", "again", "next_close")

MORE_CASES = [
    ("postgresql", "invoices", KillPoint("step:match_names", "inside"), "live"),
    ("sqlite", "invoices", KillPoint("call:jobs.invoices.reading:_stage_gone", "before", 2), "restart"),
    ("sqlite", "invoices", KillPoint("call:jobs.invoices.workbook:write_job_file", "after"), "restart"),
    ("sqlite", "close", KillPoint(SAVE_RESULT, "after", 1), "restart"),
    ("sqlite", "close", KillPoint(WRITE_JOURNALS, "after"), "restart"),
    ("sqlite", "next_close", KillPoint(SAVE_RESULT, "after", 1), "restart"),
    ("postgresql", "orders", KillPoint("call:jobs.orders.reading:_keep_orders", "after", 2), "takeover"),
    ("postgresql", "orders", KillPoint("step:publish", "inside"), "live"),
    ("postgresql", "invoices", KillPoint("call:jobs.invoices.reading:_stage_gone", "before", 2), "takeover"),
    ("postgresql", "invoices", KillPoint(BILLING_LINES, "before", 20), "live"),
    ("postgresql", "close", KillPoint(WRITE_JOURNALS, "after"), "live"),
    ("postgresql", "post", KillPoint("step:sum_up", "inside"), "live"),
    ("postgresql", "again", KillPoint("step:publish", "inside"), "live"),
]


def named(cases: list[Any], *marks: Any) -> list[Any]:
    postgres = [*marks, POSTGRES]
    return [
        pytest.param(*case, id="-".join(map(str, case)), marks=postgres if case[0] == "postgresql" else marks)
        for case in cases
    ]


@pytest.mark.parametrize(
    ("kind", "stage", "point", "how"), [*named(CASES), *named(MORE_CASES, pytest.mark.slow)]
)
def test_a_killed_job_ends_as_if_undisturbed(
    disturb: Disturb, kind: str, stage: str, point: KillPoint, how: str
) -> None:
    disturbed = disturb(kind, stage)
    found = disturbed.killed_and_finished(point, how)
    disturbed.assert_undisturbed(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=POSTGRES)])
def test_a_job_whose_submitter_died_before_its_run_was_made(
    disturb: Disturb, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is there and the durable run is not: a worker makes it."""
    disturbed = disturb(kind, "orders")
    with monkeypatch.context() as patch:
        patch.setattr("jobs.start.submit.submit", died)
        with pytest.raises(KeyboardInterrupt):
            disturbed.start()
    (job_id,) = disturbed.open_jobs()

    disturbed.deployment.begin_worker()
    disturbed.deployment.wait_state(job_id, "done")

    disturbed.assert_undisturbed(disturbed.finish(job_id))


def died(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.postgres
@pytest.mark.parametrize(
    "stage", ["orders", "invoices", "close", *(pytest.param(one, marks=pytest.mark.slow) for one in LATER)]
)
def test_an_undisturbed_run_leaves_the_same_on_both_databases(
    stories: Callable[[str], Any], stage: str
) -> None:
    sqlite, postgres = (stories(kind).stage(stage).undisturbed for kind in ("sqlite", "postgresql"))
    assert sqlite.file_hashes == postgres.file_hashes
    assert sqlite.journals == postgres.journals
    assert not differences(without_source_times(sqlite.books), without_source_times(postgres.books))
