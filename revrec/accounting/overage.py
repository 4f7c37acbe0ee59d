"""What is delivered beyond the promise of ``units``: listed, and earned only where it is billed or priced.

Overage has no promised price. A price change gives it one as any other; a billing line does so by itself: what bills
the line beyond its stated price, and the contract beyond its price, is earned as soon as there is overage.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import (
    NO_DAY,
    NONE,
    Column,
    Each,
    each_of,
    find_rows,
    rows_where,
    sort_rows,
    spread,
    sum_by,
)
from revrec.accounting.money import cumulate_within, differences_within
from revrec.accounting.recognition import latest_value
from revrec.accounting.schedule import Plan
from revrec.accounting.terms import Method


def overage_e6(plan: Plan, methods: Column, day: Each) -> Column:
    """Per obligation the quantity delivered by a day beyond what is promised, scaled by 10**6."""
    beyond = np.zeros(methods.size, dtype=np.int64)
    rows = rows_where(methods == Method.UNITS)
    if not rows.size:
        return beyond
    legs = plan.legs
    promised = np.zeros(methods.size, dtype=np.int64)
    begun = rows_where(legs.from_day <= each_of(day, legs.row))
    begun = begun[sort_rows(legs.from_day[begun])]
    promised[legs.row[begun]] = legs.whole[begun]  # the last assignment of a row wins: its newest leg
    running = np.zeros(methods.size, dtype=np.bool_)
    running[legs.row[begun]] = True
    running[legs.row[legs.stop_day != NO_DAY]] = False  # nothing is earned after a cancellation
    delivered = latest_value(plan.log, rows, spread(rows.size, each_of(day, rows)))
    beyond[rows] = np.where(running[rows], np.maximum(delivered - promised[rows], 0), 0)
    return beyond


def overage_earned(
    book: Book,
    beyond_e6: Column,
    contract_of: Column,
    splits: PriorSplits,
    stated: Column,
    price: Column,
    day: Each,
) -> Column:
    """Per obligation what is earned of overage by a day. ``beyond_e6``: the ``overage_e6`` of that day.

    ``stated``: the stated price of each line, ``price``: what it will have earned without overage.
    """
    o = book.obligations
    earned = np.zeros(len(o), dtype=np.int64)
    rows = rows_where(beyond_e6)
    if not rows.size:
        return earned
    row = find_rows(o.id, splits.obligation)
    home = find_rows(book.contracts.id, splits.contract)
    usage = np.zeros(len(splits), dtype=np.bool_)
    usage[row != NONE] = o.method[row[row != NONE]] == Method.AS_INVOICED
    if not isinstance(day, int):
        by_contract = np.zeros(len(book.contracts), dtype=np.int64)
        by_contract[contract_of] = day
        day = by_contract[home]
    billed = (splits.service_day <= day) & (home != NONE) & ~usage
    by_line = sum_by(row[billed & (row != NONE)], splits.amount[billed & (row != NONE)], len(o))
    size = len(book.contracts)
    room = sum_by(home[billed], splits.amount[billed], size) - sum_by(contract_of, price, size)
    rows = rows[sort_rows(contract_of[rows], o.line_rank[rows], o.id[rows])]
    owner = contract_of[rows]
    running = cumulate_within(np.maximum(by_line[rows] - stated[rows], 0), owner)
    earned[rows] = differences_within(np.minimum(running, np.maximum(room, 0)[owner]), owner)
    return earned
