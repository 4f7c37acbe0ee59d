"""Wall clocks: between UTC and the account's zone, on stored dates (seconds)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sample_data.netsuite.masks import to_moment


class Zone:
    """One time zone, with offsets remembered a quarter of an hour at a time (no zone shifts at a finer grain)."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._zone = ZoneInfo(name)
        self._offsets: dict[int, int] = {}

    def from_utc(self, seconds: int) -> int:
        """UTC's clock to this zone's clock."""
        slot = seconds // 900
        offset = self._offsets.get(slot)
        if offset is None:
            moment = datetime.fromtimestamp(slot * 900, UTC).astimezone(self._zone).utcoffset()
            offset = int(moment.total_seconds()) if moment is not None else 0
            self._offsets[slot] = offset
        return seconds + offset

    def to_utc(self, seconds: int) -> int:
        """This zone's clock to UTC's; of the hour that autumn repeats, the first."""
        return int(to_moment(seconds).replace(tzinfo=self._zone).timestamp())
