"""Reading document lines alone: our client beside PyPI `netsuite`, the same rows, requests and latency."""

from collections.abc import Iterator
from typing import Any

import httpx

from benchmarks.bench_folder import scratch, stand_in
from benchmarks.figures import Table, rate, seconds, share
from benchmarks.measured import run_program
from benchmarks.peers import NotInstalled, python_of
from benchmarks.sizes import Sizes

CONCURRENCY = 10
PEER = "netsuite==0.12.0"
REVREC, PUBLIC = "revrec.netsuite", f"PyPI {PEER.replace('==', ' ')}"


def tables(sizes: Sizes) -> Iterator[Table]:
    """One table: both clients, and one request of each at a time."""
    runs: list[tuple[str, int, dict[str, Any]]] = []
    peer: str | None
    try:
        peer, missing = python_of("netsuite", PEER), ""
    except NotInstalled as error:
        peer, missing = None, str(error)
    options = ("--latency-ms", str(sizes.fetch_latency_ms), "--concurrency", str(CONCURRENCY + 5))
    with scratch() as folder, stand_in("netsuite", sizes.fetch_lines, folder, *options) as running:

        def cpu() -> float:
            return float(httpx.get(f"{running.url}/_sim/stats").json()["cpu_seconds"])

        for at_once in (CONCURRENCY, 1):
            given = {**running.ready, "at_once": at_once}
            before = cpu()
            ours = run_program("fetch_revrec", given)
            runs.append((REVREC, at_once, ours | {"stand_in_cpu": cpu() - before}))
            if peer is not None:
                before = cpu()
                theirs = run_program(
                    "fetch_peer", given | {"sql": ours["sql"], "ranges": ours["ranges"]}, python=peer
                )
                runs.append((PUBLIC, at_once, theirs | {"stand_in_cpu": cpu() - before}))
    rows = [
        [
            name,
            str(at_once),
            seconds(run["seconds"]),
            f"{run['rows']:,}",
            rate(run["rows"], run["seconds"]),
            f"{run['requests']:,}",
            share(run["cpu_seconds"], run["seconds"]),
            share(run["stand_in_cpu"], run["seconds"]),
        ]
        for name, at_once, run in runs
    ]
    notes = [
        f"{sizes.fetch_latency_ms} ms of latency added to every answer; pages of 1,000 rows; the same SQL.",
        "Ours reads 10 id ranges by key and gives typed lines with amounts in minor units; the peer asks for the "
        "pages of the same ranges by offset, all of them side by side, and gives dictionaries of text.",
        "CPU: seconds, and their share of the time on one core. Where client and stand-in together come near 100% of "
        "the cores, it is they that are measured.",
    ]
    if missing:
        notes.append(f"No peer: {missing}")
    yield Table(
        "Lines of invoices and credit memos, fetched",
        ["client", "at once", "s", "rows", "rows/s", "requests", "client's CPU", "stand-in's CPU"],
        rows,
        notes,
    )
