"""Lines share the base total of their contract, to the unit, by what they earned unrounded.

Where a month lies in one layer of billing, each line goes on towards its own running total at that layer's rate, so
that rounding does not add up over the months; elsewhere the lines share by what they earned in the month.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.base_lines import BaseLines
from revrec.accounting.base_totals import Standing, Totals
from revrec.accounting.columns import Column, Mask, rows_where, sum_by
from revrec.accounting.money import apportion, foot, share_columns


def share_totals(totals: Totals, standing: Standing, lines: BaseLines) -> Column:
    """Base revenue of each line. What no line earned is nobody's, and left to ``fx``."""
    out = np.where(totals.own[lines.contract], totals.line, 0)
    rest = lines.moved & ~totals.own[lines.contract]
    if not rest.any():
        return out
    rows = rows_where(rest)
    contract = lines.contract[rows]
    now, before = (
        reached.scaled(totals.units[lines.contract])[rows] for reached in (lines.now, lines.before)
    )
    shared = _share_by_movement(totals, standing, now - before, contract)
    one = rows_where(totals.layer.amount[contract] > 0)
    if one.size:
        to_one_rate, footed = _go_on(
            totals, now[one], before[one], lines.base_booked[rows[one]], contract[one]
        )
        shared[one] = np.where(footed, to_one_rate, shared[one])
    out[rows] = shared
    return out


def _go_on(
    totals: Totals, now: Column, before: Column, booked: Column, contract: Column
) -> tuple[Column, Mask]:
    """Towards each line's own total at the rate of the layer; and where that comes to the total of the contract."""
    contracts = totals.total.size
    base, whole = totals.layer.base[contract], (totals.layer.amount * totals.units)[contract]
    target, from_before = share_columns(now, base, whole), share_columns(before, base, whole)
    with np.errstate(over="ignore"):
        over = now * base - target * whole  # half the whole at most: exact modulo 2**64
    part = target - np.where(np.abs(booked - from_before) <= 1, booked, from_before)
    footed = foot(part, over, whole, totals.total, contract, contracts)
    return footed, (sum_by(contract, footed, contracts) == totals.total)[contract]


def _share_by_movement(totals: Totals, standing: Standing, moved: Column, contract: Column) -> Column:
    """Share by what each line earned.

    Where revenue of both signs meets, the smaller side carries what the contract's revenue was booked at so far, and
    the larger side takes the rest: what both come to may be next to nothing, and says little of their rate.
    """
    total = totals.total
    contracts = total.size
    up, down = np.maximum(moved, 0), np.maximum(-moved, 0)
    ups, downs = sum_by(contract, up, contracts), sum_by(contract, down, contracts)
    booked = totals.recognised_before
    booked_base = np.where(booked > 0, standing.base_recognised_before, 0)
    minor = share_columns(booked_base, np.minimum(ups, downs), np.maximum(booked, 1))
    ups_total = np.where(ups >= downs, total + minor, minor)
    gained = apportion(ups_total, up, contract, contracts)
    shared: Column = gained - apportion(ups_total - total, down, contract, contracts)
    return shared
