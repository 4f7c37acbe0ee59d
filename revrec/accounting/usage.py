"""Usage that is earned as it is invoiced (606-10-55-18): outside allocation and RPO.

Revenue is what is billed for the usage period that the invoice line names, once that period has ended; usage of days
that no such period holds is delivered and not billed, and accrued at the stated rate. Bills may come in any order.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import (
    NO_AMOUNT,
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
from revrec.accounting.money import share_columns
from revrec.accounting.recognition import ProgressLog, latest_value
from revrec.accounting.terms import Method


def usage_earned(book: Book, splits: PriorSplits, log: ProgressLog, day: Each) -> Column:
    """What each ``as_invoiced`` obligation has earned through a day; 0 for all others, and before its order.

    A credit memo lowers what is billed; what it credits stays billed, and is not accrued again.
    """
    o = book.obligations
    size = len(o)
    usage = rows_where(o.method == Method.AS_INVOICED)
    earned = np.zeros(size, dtype=np.int64)
    if not usage.size:
        return earned
    row = find_rows(o.id[usage], splits.obligation)
    billed = rows_where((row != NONE) & (splits.service_day <= each_of(day, usage[row])))
    row, amount = row[billed], splits.amount[billed]
    total = sum_by(row, amount, usage.size)
    bill = amount > 0
    row, first, last = row[bill], splits.service_start[billed[bill]], splits.service_day[billed[bill]]
    row, first, last = _apart(row, first, last)
    # What the log stood at on the day, and on both sides of each stretch of days that is billed.
    key = usage[np.concatenate((np.arange(usage.size), row, row))]
    stood = latest_value(log, key, np.concatenate((spread(usage.size, each_of(day, usage)), last, first - 1)))
    used, through, before = np.split(stood, [usage.size, usage.size + row.size])
    open_e6 = used - sum_by(row, through - before, usage.size)
    rate = np.where(o.stated[usage] == NO_AMOUNT, 0, o.stated[usage])
    open_e6, quantity = np.maximum(open_e6, 0), np.maximum(o.quantity_e6[usage], 1)
    accrued = share_columns(rate, open_e6, quantity)
    with np.errstate(over="ignore"):
        left = rate * open_e6 - accrued * quantity  # half the quantity at most: exact modulo 2**64
    # The running total is rounded, half away from zero: below zero a half of what is accrued goes down.
    accrued -= (-left == quantity + left) & (total + accrued <= 0)
    earned[usage] = np.where(o.ordered_day[usage] <= each_of(day, usage), total + accrued, 0)
    return earned


def _apart(row: Column, first: Column, last: Column) -> tuple[Column, Column, Column]:
    """Stretches of days of each row, as far as no stretch before them holds their days already."""
    if not row.size:
        return row, first, last
    order = sort_rows(row, first, last)
    row, first, last = row[order], first[order], last[order]
    low = int(last.min())
    span = int(last.max()) - low + 1
    # The last day that is held so far, row by row: those of a later row stand above all of the rows before it.
    held = np.maximum.accumulate(row * span + (last - low)) - row * span + low
    follows = row[1:] == row[:-1]
    first[1:] = np.where(follows, np.maximum(first[1:], held[:-1] + 1), first[1:])
    real = first <= last
    return row[real], first[real], last[real]
