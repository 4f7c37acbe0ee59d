"""Schedules of many obligations by the product's own engine: as one table, or in parts that fit into the cache."""

import json
import sys

import numpy as np

from benchmarks.programs.own_usage import peak_memory_bytes
from benchmarks.programs.promises import CALENDAR, digest, terms
from benchmarks.programs.repeated import best
from revrec.accounting.expansion import expand_schedules, schedule_parts
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan
from revrec.accounting.terms import Method

LAST = len(CALENDAR) - 1


def plan_of(size: int) -> Plan:
    """One leg each, ordered the day before its first."""
    start, end, amount = terms(size)
    legs = Legs.of(
        row=np.arange(size), from_day=start - 1, rest=amount, method=int(Method.DAILY), start=start, end=end
    )
    return Plan(legs, size, CALENDAR, ProgressLog.empty())


def main() -> None:
    given = json.load(sys.stdin)
    plan = plan_of(given["obligations"])
    if given["parts"]:
        seconds, rows = best(lambda: sum(len(part) for part in schedule_parts(plan, 0, LAST)))
        total = sum(digest(p.row, p.period, p.amount) for p in schedule_parts(plan, 0, LAST))
    else:
        seconds, rows = best(lambda: len(expand_schedules(plan, 0, LAST)))
        total = 0
    figures = {"cpu_seconds": seconds, "rows": rows, "digest": total, "peak_bytes": peak_memory_bytes()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
