"""Any schedule of faults: a pull over a line on which requests go wrong reads what a calm one reads, and nothing twice.

Whole jobs under such schedules, posting included, are played in `tests/stories/test_account_matrix.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KINDS = ["429", "busy_400", "500", "502", "503", "reset", "slow", "lost", "truncated"]
SCHEDULES = {
    "seed": st.integers(0, 2**31),
    "rate": st.sampled_from([0.05, 0.2, 0.3]),
    "kinds": st.sets(st.sampled_from(KINDS), min_size=1).map(sorted),
}
UNTOUCHED: list[Any] = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
Pull = Callable[..., Any]


async def pulls_the_same(sim: Any, pull: Pull, calm: Any, seed: int, rate: float, kinds: list[str]) -> None:
    print(f"fault_seed={seed}, fault_rate={rate}, fault_kinds={kinds}")  # shown where it fails
    sim.post("settings", fault_rate=rate, fault_seed=seed, fault_kinds=kinds, fault_slow_ms=2)
    try:
        async with sim.client(max_attempts=30) as client:
            stormy = await pull(client)
    finally:
        sim.post("settings", fault_rate=0)
    assert stormy.headers == calm.headers
    assert stormy.lines == calm.lines


async def test_a_fifth_of_all_requests_gone_wrong_changes_nothing(
    sim: Any, netsuite: Any, pull: Pull
) -> None:
    calm = await pull(netsuite)
    for number in range(3):
        await pulls_the_same(sim, pull, calm, 20_260_400 + number, 0.2, KINDS)


@pytest.mark.slow
@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None, suppress_health_check=UNTOUCHED, print_blob=True)
@given(**SCHEDULES)
async def test_no_schedule_at_all_changes_what_is_pulled(
    sim: Any, netsuite: Any, pull: Pull, seed: int, rate: float, kinds: list[str]
) -> None:
    await pulls_the_same(sim, pull, await pull(netsuite), seed, rate, kinds)
