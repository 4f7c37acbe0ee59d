"""Workflows for the tests. Each step writes what it does to a ledger file, so that executions can be counted."""

import asyncio
from datetime import date
from typing import Any

from ledger_file import Ledger

from jobs.runner import (
    Cancelled,
    ChildFailed,
    StepFailed,
    enqueue_child,
    fan_out,
    is_cancelled,
    patched,
    pause,
    step,
    step_sync,
    workflow,
    workflow_id,
)
from revrec.problems import Conflict


@workflow("test.three_steps")
async def three_steps(folder: str) -> list[str]:
    ledger = Ledger(folder)
    first = await step(ledger.act_async, "first", name="first")
    second = await step(ledger.act, "second", name="second")
    await asyncio.to_thread(ledger.hold, "between")
    third = await step(ledger.act_async, "third", name="third")
    return [first, second, third]


@workflow("test.three_steps_sync")
def three_steps_sync(folder: str) -> list[str]:
    ledger = Ledger(folder)
    first = step_sync(ledger.act, "first", name="first")
    second = step_sync(ledger.act, "second", name="second")
    ledger.hold("between")
    third = step_sync(ledger.act, "third", name="third")
    return [first, second, third]


@workflow("test.parent")
async def parent(folder: str, queue: str, count: int, step_ms: int) -> dict[str, Any]:
    ledger = Ledger(folder)
    await step(ledger.act_async, "before", name="before")
    seen: list[int] = []
    results = await fan_out(
        queue,
        child,
        [(f"{workflow_id()}/{n}", (folder, n, step_ms)) for n in range(count)],
        progress=lambda done, total: seen.append(done),
    )
    await step(ledger.act_async, "after", name="after")
    return {"results": results, "progressed": bool(seen) and seen == sorted(seen) and seen[-1] == count}


@workflow("test.child")
async def child(folder: str, n: int, step_ms: int) -> int:
    ledger = Ledger(folder)

    async def work() -> int:
        await ledger.act_async(f"child-{n}")
        await asyncio.sleep(step_ms / 1000)
        ledger.write(f"done:child-{n}")
        return n * n

    return int(await step(work, name="work"))


@workflow("test.failing_parent")
async def failing_parent(folder: str, queue: str) -> dict[str, Any]:
    calls = [(f"{workflow_id()}/{n}", (folder, n)) for n in range(6)]
    try:
        await fan_out(queue, failing_child, calls)
    except ChildFailed as error:
        return {
            "message": str(error),
            "kind": error.kind,
            "conflict": error.is_a(Conflict),
            "code": error.code,
            "where": error.where,
            "child": error.workflow_id,
        }
    return {}


@workflow("test.failing_child")
async def failing_child(folder: str, n: int) -> int:
    ledger = Ledger(folder)
    if n == 1:
        await step(refuse, name="refuse")
    await step(ledger.act_async, f"child-{n}", name="work")
    return n


def refuse() -> None:
    raise Conflict("Period 2026-03 is locked in NetSuite.", where="2026-03")


@workflow("test.refused")
async def refused() -> None:
    await step(refuse, name="refuse")


@workflow("test.catches_failure")
async def catches_failure(folder: str) -> dict[str, Any]:
    """Fails in its first step, goes on, and is killed in its second: both lives must see the same failure."""
    ledger = Ledger(folder)
    seen: dict[str, Any] = {}
    try:
        await step(refuse, name="refuse")
    except StepFailed as error:
        seen = {
            "message": str(error),
            "kind": error.kind,
            "conflict": error.is_a(Conflict),
            "step": error.step,
        }
        ledger.write("caught:" + error.kind)
    await step(ledger.act_async, "second", name="second")
    return seen


@workflow("test.cleans_up")
async def cleans_up(folder: str) -> None:
    ledger = Ledger(folder)
    try:
        await step(ledger.act_async, "first", name="first")
        await step(ledger.act_async, "second", name="second")
    except Exception:
        ledger.write("swallowed")
    except Cancelled:
        ledger.write("cleaned")
        raise


@workflow("test.leaves_early")
async def leaves_early(folder: str) -> None:
    ledger = Ledger(folder)

    async def long_step() -> None:
        ledger.write("begin:long")
        for _ in range(1000):
            if await is_cancelled():
                ledger.write("left")
                raise Cancelled
            await asyncio.sleep(0.02)

    await step(long_step, name="long")


@workflow("test.stores_a_date")
async def stores_a_date() -> None:
    await step(lambda: {"day": [date(2026, 3, 31)]}, name="day")


@workflow("test.gives_tuple")
async def gives_tuple() -> dict[str, Any]:
    value = await step(lambda: (1, ("a", None)), name="tuple")
    return {"value": value, "is_list": isinstance(value, list)}


@workflow("test.pauses")
async def pauses(folder: str, seconds: float) -> None:
    ledger = Ledger(folder)
    await step(ledger.act_async, "first", name="first")
    await pause(seconds)
    await step(ledger.act_async, "second", name="second")


@workflow("test.orphan_maker")
async def orphan_maker(folder: str, queue: str) -> None:
    """Puts one child in and ends without waiting for it."""
    await enqueue_child(queue, child, f"{workflow_id()}/left", folder, 0, 0)


@workflow("test.patched")
async def patched_flow(folder: str) -> list[str]:
    """The next release of `previous_release.py`: reads currencies before invoices."""
    ledger = Ledger(folder)
    done = [await step(ledger.act_async, "customers", name="customers")]
    if await patched("read currencies"):
        done.append(await step(ledger.act_async, "currencies", name="currencies"))
    done.append(await step(ledger.act_async, "invoices", name="invoices"))
    done.append(await step(ledger.act_async, "match", name="match"))
    return done
