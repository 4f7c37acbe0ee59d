"""openpyxl in write-only mode."""

from pathlib import Path

from openpyxl import Workbook

from benchmarks.programs.sheet_values import kind_of, rows
from benchmarks.programs.sheet_written import measure


def write(path: Path, count: int, columns: int) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Lines")
    amounts = {number for number in range(columns) if kind_of(number) == "amount"}
    sheet.append([f"Column {number}" for number in range(columns)])
    for row in rows(count, columns):
        sheet.append([value / 100 if at in amounts else value for at, value in enumerate(row)])
    book.save(path)


if __name__ == "__main__":
    measure(write)
