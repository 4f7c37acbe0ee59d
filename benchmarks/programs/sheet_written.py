"""Times a writer over the made-up rows, and prints its figures."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.programs.own_usage import cpu_seconds, memory_bytes, peak_memory_bytes


def measure(write: Callable[[Path, int, int], None]) -> None:
    """`write(path, rows, columns)`."""
    given = json.load(sys.stdin)
    held, cpu, begun = memory_bytes(), cpu_seconds(), time.monotonic()
    write(Path(given["path"]), given["rows"], given["columns"])
    took, peak = time.monotonic() - begun, peak_memory_bytes()
    figures = {
        "seconds": took,
        "cpu_seconds": cpu_seconds() - cpu,
        "peak_bytes": peak,
        "grown_bytes": peak - held,
        "file_bytes": Path(given["path"]).stat().st_size,
    }
    print(json.dumps(figures))
