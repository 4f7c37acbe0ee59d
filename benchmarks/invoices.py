"""The invoices job against the stand-in, stage by stage, at several sizes, and once more with nothing changed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.bench_folder import scratch, stand_in
from benchmarks.figures import Table, megabytes, rate, seconds, share
from benchmarks.measured import run_program
from benchmarks.sizes import Sizes
from sample_data.starting import StandIn

NOTHING_CHANGED = "nothing changed"
RATED = ("documents", "reconciling", "control totals", "loading", "job file", "whole job")
"""Stages whose work grows with the rows."""
PARTS = {
    "jobs.invoices.writing:stage_shape": "of documents: classify and shape",
    "jobs.invoices.writing:stage_documents": "of documents: write",
}


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table of stages and one of what the processes used."""
    runs: list[tuple[str, dict[str, Any]]] = []
    for lines in sizes.invoice_lines:
        with scratch() as folder:
            runs += [(f"{lines:,}", run) if number == 0 else (f"{lines:,}, {NOTHING_CHANGED}", run)
                     for number, run in enumerate(_runs(lines, folder))]  # fmt: skip
    yield _stages([(name, run) for name, run in runs if NOTHING_CHANGED not in name])
    yield _usage(runs)


def _runs(lines: int, folder: Path) -> list[dict[str, Any]]:
    """A first run, and one with nothing changed, each in a worker of its own; orders are read before."""
    with stand_in("netsuite", lines, folder) as netsuite:
        given = {"data_dir": str(folder / "data"), "netsuite": netsuite.ready, "first_period": "2026-01"}
        with stand_in("salesforce", lines, folder) as salesforce:
            run_program("prepare", given | {"salesforce": salesforce.ready})
            _done(run_program("work_job", given | {"kind": "orders"}))
        return [_weighed(netsuite, given | {"kind": "invoices", "parts": PARTS}) for _ in range(2)]


def _weighed(netsuite: StandIn, given: dict[str, Any]) -> dict[str, Any]:
    before = _cpu(netsuite)
    run = _done(run_program("work_job", given))
    return run | {"stand_in_cpu": _cpu(netsuite) - before}


def _done(run: dict[str, Any]) -> dict[str, Any]:
    if run["state"] != "done":
        raise RuntimeError(f"The job is {run['state']}: {run['error']}")
    return run


def _cpu(netsuite: StandIn) -> float:
    return float(httpx.get(f"{netsuite.url}/_sim/stats").json()["cpu_seconds"])


def _stages(runs: list[tuple[str, dict[str, Any]]]) -> Table:
    names = list(dict.fromkeys(name for _, run in runs for name in run["stages"]))
    header = ["stage"] + [text for name, _ in runs for text in (f"{name}: s", "rows/s")]
    rows = []
    for stage in [*names, "whole job"]:
        cells = [stage]
        for _, run in runs:
            took = run["seconds"] if stage == "whole job" else run["stages"].get(stage, 0.0)
            rows_in = run["result"]["pulled"]["lines"] if stage in RATED else 0
            cells += [seconds(took), rate(rows_in, took)]
        rows.append(cells)
        if stage == "documents":
            for part in PARTS.values():
                rows.append(
                    [part] + [text for _, run in runs for text in (seconds(run["parts"].get(part, 0)), "")]
                )
    counted = "; ".join(
        f"{name}: {run['result']['pulled']['lines']:,} rows of {run['result']['pulled']['new']:,} documents"
        for name, run in runs
    )
    return Table(
        "Invoices job, by stage",
        header,
        rows,
        (
            f"A row is a line of a document with its main, tax and cost lines. {counted}.",
            "Parts of documents are added up over ranges read side by side, with their waiting for the one writer.",
            "Four requests in flight at most (an account of 5, less one kept for people); no latency added.",
        ),
    )


def _usage(runs: list[tuple[str, dict[str, Any]]]) -> Table:
    rows = [
        [
            name,
            seconds(run["seconds"]),
            megabytes(run["peak_bytes"]),
            f"{run['requests']:,}",
            share(run["in_flight_seconds"], run["seconds"]),
            share(run["cpu_seconds"], run["seconds"]),
            share(run["stand_in_cpu"], run["seconds"]),
        ]
        for name, run in runs
    ]
    return Table(
        "Invoices job: memory and waiting",
        ["run", "s", "peak memory", "requests", "a request under way", "worker's CPU", "stand-in's CPU"],
        rows,
        (
            "Peak memory is VmHWM of the worker's process.",
            "Under way: share of the job's time in which at least one request waited for the stand-in's answer.",
            "CPU: seconds, and their share of the job's time on one core; on a busy machine the seconds say more.",
        ),
    )
