"""One sheet of a tab: rows as they stream by, then what stands above them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TypeAlias

from xlsxwriter.utility import xl_col_to_name

from reconciliation.cells import (
    FIRST_DATE,
    clean_text,
    date_serial,
    fits_a_number,
    looks_like_formula,
    scaled_text,
    time_serial,
    time_text,
)
from reconciliation.columns import SCALED_DIGITS, Column, Kind, Tab
from reconciliation.content_hash import ContentHash
from reconciliation.number_formats import Formats
from reconciliation.streamed_sheet import StreamedSheet

FIRST_DATA_ROW = 2  # zero-based: below the subtotals and the header
_WIDEST_TEXT = 60
_PAGE_WIDTH = 220  # characters on a landscape page that can still be read

Cell: TypeAlias = str | int | date | datetime | None
Put: TypeAlias = Callable[[int, Cell, Sequence[Cell]], str]


class UnknownCurrency(ValueError):
    """A row carries an amount in a currency whose number of decimals nobody said."""


class TabSheet:
    """One sheet while it is written: `write_rows`, then `finish`."""

    def __init__(
        self, tab: Tab, sheet: StreamedSheet, formats: Formats, precisions: Mapping[str, int]
    ) -> None:
        self.tab, self.sheet, self.formats, self._precisions = tab, sheet, formats, precisions
        self.name: str = sheet.name
        self.rows = 0
        self.numbers_as_text = 0
        self._row = FIRST_DATA_ROW
        self._longest = [0] * len(tab.columns)
        # By column and number of decimals, so that totals stay whole numbers until the end.
        self._totals: list[dict[int, int]] = [{} for _ in tab.columns]
        self._currencies: list[set[str]] = [set() for _ in tab.columns]
        self._puts = [self._putter(column) for column in tab.columns]

    def write_rows(self, rows: Iterator[Sequence[Cell]], limit: int, content: ContentHash | None) -> None:
        """Write until the sheet has `limit` rows or `rows` ends."""
        for row in islice(rows, limit):
            canonical = self._write_row(row)
            if content is not None:
                content.add_row(canonical)

    def _write_row(self, row: Sequence[Cell]) -> list[str]:
        """Write one row; returns its cells' canonical texts."""
        puts, longest = self._puts, self._longest
        if len(row) != len(puts):
            raise ValueError(f"{self.name}, row {self._row + 1}: {len(row)} cells for {len(puts)} columns.")
        canonical = []
        for at, cell in enumerate(row):
            text = "" if cell is None or cell == "" else puts[at](at, cell, row)
            if len(text) > longest[at]:
                longest[at] = len(text)
            canonical.append(text)
        self.sheet.end_row(self._row)
        self.rows += 1
        self._row += 1
        return canonical

    def finish(self, note: str) -> None:
        """Head rows, table, widths, page set-up."""
        sheet, last_row = self.sheet, max(self._row - 1, FIRST_DATA_ROW)
        table = {"name": self.name, "style": "Table Style Light 1"}
        sheet.begin_head()
        sheet.add_streamed_table(FIRST_DATA_ROW - 1, last_row, self.tab.headers, table)
        totals = [self._write_total(at, last_row) for at in range(len(self.tab.columns))]
        label = note or ("Total of the rows shown" if any(totals) else "")
        if label and not totals[0]:
            sheet.write_string(0, 0, label, self.formats.note)
        for at, header in enumerate(self.tab.headers):
            sheet.write_string(FIRST_DATA_ROW - 1, at, header, self.formats.header(self.tab.columns[at].kind))
        sheet.end_head(last_row + 1)
        widths = [self._width(at, column, len(totals[at])) for at, column in enumerate(self.tab.columns)]
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        sheet.freeze_panes(FIRST_DATA_ROW, self.tab.frozen)
        self._set_up_pages(sum(widths))

    def _set_up_pages(self, total_width: int) -> None:
        """Print landscape A4, as many pages side by side as stay readable, with the head rows on each."""
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(-(-total_width // _PAGE_WIDTH), 0)
        sheet.repeat_rows(0, 1)
        sheet.set_footer("&L&A&RPage &P of &N")

    def _write_total(self, at: int, last_row: int) -> str:
        """The subtotal above a column; returns it as it will be shown, empty where the column has none."""
        column = self.tab.columns[at]
        if column.field in {other.currency for other in self.tab.columns if other.total}:
            if len(self._currencies[at]) > 1:
                self.sheet.write_string(0, at, "mixed", self.formats.note)
            return ""
        if not column.total:
            return ""
        parts = self._totals[at]
        decimals = max(parts, default=SCALED_DIGITS.get(column.kind, 2))
        total = sum((Decimal(part).scaleb(-digits) for digits, part in parts.items()), Decimal(0))
        letter = xl_col_to_name(at)
        formula = f"=SUBTOTAL(109,{letter}{FIRST_DATA_ROW + 1}:{letter}{last_row + 1})"
        mixed = bool(column.currency) and len(self._currencies[self.tab.position(column.currency)]) > 1
        look = self.formats.total(column.kind, decimals, mixed=mixed)
        self.sheet.write_formula(0, at, formula, look, total)
        return f"{total:,.{decimals}f}"

    def _width(self, at: int, column: Column, total_length: int) -> int:
        if column.kind in (Kind.TEXT, Kind.ID):
            return max(column.width, min(self._longest[at] + 3, _WIDEST_TEXT))
        # Digits grow by thousands separators and a sign; a number wider than its column would show as ####.
        grown = self._longest[at] + self._longest[at] // 3 + 3
        return max(column.width, grown, total_length + 3)

    def _putter(self, column: Column) -> Put:
        """The function that writes a cell of this column and returns its canonical text."""
        match column.kind:
            case Kind.TEXT | Kind.ID:
                return self._put_text
            case Kind.DATE:
                return self._put_date
            case Kind.TIME:
                return self._put_time
            case Kind.AMOUNT:
                return self._amount_putter(column)
            case _:
                return self._scaled_putter(column)

    def _put_text(self, at: int, cell: Cell, row: Sequence[Cell]) -> str:
        text = clean_text(str(cell))
        look = self.formats.quoted if looks_like_formula(text) else self.formats.text
        self.sheet.put_text(self._row, at, text, look)
        return text

    def _put_date(self, at: int, cell: Cell, row: Sequence[Cell]) -> str:
        if not isinstance(cell, date) or isinstance(cell, datetime):
            raise self._wrong(at, cell, "a date")
        text = cell.isoformat()
        if cell < FIRST_DATE:
            self.sheet.put_text(self._row, at, text, self.formats.text)
        else:
            self.sheet.put_number(self._row, at, str(date_serial(cell)), self.formats.date)
        return text

    def _put_time(self, at: int, cell: Cell, row: Sequence[Cell]) -> str:
        if not isinstance(cell, datetime):
            raise self._wrong(at, cell, "a time")
        text = time_text(cell)
        self.sheet.put_number(self._row, at, time_serial(datetime.fromisoformat(text)), self.formats.time)
        return text

    def _amount_putter(self, column: Column) -> Put:
        beside = self.tab.position(column.currency)

        def put(at: int, cell: Cell, row: Sequence[Cell]) -> str:
            currency = str(row[beside] or "")
            self._currencies[beside].add(currency)
            return self._put_number(at, cell, Kind.AMOUNT, self._decimals(currency))

        return put

    def _decimals(self, currency: str) -> int:
        try:
            return self._precisions[currency]
        except KeyError:
            where = f"{self.name}, row {self._row + 1}"
            raise UnknownCurrency(
                f"{where}: nobody said how many decimals currency {currency!r} has."
            ) from None

    def _scaled_putter(self, column: Column) -> Put:
        kind, digits = column.kind, SCALED_DIGITS[column.kind]
        return lambda at, cell, row: self._put_number(at, cell, kind, digits)

    def _put_number(self, at: int, cell: Cell, kind: Kind, digits: int) -> str:
        if not isinstance(cell, int) or isinstance(cell, bool):
            raise self._wrong(at, cell, "a whole number of minor units")
        text = scaled_text(cell, digits)
        if not fits_a_number(cell):
            self.sheet.put_text(self._row, at, text, self.formats.exact_text)
            self.numbers_as_text += 1
            return text
        self.sheet.put_number(self._row, at, text, self.formats.number(kind, digits))
        self._totals[at][digits] = self._totals[at].get(digits, 0) + cell
        return text

    def _wrong(self, at: int, cell: Cell, wanted: str) -> TypeError:
        header = self.tab.columns[at].header
        return TypeError(f"{self.name}, row {self._row + 1}, column {header}: {cell!r} is not {wanted}.")
