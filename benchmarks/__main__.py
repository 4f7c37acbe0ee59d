"""Runs the benchmarks and prints their tables: `python -m benchmarks [--quick] [--only NAME]`."""

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psutil

from benchmarks import calculator, close, fetch, invoices, pages, posting, pull, schedule, workbook
from benchmarks.figures import Table, show
from benchmarks.sizes import FULL, QUICK, Sizes

BENCHMARKS: dict[str, Callable[[Sizes], Iterator[Table]]] = {
    "invoices": invoices.tables,
    "fetch": fetch.tables,
    "pull": pull.tables,
    "workbook": workbook.tables,
    "close": close.tables,
    "schedule": schedule.tables,
    "calculator": calculator.tables,
    "posting": posting.tables,
    "pages": pages.tables,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="small sizes: shows that they run, measures nothing"
    )
    parser.add_argument("--only", action="append", choices=BENCHMARKS, help="this one (may be repeated)")
    options = parser.parse_args()
    # So that servers are stopped and scratch folders removed where the run is ended from outside.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(_machine(), flush=True)
    for name in options.only or BENCHMARKS:
        begun = time.monotonic()
        print(f"## {name}\n", flush=True)
        for table in BENCHMARKS[name](QUICK if options.quick else FULL):
            print(show(table), flush=True)
        took, load = time.monotonic() - begun, os.getloadavg()[0]
        print(
            f"({name} took {took:.0f} s in all, seeding included; load at its end {load:.1f})\n", flush=True
        )
    return 0


def _machine() -> str:
    memory = psutil.virtual_memory().total / 1e9
    return (
        f"# Benchmarks of {datetime.now(UTC):%Y-%m-%d}\n\n{os.cpu_count()} cores ({platform.machine()}), "
        f"{memory:.0f} GB of memory, {platform.system()}, Python {platform.python_version()}; load before: "
        f"{os.getloadavg()[0]:.1f}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
