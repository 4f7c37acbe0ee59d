"""Put work in, look at it, cancel it, wait for it: what the API, the web and the command line call."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from jobs import slots
from jobs.runner import Run, RunnerSettings
from jobs.runner.desk import Desk, open_desk
from jobs.runner.engine import active
from jobs.worker import Worker
from revrec.problems import NotFound

__all__ = ["RunnerSettings", "cancel", "ensure_queue", "run_or_wait", "status", "submit", "wait"]

Poll = Callable[[Run], None]

_POLL_SECONDS = 0.2
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 2.5


def ensure_queue(
    settings: RunnerSettings,
    name: str,
    *,
    global_concurrency: int | None = None,
    worker_concurrency: int | None = None,
) -> None:
    """Make a queue or change its caps. Running workers obey a new cap at once and find a new queue within a second.

    `global_concurrency` holds over all workers together; for `account_queue` it is the account's limit less one.
    """
    with open_desk(settings) as desk:
        desk.ensure_queue(name, global_concurrency=global_concurrency, worker_concurrency=worker_concurrency)


def submit(settings: RunnerSettings, workflow_name: str, workflow_id: str, queue: str, *args: Any) -> None:
    """Enqueue a run once: a second call with the same id changes nothing, whatever became of the first.

    Raises `QueueMissing`, `NotStorable`.
    """
    with open_desk(settings) as desk:
        desk.submit(workflow_name, workflow_id, queue, args)


def cancel(settings: RunnerSettings, workflow_id: str) -> None:
    """Cancel a run and its children. What waits never starts; what runs stops at its next step. An ended run stays."""
    with open_desk(settings) as desk:
        _existing(desk, workflow_id)
        desk.cancel([workflow_id])


def status(settings: RunnerSettings, workflow_id: str) -> Run:
    """The run as it stands. Raises `NotFound`."""
    with open_desk(settings) as desk:
        return _existing(desk, workflow_id)


def wait(
    settings: RunnerSettings,
    workflow_id: str,
    *,
    timeout_seconds: float | None = None,
    poll: Poll | None = None,
) -> Run:
    """Wait until the run is over, or so long; gives it as it then stands. `poll` sees it at each look."""
    deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    with open_desk(settings) as desk:
        while True:
            run = _existing(desk, workflow_id)
            if poll is not None:
                poll(run)
            if run.over or (deadline is not None and time.monotonic() >= deadline):
                return run
            time.sleep(_POLL_SECONDS)


def run_or_wait(
    settings: RunnerSettings,
    workflow_id: str,
    queues: Sequence[str],
    poll: Poll | None = None,
    *,
    worker: Callable[[Sequence[str]], Worker] | None = None,
) -> Run:
    """See a submitted run through from the command line; gives it when it is over.

    Where no worker lives, or none takes the run within a few seconds, this process becomes a worker for `queues`
    (those of the run and its children), and after the run waits for whatever else it has begun there. `worker` makes
    that worker, for hooks of its own. An interrupt (Ctrl-C) stops the worker cleanly and is raised again; the
    run stays and goes on with the next worker.
    """
    make = worker or (lambda names: Worker(settings, names))
    own: Worker | None = None
    since = time.monotonic()
    next_look = since
    try:
        with open_desk(settings) as desk:
            while True:
                run = _existing(desk, workflow_id)
                if poll is not None:
                    poll(run)
                if run.over:
                    break
                if own is None and time.monotonic() >= next_look:
                    next_look += _LOOK_SECONDS
                    ignored = run.state == "queued" and time.monotonic() - since > _PATIENCE_SECONDS
                    if ignored or not slots.any_held(settings):
                        own = make(queues)
                        own.start()
                time.sleep(_POLL_SECONDS)
        while own is not None and active():
            time.sleep(_POLL_SECONDS)
    finally:
        if own is not None:
            own.stop()
    return run


def _existing(desk: Desk, workflow_id: str) -> Run:
    found = desk.read([workflow_id])
    if not found:
        raise NotFound(f"There is no run {workflow_id}.", where=workflow_id)
    return found[0]
