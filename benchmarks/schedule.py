"""Schedules of a million obligations, daily, 1 to 36 months: NumPy beside its compiled limit and plain loops."""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

from benchmarks.figures import Table, megabytes, rate, seconds
from benchmarks.measured import run_program
from benchmarks.peers import NotInstalled, python_of
from benchmarks.sizes import Sizes

PEER = "beancount-interpolate==2.5.1"
Run = dict[str, Any]


def tables(sizes: Sizes) -> Iterator[Table]:
    """Two tables: the ways side by side, and ours by size."""
    yield _side_by_side(sizes)
    yield _by_size(sizes)


def _side_by_side(sizes: Sizes) -> Table:
    size = sizes.schedules
    ways: list[tuple[str, int, Run]] = []
    for name, program, parts in (
        ("revrec, one table", "schedule_numpy", False),
        ("numba, one table", "schedule_numba", False),
        ("revrec, in parts", "schedule_numpy", True),
        ("numba, in parts", "schedule_numba", True),
    ):
        ways.append((name, size, run_program(program, {"obligations": size, "parts": parts})))
    few = sizes.schedules_python
    ways.append(("plain Python", few, run_program("schedule_python", {"obligations": few})))
    _agree([run for _, _, run in ways[:4]])
    same = run_program("schedule_numpy", {"obligations": few, "parts": True})
    _agree([ways[-1][2], same])
    missing = ""
    try:
        promised = _marked(sizes.schedules_peer)
        peer = run_program(
            "schedule_peer", {"promised": promised}, python=python_of("beancount-interpolate", PEER)
        )
        ways.append((f"PyPI {PEER.replace('==', ' ')}", sizes.schedules_peer, peer))
    except NotInstalled as error:
        missing = str(error)
    limit = {"table": _pace(ways[1][2]), "parts": _pace(ways[3][2])}
    rows = [
        [
            name,
            f"{obligations:,}",
            f"{run['rows']:,}",
            seconds(run["cpu_seconds"]),
            rate(run["rows"], run["cpu_seconds"]),
            f"1/{limit['table' if 'table' in name else 'parts'] / _pace(run):,.1f}",
            megabytes(run["peak_bytes"]),
        ]
        for name, obligations, run in ways
    ]
    notes = [
        "A row: an obligation, a period, and how far the running total moves, rounded once to the cent. Seconds of one "
        "core, the shortest of three runs; making the obligations up, and compiling, is in none of them.",
        "One table: three columns of 64-bit integers in new memory. In parts: about 65,000 rows at a time, as a sum or "
        "a file takes them. numba writes the same rows by one compiled loop: the limit. The rows were compared.",
        "The peer gives each month the same, since it knows no share by days; its time grows with the square of the "
        "orders, so it is given few.",
    ]
    if missing:
        notes.append(f"No peer: {missing}")
    header = ["way", "obligations", "rows", "CPU s", "rows/s", "of the limit", "peak memory"]
    return Table("Schedules of obligations over 1 to 36 months, daily", header, rows, notes)


def _by_size(sizes: Sizes) -> Table:
    rows = []
    for size in sizes.schedules_by_size:
        run = run_program("schedule_numpy", {"obligations": size, "parts": True})
        each = 1e9 * run["cpu_seconds"] / run["rows"]
        rows.append(
            [
                f"{size:,}",
                f"{run['rows']:,}",
                f"{run['cpu_seconds']:,.3f}",
                rate(run["rows"], run["cpu_seconds"]),
                f"{each:,.1f}",
                megabytes(run["peak_bytes"]),
            ]
        )
    header = ["obligations", "rows", "CPU s", "rows/s", "ns a row", "peak memory"]
    return Table(
        "Schedules by size, in parts", header, rows, ["Peak memory: with the obligations themselves."]
    )


def _pace(run: Run) -> float:
    return float(run["rows"] / run["cpu_seconds"])


def _agree(runs: list[Run]) -> None:
    """The ways that are compared write the same rows; where only one gives a digest, as many."""
    if len({run["rows"] for run in runs}) > 1 or len({run["digest"] for run in runs if run["digest"]}) > 1:
        raise RuntimeError(f"The ways do not agree: {runs}")


def _marked(size: int) -> list[dict[str, Any]]:
    chance = random.Random(20260301)
    return [
        {
            "start": (dt.date(2024, 1, 1) + dt.timedelta(days=chance.randrange(1095))).isoformat(),
            "months": chance.randint(1, 36),
            "amount": f"{chance.randint(1, 10**7) / 100:.2f}",
        }
        for _ in range(size)
    ]
