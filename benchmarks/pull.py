"""Pulling a large account at the latency of a real one: how much of the allowed requests at once is used, at two sizes,
and by two workers; and the run after it, with one document in a thousand changed."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.bench_folder import scratch, stand_in
from benchmarks.figures import Table, megabytes, percent, rate, seconds, share
from benchmarks.measured import ROOT, run_program
from benchmarks.sizes import Sizes
from sample_data.starting import StandIn

AT_ONCE = 10
"""Requests of the job; the account takes one more, which is kept for people who test a connection."""
CHANGED = 1000
"""Of so many documents one is changed before the second run."""
STAGE = "documents"
CHANGED_RUN = "0.1% changed"
TWO_WORKERS = "two workers"


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table of the pull itself, and one of the whole jobs."""
    runs: list[tuple[str, dict[str, Any]]] = []
    for lines in sizes.pull_lines:
        last = lines == sizes.pull_lines[-1]
        with scratch() as folder:
            runs += _runs(lines, sizes.pull_latency_ms, folder, changed=last)
    with scratch() as folder:
        runs += _runs(sizes.pull_lines[0], sizes.pull_latency_ms, folder, workers=2)
    yield _pull(sizes, runs)
    yield _whole(runs)


def _runs(
    lines: int, latency_ms: int, folder: Path, *, changed: bool = False, workers: int = 1
) -> list[tuple[str, dict[str, Any]]]:
    limit = AT_ONCE + 1
    with stand_in("netsuite", lines, folder, "--concurrency", str(limit)) as netsuite:
        given = {"data_dir": str(folder / "data"), "netsuite": netsuite.ready, "first_period": "2026-01"}
        with stand_in("salesforce", lines, folder) as salesforce:
            run_program("prepare", given | {"salesforce": salesforce.ready, "concurrency": limit})
            _done(run_program("work_job", given | {"kind": "orders"}))
        with httpx.Client(base_url=f"{netsuite.url}/_sim", timeout=120) as sim:
            sim.post("/settings", json={"latency_ms": latency_ms}).raise_for_status()
            if workers > 1:
                with _beside(given):
                    return [(f"{lines:,}, {TWO_WORKERS}", _weighed(sim, netsuite, given))]
            runs = [(f"{lines:,}", _weighed(sim, netsuite, given))]
            if changed:
                _change(sim, max(1, runs[0][1]["result"]["pulled"]["new"] // CHANGED))
                runs.append((f"{lines:,}, {CHANGED_RUN}", _weighed(sim, netsuite, given)))
            return runs


@contextmanager
def _beside(given: Mapping[str, Any]) -> Iterator[None]:
    """A second worker process for the account's calls."""
    command = [sys.executable, "-m", "benchmarks.programs.work_beside"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdin.write(json.dumps(given) + "\n")
        other.stdin.flush()
        try:
            if other.stdout.readline() != "ready\n":
                raise RuntimeError("The second worker did not begin.")
            yield
        finally:
            other.stdin.close()
            other.stdout.read()


def _weighed(sim: httpx.Client, netsuite: StandIn, given: Mapping[str, Any]) -> dict[str, Any]:
    sim.post("/reset-stats").raise_for_status()
    before = float(sim.get("/stats").json()["cpu_seconds"])
    run = _done(run_program("work_job", {**given, "kind": "invoices"}))
    stats = sim.get("/stats").json()
    begun = float(run["stage_began"].get(STAGE, 0))
    ended = begun + float(run["stages"].get(STAGE, 0))
    asked = [
        one
        for one in sim.get("/log", params={"last": 20_000}).json()
        if one["path"].startswith("/services") and begun <= one["at"] <= ended
    ]
    return run | {
        "stand_in_cpu": float(stats["cpu_seconds"]) - before,
        "peak": stats["peak_concurrency"],
        "stage_requests": len(asked),
        "stage_answering": sum(one["milliseconds"] for one in asked) / 1000,
    }


def _change(sim: httpx.Client, count: int) -> None:
    """Change the amount of a line of so many invoices."""
    left = sim.get("/pick", params={"limit": min(1000, count)}).json()
    for one in left:
        change = {"change": "edit_line", "transaction": one["id"], "line": 1, "amount": "12345"}
        sim.post("/change", json=change).raise_for_status()


def _done(run: dict[str, Any]) -> dict[str, Any]:
    if run["state"] != "done":
        raise RuntimeError(f"The job is {run['state']}: {run['error']}")
    return run


def _pull(sizes: Sizes, runs: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = []
    for name, run in runs:
        took, pulled = run["stages"].get(STAGE, 0.0), run["result"]["pulled"]
        allowed = AT_ONCE * took
        rows.append(
            [
                name,
                seconds(took),
                f"{pulled['lines']:,}",
                rate(pulled["lines"], took),
                f"{run['stage_requests']:,}",
                percent(run["stage_answering"], allowed),
                percent(run["stage_requests"] * sizes.pull_latency_ms / 1000, allowed),
                str(run["peak"]),
                share(run["stage_cpu"].get(STAGE, 0.0), took),
                megabytes(run["held_bytes"].get(STAGE, 0)),
            ]
        )
    return Table(
        f"Pull at {sizes.pull_latency_ms} ms a page, {AT_ONCE} at once",
        [
            "lines",
            "s",
            "rows",
            "rows/s",
            "requests",
            "used",
            "used by latency",
            "peak",
            "worker's CPU",
            "memory",
        ],
        rows,
        (
            "The stage that reads documents and their lines and stages them, deletions too. A row is a line of a "
            "document with its main, tax and cost lines.",
            f"Used: the time that requests spent in the stand-in, of {AT_ONCE} times the stage's; by latency: counting "
            "of each request only the latency that was added.",
            "Peak: most requests at once in the account. Memory: most that the worker held in the stage, seen every "
            "tenth of a second. Of two workers, processor and memory are of the one that has the job.",
        ),
    )


def _whole(runs: Sequence[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        [
            name,
            seconds(run["seconds"]),
            *(
                seconds(run["stages"].get(stage, 0.0))
                for stage in (STAGE, "reconciling", "loading", "job file")
            ),
            megabytes(run["peak_bytes"]),
            share(run["cpu_seconds"], run["seconds"]),
            share(run["stand_in_cpu"], run["seconds"]),
        ]
        for name, run in runs
    ]
    return Table(
        "Pull: the whole job",
        [
            "lines",
            "s",
            STAGE,
            "reconciling",
            "loading",
            "job file",
            "peak memory",
            "worker's CPU",
            "stand-in's CPU",
        ],
        rows,
        (
            "Peak memory is VmHWM of the worker's process, the job file included.",
            "CPU: seconds, and their share of the job's time on one core.",
        ),
    )
