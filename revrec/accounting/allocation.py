"""The transaction price of a contract and its allocation to obligations.

Invariant: the allocated amounts of a contract add up to its transaction price, to the unit.
"""

from __future__ import annotations

import numpy as np

from revrec.accounting.book import Book
from revrec.accounting.columns import NO_AMOUNT, Column


def allocate_stated_price(book: Book) -> Column:
    """Each obligation's own stated price, minor units; 0 where it is not known (its contract waits whole)."""
    stated = book.obligations.stated
    allocated: Column = np.where(stated == NO_AMOUNT, 0, stated)
    return allocated
