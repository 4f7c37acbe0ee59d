"""Rows of a query as int64 columns."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np

from revrec.accounting.calendar import EPOCH
from revrec.accounting.columns import NO_DAY, NONE, Column

DAYS = {
    "start",
    "end",
    "day",
    "service_start",
    "service_end",
    "service_day",
    "ordered_day",
    "version_day",
} | {
    "cancelled_from",
    "cancelled_day",
}
"""Columns that hold days: nothing there is `NO_DAY`, not `NONE`."""


def columns_of(rows: Sequence[Any], names: Sequence[str]) -> dict[str, Column]:
    """Transpose rows into columns: dates become day numbers, nothing becomes `NONE` or `NO_DAY`."""
    if not rows:
        return {name: np.zeros(0, dtype=np.int64) for name in names}
    return {
        name: _column(values, NO_DAY if name in DAYS else NONE)
        for name, values in zip(names, zip(*rows, strict=True), strict=True)
    }


def _column(values: Sequence[Any], missing: int) -> Column:
    return np.fromiter(
        (
            missing if value is None else value.toordinal() - EPOCH if isinstance(value, date) else value
            for value in values
        ),
        dtype=np.int64,
        count=len(values),
    )


def ranks(texts: Sequence[str]) -> dict[str, int]:
    """Each text's rank among all, sorted: how the core orders order and document numbers."""
    return {text: rank for rank, text in enumerate(sorted(set(texts)))}
