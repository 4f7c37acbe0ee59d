"""The invoices job: what happens, in order.

    reference data -> window -> documents and lines -> deletions -> match by name -> reconcile -> publish -> job file

Every call to NetSuite is a child on the account's queue, one request in flight each. Before an accounting period
is set the run is a conversion: it publishes nothing and ends *awaiting load*.
"""

from collections import defaultdict
from typing import Any

from jobs.invoices.customers import match_names
from jobs.invoices.plan import plan_run
from jobs.invoices.publish import discard_leftovers, publish, supersede_older, what_changed
from jobs.invoices.reading import (
    RECHECK_DOCUMENTS,
    read_deletions,
    read_range,
    read_window,
    recheck_documents,
)
from jobs.invoices.reconcile import reconcile
from jobs.invoices.reference import read_reference
from jobs.invoices.vanished import refuse_vanished
from jobs.invoices.workbook import write_workbook
from jobs.lifecycle import progress, run_job
from jobs.resources import store
from jobs.runner import fan_out, step, workflow, workflow_id
from revrec.store.queries.outcome import outcome_counts


@workflow("invoices")
async def invoices(job_id: int) -> dict[str, Any]:
    """Pull, match, reconcile, load. Returns counts, the state of the reconciliation, and the file."""
    return await run_job(job_id, lambda: _invoices(job_id))


async def _invoices(job_id: int) -> dict[str, Any]:
    me = workflow_id()
    plan = await step(plan_run, job_id, name="plan_run")
    queue = plan["queue"]
    await step(discard_leftovers, name="discard_leftovers")

    progress(job_id, "reference data", now=True)
    await fan_out(queue, read_reference, [(f"{me}/reference", (job_id,))])
    (window,) = await fan_out(queue, read_window, [(f"{me}/window", (job_id, plan["start"], plan["full"]))])
    plan |= {"upper": window["upper"]}

    progress(job_id, "documents", 0, len(window["ranges"]), now=True)
    counts: dict[str, int] = defaultdict(int)
    calls = [
        (f"{me}/range-{number}", (job_id, first, last, plan["start"], plan["upper"], plan["full"]))
        for number, (first, last, _) in enumerate(window["ranges"])
    ]
    for found in await fan_out(
        queue, read_range, calls, progress=lambda done, total: progress(job_id, "documents", done, total)
    ):
        _add(counts, found)
    chunks = -(-plan["recheck"] // RECHECK_DOCUMENTS)
    rechecks = [(f"{me}/recheck-{number}", (job_id, number)) for number in range(chunks)]
    for found in await fan_out(queue, recheck_documents, rechecks):
        _add(counts, found)
    (deleted,) = await fan_out(
        queue, read_deletions, [(f"{me}/deletions", (job_id, plan["start"], plan["upper"]))]
    )
    _add(counts, deleted)
    await step(refuse_vanished, job_id, plan, name="refuse_vanished")

    progress(job_id, "matching customers", now=True)
    matched = await step(match_names, job_id, name="match_names")
    progress(job_id, "reconciling", now=True)
    recon = await reconcile(job_id, queue, plan)
    if plan["conversion"]:
        changed = await step(_conversion, job_id, name="await_load")
    else:
        progress(job_id, "loading", now=True)
        changed = await step(publish, job_id, plan, name="publish")
    totals = await step(_outcome, job_id, plan["excluded"], name="outcome")
    summary = {**counts, **{f"customers_{name}": count for name, count in matched.items()}}
    file = await step(write_workbook, job_id, plan, summary | totals["counts"], name="write_workbook")
    return {
        "state": "awaiting_load" if plan["conversion"] else "done",
        "pulled": dict(counts),
        "customers": matched,
        "reconciliation": recon,
        "outcome": totals,
        **changed,
        "file": file,
        "full": plan["full"],
    }


def _conversion(job_id: int) -> dict[str, Any]:
    supersede_older(job_id)
    with store().read() as session:
        return what_changed(session, job_id)


def _outcome(job_id: int, excluded: list[str]) -> dict[str, Any]:
    with store().read() as session:
        return outcome_counts(session, job_id, excluded)


def _add(counts: dict[str, int], found: dict[str, int]) -> None:
    for name, count in found.items():
        counts[name] += count
