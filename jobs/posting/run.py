"""The post job: journals to NetSuite, a few to each child on the account's queue."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import update

from jobs.closing.general_ledger import balances_after_posting
from jobs.lifecycle import progress, run_job, tell
from jobs.posting.batch import journals_to_send, why_nothing_is_sent
from jobs.posting.precheck import FLOW
from jobs.posting.send import send_journals
from jobs.resources import store
from jobs.runner import account_queue, fan_out, step, workflow, workflow_id
from revrec.problems import Conflict, Finding, Severity
from revrec.store.api_calls import limits_of
from revrec.store.core import journal
from revrec.store.queries.connections import connection_for
from revrec.store.tables import Job

LARGEST_SHARE = 25
"""Journals of one child: few enough that others get their turn on the account's queue within seconds, and many enough
that looking up, reading back and claiming cost little beside the sending."""
SHARES_OF_EACH = 4
"""Where there are few journals each of the requests in flight gets about so many shares, so that none ends long after
the others."""


@workflow("post")
async def post(job_id: int) -> dict[str, Any]:
    """Post the journals that the parameters name, or all that are approved. Returns each one's state."""
    return await run_job(job_id, lambda: _post(job_id))


async def _post(job_id: int) -> dict[str, Any]:
    plan = await step(_plan, job_id, name="plan_posting")
    me = workflow_id()
    count = sum(len(share) for share in plan["shares"])
    progress(job_id, "posting", 0, count, now=True)
    ended = await fan_out(
        plan["queue"],
        send_journals,
        [(f"{me}/journals-{share[0]}", (job_id, share)) for share in plan["shares"]],
        progress=lambda done, total: progress(job_id, "posting", min(count, done * count // total), count),
    )
    sent = [end for ends in ended for end in ends]
    result = dict(await step(_sum_up, job_id, sent, name="sum_up"))
    ids = [one for share in plan["shares"] for one in share]
    return {**result, **await balances_after_posting(job_id, ids)}


def _plan(job_id: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    with store().write() as session:
        if words := why_nothing_is_sent(session):
            raise Conflict(words, where="journals")
        connection = connection_for(session, FLOW)
        assert connection is not None, "posting is connected"
        asked = session.get_one(Job, job_id).parameters or {}
        ids = journals_to_send(session, now, asked.get("journals"), batch=bool(asked.get("batch")))
        waiting = journal.c.id.in_(ids), journal.c.state.in_(("approved", "failed"))
        session.execute(update(journal).where(*waiting).values(state="queued"))
        in_flight = max(1, limits_of(session, connection.account).concurrency - 1)
        return {"queue": account_queue(connection.account), "shares": shares(ids, in_flight)}


def shares(ids: list[int], in_flight: int) -> list[list[int]]:
    """The journals in equal parts for children of which so many go at once."""
    size = max(1, min(LARGEST_SHARE, -(-len(ids) // (in_flight * SHARES_OF_EACH))))
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _sum_up(job_id: int, sent: list[dict[str, Any]]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in sent:
        counts[one["state"]] = counts.get(one["state"], 0) + 1
    findings = [
        Finding(
            f"journal_{one['state']}", _severity(one["state"]), f"journal {one['journal']}", one["message"]
        )
        for one in sent
        if one["state"] != "posted"
    ]
    tell(job_id, findings, of="posting")
    told = [one | {"message": one["message"][:500]} for one in sent[:200]]
    return {"journals": counts, "sent": told}


def _severity(state: str) -> Severity:
    """A journal that a person holds or took back is no error."""
    return "warning" if state in ("held", "stopped", "cancelled") else "blocking"
