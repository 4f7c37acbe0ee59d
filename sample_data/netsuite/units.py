"""From the made-up company's units to stored values: money at two decimals, quantities at six, stamps as seconds."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sample_data.netsuite.kinds import SECONDS_A_DAY

ONE = 10**10
"""An exchange rate of one."""

_STEP = {0: 100, 1: 10, 2: 1}
"""Hundredths in the smallest unit of a currency with so many decimals."""

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def stored_date(day: date) -> int:
    """Midnight of a day."""
    return (day.toordinal() - _EPOCH_ORDINAL) * SECONDS_A_DAY


def stored_utc(moment: datetime) -> int:
    """A moment on UTC's clock."""
    return int(moment.astimezone(UTC).timestamp())


def stored_amount(minor: int, precision: int) -> int:
    """Minor units of a currency as hundredths: 500 yen (precision 0) is 50000."""
    return minor * _STEP[precision]


def in_base(amount: int, rate: int, base_precision: int) -> int:
    """A stored amount at an exchange rate (scaled by 10**10), rounded half away from zero to the base currency."""
    unit = _STEP[base_precision]
    scaled = abs(amount) * rate
    rounded = (scaled + ONE * unit // 2) // (ONE * unit) * unit
    return rounded if amount >= 0 else -rounded
