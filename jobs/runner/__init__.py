"""The durable engine, as the workflows of this room see it. The only package that imports DBOS.

A *workflow* says what happens in order; each *step* in it is recorded. After a crash the workflow function runs
again from its first line: recorded steps give back what they gave, the first unrecorded one runs.

Rules for the author of a workflow:

- Everything that reads or changes the world is in a step; between steps only plain computation on their results.
- A step runs **at least once**: a crash after its effect and before its record runs it again. So its effect is
  idempotent: a key of the business, an external id, look before posting, delete and write again.
- Steps of a workflow are started one after another, in an order that depends on recorded results only. What shall
  run side by side are child workflows (`fan_out`), with ids derived from the work.
- Calls to a NetSuite account are children on that account's queue, one request in flight each: the queue's cap
  counts workflows. A parent never stands on the queue that its children need.
- Order, number and names of steps are history. A release that changes them asks `patched` first, or gives the
  workflow a new name; `patched` shows how.
- An async workflow runs on the engine's own loop: nobody calls `asyncio.run`, and clients live on that loop.
"""

from jobs.runner.children import collect, fan_out
from jobs.runner.desk import JOBS_QUEUE, account_queue
from jobs.runner.failures import Cancelled, ChildFailed, Failed, Interrupted, QueueMissing, StepFailed
from jobs.runner.payload import NotStorable
from jobs.runner.runs import Run
from jobs.runner.settings import RunnerSettings
from jobs.runner.steps import (
    enqueue_child,
    is_cancelled,
    is_cancelled_sync,
    patched,
    patched_sync,
    pause,
    step,
    step_sync,
    workflow,
    workflow_id,
)

__all__ = [
    "JOBS_QUEUE",
    "Cancelled",
    "ChildFailed",
    "Failed",
    "Interrupted",
    "NotStorable",
    "QueueMissing",
    "Run",
    "RunnerSettings",
    "StepFailed",
    "account_queue",
    "collect",
    "enqueue_child",
    "fan_out",
    "is_cancelled",
    "is_cancelled_sync",
    "patched",
    "patched_sync",
    "pause",
    "step",
    "step_sync",
    "workflow",
    "workflow_id",
]
