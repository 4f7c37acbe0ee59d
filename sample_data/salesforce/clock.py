"""The org's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta


def run_clock_from(start: datetime) -> Callable[[], datetime]:
    """A clock that shows `start` now and runs on, so that whatever happens next is later than what is there."""
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)
