"""Calls to a NetSuite account, among all processes: turns where calls per minute are limited, one retry of a refused
sign-in at a time, and counts of what was asked.

Counts are kept here and added to the database every two seconds, at the end of a job and as the worker stops: a
process that dies loses the last two seconds of them.
"""

import asyncio
import logging
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from sqlalchemy import update

from jobs.runner import Cancelled, is_cancelled, workflow_id
from revrec.netsuite.usage import RequestEvent
from revrec.operations.pause_connection import pause_connection
from revrec.store import api_calls
from revrec.store.core import job
from revrec.store.engine import Store
from revrec.store.queries.connections import connection_for

WAITING = "waiting for the calls-per-minute limit"
FLUSH_SECONDS = 2.0
# A retry is one request, which ends within a quarter of an hour; usually within seconds.
RETRY_SECONDS = timedelta(minutes=16)
_LOOK_SECONDS = 1.0
_SLICE_SECONDS = 2.0

_Key = TypeVar("_Key")
_log = logging.getLogger(__name__)


class AccountNeighbours:
    """`Neighbours` of one flow's client, by way of the database.

    Once a retry is claimed, `drain_seconds` pass before it: until then the other processes have seen the claim, send
    nothing new, and most of what they had sent is answered.
    """

    def __init__(
        self,
        store: Store,
        account: str,
        flow: str,
        *,
        drain_seconds: float = 2.0,
        process: str = f"{socket.gethostname()}:{os.getpid()}",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store, self._account, self._flow = store, account, flow
        self._drain_seconds, self._process, self._sleep = drain_seconds, process, sleep
        self._looking, self._looked_at = asyncio.Lock(), float("-inf")
        self._per_minute, self._retry_by = 0, ""

    async def turn(self) -> float:
        """Wait for other processes' retry, and for a turn where calls per minute are limited."""
        await self._look()
        waited = 0.0
        while self._retry_by not in ("", self._process):
            waited += await self._pause(_LOOK_SECONDS)
            await self._look()
        if self._per_minute:
            wait = await asyncio.to_thread(self._take)
            if wait > 1:
                await asyncio.to_thread(_say_waiting, self._store, _job_here())
            waited += await self._pause(wait)
        return waited

    async def claim_retry(self) -> bool:
        """Wait until nobody else tries; False once the connection is paused, since somebody tried in vain."""
        while True:
            claimed = await asyncio.to_thread(self._claim)
            if claimed is not None:
                if claimed:
                    await self._sleep(self._drain_seconds)
                return claimed
            await self._pause(_LOOK_SECONDS)

    async def settle_retry(self, refused: str) -> None:
        """Let the others go on; or, refused again, pause the connection, so that none of them does."""
        await asyncio.to_thread(self._settle, refused)

    async def _look(self) -> None:
        async with self._looking:
            if time.monotonic() - self._looked_at >= _LOOK_SECONDS:
                await asyncio.to_thread(self._read)
                self._looked_at = time.monotonic()

    async def _pause(self, seconds: float) -> float:
        """Sleep, and leave early (`Cancelled`, `Interrupted`) where the work is not wanted any more."""
        left = seconds
        while left > 0:
            await self._sleep(min(left, _SLICE_SECONDS))
            left -= _SLICE_SECONDS
            if _job_here() is not None and await is_cancelled():
                raise Cancelled(f"Job {_job_here()} was cancelled.")
        return seconds

    def _read(self) -> None:
        now = datetime.now(UTC)
        with self._store.read() as session:
            self._per_minute = api_calls.limits_of(session, self._account).calls_per_minute
            self._retry_by = api_calls.retry_under_way(session, self._account, now=now, since=RETRY_SECONDS)

    def _take(self) -> float:
        with self._store.write() as session:
            return api_calls.take_turn(session, self._account, self._per_minute, now=datetime.now(UTC))

    def _claim(self) -> bool | None:
        """None: another process is trying."""
        with self._store.write() as session:
            now = datetime.now(UTC)
            if not api_calls.claim_retry(session, self._account, self._process, now=now, since=RETRY_SECONDS):
                return None
            # Looked at only now: who had the claim before paused the connection as it gave the claim back.
            row = connection_for(session, self._flow)
            if row is not None and not row.paused:
                return True
            api_calls.settle_retry(session, self._account, self._process)
            return False

    def _settle(self, refused: str) -> None:
        with self._store.write() as session:
            api_calls.settle_retry(session, self._account, self._process)
            if refused:
                pause_connection(session, self._flow, refused, now=datetime.now(UTC))


class Tally:
    """What this process has asked and not yet written down. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._accounts: dict[tuple[str, str, datetime], dict[str, int]] = {}
        self._jobs: dict[int, dict[str, int]] = {}
        self._timer = False

    def note(self, store: Store, account: str, flow: str, event: RequestEvent, in_flight: int) -> None:
        """Count an attempt; from a loop, have it written within two seconds."""
        hour = api_calls.hour_of(datetime.now(UTC))
        with self._lock:
            rows = [self._accounts.setdefault((account, flow, hour), defaultdict(int))]
            if (job_id := _job_here()) is not None:
                rows.append(self._jobs.setdefault(job_id, defaultdict(int)))
            for row in rows:
                row["requests"] += 1
                row["failed"] += event.failed
                row["refused"] += event.refused
                row["retried"] += event.attempt > 1
                row["busy_ms"] += round(event.seconds * 1000)
                row["waited_ms"] += round((event.turn_seconds + (event.wait_seconds or 0)) * 1000)
                row["received_bytes"] += event.size
                row["peak"] = max(row["peak"], in_flight)
            due, self._timer = not self._timer, True
        if due:
            loop = asyncio.get_running_loop()
            loop.call_later(FLUSH_SECONDS, loop.run_in_executor, None, self.flush, store)

    def flush(self, store: Store) -> None:
        """Add what was counted to the database; where that fails it is kept for the next time."""
        with self._lock:
            accounts, jobs, self._accounts, self._jobs = self._accounts, self._jobs, {}, {}
            self._timer = False
        if not accounts:
            return
        try:
            with store.write() as session:
                api_calls.add_usage(session, accounts, jobs)
        except Exception:
            _log.exception(
                "What was asked of NetSuite could not be counted; it will be with the next requests."
            )
            with self._lock:
                _put_back(self._accounts, accounts)
                _put_back(self._jobs, jobs)


tally = Tally()


def calls_of(store: Store, job_id: int) -> dict[str, int | float]:
    """What a job's calls came to, as its result tells it; nothing where it made none."""
    tally.flush(store)
    with store.read() as session:
        used = api_calls.usage_of_job(session, job_id)
    if not used:
        return {}
    return {
        "requests": used["requests"],
        "failed": used["failed"],
        "refused": used["refused"],
        "retried": used["retried"],
        "waited_seconds": round(used["waited_ms"] / 1000, 3),
        "busy_seconds": round(used["busy_ms"] / 1000, 3),
        "received_bytes": used["received_bytes"],
    }


def _job_here() -> int | None:
    """The job whose run, or whose child's, this is; None outside of one."""
    with suppress(RuntimeError, ValueError):
        return int(workflow_id().partition("/")[0].removeprefix("job-"))
    return None


def _say_waiting(store: Store, job_id: int | None) -> None:
    if job_id is None:
        return
    with store.write() as session:
        session.execute(
            update(job)
            .where(job.c.id == job_id, job.c.state == "running", job.c.stage.not_like(f"%{WAITING}"))
            .values(stage=job.c.stage + f" - {WAITING}")
        )


def _put_back(into: dict[_Key, dict[str, int]], counts: dict[_Key, dict[str, int]]) -> None:
    for key, more in counts.items():
        row = into.setdefault(key, defaultdict(int))
        for name, count in more.items():
            row[name] = max(row[name], count) if name == "peak" else row[name] + count
