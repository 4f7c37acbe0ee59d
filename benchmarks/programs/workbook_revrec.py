"""The job file's writer."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.programs.sheet_values import kind_of, rows
from benchmarks.programs.sheet_written import measure
from reconciliation.columns import Column, Kind, Tab
from reconciliation.writer import writing

CURRENCY = 0
KINDS = {"text": Kind.TEXT, "id": Kind.ID, "date": Kind.DATE, "amount": Kind.AMOUNT}


def write(path: Path, count: int, columns: int) -> None:
    tab = Tab("Lines", "Made-up rows.", tuple(_column(number) for number in range(columns)))
    with writing(path, precisions={"USD": 2}, created=datetime(2026, 1, 1, tzinfo=UTC)) as book:
        book.add_tab(tab, _rows(count, columns))


def _column(number: int) -> Column:
    kind = KINDS[kind_of(number)]
    amount = kind is Kind.AMOUNT
    return Column(
        f"Column {number}",
        f"field_{number}",
        kind,
        "",
        currency=f"field_{CURRENCY}" if amount else "",
        total=amount,
    )


def _rows(count: int, columns: int) -> Iterator[tuple[Any, ...]]:
    """An amount is written by the currency of its row, which the first text column holds here."""
    for row in rows(count, columns):
        yield ("USD", *row[1:])


if __name__ == "__main__":
    measure(write)
