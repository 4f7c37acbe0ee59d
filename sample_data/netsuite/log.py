"""The stand-in's own request log: bounded, for tests and benches to read."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One answered request. ``status`` is 0 where the connection was cut; ``q`` is the SuiteQL text."""

    at: float
    method: str
    path: str
    query: str
    status: int
    milliseconds: float
    q: str | None
    fault: str | None
    in_flight: int


class RequestLog:
    """The latest requests, and totals over all of them."""

    def __init__(self, keep: int = 20_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=keep)
        self._statuses: Counter[int] = Counter()

    def add(self, entry: Entry) -> None:
        """Note a request."""
        self._entries.append(entry)
        self._statuses[entry.status] += 1

    def clear(self) -> None:
        """Forget the requests, totals included."""
        self._entries.clear()
        self._statuses.clear()

    def listed(self, last: int) -> list[dict[str, Any]]:
        """The last requests, oldest first."""
        return [asdict(each) for each in list(self._entries)[-last:]]

    @property
    def statuses(self) -> dict[str, int]:
        """How many requests were answered with each status."""
        return {str(status): count for status, count in sorted(self._statuses.items())}
