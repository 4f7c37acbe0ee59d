"""The reference job: reference data read anew, as every invoices run does first, and the account mapping audited."""

from typing import Any

from jobs.invoices.reference import read_lists
from jobs.lifecycle import progress, run_job
from jobs.resources import store
from jobs.runner import account_queue, step, workflow
from revrec.problems import Conflict
from revrec.store.queries.connections import connection_for


@workflow("reference")
async def refresh_reference(job_id: int) -> dict[str, Any]:
    """Read all reference data. Returns how many rows each table has."""
    return await run_job(job_id, lambda: _refresh(job_id))


async def _refresh(job_id: int) -> dict[str, Any]:
    queue = await step(_plan, name="plan_run")
    progress(job_id, "reference data", now=True)
    return {"rows": await read_lists(job_id, queue)}


def _plan() -> str:
    with store().read() as session:
        connection = connection_for(session, "invoices")
        if connection is None:
            raise Conflict(
                "NetSuite is not connected for invoices. Run `revrec connect netsuite`.", where="invoices"
            )
        if connection.paused:
            raise Conflict(f"The invoices connection is paused: {connection.paused}", where="invoices")
        return account_queue(connection.account)
