"""The cross-check job: the journals that NetSuite holds under our prefix against those that we posted.

Both sides are walked side by side in the order of NetSuite's ids, so that thousands cost no more memory than a page.
Nothing is changed but what we know of NetSuite's approval; everything else is a finding, with what to do about it.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from jobs.invoices.account import account_columns
from jobs.lifecycle import progress, run_job, tell
from jobs.posting.batch import why_nothing_is_sent
from jobs.posting.cross_check_words import Mismatch, foreign, of_ours, vanished
from jobs.posting.outgoing import read_outgoing
from jobs.posting.precheck import FLOW
from jobs.posting.read_back import APPROVAL_SAYS, approval_of, read_all
from jobs.resources import store
from jobs.runner import account_queue, fan_out, step, workflow, workflow_id
from revrec.netsuite.journal_lists import find_many, names_under, read_many
from revrec.netsuite.journal_readback import JournalName, PostedJournal
from revrec.operations.policies import policy_value
from revrec.problems import Conflict
from revrec.store.queries import cross_check as ours_in_books
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Job

READ_TOGETHER = 40
"""Journals whose lines are read, compared and let go of together: NetSuite takes up to 1,000 lines in each."""
SHOWN = 200
"""Findings in the job's result; its log has all."""


@workflow("cross_check")
async def cross_check(job_id: int) -> dict[str, Any]:
    """Compare the journals of the period that the parameters name, or all. Returns counts and what was found."""
    return await run_job(job_id, lambda: _cross_check(job_id))


async def _cross_check(job_id: int) -> dict[str, Any]:
    plan = await step(_plan, job_id, name="plan_cross_check")
    calls = [(f"{workflow_id()}/prefix-{n}", (job_id, one)) for n, one in enumerate(plan["prefixes"])]
    found = await fan_out(plan["queue"], compare_prefix, calls)
    counts: dict[str, int] = {}
    for one in found:
        for name, count in one["counts"].items():
            counts[name] = counts.get(name, 0) + count
    mismatches = [mismatch for one in found for mismatch in one["findings"]]
    return {"compared": counts, "findings": mismatches[:SHOWN]}


@workflow("netsuite_cross_check")
async def compare_prefix(job_id: int, prefix: str) -> dict[str, Any]:
    """Compare everything under one prefix, a page after another."""
    counts: dict[str, int] = {"journals": 0, "agree": 0}
    findings: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = await step(_compare_page, job_id, prefix, after, counts["journals"], name="compare_page")
        for name, count in page["counts"].items():
            counts[name] = counts.get(name, 0) + count
        findings = (findings + page["findings"])[:SHOWN]
        after = page["last"]
    return {"counts": counts, "findings": findings}


def _plan(job_id: int) -> dict[str, Any]:
    with store().read() as session:
        if words := why_nothing_is_sent(session):
            raise Conflict(words, where="journals")
        connection = connection_for(session, FLOW)
        assert connection is not None, "posting is connected"
        period = (session.get_one(Job, job_id).parameters or {}).get("period") or ""
        current = f"{policy_value(session, 'journal_prefix')}-"
        known = sorted({current, *ours_in_books.prefixes(session)})
        narrowed = [f"{one}{period}-" if period else one for one in known]
        return {"queue": account_queue(connection.account), "prefixes": narrowed}


