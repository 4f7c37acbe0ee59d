"""The only writer of workbooks.

Each tab is a stream of row tuples, in the order of its columns in `columns.py`, and is never held in memory: one
row at a time goes to disk. Row 1 is `SUBTOTAL(109, ...)` (the rows a filter shows) with its value already in the
cell, row 2 the header; both stay in sight. A tab takes 1,048,574 rows, then goes on as `Name_2`. Text is always a
string cell, never a formula.

The file appears under its name only when it is whole: it is written beside it, forced to disk, then renamed. What a
killed process left behind is removed by the next one that writes the same file.
"""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsxwriter.workbook import Workbook

from reconciliation.columns import Tab
from reconciliation.content_hash import ContentHash
from reconciliation.number_formats import Formats
from reconciliation.streamed_sheet import StreamedSheet
from reconciliation.tab_sheet import Cell, TabSheet

MAX_DATA_ROWS = 1_048_574


@dataclass(frozen=True, slots=True)
class WrittenTab:
    """What became of a tab: its data rows, the names of its sheets, and how many numbers had to be written as text."""

    name: str
    rows: int
    sheets: tuple[str, ...]
    numbers_as_text: int


class WorkbookWriter:
    """Writes one workbook; made by `writing`."""

    def __init__(
        self, path: Path, precisions: Mapping[str, int], created: datetime, max_data_rows: int, scratch: Path
    ) -> None:
        self._workbook = Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(scratch),
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._workbook.set_properties({"created": created, "title": path.stem})
        self._formats = Formats(self._workbook)
        self._precisions = precisions
        self._max_data_rows = max_data_rows
        self._reserved: dict[str, StreamedSheet] = {}
        self._hash = ContentHash()
        self.tabs: list[WrittenTab] = []

    @property
    def content_hash(self) -> str:
        """Of the tabs added so far with `hashed=True`."""
        return self._hash.text

    def reserve_tab(self, tab: Tab) -> None:
        """Give a tab its place among the sheets now; its rows come later (the Summary is first and written last)."""
        self._reserved[tab.name] = self._new_sheet(tab.name)

    def add_tab(
        self, tab: Tab, rows: Iterable[Sequence[Cell]], *, hashed: bool = True, note: str = ""
    ) -> WrittenTab:
        """Write a whole tab. `note` stands in row 1 of a tab without totals."""
        if hashed:
            self._hash.begin_tab(tab.name, tab.headers)
        stream = _Peekable(rows)
        names: list[str] = []
        total_rows = as_text = 0
        while not names or not stream.is_done():
            sheet = TabSheet(tab, self._sheet_for(tab, len(names) + 1), self._formats, self._precisions)
            sheet.write_rows(stream, self._max_data_rows, self._hash if hashed else None)
            sheet.finish(note)
            names.append(sheet.name)
            total_rows += sheet.rows
            as_text += sheet.numbers_as_text
        written = WrittenTab(tab.name, total_rows, tuple(names), as_text)
        self.tabs.append(written)
        return written

    def close(self) -> None:
        if self._reserved:
            raise ValueError(f"Tab {', '.join(self._reserved)} was reserved and never written.")
        self._workbook.close()

    def abandon(self) -> None:
        """Let go of open files where the workbook will not be finished; nothing after `close`."""
        # Otherwise XlsxWriter would try to finish the file when it is garbage-collected.
        self._workbook.fileclosed = 1
        for sheet in self._workbook.worksheets():
            sheet.row_data_fh.close()

    def _sheet_for(self, tab: Tab, number: int) -> StreamedSheet:
        if number == 1 and tab.name in self._reserved:
            return self._reserved.pop(tab.name)
        return self._new_sheet(tab.name if number == 1 else f"{tab.name}_{number}")

    def _new_sheet(self, name: str) -> StreamedSheet:
        sheet: StreamedSheet = self._workbook.add_worksheet(name, worksheet_class=StreamedSheet)
        return sheet


class _Peekable(Iterator[Sequence[Cell]]):
    """Rows, of which one can be looked at before a sheet is opened for it."""

    def __init__(self, rows: Iterable[Sequence[Cell]]) -> None:
        self._rows = iter(rows)
        self._next: Sequence[Cell] | None = None

    def is_done(self) -> bool:
        if self._next is None:
            self._next = next(self._rows, None)
        return self._next is None

    def __next__(self) -> Sequence[Cell]:
        if self.is_done() or self._next is None:
            raise StopIteration
        row, self._next = self._next, None
        return row


@contextmanager
def writing(
    path: Path, *, precisions: Mapping[str, int], created: datetime, max_data_rows: int = MAX_DATA_ROWS
) -> Iterator[WorkbookWriter]:
    """A writer for the workbook `path`, which appears, whole, when the block ends without an error.

    `precisions`: decimals of each currency that occurs. `created`: the stamp in the file's properties.
    `max_data_rows`: rows a tab takes before it goes on as `Name_2` (lower only in tests).
    """
    if not 1 <= max_data_rows <= MAX_DATA_ROWS:
        raise ValueError(f"max_data_rows is {max_data_rows}; it must lie between 1 and {MAX_DATA_ROWS}.")
    scratch = path.parent / f".writing-{path.name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    unfinished = scratch / path.name
    book = WorkbookWriter(unfinished, precisions, created, max_data_rows, scratch)
    try:
        yield book
        book.close()
        _force_to_disk(unfinished)
        unfinished.replace(path)
        _force_to_disk(path.parent)
    finally:
        book.abandon()
        shutil.rmtree(scratch, ignore_errors=True)


def _force_to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
