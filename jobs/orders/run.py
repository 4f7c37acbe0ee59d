"""The orders job: customers -> what changed -> orders with their lines -> publish."""

import json
from collections import defaultdict
from typing import Any

from sqlalchemy import delete

from jobs.invoices.publish import discard_leftovers
from jobs.lifecycle import progress, require_running, run_job, tell
from jobs.orders.reading import read_changes, read_chunk, read_customers
from jobs.pausing import require_open
from jobs.resources import store
from jobs.runner import account_queue, fan_out, step, workflow, workflow_id
from revrec.operations.entity_findings import entity_findings
from revrec.store.books.lock import release, take
from revrec.store.core import order_to_read
from revrec.store.queries.orders import held_orders, mark_published
from revrec.store.staging.orders import publish_orders
from revrec.store.staging.publish import move_watermarks, read_watermarks
from revrec.store.tables import Job

WATERMARK = "orders"


@workflow("orders")
async def orders(job_id: int) -> dict[str, Any]:
    """Pull the CRM's customers and sales orders. Returns counts of customers and of orders by what became of them."""
    return await run_job(job_id, lambda: _orders(job_id))


async def _orders(job_id: int) -> dict[str, Any]:
    me = workflow_id()
    plan = await step(_plan, job_id, name="plan_run")
    await step(discard_leftovers, name="discard_leftovers")
    progress(job_id, "customers", now=True)
    (customers,) = await fan_out(plan["queue"], read_customers, [(f"{me}/customers", (job_id,))])
    (changes,) = await fan_out(plan["queue"], read_changes, [(f"{me}/changes", (job_id, plan["since"]))])
    calls = [(f"{me}/chunk-{number}", (job_id, number)) for number in range(changes["chunks"])]
    counts: dict[str, int] = defaultdict(int)
    for found in await fan_out(
        plan["queue"], read_chunk, calls, progress=lambda done, total: progress(job_id, "orders", done, total)
    ):
        for name, count in found.items():
            counts[name] += count
    published = await step(_publish, job_id, plan, changes["position"], name="publish")
    return {"customers": customers, "orders": dict(counts), "deleted": changes["deleted"], **published}


def _plan(job_id: int) -> dict[str, Any]:
    with store().read() as session:
        connection = require_open(session, "orders")
        mark = read_watermarks(session, connection.id).get(WATERMARK)
        full = bool((session.get_one(Job, job_id).parameters or {}).get("full"))
        return {
            "connection_id": connection.id,
            "queue": account_queue(connection.account),
            "since": json.loads(mark) if mark and not full else None,
        }


def _publish(job_id: int, plan: dict[str, Any], position: dict[str, Any]) -> dict[str, Any]:
    store().refresh_statistics("sales_order", "order_version", "order_line", "obligation", "contract")
    with store().write() as session:
        if session.get_one(Job, job_id).published_at is None:
            require_running(session, job_id)
            take(session, job_id)
            publish_orders(session, job_id)
            move_watermarks(session, plan["connection_id"], job_id, {WATERMARK: json.dumps(position)})
            session.execute(delete(order_to_read).where(order_to_read.c.job_id == job_id))
            mark_published(session, job_id)
            release(session, job_id)
        found = held_orders(session, job_id)
        unmapped = entity_findings(session)
    tell(job_id, unmapped, of="company entities")
    return found
