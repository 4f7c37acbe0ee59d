"""Posting journals under a small limit of requests at once: how much of it is used, and that none is there twice."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx
from cryptography.fernet import Fernet

from benchmarks.bench_folder import scratch, stand_in
from benchmarks.figures import Table, percent, seconds
from benchmarks.measured import run_program
from benchmarks.sizes import Sizes

LIMIT = 5
"""NetSuite's smallest account. One of the five is kept free for people who test a connection."""
LINES = 20
PERIOD = "2026-03"
PREFIX = "REVREC-"
JOURNAL = "/services/rest/record/v1/journalEntry"


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table: the post job over so many approved journals."""
    options = ("--concurrency", str(LIMIT))
    with scratch() as folder:
        given: dict[str, Any] = {
            "data_dir": str(folder / "data"),
            "database_url": "",
            "secret_key": Fernet.generate_key().decode(),
        }
        company = sizes.posting_company_lines
        with (
            stand_in("netsuite", company, folder, *options) as netsuite,
            stand_in("salesforce", company, folder) as salesforce,
        ):
            made = {"netsuite": netsuite.ready, "salesforce": salesforce.ready, "first_period": PERIOD}
            run_program("prepare", given | made)
            for kind in ("orders", "invoices"):
                _done(run_program("work_job", given | {"kind": kind}))
            count = {"journals": sizes.posted_journals, "lines": LINES, "period": PERIOD}
            run_program("approve_journals", given | count)
            sim = httpx.Client(base_url=f"{netsuite.url}/_sim", timeout=60)
            sim.post("/settings", json={"latency_ms": sizes.posting_latency_ms}).raise_for_status()
            sim.post("/reset-stats").raise_for_status()
            before = float(sim.get("/stats").json()["cpu_seconds"])
            run = _done(run_program("work_job", given | {"kind": "post", "parameters": {"journals": None}}))
            yield _table(sizes, run, _seen(sim, before))


def _seen(sim: httpx.Client, cpu_before: float) -> dict[str, Any]:
    """The posting as the stand-in saw it."""
    stats = sim.get("/stats").json()
    log = [
        one for one in sim.get("/log", params={"last": 20_000}).json() if one["path"].startswith("/services")
    ]
    held = Counter(str(one["externalid"]) for one in sim.get("/journals").json() if one["externalid"])
    return {
        "requests": len(log),
        "posts": sum(one["path"] == JOURNAL and one["method"] == "POST" for one in log),
        "busy_seconds": sum(one["milliseconds"] for one in log) / 1000,
        "peak": stats["peak_asked"],
        "blocked": stats["blocked"],
        "cpu_seconds": float(stats["cpu_seconds"]) - cpu_before,
        "journals": sum(count for name, count in held.items() if name.startswith(PREFIX)),
        "doubled": sum(count - 1 for name, count in held.items() if name.startswith(PREFIX)),
    }


def _table(sizes: Sizes, run: dict[str, Any], seen: dict[str, Any]) -> Table:
    count, took, usable = sizes.posted_journals, run["seconds"], LIMIT - 1
    if run["result"]["journals"] != {"posted": count} or seen["journals"] != count:
        raise RuntimeError(
            f"Not every journal was posted: {run['result']['journals']}, NetSuite {seen['journals']}"
        )
    rows = [
        ["wall time, s", seconds(took)],
        ["journals a second", f"{count / took:.1f}"],
        [
            f"use of the {usable} requests at once that jobs may have",
            percent(seen["busy_seconds"], took * usable),
        ],
        ["most requests at once", str(seen["peak"])],
        ["refused for being too many", str(seen["blocked"])],
        ["requests a journal", f"{seen['requests'] / count:.2f}"],
        ["POST a journal", f"{seen['posts'] / count:.2f}"],
        ["journals in NetSuite twice", str(seen["doubled"])],
        ["worker's CPU, s", seconds(run["cpu_seconds"])],
        ["stand-in's CPU, s", seconds(seen["cpu_seconds"])],
    ]
    notes = [
        f"{count:,} approved journals of {LINES} lines, an account limit of {LIMIT}, {sizes.posting_latency_ms} ms of "
        "latency added to every answer; SQLite. Every journal is read back and compared line by line.",
        "Use: the time that NetSuite had requests before it, of what it could have had from the job's beginning to its "
        "end, planning and summing up included.",
    ]
    return Table("Posting journals", ["", ""], rows, notes)


def _done(run: dict[str, Any]) -> dict[str, Any]:
    if run["state"] != "done":
        raise RuntimeError(f"The job is {run['state']}: {run['error']}")
    return run
