"""How many requests an account takes in any minute, where it has such a limit at all."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from sample_data.netsuite.problems import concurrency_exceeded

_WINDOW_SECONDS = 60.0


class Pace:
    """The moments of the last minute's requests; refused ones do not count."""

    def __init__(self, source: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._taken: deque[float] = deque()

    def enter(self, calls_per_minute: int) -> None:
        """Take a place in this minute, or raise what the account answers when there is none (0: no limit)."""
        now = self._source()
        while self._taken and self._taken[0] <= now - _WINDOW_SECONDS:
            self._taken.popleft()
        if calls_per_minute and len(self._taken) >= calls_per_minute:
            raise concurrency_exceeded()
        if calls_per_minute:
            self._taken.append(now)

    def start_afresh(self) -> None:
        """A new minute."""
        self._taken.clear()
