"""Made-up obligations as the core sees them: daily, 1 to 36 months, starting on any day of three years."""

import numpy as np

from revrec.accounting.calendar import Calendar, month_calendar
from revrec.accounting.columns import Column

CALENDAR: Calendar = month_calendar("2023-01", "2031-12")
FIRST_MONTH, LAST_MONTH = 12, 48
MONTHS = 36


def terms(size: int) -> tuple[Column, Column, Column]:
    """First day, last day and price in cents of each; the same ones for the same size."""
    random = np.random.default_rng(20260301)
    month = random.integers(FIRST_MONTH, LAST_MONTH, size)
    months = random.integers(1, MONTHS + 1, size)
    into = random.integers(0, 28, size)
    start = CALENDAR.boundaries[month] + into
    end = CALENDAR.boundaries[month + months] + into - 1
    return start, end, random.integers(1, 10**7, size)


def digest(row: Column, period: Column, amount: Column) -> int:
    """A number that differs where rows do, whatever their order."""
    return int((((row + 1) * 31 + period) % 997 * amount).sum())
