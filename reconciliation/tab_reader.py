"""Reading the rows of a tab: each a tuple in the order of `columns.py`, in the program's own values.

Writing what was read gives the same file. The header stands in row 2, below the subtotals, or in row 1 where a
person dropped those; columns may stand in any order. Every fault is named by sheet, row and column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciliation.cells import CellError, read_date, read_number, read_text, read_time
from reconciliation.columns import SCALED_DIGITS, Column, Kind, Tab
from reconciliation.tab_sheet import Cell

MAX_COLUMNS = 100  # what stands further right is not read
MAX_ROWS = 1_048_576
_MAX_KEPT = 200


@dataclass(frozen=True, slots=True)
class CellProblem:
    """A fault in a file. `row` as the spreadsheet program counts (0: the whole sheet); `column` is its header."""

    sheet: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"{self.sheet}, row {self.row}" if self.row else self.sheet
        return f"{place}, column {self.column}: {self.message}" if self.column else f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One data row. Where it has problems, its cells are not to be used."""

    sheet: str
    row: int
    cells: tuple[Cell, ...]
    problems: tuple[CellProblem, ...]


@dataclass(slots=True)
class Faults:
    """Problems found so far; all are counted, the first are kept."""

    kept: list[CellProblem] = field(default_factory=list)
    count: int = 0

    def add(self, problems: Iterable[CellProblem]) -> None:
        for problem in problems:
            self.count += 1
            if len(self.kept) < _MAX_KEPT:
                self.kept.append(problem)


def read_sheets(
    book: Any, tab: Tab, sheets: Sequence[str], precisions: Mapping[str, int], faults: Faults
) -> Iterator[ReadRow]:
    """The data rows of a tab's sheets, blank ones left out; a wrong header is noted in `faults` and its sheet
    skipped.
    """
    for name in sheets:
        sheet = book[name]
        # The stated dimensions of a sheet are a claim; what its rows hold is counted instead.
        sheet.reset_dimensions()
        rows = enumerate(
            sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS + 1, values_only=True), start=1
        )
        places = _find_header(tab, name, rows, faults)
        if places is None:
            continue
        for number, values in rows:
            if any(value is not None and value != "" for value in values):
                yield _read_row(tab, name, number, values, places, precisions)


def _find_header(
    tab: Tab, sheet: str, rows: Iterator[tuple[int, tuple[object, ...]]], faults: Faults
) -> list[int] | None:
    """Where each column of the tab stands, from row 1 or 2; None, with the fault noted, where neither is the header."""
    best: tuple[int, list[str]] = (0, [])
    for number, values in rows:
        headers = ["" if value is None else str(value).strip() for value in values]
        if len(set(headers) & set(tab.headers)) > len(set(best[1]) & set(tab.headers)):
            best = (number, headers)
        if set(tab.headers) <= set(headers):
            unknown = [header for header in headers if header and header not in tab.headers]
            twice = [header for header in tab.headers if headers.count(header) > 1]
            faults.add(
                CellProblem(sheet, number, header, "The tab has no such column.") for header in unknown
            )
            faults.add(CellProblem(sheet, number, header, "The column stands twice.") for header in twice)
            return None if unknown or twice else [headers.index(header) for header in tab.headers]
        if number == 2:
            break
    row, headers = best
    missing = [header for header in tab.headers if header not in headers]
    faults.add(CellProblem(sheet, row or 2, header, "The column is missing.") for header in missing)
    return None


def _read_row(
    tab: Tab,
    sheet: str,
    number: int,
    values: Sequence[object],
    places: Sequence[int],
    precisions: Mapping[str, int],
) -> ReadRow:
    problems: list[CellProblem] = []
    raw = [values[place] if place < len(values) else None for place in places]
    strays = [at for at, value in enumerate(values) if value is not None and value != "" and at not in places]
    problems.extend(CellProblem(sheet, number, "", f"Cell {at + 1} stands under no header.") for at in strays)
    cells: list[Cell] = []
    for at, column in enumerate(tab.columns):
        value = raw[at]
        try:
            currency = (raw[tab.position(column.currency)] or "") if column.currency else None
            cells.append(
                None if value is None or value == "" else _read_cell(column, value, currency, precisions)
            )
        except CellError as error:
            cells.append(None)
            problems.append(CellProblem(sheet, number, column.header, error.message))
    return ReadRow(sheet, number, tuple(cells), tuple(problems))


def _read_cell(column: Column, value: object, currency: object, precisions: Mapping[str, int]) -> Cell:
    match column.kind:
        case Kind.TEXT | Kind.ID:
            return read_text(value)
        case Kind.DATE:
            return read_date(value)
        case Kind.TIME:
            return read_time(value)
        case Kind.AMOUNT:
            if not isinstance(currency, str) or currency not in precisions:
                raise CellError(f"the amount's currency {currency!r} is not one of this account")
            return read_number(value, precisions[currency])
        case _:
            return read_number(value, SCALED_DIGITS[column.kind])
