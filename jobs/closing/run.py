"""The close job: checklist -> revenue, netting, fx -> ledger -> draft journals -> closed."""

from typing import Any

from jobs.closing.books import begin_close, close_books, discard_close
from jobs.lifecycle import run_job_sync
from jobs.resources import store
from jobs.runner import Cancelled, step_sync, workflow
from revrec.store.tables import Job


@workflow("close")
def close(job_id: int) -> dict[str, Any]:
    """Close a period. Returns its totals."""
    return run_job_sync(job_id, lambda: _close(job_id))


def _close(job_id: int) -> dict[str, Any]:
    period = step_sync(_period, job_id, name="read_period")
    try:
        try:
            close_id = step_sync(begin_close, job_id, period, name="begin_close")
            return dict(step_sync(close_books, job_id, close_id, period, name="close_books"))
        except Exception:
            step_sync(discard_close, job_id, name="discard_close")
            raise
    except Cancelled:  # where a step refused because of it, it is the clean-up that sees it
        discard_close(job_id)
        raise


def _period(job_id: int) -> str:
    with store().read() as session:
        return str(session.get_one(Job, job_id).parameters["period"])
