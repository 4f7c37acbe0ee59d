"""The same schedules by one loop compiled with numba: how fast this can be on one core."""

import json
import sys

import numba
import numpy as np

from benchmarks.programs.own_usage import peak_memory_bytes
from benchmarks.programs.promises import CALENDAR, digest, terms
from benchmarks.programs.repeated import best

PART = 2**16
FIRST_DAY = int(CALENDAR.boundaries[0])


@numba.njit
def fill(start, end, amount, period_of, ends, obligation, row, period, moved):
    """Write the rows of obligations from `obligation` on until the columns are full; the next one, and the rows."""
    at = 0
    while obligation < start.size:
        first = period_of[start[obligation] - FIRST_DAY]
        last = period_of[end[obligation] - FIRST_DAY]
        if at + last - first + 1 > row.size:
            break
        days = end[obligation] - start[obligation] + 1
        before = 0
        for p in range(first, last + 1):
            product = amount[obligation] * (min(ends[p], end[obligation]) - start[obligation] + 1)
            size = (2 * abs(product) + days) // (2 * days)
            total = size if product >= 0 else -size
            if total != before:
                row[at], period[at], moved[at] = obligation, p, total - before
                at += 1
            before = total
        obligation += 1
    return obligation, at


@numba.njit
def count(start, end, period_of):
    rows = 0
    for obligation in range(start.size):
        rows += period_of[end[obligation] - FIRST_DAY] - period_of[start[obligation] - FIRST_DAY] + 1
    return rows


def main() -> None:
    given = json.load(sys.stdin)
    lengths = CALENDAR.lengths
    calendar = np.repeat(np.arange(lengths.size), lengths), CALENDAR.ends.copy()

    def whole(promised: tuple[np.ndarray, ...]) -> int:
        size = count(promised[0], promised[1], calendar[0])
        columns = [np.empty(size, dtype=np.int64) for _ in range(3)]
        return int(fill(*promised, *calendar, 0, *columns)[1])

    def parts(promised: tuple[np.ndarray, ...], look: bool = False) -> tuple[int, int]:
        columns = [np.empty(PART, dtype=np.int64) for _ in range(3)]
        obligation = rows = total = 0
        while obligation < promised[0].size:
            obligation, added = fill(*promised, *calendar, obligation, *columns)
            rows += added
            if look:
                total += digest(*(one[:added] for one in columns))
        return rows, total

    whole(terms(100))  # compiled here
    promised = terms(given["obligations"])
    if given["parts"]:
        seconds, (rows, _) = best(lambda: parts(promised))
        total = parts(promised, look=True)[1]
    else:
        seconds, rows = best(lambda: whole(promised))
        total = 0
    figures = {"cpu_seconds": seconds, "rows": rows, "digest": total, "peak_bytes": peak_memory_bytes()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
