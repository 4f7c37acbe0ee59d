"""Sheets that people fill in and load: their columns, reading one from .xlsx or .csv, and writing one.

A sheet is read whole and every fault is named by sheet, row and column, as in a job file. In a workbook it is the
sheet of the tab's name, or the only one. Columns may stand in any order, below at most one row of other things.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from reconciliation.cells import scaled_text
from reconciliation.columns import SCALED_DIGITS, Column, Kind, Tab, check_tab
from reconciliation.package_check import LIMITS, UnreadableWorkbook
from reconciliation.reader import opened_workbook
from reconciliation.tab_reader import CellProblem, Faults, ReadRow, read_sheets
from reconciliation.tab_sheet import Cell
from reconciliation.writer import writing

_FORMULA = ("=", "+", "-", "@")

PRICES = Tab(
    "Prices",
    "Stand-alone selling prices: one row for each product, currency, region and quantity tier from a day on.",
    (
        Column("Product", "product", Kind.ID, "Its code or name.", 20),
        Column("Currency", "currency", Kind.TEXT, "ISO code.", 11),
        Column("Region", "region", Kind.TEXT, "Empty: everywhere.", 14),
        Column(
            "Minimum quantity", "min_quantity_e6", Kind.QUANTITY, "From this quantity on; empty: any.", 19
        ),
        Column("From", "valid_from", Kind.DATE, "First day; empty: the first open day, or always.", 12),
        Column("Kind", "kind", Kind.TEXT, "observed (default) or residual.", 12),
        Column(
            "Low",
            "low_minor",
            Kind.AMOUNT,
            "The price of one unit, or the low end of its range.",
            16,
            "currency",
        ),
        Column("High", "high_minor", Kind.AMOUNT, "The high end; empty: a point.", 16, "currency"),
        Column("Per", "per", Kind.TEXT, "each (default), month or year.", 10),
    ),
    frozen=1,
)
DELIVERIES = Tab(
    "Deliveries",
    "What was delivered: exactly one of quantity, percent and milestone in each row.",
    (
        Column("Order", "order", Kind.ID, "The sales order's number.", 16),
        Column("Line", "line", Kind.ID, "Its line, by the CRM's id or its place in the order.", 14),
        Column("Date", "day", Kind.DATE, "When it was delivered or reached.", 12),
        Column("Quantity", "quantity_e6", Kind.QUANTITY, "Delivered on the day; negative: a return.", 12),
        Column("Percent", "percent_e6", Kind.QUANTITY, "Complete so far, of 100.", 12),
        Column("Milestone", "milestone", Kind.TEXT, "Its name in the plan.", 20),
        Column("Reference", "reference", Kind.ID, "The delivery's own number: given twice, kept once.", 18),
        Column("Note", "note", Kind.TEXT, "Anything.", 30),
    ),
    frozen=2,
)
OPENING = Tab(
    "Opening",
    "Opening balances at cut-over: recognised of order lines and billed of contracts, through the day before.",
    (
        Column("Contract", "contract", Kind.ID, "Its number; may be empty where the order is named.", 16),
        Column(
            "Order",
            "order",
            Kind.ID,
            "The order's number, of an invoice that is a contract the invoice's.",
            16,
        ),
        Column("Line", "line", Kind.ID, "The source's id of the line, or its place in the order.", 14),
        Column("Recognised", "recognised_minor", Kind.AMOUNT, "Revenue of the line so far.", 16, "currency"),
        Column(
            "Recognised base",
            "base_recognised_e6",
            Kind.QUANTITY,
            "The same in the subsidiary's currency.",
            18,
        ),
        Column(
            "Billed",
            "billed_minor",
            Kind.AMOUNT,
            "Invoices less credits; a contract's rows add up.",
            16,
            "currency",
        ),
        Column("Billed base", "base_billed_e6", Kind.QUANTITY, "The same in the subsidiary's currency.", 16),
        Column("Currency", "currency", Kind.TEXT, "ISO code of the contract's currency.", 11),
    ),
    frozen=3,
)
SHEETS = (PRICES, DELIVERIES, OPENING)

for _tab in SHEETS:
    check_tab(_tab)


@dataclass(frozen=True, slots=True)
class ReadSheet:
    """The rows that could be read, in the program's values by field, each with its place; and all faults."""

    rows: tuple[tuple[str, Mapping[str, Cell]], ...]
    faults: Faults


