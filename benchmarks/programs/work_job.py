"""A worker process that works one job off, as `revrec worker` does, and says where the time and the memory went.

Given `kind`, `parameters`, and `parts`: functions to be timed, as `module:name` -> what to call it.
"""

import importlib
import json
import logging
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import text

from benchmarks.programs.deployment import ADMIN, config_of
from benchmarks.programs.own_usage import cpu_seconds, memory_bytes, peak_memory_bytes
from jobs.resources import open_resources
from jobs.start import make_worker, read_job, start_job

LOOK_SECONDS = 0.1
"""Looking is in the figures of the process that is looked at: a light query, and not more often than needed."""


class InFlight(logging.Handler):
    """Collects from the client's log when requests to NetSuite were under way."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.spans: list[tuple[float, float]] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = getattr(record, "event", None)
        if event is not None:
            end = time.monotonic()
            self.spans.append((end - event.seconds, end))

    def covered(self) -> float:
        """Seconds in which at least one request was under way."""
        total, until = 0.0, 0.0
        for start, end in sorted(self.spans):
            total += max(0.0, end - max(start, until))
            until = max(until, end)
        return total


class Parts:
    """Seconds spent within functions, added up by what they are called."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def time(self, place: str, label: str) -> None:
        """Time `module:name` from now on, where that module looks it up."""
        module_name, name = place.split(":")
        module = importlib.import_module(module_name)
        inner: Callable[..., Any] = getattr(module, name)

        def timed(*args: Any, **named: Any) -> Any:
            begun = time.monotonic()
            try:
                return inner(*args, **named)
            finally:
                self.seconds[label] += time.monotonic() - begun

        setattr(module, name, timed)


def main() -> None:
    given = json.load(sys.stdin)
    config = config_of(given)
    in_flight, parts = InFlight(), Parts()
    log = logging.getLogger("jobs.resources")
    log.setLevel(logging.DEBUG)
    log.addHandler(in_flight)
    log.propagate = False
    for place, label in given.get("parts", {}).items():
        parts.time(place, label)
    store = open_resources(config).store
    worker = make_worker(config)
    worker.start()
    try:
        cpu = cpu_seconds()
        begun = last = time.monotonic()
        job_id = start_job(config, store, given["kind"], given.get("parameters", {}), ADMIN)
        stages: dict[str, float] = defaultdict(float)
        held: dict[str, int] = defaultdict(int)
        began: dict[str, float] = {}
        used: dict[str, float] = defaultdict(float)
        spent = cpu
        stage = "starting"
        ended = threading.Event()
        now_at = text("SELECT state, stage FROM job WHERE id = :id")
        while True:
            with store.read() as session:
                state, named = session.execute(now_at, {"id": job_id}).one()
            now = time.monotonic()
            stages[stage] += now - last
            so_far = cpu_seconds()
            used[stage] += so_far - spent
            spent = so_far
            held[stage] = max(held[stage], memory_bytes())
            last, stage = now, named or stage
            began.setdefault(stage, time.time())
            if state not in ("queued", "running"):
                break
            ended.wait(LOOK_SECONDS)
        row = read_job(store, job_id)
        figures = {
            "state": row.state,
            "error": row.error,
            "result": row.result,
            "seconds": last - begun,
            "cpu_seconds": cpu_seconds() - cpu,
            "stages": stages,
            "held_bytes": held,
            "stage_began": began,
            "stage_cpu": used,
            "parts": parts.seconds,
            "requests": len(in_flight.spans),
            "in_flight_seconds": in_flight.covered(),
        }
    finally:
        worker.stop()
    print(json.dumps({**figures, "peak_bytes": peak_memory_bytes()}))


if __name__ == "__main__":
    main()
