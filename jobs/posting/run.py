"""The post job: approved journals to NetSuite, one child each on the account's queue."""

from typing import Any

from sqlalchemy import update

from jobs.lifecycle import progress, run_job, tell
from jobs.posting.record import WAITING
from jobs.posting.send import send_journal
from jobs.resources import store
from jobs.runner import account_queue, fan_out, step, workflow, workflow_id
from revrec.problems import Conflict, Finding
from revrec.store.core import journal
from revrec.store.queries.connections import connection_for
from revrec.store.queries.journals import journals_to_post
from revrec.store.tables import Job


@workflow("post")
async def post(job_id: int) -> dict[str, Any]:
    """Post the journals that the parameters name, or all that are approved. Returns each one's state."""
    return await run_job(job_id, lambda: _post(job_id))


async def _post(job_id: int) -> dict[str, Any]:
    plan = await step(_plan, job_id, name="plan_posting")
    me = workflow_id()
    progress(job_id, "posting", 0, len(plan["journals"]), now=True)
    sent = await fan_out(
        plan["queue"],
        send_journal,
        [(f"{me}/journal-{one}", (one,)) for one in plan["journals"]],
        progress=lambda done, total: progress(job_id, "posting", done, total),
    )
    return dict(await step(_sum_up, job_id, sent, name="sum_up"))


def _plan(job_id: int) -> dict[str, Any]:
    with store().write() as session:
        connection = connection_for(session, "journals")
        if connection is None:
            raise Conflict(
                "NetSuite is not connected for journals. Run `revrec connect netsuite`.", where="journals"
            )
        if connection.paused:
            raise Conflict(f"The journals connection is paused: {connection.paused}", where="journals")
        wanted = (session.get_one(Job, job_id).parameters or {}).get("journals")
        ids = journals_to_post(session, WAITING, wanted)
        waiting = journal.c.id.in_(ids), journal.c.state.in_(("approved", "failed"))
        session.execute(update(journal).where(*waiting).values(state="queued"))
        return {"queue": account_queue(connection.account), "journals": ids}


def _sum_up(job_id: int, sent: list[dict[str, Any]]) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for one in sent:
        counts[one["state"]] = counts.get(one["state"], 0) + 1
    findings = [
        Finding(f"journal_{one['state']}", "blocking", f"journal {one['journal']}", one["message"])
        for one in sent
        if one["state"] != "posted"
    ]
    tell(job_id, findings, of="posting")
    return {"journals": counts, "sent": sent[:200]}
