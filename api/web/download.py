"""A list as a file: csv or xlsx, every row of the selection, streamed so that its length costs no memory.

Amounts are plain numbers with the currency beside them; text that a spreadsheet would take for a formula is kept text.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from reconciliation.cells import EXACT_DIGITS, clean_text, looks_like_formula
from revrec.problems import Invalid

Cell = str | int | Decimal | date | datetime | None
MAX_SHEET_ROWS = 1_048_575  # below the header


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a download. `kind`: text, amount (decimal text), count, day, moment (UTC)."""

    title: str
    read: Callable[[Any], Cell]
    kind: str = "text"


def download(kind: str, name: str, fields: Sequence[Field], rows: Iterable[Any]) -> Response:
    """The rows as `name.csv` or `name.xlsx`. Raises `Invalid` for another kind, or more rows than a sheet has."""
    if kind == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
        return StreamingResponse(_csv(fields, rows), media_type="text/csv; charset=utf-8", headers=headers)
    if kind == "xlsx":
        path = _workbook(name, fields, rows)
        return FileResponse(
            path,
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            filename=f"{name}.xlsx",
            background=BackgroundTask(path.unlink, missing_ok=True),
        )
    raise Invalid(f"A list is downloaded as csv or xlsx, not as '{kind}'.", where="file")


def _csv(fields: Sequence[Field], rows: Iterable[Any]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # without it, Excel takes the file for the machine's old code page
    writer.writerow([one.title for one in fields])
    for number, row in enumerate(rows, start=1):
        writer.writerow([_plain(one, one.read(row)) for one in fields])
        if number % 500 == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(field: Field, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return "'" + text if field.kind == "text" and looks_like_formula(text.lstrip()) else text


def _workbook(name: str, fields: Sequence[Field], rows: Iterable[Any]) -> Path:
    with tempfile.NamedTemporaryFile(prefix="revrec-list-", suffix=".xlsx", delete=False) as made:
        path = Path(made.name)
    try:
        _write_workbook(path, name, fields, rows)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _write_workbook(path: Path, name: str, fields: Sequence[Field], rows: Iterable[Any]) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(path, options) as book:
        formats = {
            **{f"amount{digits}": book.add_format({"num_format": _money(digits)}) for digits in range(9)},
            "count": book.add_format({"num_format": "#,##0"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "text": book.add_format(),
        }
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for at, one in enumerate(fields):
            sheet.set_column(at, at, {"text": 28, "amount": 18}.get(one.kind, 14))
        bold = book.add_format({"bold": True})
        for at, one in enumerate(fields):
            sheet.write_string(0, at, one.title, bold)
        for number, row in enumerate(rows, start=1):
            if number > MAX_SHEET_ROWS:
                raise Invalid(
                    f"More than {MAX_SHEET_ROWS:,} rows do not fit on a sheet. Narrow the list, or take it as csv.",
                    where="file",
                )
            for at, one in enumerate(fields):
                _put(sheet, number, at, one, one.read(row), formats)


def _put(sheet: Any, row: int, at: int, field: Field, value: Cell, formats: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if isinstance(value, datetime | date):
        sheet.write_datetime(row, at, value, formats[field.kind])
    elif field.kind == "text":
        sheet.write_string(row, at, clean_text(str(value)))
    else:
        number = Decimal(str(value))
        digits = max(0, -int(number.as_tuple().exponent))
        form = formats[f"amount{digits}" if field.kind == "amount" else field.kind]
        # What a sheet's number cannot hold stays text, to the last digit.
        if len(number.as_tuple().digits) > EXACT_DIGITS:
            sheet.write_string(row, at, str(value), form)
        else:
            sheet.write_number(row, at, number, form)


def _money(digits: int) -> str:
    plain = "#,##0" + ("." + "0" * digits if digits else "")
    return f'{plain};[Red]({plain});"–"'
