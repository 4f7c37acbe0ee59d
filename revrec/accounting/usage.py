"""Usage that is earned as it is invoiced (606-10-55-18): outside allocation and RPO.

Revenue is what is billed for the usage period that the invoice line names; usage delivered after the last billed
period is accrued at the stated rate.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book, PriorSplits
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE, Column, find_rows, sum_by
from revrec.accounting.money import share_columns
from revrec.accounting.recognition import ProgressLog, latest_value
from revrec.accounting.terms import Method


def usage_earned(book: Book, splits: PriorSplits, log: ProgressLog, day: int) -> Column:
    """What each ``as_invoiced`` obligation has earned through a day; 0 for all others, and before its order."""
    o = book.obligations
    size = len(o)
    usage = o.method == Method.AS_INVOICED
    if not usage.any():
        return np.zeros(size, dtype=np.int64)
    row = find_rows(o.id, splits.obligation)
    billed = (row != NONE) & (splits.service_day <= day)
    billed[billed] = usage[row[billed]]
    total = sum_by(row[billed], splits.amount[billed], size)
    last = np.full(size, NO_DAY, dtype=np.int64)
    np.maximum.at(last, row[billed], splits.service_day[billed])
    key = np.arange(size, dtype=np.int64)
    since = latest_value(log, key, np.full(size, day)) - latest_value(log, key, last)
    rate = np.where(o.stated == NO_AMOUNT, 0, o.stated)
    accrued = share_columns(rate, np.maximum(since, 0), np.maximum(o.quantity_e6, 1))
    earned: Column = np.where(usage & (o.ordered_day <= day), total + accrued, 0)
    return earned
