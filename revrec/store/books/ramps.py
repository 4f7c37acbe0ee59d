"""Ramps: lines of one product and quantity over adjoining terms at different prices are one obligation.

606-10-25-14(b). The obligation is that of the earliest line; the others are parts of it, wherever their prices or last
days change later on.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from revrec.accounting.columns import NO_DAY, Column, find_rows, group_rows, sort_rows, sum_by
from revrec.accounting.recognition import DATED
from revrec.store.books.lines import Lines
from revrec.store.books.rules import Terms
from revrec.store.books.versions import Versions


def find_ramps(
    versions: Versions, first: Lines, terms: Terms, allowed: Column, booked: Collection[int]
) -> dict[int, int]:
    """Line to the line whose obligation it is part of, for the parts of ramps (the earliest to itself).

    `first`: the lines as their orders first had them, with their `terms` row by row; `allowed`: where policy and
    product let ramps be joined. A line that closed periods `booked` apart stays apart, and its whole ramp with it.
    """
    dated = np.isin(terms.method, [int(one) for one in DATED])
    usable = dated & (allowed != 0) & (first.problem == 0) & (first.start != NO_DAY) & (first.end != NO_DAY)
    rows = np.flatnonzero(usable)
    order = versions.order[first.version]
    kind, _ = group_rows(
        *(values[rows] for values in (order, first.version, first.product, first.quantity_e6, first.region)),
        *(values[rows] for values in (terms.method, terms.trigger, terms.asset_kind)),
    )
    # Only where some line of the same kind begins the day after another one ends is there anything to join.
    begins = sort_rows(kind, first.start[rows])
    key = (kind * 2**24 + first.start[rows])[begins]
    wanted = kind * 2**24 + first.end[rows] + 1
    at = np.minimum(np.searchsorted(key, wanted), max(key.size - 1, 0))
    joins = np.unique(kind[key[at] == wanted]) if key.size else kind[:0]
    found: dict[int, int] = {}
    for one in joins.tolist():
        found |= _join(first, rows[kind == one], booked)
    return found


def _join(first: Lines, rows: Column, booked: Collection[int]) -> dict[int, int]:
    """The ramps among lines of one kind."""
    groups: list[list[int]] = []
    for row in rows[sort_rows(first.start[rows], first.sequence[rows])].tolist():
        home = next((group for group in groups if first.end[group[-1]] + 1 == first.start[row]), None)
        if home is None:
            groups.append([row])
        else:
            home.append(row)
    found: dict[int, int] = {}
    for group in groups:
        prices = {int(first.amount[row]) for row in group}
        lines = [int(first.line[row]) for row in group]
        if len(prices) > 1 and not any(line in booked for line in lines[1:]):
            found |= dict.fromkeys(lines, lines[0])
    return found


def join_lines(lines: Lines, ramps: dict[int, int]) -> Lines:
    """The lines with the parts of each ramp as one, version by version: amounts added up, terms put together."""
    if not ramps:
        return lines
    part, whole = (np.array(sorted(ramps.items()), dtype=np.int64)).T
    at = find_rows(part, lines.line)
    mine = at >= 0
    parts = lines.take(mine)
    parts = replace(parts, line=whole[at[mine]])
    parts = parts.take(sort_rows(parts.line, parts.version, parts.start))
    group, first = group_rows(parts.line, parts.version)
    size = first.size
    end = np.full(size, NO_DAY, dtype=np.int64)
    np.maximum.at(end, group, parts.end)
    start = np.full(size, 2**40, dtype=np.int64)
    dated = parts.start != NO_DAY
    np.minimum.at(start, group[dated], parts.start[dated])
    problem = np.zeros(size, dtype=np.int64)
    np.maximum.at(problem, group, parts.problem)
    joined = replace(
        parts.take(first),
        amount=sum_by(group, parts.amount, size),
        start=np.where(start == 2**40, NO_DAY, start),
        end=end,
        problem=problem,
    )
    every = Lines.concat((lines.take(~mine), joined))
    return every.take(sort_rows(every.line, every.version))
