"""What a workflow is written with: steps, children, pauses, patches."""

import asyncio
import functools
import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dbos import DBOS, PortableWorkflowError, SetWorkflowID
from dbos import error as dbos_error

from jobs.runner.failures import Cancelled, Interrupted, Recorded, StepFailed, Words
from jobs.runner.life import life
from jobs.runner.payload import plain
from jobs.runner.runs import Run

_log = logging.getLogger(__name__)

_BEGINNINGS = 50
"""How often a run is begun before it is given up: one that kills its worker each time must not do so for ever."""


def workflow(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the durable workflow `name`. Arguments and result are small plain JSON.

    `async def` runs on the engine's loop (for what talks HTTP), `def` in its thread pool (close, workbook). The
    name is stored with every run: it never changes while runs of it may be open, wherever the function moves.
    """

    def register(fn: Callable[..., Any]) -> Callable[..., Any]:
        where = f"The result of workflow {name}"
        if inspect.iscoroutinefunction(fn):

            @functools.wraps(fn)
            async def run(*args: Any) -> Any:
                life.loop = asyncio.get_running_loop()
                with _ending():
                    return plain(await fn(*args), where)
        else:

            @functools.wraps(fn)
            def run(*args: Any) -> Any:
                with _ending():
                    return plain(fn(*args), where)

        registered: Callable[..., Any] = DBOS.workflow(name=name, max_recovery_attempts=_BEGINNINGS)(run)
        return registered

    return register


async def step(fn: Callable[..., Any], *args: Any, name: str | None = None, **kw: Any) -> Any:
    """Run `fn(*args, **kw)` once and record its result; after a restart give back the record.

    `fn` is async, or sync and then runs in the engine's bounded thread pool (store calls). Its result is small
    plain JSON (`NotStorable`); tuples come back as lists. Raises `StepFailed` for whatever `fn` raised, `Cancelled`
    where the run was cancelled. A failure is recorded too: a retry is a loop inside `fn` or a further step.
    """
    label = name or fn.__name__
    where = f"The result of step {label}"
    with _stepping(label):
        if inspect.iscoroutinefunction(fn):

            async def begin() -> Any:
                with _recording():
                    return plain(await fn(*args, **kw), where)

            return await DBOS.run_step_async({"name": label}, begin)

        def call() -> Any:
            with _recording():
                return plain(fn(*args, **kw), where)

        return await DBOS.run_step_async({"name": label}, call)


def step_sync(fn: Callable[..., Any], *args: Any, name: str | None = None, **kw: Any) -> Any:
    """`step` for a sync workflow; `fn` is sync."""
    label = name or fn.__name__
    with _stepping(label):

        def call() -> Any:
            with _recording():
                return plain(fn(*args, **kw), f"The result of step {label}")

        return DBOS.run_step({"name": label}, call)


async def pause(seconds: float) -> None:
    """A durable sleep: after a restart only what is left of it is slept."""
    with _engine_calls():
        await DBOS.sleep_async(seconds)


async def enqueue_child(queue: str, fn: Callable[..., Any], child_id: str, *args: Any) -> str:
    """Put a child workflow on a queue, once for this `child_id` however often the parent is replayed.

    The id is derived from the work (`f"{workflow_id()}/{key}"`), never from a clock or a random number. The child
    is cancelled with its parent. Gives back `child_id`; wait for it with `collect`.
    """
    given = [plain(arg, f"An argument of {child_id}") for arg in args]
    with _engine_calls(), SetWorkflowID(child_id):
        await DBOS.enqueue_workflow_async(queue, fn, *given)
    return child_id


async def patched(change: str) -> bool:
    """Whether this run has the change named `change`: true for runs that reach this line first with it.

        if await patched("read currencies"):     # 1.3: asked where the new code begins
            await step(read_currencies)
        await step(read_invoices)

    Runs begun by an earlier release and already past this line answer false and keep the old order. Once none of
    them is open the `if` goes, the name is never used again. For a change that touches many steps, register the
    new function under a new workflow name and leave the old one in place until its runs have ended.
    """
    with _engine_calls():
        return await DBOS.patch_async(change)


def patched_sync(change: str) -> bool:
    """`patched` for a sync workflow."""
    with _engine_calls():
        return DBOS.patch(change)


def workflow_id() -> str:
    """The id of the run that asks. Raises RuntimeError outside of one."""
    current = DBOS.workflow_id
    if current is None:
        raise RuntimeError("workflow_id() is asked outside of a workflow.")
    return current


async def is_cancelled() -> bool:
    """Whether this run has been cancelled, for a long step that can leave early (`raise Cancelled`)."""
    return await asyncio.to_thread(is_cancelled_sync)


def is_cancelled_sync() -> bool:
    """`is_cancelled` for sync code."""
    return read_here([workflow_id()])[0].state == "cancelled"


def read_here(ids: Sequence[str]) -> list[Run]:
    """Runs by id, read past the record of the asking workflow; for waiting code. Raises `Interrupted` at a stop."""
    if life.stopping.is_set() or life.desk is None:
        raise Interrupted("The worker is stopping.")
    return life.desk.read(ids)


def cancel_here(ids: Sequence[str]) -> None:
    """Cancel runs and their children, past the record of the asking workflow."""
    if life.desk is not None:
        life.desk.cancel(ids)


@contextmanager
def _ending() -> Iterator[None]:
    try:
        yield
    except Cancelled as error:
        raise dbos_error.DBOSWorkflowCancelledError(str(error)) from error
    except Exception as error:
        if life.closing.is_set():
            raise Interrupted("The worker stopped.") from error
        words = Words.of(error)
        # Refusals speak for themselves; anything else is a bug, and its place is wanted.
        trace = None if "RevRecError" in words.kinds else error
        _log.error("Run %s failed: %s", DBOS.workflow_id, words.message, exc_info=trace)
        raise Recorded(words) from error


@contextmanager
def _recording() -> Iterator[None]:
    """Turn what a step raises into words, before the engine stores it."""
    try:
        yield
    except Exception as error:
        if life.closing.is_set():
            raise Interrupted("The worker stopped.") from error
        raise Recorded(Words.of(error)) from error


@contextmanager
def _stepping(label: str) -> Iterator[None]:
    """Count a step as busy until it is recorded, and read its failure, live or stored, in one way."""
    with _engine_calls():
        life.begin_step()
        try:
            yield
        except (Recorded, PortableWorkflowError) as error:
            raise StepFailed(Words.read(error.data, str(error)), label) from error.__cause__
        finally:
            life.end_step()


@contextmanager
def _engine_calls() -> Iterator[None]:
    if life.stopping.is_set():
        raise Interrupted("The worker is stopping.")
    try:
        yield
    except dbos_error.DBOSWorkflowCancelledError as error:
        raise Cancelled(f"Run {DBOS.workflow_id} was cancelled.") from error
    except dbos_error.DBOSWorkflowConflictIDError as error:
        # A cancellation takes the run out of our hands, and so does a takeover; only the former is its end.
        if life.desk is not None and life.desk.read([workflow_id()])[0].state == "cancelled":
            raise Cancelled(f"Run {DBOS.workflow_id} was cancelled.") from error
        raise
    except StepFailed:
        raise
    except Exception as error:
        if life.closing.is_set():
            raise Interrupted("The worker stopped.") from error
        raise
