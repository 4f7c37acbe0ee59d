"""Child workflows side by side: start them once, wait for all, and let the first failure end the rest."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from jobs.runner.failures import Cancelled, ChildFailed, Words
from jobs.runner.runs import Run
from jobs.runner.steps import cancel_here, enqueue_child, read_here, workflow_id

_FIRST_WAIT_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 0.5

Progress = Callable[[int, int], None]


async def fan_out(
    queue: str,
    fn: Callable[..., Any],
    calls: Sequence[tuple[str, Sequence[Any]]],
    *,
    progress: Progress | None = None,
) -> list[Any]:
    """Run `fn` as one child per `(child_id, args)` on a queue; their results in the order of `calls`.

    A replayed parent finds its children by their ids and starts none twice. If one fails the others are
    cancelled and `ChildFailed` carries its words. `progress(done, total)` is called as children end, in a thread.
    """
    for child_id, args in calls:
        await enqueue_child(queue, fn, child_id, *args)
    return await collect([child_id for child_id, _ in calls], progress=progress)


async def collect(child_ids: Sequence[str], *, progress: Progress | None = None) -> list[Any]:
    """Wait for children made by `enqueue_child`; their results in the order given.

    Nothing is recorded here, and nothing need be: how a run ended never changes. Raises `ChildFailed` for the first
    (in the order given) that failed, after cancelling the rest; `Cancelled` if the parent was, its children with it.
    A cancelled child may still finish the step it is in: what children write must not count until their parent
    says so.
    """
    me = workflow_id()
    ended: dict[str, Run] = {}
    wait = _FIRST_WAIT_SECONDS
    while open_ids := [child for child in child_ids if child not in ended]:
        parent, *runs = await asyncio.to_thread(read_here, [me, *open_ids])
        if parent.state == "cancelled":
            # A child put in between the cancellation and its sweep over the children would go on without us.
            await asyncio.to_thread(cancel_here, list(child_ids))
            raise Cancelled(f"Run {me} was cancelled.")
        fresh = {run.workflow_id: run for run in runs if run.over}
        ended |= fresh
        if fresh and progress is not None:
            await asyncio.to_thread(progress, len(ended), len(child_ids))
        if any(run.state != "done" for run in fresh.values()):
            await asyncio.to_thread(cancel_here, [child for child in child_ids if child not in ended])
        if len(ended) < len(child_ids):
            wait = _FIRST_WAIT_SECONDS if fresh else min(wait * 1.5, _LONGEST_WAIT_SECONDS)
            await asyncio.sleep(wait)
    _raise_first_failure([ended[child] for child in child_ids])
    return [ended[child].result for child in child_ids]


def _raise_first_failure(runs: Sequence[Run]) -> None:
    for run in runs:
        if run.state == "failed" and run.failure is not None:
            raise ChildFailed(run.failure, run.workflow_id)
    for run in runs:
        if run.state == "cancelled":
            words = Words(f"{run.name} {run.workflow_id} was cancelled.", ("Cancelled",))
            raise ChildFailed(words, run.workflow_id)
