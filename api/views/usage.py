"""What was asked of NetSuite, by hour, and what the account may be asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api.views.shape import View
from revrec.store.api_calls import Limits


class UsageHourView(View):
    """One hour of one flow, in UTC, over all processes.

    `failed` attempts brought no answer; of them `refused` were too many at once, in whatever words. `busy_seconds` adds
    up what requests took, `waited_seconds` what was waited before them and between attempts. `peak` is of one process;
    `used_percent` is the share of the allowed requests at once that was in use, over the whole hour.
    """

    hour: datetime
    account: str
    flow: str
    requests: int
    failed: int
    refused: int
    retried: int
    busy_seconds: float
    waited_seconds: float
    peak: int
    received_bytes: int
    used_percent: float


class LimitsView(View):
    """What an account is asked at most: `concurrency` at once (one of them is kept for people's tests), and
    `calls_per_minute` (0: no such limit)."""

    account: str
    concurrency: int
    calls_per_minute: int


class UsageView(View):
    """The limits of each account, and hours, oldest first; hours without a request are left out."""

    limits: list[LimitsView]
    hours: list[UsageHourView]


def usage_view(rows: list[dict[str, Any]], limits: Mapping[str, Limits]) -> UsageView:
    return UsageView(
        limits=[
            LimitsView(account=name, concurrency=one.concurrency, calls_per_minute=one.calls_per_minute)
            for name, one in sorted(limits.items())
        ],
        hours=[_hour(row, limits.get(row["account"])) for row in rows],
    )


def _hour(row: Mapping[str, Any], limits: Limits | None) -> UsageHourView:
    allowed = max(1, limits.concurrency - 1) if limits else 1
    return UsageHourView(
        **{
            name: row[name]
            for name in ("hour", "account", "flow", "requests", "failed", "refused", "retried")
        },
        busy_seconds=row["busy_ms"] / 1000,
        waited_seconds=row["waited_ms"] / 1000,
        peak=row["peak"],
        received_bytes=row["received_bytes"],
        used_percent=round(100 * row["busy_ms"] / (3_600_000 * allowed), 2),
    )
