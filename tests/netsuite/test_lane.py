"""One request alone, while the others wait."""

import asyncio

import pytest

from revrec.netsuite.lane import Lane


async def test_many_share_the_lane_at_once() -> None:
    lane, inside, peak = Lane(), 0, 0

    async def go() -> None:
        nonlocal inside, peak
        async with lane.shared():
            inside += 1
            peak = max(peak, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(go() for _ in range(5)))
    assert peak == 5


async def test_who_goes_alone_waits_for_all_and_keeps_all_out() -> None:
    lane = Lane()
    told: list[str] = []
    entered, leave = asyncio.Event(), asyncio.Event()

    async def share(name: str, *, stays: bool = False) -> None:
        async with lane.shared():
            told.append(f"{name} in")
            entered.set()
            if stays:
                await leave.wait()
        told.append(f"{name} out")

    async def alone() -> None:
        async with lane.alone():
            told.append("alone in")
            await asyncio.sleep(0)
            told.append("alone out")

    first = asyncio.create_task(share("first", stays=True))
    await entered.wait()
    single = asyncio.create_task(alone())
    await asyncio.sleep(0)
    late = asyncio.create_task(share("late"))
    await asyncio.sleep(0)
    assert told == ["first in"]
    leave.set()
    await asyncio.gather(first, single, late)
    assert told.index("alone in") > told.index("first in")
    assert told.index("late in") > told.index("alone out")


async def test_a_failure_inside_opens_the_lane_again() -> None:
    lane = Lane()
    for enter in (lane.alone, lane.shared):
        with pytest.raises(ValueError, match="broken"):
            async with enter():
                raise ValueError("broken")
    async with asyncio.timeout(1), lane.alone():
        await asyncio.sleep(0)
