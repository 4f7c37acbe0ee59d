"""What a client reports about its requests: counters for the job file and bench, an event per attempt for the log.

Neither carries a header, a body or a query text, so no secret and no customer name can leak through them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestEvent:
    """One attempt. `status` is None where no reply came, `wait_seconds` the pause before the next attempt, if any.

    `turn_seconds` is how long it waited before for its turn at the account; `size` the bytes of the reply's body;
    `refused` says that it was one too many, in whatever disguise.
    """

    what: str
    method: str
    path: str
    attempt: int
    status: int | None
    seconds: float
    outcome: str
    code: str = ""
    wait_seconds: float | None = None
    turn_seconds: float = 0.0
    size: int = 0
    refused: bool = False

    @property
    def failed(self) -> bool:
        """True where it brought no answer that was asked for."""
        return self.outcome != "answered"


@dataclass(slots=True)
class Usage:
    """Counters since the client was made."""

    requests: int = 0
    failed: int = 0
    refused: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    answered_seconds: float = 0.0
    bytes_received: int = 0
    in_flight: int = 0
    peak_in_flight: int = 0

    def begin(self) -> None:
        """Count a request that is being sent."""
        self.requests += 1
        self.in_flight += 1
        self.peak_in_flight = max(self.peak_in_flight, self.in_flight)

    def end(self, seconds: float, size: int) -> None:
        """Count its end, with or without a reply."""
        self.in_flight -= 1
        self.answered_seconds += seconds
        self.bytes_received += size

    def fail(self, *, refused: bool) -> None:
        """Count an attempt without the answer that was asked for; `refused`: it was one too many."""
        self.failed += 1
        self.refused += refused

    def wait(self, seconds: float) -> None:
        """Count a retry and the pause before it."""
        self.retries += 1
        self.waited_seconds += seconds
