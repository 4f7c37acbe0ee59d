"""How long to wait before asking again."""

from __future__ import annotations

import email.utils
import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential waiting with jitter, in seconds: attempt n waits between half and all of `first * 2**(n-1)`.

    Requests that were refused together must not come back together, hence the jitter. `longest` caps one wait.
    """

    first: float = 0.5
    longest: float = 60.0

    def seconds(self, attempt: int, jitter: float, retry_after: float | None = None) -> float:
        """The wait after failed attempt number `attempt` (1 is the first). `jitter` lies in [0, 1).

        A `Retry-After` of the server is never undercut, and never followed beyond five times `longest`.
        """
        if attempt < 1 or not 0 <= jitter < 1:
            raise ValueError(
                f"attempt {attempt} and jitter {jitter}: attempts count from 1, jitter lies in [0, 1)"
            )
        whole = min(self.longest, self.first * 2.0 ** min(attempt - 1, 60))
        wait = whole * (0.5 + jitter / 2)
        return wait if retry_after is None else min(max(wait, retry_after), 5 * self.longest)


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Seconds from a `Retry-After` header (a number, or an HTTP date against `now`); None where there is none."""
    if not value:
        return None
    try:
        seconds = float(value)
        return max(0.0, seconds) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except ValueError:
        return None
