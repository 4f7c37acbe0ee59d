"""Trouble that a test orders in advance, and the log of what was asked."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Fault:
    """The next `times` requests whose path and query text contain `path` and `contains` get this instead.

    Without a `status` the real answer follows after `delay_ms`. `drop` cuts the connection with the answer half sent.
    """

    path: str = ""
    contains: str = ""
    status: int | None = None
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    delay_ms: int = 0
    drop: bool = False
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the log; `query` is the SOQL where there is one."""

    number: int
    method: str
    path: str
    query: str
    status: int
    milliseconds: int


@dataclass(slots=True)
class Watch:
    """Faults in order, the request log, and how busy the server has been."""

    faults: list[Fault] = field(default_factory=list)
    log: list[Request] = field(default_factory=list)
    in_flight: int = 0
    peak_in_flight: int = 0
    api_calls: int = 0
    token_calls: int = 0

    def take_fault(self, path: str, query: str) -> Fault | None:
        """The first fault that fits, counted down; used-up ones are dropped."""
        for fault in self.faults:
            if fault.path in path and fault.contains in query:
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    def write(self, method: str, path: str, query: str, status: int, started: float) -> None:
        spent = int((time.monotonic() - started) * 1000)
        self.log.append(Request(len(self.log) + 1, method, path, query, status, spent))

    def stats(self) -> dict[str, Any]:
        """Counts since the start or the last reset, and the processor seconds of this process."""
        return {
            "requests": len(self.log),
            "api_calls": self.api_calls,
            "token_calls": self.token_calls,
            "in_flight": self.in_flight,
            "peak_in_flight": self.peak_in_flight,
            "cpu_seconds": round(time.process_time(), 3),
        }

    def reset(self) -> None:
        """Forgets faults, log and peak. The daily count of API calls goes back to zero too."""
        self.faults.clear()
        self.log.clear()
        self.peak_in_flight = self.in_flight
        self.api_calls = self.token_calls = 0

    def entries(self) -> list[dict[str, Any]]:
        return [asdict(request) for request in self.log]
