"""One scenario: through the engine, over HTTP to a server on this machine, and as a command from its start."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks.bench_folder import scratch
from benchmarks.figures import Table
from benchmarks.sizes import FULL, Sizes
from revrec.accounting.scenario import run_scenario

ENTRY = [sys.executable, "-c", "from api.cli import main; main()"]
CASES = Path(__file__).parents[1] / "tests" / "golden"
LIMIT_MS = 20
Scenario = dict[str, Any]


def tables(sizes: Sizes) -> Iterator[Table]:
    """Three scenarios, and every published case: medians of single runs."""
    with scratch() as folder, _server(folder) as client:
        yield _three(folder, client, 15 if sizes is FULL else 2)
        yield _every_case(client, *((None, 5) if sizes is FULL else (3, 1)))


def _every_case(client: httpx.Client, first: int | None, times: int) -> Table:
    """All cases of ``tests/golden`` that the calculator answers, over HTTP, by how long each takes."""
    took: list[tuple[float, str]] = []
    for file in sorted(CASES.glob("*.json"))[:first]:
        given = json.loads(file.read_text())

        def asked(scenario: Scenario = given["scenario"]) -> None:
            client.post("/api/v1/calculator", json=scenario).raise_for_status()

        if "error" not in given["expected"]:
            took.append((_median_ms(asked, times), given["id"]))
    took.sort()
    cells = [f"{took[int(len(took) * part)][0]:,.1f}" for part in (0.5, 0.9, 0.99)]
    over = sum(ms > LIMIT_MS for ms, _ in took)
    header = ["through", "cases", "median", "90%", "99%", "slowest", f"over {LIMIT_MS} ms"]
    row = ["HTTP", str(len(took)), *cells, f"{took[-1][0]:,.1f}", str(over)]
    return Table("Every case of tests/golden, ms", header, [row], [f"The slowest: {took[-1][1]}."])


def _three(folder: Path, client: httpx.Client, times: int) -> Table:
    rows = []
    for name, scenario in SCENARIOS.items():
        file = folder / "scenario.json"
        file.write_text(json.dumps(scenario))
        periods = len({row["period"] for row in run_scenario(scenario)["balances"]})

        def asked(given: Scenario = scenario) -> None:
            client.post("/api/v1/calculator", json=given).raise_for_status()

        def replayed(given: Scenario = scenario) -> None:
            run_scenario(given)

        def called(path: Path = file) -> None:
            subprocess.run([*ENTRY, "calc", str(path)], check=True, stdout=subprocess.DEVNULL)

        rows.append(
            [
                name,
                str(periods),
                _milliseconds(replayed, times),
                _milliseconds(asked, times),
                _milliseconds(called, max(times // 3, 1)),
            ]
        )
    return Table("One scenario, ms", ["scenario", "periods", "engine", "HTTP", "`revrec calc`"], rows)


def _milliseconds(work: Callable[[], object], times: int) -> str:
    return f"{_median_ms(work, times):,.1f}"


def _median_ms(work: Callable[[], object], times: int) -> float:
    """The median of so many runs, after one that does not count."""
    work()
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


@contextmanager
def _server(folder: Path) -> Iterator[httpx.Client]:
    environment = {**os.environ, "REVREC_DATA_DIR": str(folder), "REVREC_DATABASE_URL": ""}
    subprocess.run([*ENTRY, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
    made = subprocess.run(
        [*ENTRY, "tokens", "create", "bench"], env=environment, check=True, capture_output=True, text=True
    )
    serve = [*ENTRY, "serve", "--port", "0", "--no-worker"]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(serve, env=environment, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            address = process.stdout.readline().split()[-1]
            headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
            with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=60) as client:
                yield client
        finally:
            process.terminate()
            process.wait()


def _order(lines: int, end: str) -> Scenario:
    return {
        "type": "order",
        "date": "2025-01-01",
        "order": "SO-1",
        "customer": "Acme",
        "lines": [
            {
                "line": str(number),
                "product": f"P{number}",
                "amount": f"{1200 * number}.00",
                "ssp": f"{1100 * number}.00",
                "start": "2025-01-01",
                "end": end,
            }
            for number in range(1, lines + 1)
        ],
    }


def _changes() -> list[Scenario]:
    """A modification and a credit memo a year."""
    found: list[Scenario] = []
    for year in (2025, 2026, 2027):
        line = {"line": "1", "amount": f"{1200 + year}.00"}
        found.append({"type": "modification", "date": f"{year}-04-01", "order": "SO-1", "lines": [line]})
        credited = {"line": "1", "for_line": "2", "amount": "50.00"}
        found.append(
            {
                "type": "credit_memo",
                "date": f"{year}-09-01",
                "number": f"CM-{year}",
                "customer": "Acme",
                "order": "SO-1",
                "treatment": "prospective",
                "lines": [credited],
            }
        )
    return found


def _monthly_bills() -> list[Scenario]:
    return [
        {
            "type": "invoice",
            "date": f"2025-{month:02d}-01",
            "number": f"INV-{month}",
            "customer": "Acme",
            "order": "SO-1",
            "lines": [{"line": "1", "for_line": "1", "amount": "100.00"}],
        }
        for month in range(1, 13)
    ]


SCENARIOS: dict[str, Scenario] = {
    "one line, three months": {"events": [_order(1, "2025-03-31")]},
    "one line, a year": {"events": [_order(1, "2025-12-31")]},
    "one line, a year, billed every month": {"events": [_order(1, "2025-12-31"), *_monthly_bills()]},
    "five lines, three years, six changes": {"events": [_order(5, "2027-12-31"), *_changes()]},
}
