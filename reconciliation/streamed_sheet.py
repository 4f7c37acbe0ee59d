"""What XlsxWriter does not offer in constant memory: a native table, and first rows that are known last.

With `constant_memory` XlsxWriter writes each row to a temporary file as the next one begins, so that only one is in
memory. Two things are then out of reach, and this subclass adds them; it also closes one hole. It leans on
internals of XlsxWriter 3.3 (`_write_single_row`, `row_data_fh`, `tables`, `_write_optimized_sheet_data`); the tests
of this module fail if they move.

- `add_streamed_table`: `add_table` refuses constant memory, and otherwise remembers every cell of its range. Here
  it is added over header and first row only, then its range and its filter are widened to the rows that were
  streamed.
- `begin_head` / `end_head`: rows above the streamed ones, written after them (their subtotals are known only then),
  are collected apart and put first when the sheet is assembled.
- A text that starts with `<r>` and ends with `</r>` would be written as markup; here it stays text.
"""

import io
import shutil
from pathlib import Path
from typing import Any

from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet


class StreamedSheet(Worksheet):  # type: ignore[misc, unused-ignore]
    """A worksheet of a `constant_memory` workbook whose head rows are written last."""

    _head_xml: str = ""

    def begin_head(self) -> None:
        """After the last streamed row: the next rows written go above all that were streamed."""
        self._write_single_row()
        self.fh = io.StringIO()
        self.previous_row = 0

    def end_head(self, next_free_row: int) -> None:
        """After the last head row. `next_free_row` is the zero-based row below all others."""
        self._write_single_row(next_free_row)
        self._head_xml = self.fh.getvalue()
        self.fh = self.row_data_fh

    def add_streamed_table(
        self, header_row: int, last_row: int, headers: tuple[str, ...], options: dict[str, Any]
    ) -> None:
        """A native table from `header_row` to `last_row` (zero-based) over as many columns as there are `headers`.

        Call it before the head rows are written. A table needs one row of data, so an empty one covers a blank row.
        """
        last_column = len(headers) - 1
        strings = getattr(self, "str_table")  # noqa: B009 - untyped in XlsxWriter
        self.str_table, self.constant_memory = SharedStringTable(), False
        try:
            outcome = self.add_table(
                header_row,
                0,
                header_row + 1,
                last_column,
                {**options, "columns": [{"header": h} for h in headers]},
            )
        finally:
            self.str_table, self.constant_memory = strings, True
            self.table.clear()
        if outcome != 0:
            raise ValueError(f"The table of tab {self.name} was refused by XlsxWriter (code {outcome}).")
        table = self.tables[-1]
        table["range"] = xl_range(header_row, 0, max(last_row, header_row + 1), last_column)
        table["a_range"] = table["range"]
        if "autofilter" in table:
            table["autofilter"] = table["range"]

    def _write_optimized_sheet_data(self) -> None:
        self._xml_start_tag("sheetData")
        self.fh.write(self._head_xml)
        self.row_data_fh.seek(0)
        shutil.copyfileobj(self.row_data_fh, self.fh, 1 << 16)
        self.row_data_fh.close()
        Path(self.row_data_filename).unlink()
        self._xml_end_tag("sheetData")

    def _xml_rich_inline_string(self, string: str, attributes: list[tuple[str, object]]) -> None:
        self._xml_inline_string(string, False, attributes)