async def _compare_page(job_id: int, prefix: str, after: int, seen: int) -> dict[str, Any]:
    """One page of NetSuite's journals, and ours whose NetSuite ids lie within it. `last`: where the next one begins."""
    columns = await account_columns(FLOW)
    names = await names_under(columns, prefix, after=after)
    last = int(names[-1].id) if names else None
    mismatches: list[Mismatch] = []
    approvals: dict[int, str] = {}
    there: dict[int, str] = {}
    for start in range(0, len(names), READ_TOGETHER):
        some = names[start : start + READ_TOGETHER]
        known = await asyncio.to_thread(_known, [one.external_id for one in some])
        mismatches += [foreign(one) for one in some if one.external_id not in known]
        mismatches += await _compare(some, known, approvals)
        there |= {int(one.id): one.external_id for one in some}
    lacking = await _lacking(job_id, prefix, after, last, there)
    await asyncio.to_thread(_keep, job_id, prefix, after, [*mismatches, *lacking], approvals)
    with store().read() as session:
        total = ours_in_books.count_posted(session, prefix)
    await asyncio.to_thread(progress, job_id, "comparing", seen + len(names), max(total, seen + len(names)))
    counts = {"journals": len(names), "agree": len(names) - len({one.netsuite_id for one in mismatches})}
    for one in (*mismatches, *lacking):
        counts[one.code] = counts.get(one.code, 0) + 1
    return {
        "last": last,
        "counts": counts,
        "findings": [one.as_json() for one in (*mismatches, *lacking)][:SHOWN],
    }


async def _compare(
    names: Sequence[JournalName], known: dict[str, int], approvals: dict[int, str]
) -> list[Mismatch]:
    """What of ours differs from NetSuite's; puts into `approvals` what NetSuite thinks of them now."""

    def read(session: Session) -> Any:
        return read_outgoing(session, list(known.values()))

    ours = await asyncio.to_thread(_in_session, read)
    theirs_of = {known[one.external_id]: int(one.id) for one in names if one.external_id in known}
    found: dict[int, PostedJournal] = await read_all(ours, theirs_of)
    mismatches: list[Mismatch] = []
    for one in ours:
        theirs = found.get(theirs_of[one.id])
        if theirs is None:
            continue  # deleted since the page was read: the next check says so
        mismatches += of_ours(one, theirs)
        if one.state == "posted" and approval_of(theirs) != one.netsuite_approval:
            approvals[one.id] = approval_of(theirs)
    return mismatches


async def _lacking(
    job_id: int, prefix: str, above: int, through: int | None, there: dict[int, str]
) -> list[Mismatch]:
    """Ours that were posted before the check began and that NetSuite did not list, asked for once more by name."""

    def read(session: Session) -> Any:
        begun = session.get_one(Job, job_id).created_at
        return ours_in_books.posted_between(session, prefix, above, through, begun)

    rows = [row for row in await asyncio.to_thread(_in_session, read) if row.netsuite_id not in there]
    columns = await account_columns(FLOW)
    found: list[Mismatch] = []
    for start in range(0, len(rows), READ_TOGETHER):
        some = rows[start : start + READ_TOGETHER]
        named = await find_many(columns, [row.external_id for row in some])
        gone = [row for row in some if row.external_id not in named]
        renamed = await read_many(columns, [row.netsuite_id for row in gone])
        found += [vanished(row, renamed.get(row.netsuite_id)) for row in gone]
    return found


def _known(external_ids: list[str]) -> dict[str, int]:
    with store().read() as session:
        return ours_in_books.ids_of(session, external_ids)


def _in_session(read: Any) -> Any:
    with store().read() as session:
        return read(session)


def _keep(
    job_id: int, prefix: str, after: int, mismatches: Sequence[Mismatch], approvals: dict[int, str]
) -> None:
    """The page's findings in the job's log, and NetSuite's approvals on our journals."""
    tell(job_id, [told for one in mismatches for told in one.as_findings()], of=f"{prefix} above {after}")
    if approvals:
        with store().write() as session:
            ours_in_books.note_approvals(session, approvals, APPROVAL_SAYS)


def cross_check_due(session: Session, now: datetime) -> bool:
    """Whether the check that comes by itself is due: so many hours after the last, or after the first posting."""
    hours = int(policy_value(session, "cross_check_hours"))
    first = ours_in_books.first_posted(session)
    if not hours or first is None or why_nothing_is_sent(session):
        return False
    last = ours_in_books.last_cross_check(session) or first
    return (now.astimezone(UTC) - last).total_seconds() >= hours * 3600
