"""Pins what `StreamedSheet` takes from the inside of XlsxWriter."""

import zipfile
from pathlib import Path

import openpyxl
import pytest
from xlsxwriter.workbook import Workbook

from reconciliation.streamed_sheet import StreamedSheet


def sheet_xml(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read("xl/worksheets/sheet1.xml").decode()


def streamed(path: Path, rows: int, *, table: bool = True) -> None:
    book = Workbook(str(path), {"constant_memory": True})
    sheet: StreamedSheet = book.add_worksheet("Data", worksheet_class=StreamedSheet)
    plain = book.add_format({"indent": 1})
    for row in range(2, 2 + rows):
        sheet.put_text(row, 0, f"name {row}", plain)
        sheet.put_number(row, 1, f"{row}.25", plain)
        sheet.end_row(row)
    sheet.begin_head()
    if table:
        sheet.add_streamed_table(1, 1 + rows, ("Name", "Value"), {"name": "Data"})
    sheet.write_formula(0, 1, "=SUM(B3:B4)", None, 7)
    sheet.write_string(1, 0, "Name")
    sheet.write_string(1, 1, "Value")
    sheet.end_head(2 + rows)
    book.close()


def test_head_rows_written_last_stand_first_and_once(tmp_path: Path) -> None:
    streamed(tmp_path / "a.xlsx", 3)
    rows = list(
        openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)["Data"].iter_rows(values_only=True)
    )
    assert rows == [(None, 7), ("Name", "Value"), ("name 2", 2.25), ("name 3", 3.25), ("name 4", 4.25)]
    assert [sheet_xml(tmp_path / "a.xlsx").count(f'<row r="{n}"') for n in range(1, 7)] == [1, 1, 1, 1, 1, 0]


def test_the_table_covers_all_streamed_rows_and_its_filter_too(tmp_path: Path) -> None:
    streamed(tmp_path / "a.xlsx", 5_000)
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        table = package.read("xl/tables/table1.xml").decode()
    assert 'ref="A2:B5002"' in table and '<autoFilter ref="A2:B5002"' in table
    assert '<tableParts count="1">' in sheet_xml(tmp_path / "a.xlsx")
    assert '<dimension ref="A1:B5002"/>' in sheet_xml(tmp_path / "a.xlsx")


def test_a_table_without_rows_covers_one_blank_row(tmp_path: Path) -> None:
    streamed(tmp_path / "a.xlsx", 0)
    [table] = openpyxl.load_workbook(tmp_path / "a.xlsx")["Data"].tables.values()
    assert table.ref == "A2:B3"


def test_a_table_that_xlsxwriter_refuses_is_an_error(tmp_path: Path) -> None:
    book = Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    sheet: StreamedSheet = book.add_worksheet("Data", worksheet_class=StreamedSheet)
    sheet.begin_head()
    with (
        pytest.warns(UserWarning, match="Duplicate header"),
        pytest.raises(ValueError, match="tab Data was refused"),
    ):
        sheet.add_streamed_table(1, 2, ("Name", "name"), {"name": "Data"})
    book.close()


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        " lead",
        "trail\n",
        "a<b>&\"'c",
        "_x0041_",
        "ctrl\x01\x1f",
        "\ufffe",
        "a\rb",
        "=1+1",
        "é😀",
        "tab\t",
    ],
)
def test_a_text_cell_is_byte_for_byte_what_xlsxwriter_writes(tmp_path: Path, text: str) -> None:
    ours, theirs = tmp_path / "ours.xlsx", tmp_path / "theirs.xlsx"
    for path in (ours, theirs):
        book = Workbook(str(path), {"constant_memory": True})
        look = book.add_format({"indent": 1})
        if path == ours:
            sheet: StreamedSheet = book.add_worksheet("Data", worksheet_class=StreamedSheet)
            sheet.put_text(0, 0, text, look)
            sheet.put_number(0, 1, "-33.33", look)
            sheet.end_row(0)
            sheet.begin_head()
            sheet.end_head(1)
        else:
            plain = book.add_worksheet("Data")
            plain.write_string(0, 0, text, look)
            plain.write_number(0, 1, -33.33, look)
        book.close()
    assert sheet_xml(ours) == sheet_xml(theirs)


def test_markup_in_a_text_stays_text(tmp_path: Path) -> None:
    """XlsxWriter itself would write such a text as raw XML in constant memory."""
    book = Workbook(str(tmp_path / "a.xlsx"), {"constant_memory": True})
    sheet: StreamedSheet = book.add_worksheet("Data", worksheet_class=StreamedSheet)
    sheet.put_text(0, 0, "<r></is></c></row><row r='9'></r>", book.add_format())
    sheet.end_row(0)
    sheet.begin_head()
    sheet.end_head(1)
    book.close()
    assert (
        openpyxl.load_workbook(tmp_path / "a.xlsx")["Data"]["A1"].value == "<r></is></c></row><row r='9'></r>"
    )
