"""Sheets that people fill in: read whole, every fault named by sheet, row and column."""

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from reconciliation.import_sheets import DELIVERIES, PRICES, SHEETS, read_sheet, write_sheet
from reconciliation.package_check import UnreadableWorkbook

DECIMALS = {"USD": 2, "JPY": 0}
NOW = datetime(2026, 4, 10, 12, 0, tzinfo=UTC)
ROWS = [
    ("PLAN", "USD", "", None, None, "observed", 10_050, 10_050, "month"),
    ("007", "JPY", "EMEA", 100 * 10**6, date(2026, 4, 1), "residual", 5, 9, "each"),
    ("=PLAN", "USD", "-", 1_500_000, None, "residual", None, None, "year"),
]


@pytest.mark.parametrize("name", ["prices.xlsx", "prices.csv"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    write_sheet(tmp_path / name, PRICES, ROWS, DECIMALS, NOW)
    sheet = read_sheet(tmp_path / name, PRICES, DECIMALS)
    assert not sheet.faults.count
    fields = [column.field for column in PRICES.columns]
    assert [tuple(cells[field] or None for field in fields) for _, cells in sheet.rows] == [
        tuple(cell or None for cell in row) for row in ROWS
    ]


def test_a_sheet_may_be_a_person_s_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "My deliveries"
    headers = [column.header for column in DELIVERIES.columns]
    sheet.append(list(reversed(headers)))
    cells = {"Order": 4711, "Line": "1", "Date": date(2026, 3, 5), "Quantity": 2.5, "Reference": "DN-1"}
    sheet.append([cells.get(header) for header in reversed(headers)])
    sheet.append([None] * len(headers))
    book.save(tmp_path / "d.xlsx")
    read = read_sheet(tmp_path / "d.xlsx", DELIVERIES, {})
    ((place, row),) = read.rows
    assert place == "My deliveries, row 2"
    assert (row["order"], row["day"], row["quantity_e6"]) == ("4711", date(2026, 3, 5), 2_500_000)


def test_faults_name_sheet_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    header = ";".join(column.header for column in PRICES.columns)
    file.write_text(
        f"\ufeff{header}\nPLAN;USD;;;soon;;1.234;;\nPLAN;;;;;;1;;\nPLAN;USD;;;;;1,50;;\nPLAN;USD;;;;;2;;\n"
    )
    read = read_sheet(file, PRICES, DECIMALS)
    assert [place for place, _ in read.rows] == ["prices.csv, row 5"]
    assert [str(fault) for fault in read.faults.kept] == [
        "prices.csv, row 2, column From: expected a date, found 'soon'",
        "prices.csv, row 2, column Low: 1.234 has more than 2 decimals",
        "prices.csv, row 3, column Low: the amount's currency '' is not one of this account",
        "prices.csv, row 4, column Low: expected a number such as 1234.50, found '1,50'",
    ]


def test_a_column_that_is_missing_or_unknown_is_named(tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text("Product,Currency,Colour\nPLAN,USD,red\n")
    missing = [str(fault) for fault in read_sheet(file, PRICES, DECIMALS).faults.kept]
    assert "prices.csv, row 1, column Low: The column is missing." in missing


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "a.xlsx").write_bytes(b"no zip")
    for name, words in (("a.csv", "not UTF-8"), ("a.xlsx", "not an .xlsx"), ("b.csv", "no file")):
        with pytest.raises(UnreadableWorkbook, match=words):
            read_sheet(tmp_path / name, PRICES, DECIMALS)
    book = openpyxl.Workbook()
    book.create_sheet("Second")
    book.save(tmp_path / "two.xlsx")
    assert "has no sheet Prices" in str(read_sheet(tmp_path / "two.xlsx", PRICES, DECIMALS).faults.kept[0])


def test_every_column_says_what_it_holds() -> None:
    for tab in SHEETS:
        assert tab.about.endswith(".")
        assert all(column.about.endswith(".") for column in tab.columns)
