"""The same schedules by a plain loop over plain integers, as one would write it first."""

import json
import sys

import numpy as np

from benchmarks.programs.own_usage import peak_memory_bytes
from benchmarks.programs.promises import CALENDAR, digest, terms
from benchmarks.programs.repeated import best

Row = tuple[int, int, int]


def schedules(promised: list[tuple[int, int, int]], period_of: list[int], ends: list[int]) -> list[Row]:
    """Row, period and amount of each movement of the running total, rounded once, half away from zero."""
    first_day = int(CALENDAR.boundaries[0])
    rows = []
    for number, (start, end, amount) in enumerate(promised):
        days = end - start + 1
        before = 0
        for period in range(period_of[start - first_day], period_of[end - first_day] + 1):
            product = amount * (min(ends[period], end) - start + 1)
            total = (2 * product + days) // (2 * days)
            if total != before:
                rows.append((number, period, total - before))
            before = total
    return rows


def main() -> None:
    given = json.load(sys.stdin)
    promised = list(zip(*(column.tolist() for column in terms(given["obligations"])), strict=True))
    lengths = CALENDAR.lengths
    period_of = np.repeat(np.arange(lengths.size), lengths).tolist()
    ends = CALENDAR.ends.tolist()
    seconds, rows = best(lambda: schedules(promised, period_of, ends))
    figures = {
        "cpu_seconds": seconds,
        "rows": len(rows),
        "digest": digest(*(np.asarray(column) for column in zip(*rows, strict=True))),
        "peak_bytes": peak_memory_bytes(),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
