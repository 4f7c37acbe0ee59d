"""Pour amounts into capacities, in order, group by group.

Invariant: within a group the first demand is met by the first supply, each is cut where the other ends, and
min(total demand, total supply) is matched. Near-linear: two cumulative sums and one sort of the cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from revrec.accounting.columns import Column, group_rows, rows_where, sum_by


@dataclass(frozen=True, eq=False)
class Matches:
    """``amount`` of demand row ``demand`` meets supply row ``supply``; all amounts are positive."""

    demand: Column
    supply: Column
    amount: Column

    @classmethod
    def concat(cls, parts: Sequence[Matches]) -> Matches:
        """All of them, in their order."""
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return cls(none, none, none)
        return cls(
            np.concatenate([part.demand for part in parts]),
            np.concatenate([part.supply for part in parts]),
            np.concatenate([part.amount for part in parts]),
        )


def pour(
    demand: Column,
    demand_keys: tuple[Column, ...],
    supply: Column,
    supply_keys: tuple[Column, ...],
) -> Matches:
    """Match non-negative demands to non-negative supplies of the same keys, each side in its row order."""
    demand_rows = rows_where(demand > 0)
    supply_rows = rows_where(supply > 0)
    if not demand_rows.size or not supply_rows.size:
        none = np.zeros(0, dtype=np.int64)
        return Matches(none, none, none)
    keys = tuple(
        np.concatenate((d[demand_rows], s[supply_rows]))
        for d, s in zip(demand_keys, supply_keys, strict=True)
    )
    group, first = group_rows(*keys)
    groups = first.size
    demand_group, supply_group = group[: demand_rows.size], group[demand_rows.size :]
    wanted, offered = demand[demand_rows], supply[supply_rows]
    total = sum_by(demand_group, wanted, groups)
    asked = total[supply_group] > 0
    supply_rows, supply_group, offered = supply_rows[asked], supply_group[asked], offered[asked]
    matched = np.minimum(total, sum_by(supply_group, offered, groups))
    demand_rows, demand_end = _ends(demand_rows, demand_group, wanted, matched)
    supply_rows, supply_end = _ends(supply_rows, supply_group, offered, matched)
    cuts = np.unique(np.concatenate((demand_end, supply_end)))
    starts = np.concatenate((np.zeros(1, dtype=np.int64), cuts[:-1]))
    amount = cuts - starts
    real = amount > 0
    starts, amount = starts[real], amount[real]
    return Matches(
        demand_rows[np.searchsorted(demand_end, starts, side="right")],
        supply_rows[np.searchsorted(supply_end, starts, side="right")],
        amount,
    )


def _ends(rows: Column, group: Column, amount: Column, matched: Column) -> tuple[Column, Column]:
    """Rows in order of group, and where each one's amount ends on one line on which the groups follow each other.

    Each group is cut off at what is matched of it, so that demand and supply lie on the same stretch of the line.
    """
    if not rows.size:
        return rows, amount
    order = np.argsort(group, kind="stable")
    rows, group, amount = rows[order], group[order], amount[order]
    running = np.cumsum(amount)
    starts = rows_where(np.concatenate(([True], group[1:] != group[:-1])))
    before = np.repeat(running[starts] - amount[starts], np.diff(np.append(starts, rows.size)))
    offset = (np.cumsum(matched) - matched)[group]
    return rows, offset + np.minimum(running - before, matched[group])
