"""Loading a conversion run: what it staged while no accounting period was set becomes what everybody sees."""

from typing import Any

from jobs.invoices.plan import kinds_of
from jobs.invoices.publish import publish_staged, supersede_overtaken, what_changed
from jobs.lifecycle import progress, require_running, run_job
from jobs.resources import store
from jobs.runner import step, workflow
from revrec.operations.policies import policy_value
from revrec.problems import Conflict, NotFound
from revrec.store.queries.outcome import outcome_counts
from revrec.store.staging.states import resolve_states
from revrec.store.tables import Job, Upload


@workflow("load")
async def load(job_id: int) -> dict[str, Any]:
    """Load the conversion job that the parameters name. Returns what changed and where everything stands."""
    return await run_job(job_id, lambda: _load(job_id))


async def _load(job_id: int) -> dict[str, Any]:
    progress(job_id, "loading", now=True)
    return dict(await step(_publish, job_id, name="publish"))


def _publish(job_id: int) -> dict[str, Any]:
    with store().write() as session:
        mine = session.get_one(Job, job_id)
        staged_by = int(mine.parameters["job"])
        staged = session.get(Job, staged_by)
        if staged is None or staged.kind != "invoices":
            raise NotFound(f"There is no conversion job {staged_by}.", where=f"job {staged_by}")
        excluded = list(policy_value(session, "exclude_products")["product"]["values"])
        if mine.published_at is None:
            require_running(session, job_id)
            if staged.state != "awaiting_load":
                newer = " A newer run read what it read." if staged.state == "superseded" else ""
                raise Conflict(
                    f"Job {staged_by} is {staged.state}; only a conversion that awaits loading is loaded.{newer}",
                    where=f"job {staged_by}",
                )
            resolve_states(session, staged_by)
            publish_staged(session, job_id, staged_by, excluded)
            supersede_overtaken(session, staged_by, kinds_of(staged.parameters or {}))
            staged.state, staged.published_at = "done", mine.published_at
            session.add(staged)
            if mine.parameters.get("upload"):
                # Bulk import: the file that was brought is this job's, and is loaded with it.
                session.get_one(Upload, int(mine.parameters["upload"])).loaded_by_job = job_id
        return {
            "loaded_job": staged_by,
            **what_changed(session, staged_by),
            "outcome": outcome_counts(session, staged_by, excluded),
        }
