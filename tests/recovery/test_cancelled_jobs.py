"""A job that is cancelled leaves nothing that anybody sees, and the books free for the next."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_point import KillPoint

from jobs.start import read_job

Disturb = Callable[..., Any]

# The first of a session runs the undisturbed jobs too.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
CLOSE_WRITTEN = KillPoint("call:jobs.closing.books:save_result", "after", 2)


def run_again(disturbed: Any) -> None:
    """The same job once more finds and does what an undisturbed one would have."""
    job_id = disturbed.start()
    job = disturbed.deployment.wait(job_id)
    assert (job.state, job.error) == ("done", "")
    expected = read_job(disturbed.stage.after.store, disturbed.stage.job_id).result
    disturbed.stage.after.close()
    assert comparable(job.result) == comparable(expected)


def comparable(result: Any) -> Any:
    """A file is named after its job, its content counts. Links stand by themselves: a cancelled run made them too.
    What its calls came to counts every try."""
    result = {name: value for name, value in result.items() if name != "calls"}
    if "file" not in result:
        return result
    return result | {"file": result["file"]["content_hash"], "customers": result["customers"] | {"linked": 0}}


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    "point",
    [
        KillPoint("step:publish", "before"),
        KillPoint("step:read_page", "inside", 2),
        KillPoint("step:record_reconciliation", "inside"),
    ],
    ids=str,
)
def test_invoices_cancelled_before_they_publish(disturb: Disturb, kind: str, point: KillPoint) -> None:
    disturbed = disturb(kind, "invoices")
    job_id = disturbed.held_at(point)
    disturbed.cancel(job_id)
    disturbed.let_go()

    assert disturbed.deployment.wait(job_id).state == "cancelled"
    disturbed.assert_nothing_visible(disturbed.books())
    run_again(disturbed)
    books = disturbed.books()
    assert not any(f"job_id=<{job_id}>" in line for line in books["document_version"])
    assert not any(f"job_id=<{job_id}>" in line for line in books["document_change"])
    assert len(books["job_file"]) == 1


@pytest.mark.parametrize("kind", BOTH)
def test_a_close_cancelled_while_it_builds(disturb: Disturb, kind: str) -> None:
    disturbed = disturb(kind, "close")
    job_id = disturbed.held_at(CLOSE_WRITTEN)
    disturbed.cancel(job_id)
    disturbed.let_go()

    assert disturbed.deployment.wait(job_id).state == "cancelled"
    disturbed.deployment.eventually(lambda: discarded(disturbed.books()), "the close cleans up after itself")
    disturbed.assert_nothing_visible(disturbed.books())
    run_again(disturbed)


@pytest.mark.parametrize("kind", BOTH)
def test_a_close_cancelled_while_its_worker_is_dead(disturb: Disturb, kind: str) -> None:
    disturbed = disturb(kind, "close")
    job_id = disturbed.killed_at(CLOSE_WRITTEN)
    disturbed.cancel(job_id)

    assert disturbed.deployment.wait(job_id).state == "cancelled"
    disturbed.deployment.begin_worker()
    run_again(disturbed)
    books = disturbed.books()
    assert discarded(books), "the next close takes away what the dead one wrote"


@pytest.mark.parametrize("kind", BOTH)
def test_invoices_cancelled_while_their_worker_is_dead(disturb: Disturb, kind: str) -> None:
    disturbed = disturb(kind, "invoices")
    job_id = disturbed.killed_at(KillPoint("step:read_page", "inside", 2))
    disturbed.cancel(job_id)

    disturbed.assert_nothing_visible(disturbed.books())
    disturbed.deployment.begin_worker()
    run_again(disturbed)
    books = disturbed.books()
    assert not any(f"job_id=<{job_id}>" in line for line in books["document_version"])


@pytest.mark.parametrize("kind", BOTH)
def test_posting_cancelled_after_a_journal_was_sent(disturb: Disturb, kind: str) -> None:
    """What was sent stays sent; the next batch finds it and sends the others."""
    disturbed = disturb(kind, "post")
    job_id = disturbed.held_at(KillPoint("step:post", "inside"))
    disturbed.cancel(job_id)
    disturbed.let_go()
    assert disturbed.deployment.wait(job_id).state == "cancelled"

    again = disturbed.deployment.wait(disturbed.start())

    assert again.state == "done"
    assert disturbed.netsuite.journals() == disturbed.stage.undisturbed.journals
    assert all(" state=posted " in line for line in disturbed.books()["journal"])


def discarded(books: Any) -> bool:
    """Whether nothing is left of closes that never stood."""
    states = [line for line in books["period_close"] if "state=building" in line]
    rows = [line for name in ("booked", "ledger_transfer") for line in books[name] if " building>" in line]
    return not states and not rows and any("state=discarded" in line for line in books["period_close"])
