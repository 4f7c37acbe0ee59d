"""What XlsxWriter does not offer in constant memory: fast rows, a native table, and first rows that are known last.

With `constant_memory` XlsxWriter writes each row to a temporary file as the next one begins, so that only one is in
memory. This subclass adds what is then out of reach. It leans on internals of XlsxWriter 3.3 (`_write_single_row`,
`row_data_fh`, `tables`, `_write_optimized_sheet_data`, `_get_xf_index`); the tests of this module fail if they
move.

- `put_text`, `put_number`, `end_row`: data cells, written as the bytes that XlsxWriter would write (a test compares
  them) in a quarter of the time. A number is given as its exact decimal text and never passes through a float.
- `begin_head`, `end_head`: rows above the streamed ones, written after them (their subtotals are known only then),
  are collected apart and put first when the sheet is assembled.
- `add_streamed_table`: `add_table` refuses constant memory, and otherwise remembers every cell of its range. Here
  it is added over header and first row only, then its range and its filter are widened to the rows that were
  streamed.
"""

import io
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.sharedstrings import SharedStringTable
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import Worksheet


class StreamedSheet(Worksheet):  # type: ignore[misc, unused-ignore]
    """A worksheet of a `constant_memory` workbook whose head rows are written last."""

    def __init__(self) -> None:
        super().__init__()
        self._head_xml = ""
        self._cells: list[str] = []
        self._last_row = self._last_column = 0

    def put_text(self, row: int, column: int, text: str, look: Format) -> None:
        """A string cell of the row being streamed; never a formula, whatever it looks like."""
        self._put(row, column, look, f' t="inlineStr"><is>{_string_element(text)}</is></c>')

    def put_number(self, row: int, column: int, decimal_text: str, look: Format) -> None:
        """A number cell of the row being streamed, by its plain decimal text: -33.33."""
        self._put(row, column, look, f"><v>{decimal_text}</v></c>")

    def end_row(self, row: int) -> None:
        """Write the cells that were put since the last row ended, left to right."""
        self.row_data_fh.write(f'<row r="{row + 1}">{"".join(self._cells)}</row>')
        self._cells.clear()
        self._last_row = row

    def _put(self, row: int, column: int, look: Format, content: str) -> None:
        self._cells.append(f'<c r="{_letters(column)}{row + 1}" s="{look._get_xf_index()}"{content}')
        if column > self._last_column:
            self._last_column = column

    def begin_head(self) -> None:
        """After the last streamed row: the next rows written go above all that were streamed."""
        self._check_dimensions(self._last_row, 0)
        self._check_dimensions(self._last_row, self._last_column)
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


_letters = lru_cache(maxsize=None)(xl_col_to_name)


@lru_cache(maxsize=16_384)
def _string_element(text: str) -> str:
    """`<t>...</t>` with XML and Excel's own escapes. Names repeat from row to row, hence the cache."""
    escaped = Worksheet._escape_control_characters(text)
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        escaped = escaped.replace(char, entity)
    preserve = ' xml:space="preserve"' if escaped != escaped.strip() else ""
    return f"<t{preserve}>{escaped}</t>"