def read_sheet(path: Path, tab: Tab, precisions: Mapping[str, int]) -> ReadSheet:
    """Read one sheet. `precisions`: decimals of each currency. Raises `UnreadableWorkbook` for what is no such file."""
    faults = Faults()
    rows: list[tuple[str, Mapping[str, Cell]]] = []
    for row in _rows(path, tab, precisions, faults):
        faults.add(row.problems)
        if not row.problems:
            rows.append((f"{row.sheet}, row {row.row}", dict(zip(_fields(tab), row.cells, strict=True))))
    return ReadSheet(tuple(rows), faults)


def write_sheet(
    path: Path, tab: Tab, rows: Sequence[Sequence[Cell]], precisions: Mapping[str, int], created: datetime
) -> None:
    """Write the rows in the form that `read_sheet` takes: .csv where the name says so, else .xlsx."""
    if path.suffix.lower() == ".csv":
        with path.open("w", newline="", encoding="utf-8") as stream:
            out = csv.writer(stream)
            out.writerow(tab.headers)
            out.writerows(
                [_plain(tab, row, at, precisions) for at in range(len(tab.columns))] for row in rows
            )
        return
    with writing(path, precisions=precisions, created=created) as book:
        book.add_tab(tab, rows)


def _rows(path: Path, tab: Tab, precisions: Mapping[str, int], faults: Faults) -> Iterator[ReadRow]:
    if not path.is_file():
        raise UnreadableWorkbook(f"There is no file {path}.")
    if path.suffix.lower() == ".csv":
        yield from read_sheets({path.name: _CsvSheet(path)}, tab, [path.name], precisions, faults)
        return
    with opened_workbook(path, LIMITS) as book:
        names = [tab.name] if tab.name in book.sheetnames else list(book.sheetnames)
        if len(names) != 1:
            faults.add([CellProblem(tab.name, 0, "", f"The file has no sheet {tab.name}, and not just one.")])
            return
        yield from read_sheets(book, tab, names, precisions, faults)


class _CsvSheet:
    """A CSV file as the reader of sheets takes one: UTF-8, comma or semicolon, every cell text."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > LIMITS.packed:
            raise UnreadableWorkbook(f"{path.name} is larger than {LIMITS.packed >> 20} MB.")
        try:
            self._text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise UnreadableWorkbook(f"{path.name} is not UTF-8 text. Save it as CSV UTF-8.") from None

    def reset_dimensions(self) -> None:
        """A CSV file states none."""

    def iter_rows(self, *, max_row: int, max_col: int, values_only: bool) -> Iterator[tuple[Any, ...]]:
        head = self._text.partition("\n")[0]
        lines = self._text.splitlines(keepends=True)
        reader = csv.reader(lines, delimiter=";" if head.count(";") > head.count(",") else ",")
        for number, row in enumerate(reader, start=1):
            if number > max_row:
                return
            yield tuple(_unquoted(cell) for cell in row[:max_col])


def _unquoted(cell: str) -> str:
    """The text behind the apostrophe that keeps a spreadsheet program from seeing a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in _FORMULA else text


def _plain(tab: Tab, row: Sequence[Cell], at: int, precisions: Mapping[str, int]) -> str:
    cell, column = row[at], tab.columns[at]
    if cell is None:
        return ""
    if isinstance(cell, int):
        amount = column.kind is Kind.AMOUNT
        digits = precisions[str(row[tab.position(column.currency)])] if amount else SCALED_DIGITS[column.kind]
        return scaled_text(cell, digits)
    if isinstance(cell, date):
        return cell.isoformat()
    return f"'{cell}" if cell[:1] in _FORMULA else cell


def _fields(tab: Tab) -> list[str]:
    return [column.field for column in tab.columns]
