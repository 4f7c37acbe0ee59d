"""The shortest processor time of three runs: what else the machine does at the moment only ever adds to it."""

import time
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
TIMES = 3


def best(run: Callable[[], Result]) -> tuple[float, Result]:
    """CPU seconds of the quickest run, and what the last one gave."""
    shortest = float("inf")
    for _ in range(TIMES):
        begun = time.process_time()
        result = run()
        shortest = min(shortest, time.process_time() - begun)
    return shortest, result
