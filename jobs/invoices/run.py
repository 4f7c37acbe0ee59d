"""The invoices job: what happens, in order.

    reference data -> window -> documents and lines -> deletions -> (sweep) -> match by name -> reconcile -> publish
    -> job file

Every call to NetSuite is a child on the account's queue, one request in flight each. Before an accounting period
is set the run is a conversion: it publishes nothing and ends *awaiting load*.
"""

from collections import defaultdict
from typing import Any

from jobs.invoices.account import scope_of
from jobs.invoices.customers import match_names
from jobs.invoices.leaving import leave_out_older
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
from jobs.invoices.reference import read_lists
from jobs.invoices.sweeping import sweep
from jobs.invoices.vanished import refuse_vanished
from jobs.invoices.workbook import write_workbook
from jobs.lifecycle import progress, run_job
from jobs.resources import store
from jobs.runner import fan_out, step, workflow, workflow_id
from revrec.store.queries.outcome import outcome_counts

NOTHING_TO_SWEEP = "not needed, everything was read"


@workflow("invoices")
async def invoices(job_id: int) -> dict[str, Any]:
    """Pull, match, reconcile, load. Returns counts, the state of the reconciliation, and the file."""
    return await run_job(job_id, lambda: _invoices(job_id))


async def _invoices(job_id: int) -> dict[str, Any]:
    plan = await step(plan_run, job_id, name="plan_run")
    queue = plan["queue"]
    await step(discard_leftovers, name="discard_leftovers")

    progress(job_id, "reference data", now=True)
    await read_lists(job_id, queue)
    counts, upper = await _read(job_id, plan)
    plan |= {"upper": upper}
    if plan["dated_from"]:
        counts["gone"] += await step(leave_out_older, job_id, plan, name="leave_out_older")
    swept = await sweep(job_id, queue, plan) if plan["sweep"] else {}
    await step(refuse_vanished, job_id, plan, name="refuse_vanished")

    progress(job_id, "matching customers", now=True)
    matched = await step(match_names, job_id, name="match_names")
    progress(job_id, "reconciling", now=True)
    recon = await reconcile(job_id, queue, plan)
    # What reconciling read again may be gone, too: a role that lost a permission sees fewer rows, and nothing says so.
    await step(refuse_vanished, job_id, plan, name="refuse_vanished_again")
    if plan["conversion"]:
        changed = await step(_conversion, job_id, plan["kinds"], name="await_load")
    else:
        progress(job_id, "loading", now=True)
        changed = await step(publish, job_id, plan, name="publish")
    totals = await step(_outcome, job_id, plan["excluded"], name="outcome")
    summary = {**counts, **{f"customers_{name}": count for name, count in matched.items()}}
    summary |= {f"sweep_{name}": count for name, count in swept.items()}
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
        **({"sweep": swept or NOTHING_TO_SWEEP} if plan["sweep_asked"] else {}),
    }


async def _read(job_id: int, plan: dict[str, Any]) -> tuple[dict[str, int], str]:
    """Documents that changed, those of the re-pull list, and deletions: counts, and the end of the window."""
    me, queue = workflow_id(), plan["queue"]
    counts: dict[str, int] = defaultdict(int)
    ranges: list[tuple[str, tuple[Any, ...]]] = []
    windows = await fan_out(
        queue,
        read_window,
        [
            (f"{me}/window-{n}", (job_id, read["start"], read["full"], scope_of(plan, read["kinds"])))
            for n, read in enumerate(plan["reads"])
        ],
    )
    upper = str(min(window["upper"] for window in windows))
    for read, window in zip(plan["reads"], windows, strict=True):
        scope = scope_of(plan, read["kinds"])
        # The largest first, so that those that are left at the end are short.
        for first, last, _ in sorted(window["ranges"], key=lambda one: -one[2]):
            call = (job_id, first, last, read["start"], upper, read["full"], scope)
            ranges.append((f"{me}/range-{len(ranges)}", call))
    progress(job_id, "documents", 0, len(ranges), now=True)
    for found in await fan_out(
        queue, read_range, ranges, progress=lambda done, total: progress(job_id, "documents", done, total)
    ):
        _add(counts, found)
    chunks = -(-plan["recheck"] // RECHECK_DOCUMENTS)
    rechecks = [(f"{me}/recheck-{number}", (job_id, number, scope_of(plan))) for number in range(chunks)]
    for found in await fan_out(queue, recheck_documents, rechecks):
        _add(counts, found)
    calls = [
        (f"{me}/deletions-{n}", (job_id, read["start"], upper, scope_of(plan, read["kinds"])))
        for n, read in enumerate(plan["reads"])
    ]
    for found in await fan_out(queue, read_deletions, calls):
        _add(counts, found)
    return dict(counts), upper


def _conversion(job_id: int, kinds: list[str]) -> dict[str, Any]:
    supersede_older(job_id, kinds)
    with store().read() as session:
        return what_changed(session, job_id)


def _outcome(job_id: int, excluded: list[str]) -> dict[str, Any]:
    with store().read() as session:
        return outcome_counts(session, job_id, excluded)


def _add(counts: dict[str, int], found: dict[str, int]) -> None:
    for name, count in found.items():
        counts[name] += count
