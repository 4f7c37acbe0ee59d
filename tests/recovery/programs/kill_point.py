"""Where a worker dies (or waits, or meets a bug), arranged from outside: product and engine do not know of it.

`step:NAME` names a recorded step. `before` dies as it begins, `inside` after its effect and before its record, `after`
once it is recorded. `call:MODULE:FUNCTION` names a function inside a step: `before` dies at its call, `after` at its
return; a generator is named for what it has yielded: `before` dies ahead of its n-th item.
"""

import functools
import importlib
import inspect
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbos import DBOS

HELD = "held"
BUG = "The sum of the parts is not the whole."


@dataclass(frozen=True)
class KillPoint:
    """`times`: at its how-many-th time in this process. `action`: `die`; `hold`, until the test lets go; `raise`."""

    what: str
    where: str
    times: int = 1
    action: str = "die"

    def __str__(self) -> str:
        named = self.what.removeprefix("step:").rpartition(":")[2]
        return f"{self.where}-{named}" + (f"-{self.times}" if self.times > 1 else "")


def arm(point: KillPoint) -> None:
    """Arrange that this process kills itself there, as the kernel's out-of-memory killer would: at once, uncleaned."""
    kind, _, name = point.what.partition(":")
    trigger = Trigger(point.times, {"die": die, "hold": hold, "raise": break_down}[point.action])
    if kind == "step":
        _arm_step(name, point.where, trigger)
    else:
        module_name, _, function_name = name.partition(":")
        module = importlib.import_module(module_name)
        original = getattr(module, function_name)
        setattr(module, function_name, _wrap(original, point.where, trigger))


class Trigger:
    """Counts; at the right count it acts."""

    def __init__(self, times: int, act: Callable[[], None]) -> None:
        self._left = times
        self._act = act
        self._lock = threading.Lock()

    def due(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left == 0

    def pull(self) -> None:
        if self.due():
            self._act()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hold() -> None:
    """Say that the point is reached, and wait until the test has taken the file away again."""
    file = Path(os.environ["REVREC_DATA_DIR"]) / HELD
    file.touch()
    while file.exists():
        time.sleep(0.01)


def break_down() -> None:
    raise RuntimeError(BUG)


def _arm_step(name: str, where: str, trigger: Trigger) -> None:
    """Stand between the runner and the engine, where every step passes: `fn` is called only if nothing is recorded."""
    run_async, run = DBOS.run_step_async, DBOS.run_step

    async def run_step_async(options: Any, fn: Callable[..., Any]) -> Any:
        if options["name"] != name:
            return await run_async(options, fn)
        ran: list[bool] = []
        result = await run_async(options, _wrap(fn, where, trigger, ran))
        if where == "after" and ran == [True]:
            die()
        return result

    def run_step(options: Any, fn: Callable[..., Any]) -> Any:
        if options["name"] != name:
            return run(options, fn)
        ran: list[bool] = []
        result = run(options, _wrap(fn, where, trigger, ran))
        if where == "after" and ran == [True]:
            die()
        return result

    DBOS.run_step_async = run_step_async  # type: ignore[method-assign,assignment]
    DBOS.run_step = run_step  # type: ignore[method-assign,assignment]


def _wrap(
    fn: Callable[..., Any], where: str, trigger: Trigger, ran: list[bool] | None = None
) -> Callable[..., Any]:
    """`fn` with the trigger before or after it. With `ran` (a step) `after` only notes that it was due."""

    def begin() -> None:
        if where == "before":
            trigger.pull()

    def end() -> None:
        if ran is not None and where == "after":
            ran.append(trigger.due())
        elif where in ("inside", "after"):
            trigger.pull()

    if inspect.isasyncgenfunction(fn):

        @functools.wraps(fn)
        async def items_async(*args: Any, **kw: Any) -> AsyncIterator[Any]:
            async for item in fn(*args, **kw):
                begin()
                yield item
            end()

        return items_async
    if inspect.isgeneratorfunction(fn):

        @functools.wraps(fn)
        def items(*args: Any, **kw: Any) -> Iterator[Any]:
            for item in fn(*args, **kw):
                begin()
                yield item
            end()

        return items
    if inspect.iscoroutinefunction(fn):

        @functools.wraps(fn)
        async def call_async(*args: Any, **kw: Any) -> Any:
            begin()
            result = await fn(*args, **kw)
            end()
            return result

        return call_async

    @functools.wraps(fn)
    def call(*args: Any, **kw: Any) -> Any:
        begin()
        result = fn(*args, **kw)
        end()
        return result

    return call
