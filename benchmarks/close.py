"""The close: its computation alone for a million contract lines, and the real job for about 100,000 of them.

The job closes the first period with its opening balances, then the month after.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from benchmarks.bench_folder import scratch, stand_in
from benchmarks.figures import Table, megabytes, seconds
from benchmarks.measured import run_program
from benchmarks.postgres import postgres
from benchmarks.sizes import Sizes

FIRST, SECOND = "2026-03", "2026-04"
PARTS = {
    "jobs.closing.books:close_findings": "checklist",
    "jobs.closing.compute:load_book": "load the book",
    "jobs.closing.compute:close_period": "compute",
    "jobs.closing.compute:draft_journals": "draft journals",
    "jobs.closing.compute:check_journals": "check journals",
    "jobs.closing.books:save_result": "write the ledger",
    "jobs.closing.books:_write_journals": "write journals",
    "jobs.closing.books:close_totals": "totals",
}
# Account ids of the made-up company's chart.
ACCOUNTS = {
    "contract_liability": 24,
    "contract_asset": 8,
    "unbilled_receivable": 7,
    "fx_adjustment": 90,
    "clearing": 28,
    "revenue": 54,
}
ACKNOWLEDGED = [
    "pending",
    "held",
    "unverified_account",
    "unassigned_billing",
    "pulled_before_end",
    "opening_not_compared",
    "undecided_credit",
    "journals_held",
    "clearing_not_zero",
    "asset_left",
]


def tables(sizes: Sizes) -> Iterator[Table]:
    """Two tables: the computation alone; both closes on SQLite, and on PostgreSQL where there is one."""
    yield _alone(sizes)
    runs: list[tuple[str, dict[str, Any]]] = []
    with scratch() as folder:
        runs += _closes("SQLite", sizes, folder, "")
    with scratch() as folder, postgres() as (url, missing):
        if url:
            runs += _closes("PostgreSQL", sizes, folder, url)
    rows = [[part] + [seconds(run["parts"].get(part, 0.0)) for _, run in runs] for part in PARTS.values()]
    rows += [
        ["whole job"] + [seconds(run["seconds"]) for _, run in runs],
        ["worker's CPU s"] + [seconds(run["cpu_seconds"]) for _, run in runs],
        ["peak memory"] + [megabytes(run["peak_bytes"]) for _, run in runs],
        ["contract lines"] + [f"{run['obligations']:,}" for _, run in runs],
        ["ledger rows"] + [f"{run['transfers']:,}" for _, run in runs],
    ]
    notes = [
        f"{FIRST} is the first period: its close computes and writes the opening balances too. {SECOND} is what every "
        "later close is like.",
        "Contract lines: obligations in force. Ledger rows: what the close wrote, the opening included.",
    ]
    if missing:
        notes.append(f"No PostgreSQL: {missing}")
    yield Table("Close, by part", ["seconds"] + [name for name, _ in runs], rows, notes)


ALONE = {
    "stated prices": {"priced": "stated", "modified": 0},
    "relative SSP": {"priced": "relative", "modified": 0},
    "relative SSP, 5% of contracts modified": {"priced": "relative", "modified": 5},
}


def _alone(sizes: Sizes) -> Table:
    runs = [
        (name, run_program("close_alone", {"obligations": sizes.close_alone, **book}))
        for name, book in ALONE.items()
    ]
    rows = [
        [
            name,
            seconds(run["cpu_seconds"]),
            f"{run['changes']:,}",
            f"{run['booked']:,}",
            f"{run['transfers']:,}",
            megabytes(run["peak_bytes"]),
        ]
        for name, run in runs
    ]
    notes = [
        f"A book of {sizes.close_alone:,} daily obligations of 1 to 36 months, two a contract, each billed up front; "
        "the month before is closed. Seconds of one core, the shortest of three runs; no database.",
        "Booked: obligations that earned. Ledger rows: what the close would write. Memory: with the book itself.",
    ]
    header = ["book", "CPU s", "changes", "booked", "ledger rows", "peak memory"]
    return Table("Close, computation alone", header, rows, notes)


def _closes(database: str, sizes: Sizes, folder: Path, url: str) -> list[tuple[str, dict[str, Any]]]:
    given: dict[str, Any] = {
        "data_dir": str(folder / "data"),
        "database_url": url,
        "secret_key": Fernet.generate_key().decode(),
    }
    lines = sizes.close_lines
    with stand_in("netsuite", lines, folder) as netsuite, stand_in("salesforce", lines, folder) as salesforce:
        made = {"netsuite": netsuite.ready, "salesforce": salesforce.ready, "first_period": FIRST}
        run_program("prepare", given | made)
        _done(run_program("work_job", given | {"kind": "reference"}))
        run_program("map_accounts", given | {"accounts": ACCOUNTS})
        for kind in ("orders", "invoices"):
            _done(run_program("work_job", given | {"kind": kind}))
    runs = []
    for period in (FIRST, SECOND):
        parameters = {"period": period, "acknowledge": ACKNOWLEDGED, "reason": "benchmark"}
        asked = given | {"kind": "close", "parameters": parameters, "parts": PARTS}
        run = _done(run_program("work_job", asked))
        runs.append((f"{period}, {database}", run | run_program("count_close", given | {"period": period})))
    return runs


def _done(run: dict[str, Any]) -> dict[str, Any]:
    if run["state"] != "done":
        raise RuntimeError(f"The job is {run['state']}: {run['error']}")
    return run
