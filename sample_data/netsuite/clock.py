"""The stand-in's two clocks: of its data (SYSDATE, modification stamps) and of its sign-in checks.

Both run with the machine's unless they are skewed through ``/_sim/clock``; apart, so that a test can let NetSuite's
clock differ from ours without having every signature refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sample_data.netsuite.zones import Zone


class Clock:
    """Seconds since 1970 UTC."""

    def __init__(
        self, account_zone: Zone, earliest: int = 0, source: Callable[[], float] = time.time
    ) -> None:
        self.zone = account_zone
        self.skew_seconds = 0
        self.auth_skew_seconds = 0
        self._earliest = earliest
        self._source = source

    def utc(self) -> int:
        """Now, on UTC's clock; never before the seeded data ends."""
        return max(int(self._source()), self._earliest) + self.skew_seconds

    def local(self) -> int:
        """Now, on the wall clock of the account's zone."""
        return self.zone.from_utc(self.utc())

    def for_sign_in(self) -> float:
        """Now, as the signature checks see it."""
        return self._source() + self.auth_skew_seconds
