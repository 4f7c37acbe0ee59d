"""Reading a job file back: every row checked, every fault named by sheet, row and column, and its content hash
recomputed.

Rows come one at a time as tuples in the order of `columns.py`, in the program's own values (minor units, dates,
text), so that writing what was read gives the same file. A file is first checked as a package (`package_check.py`).
The header stands in row 2, below the subtotals, or in row 1 where a person dropped those; columns may stand in any
order.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from reconciliation.cells import scaled_text, time_text
from reconciliation.columns import OPTIONAL_TABS, SCALED_DIGITS, SUMMARY, TABS, Kind, Tab
from reconciliation.content_hash import ContentHash
from reconciliation.package_check import LIMITS, PackageLimits, UnreadableWorkbook, check_package
from reconciliation.summary import HASH_ITEM, JOB_ITEM
from reconciliation.tab_reader import CellProblem, Faults, ReadRow, read_sheets
from reconciliation.tab_sheet import Cell

# What openpyxl and what it stands on raise on parts that are cut, forged or not XML.
_DAMAGE = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ValueError,  # DefusedXmlException is one
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    EOFError,
)


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """What a file is. `problems` is cut after 200 (`problem_count` is not). Hashes are "" where the file has none."""

    job: str
    stated_hash: str
    content_hash: str
    tab_rows: Mapping[str, int]
    problems: tuple[CellProblem, ...]
    problem_count: int

    @property
    def is_readable(self) -> bool:
        return not self.problem_count

    @property
    def is_untouched(self) -> bool:
        """Whether the cells are those that the Summary's hash was made of."""
        return self.is_readable and bool(self.stated_hash) and self.stated_hash == self.content_hash


class Watch(Protocol):
    """Who looks on while a file is read: at first what its Summary states, by section and item, then each row."""

    def begin(self, stated: Mapping[tuple[str, str], str]) -> None: ...

    def row(self, tab: Tab, row: ReadRow) -> None: ...


def import_check(
    path: Path,
    precisions: Mapping[str, int],
    limits: PackageLimits = LIMITS,
    *,
    called: str = "",
    watch: Watch | None = None,
) -> ImportCheck:
    """Read the whole file, holding one row at a time. UnreadableWorkbook where it is no workbook that may be read.

    `called`: the file's name to people, where it lies here under another.
    """
    with opened_workbook(path, limits, called=called) as book:
        faults = Faults()
        sheets = _sheets_by_tab(book.sheetnames, faults)
        stated = _statements(book, sheets.get(SUMMARY.name, ()), precisions)
        if watch is not None:
            watch.begin(stated)
        content = ContentHash()
        tab_rows: dict[str, int] = {}
        for tab in TABS:
            if tab.name == SUMMARY.name or tab.name not in sheets:
                continue
            content.begin_tab(tab.name, tab.headers)
            tab_rows[tab.name] = 0
            for row in read_sheets(book, tab, sheets[tab.name], precisions, faults):
                tab_rows[tab.name] += 1
                faults.add(row.problems)
                content.add_row(canonical_row(tab, row.cells, precisions) if not row.problems else [])
                if watch is not None:
                    watch.row(tab, row)
    return ImportCheck(
        stated.get(JOB_ITEM, ""),
        stated.get(HASH_ITEM, ""),
        content.text,
        tab_rows,
        tuple(faults.kept),
        faults.count,
    )


def read_tab(
    path: Path, tab: Tab, precisions: Mapping[str, int], limits: PackageLimits = LIMITS
) -> Iterator[ReadRow]:
    """The rows of one tab, its `Name_2` included. UnreadableWorkbook also where its header is not the tab's."""
    with opened_workbook(path, limits) as book:
        faults = Faults()
        sheets = _sheets_by_tab(book.sheetnames, Faults())
        yield from read_sheets(book, tab, sheets.get(tab.name, ()), precisions, faults)
        if faults.count:
            raise UnreadableWorkbook(str(faults.kept[0]))


@contextmanager
def opened_workbook(path: Path, limits: PackageLimits, *, called: str = "") -> Iterator[Any]:
    check_package(path, limits, called=called)
    # Opened here, since openpyxl leaves the file open where it fails half way.
    with path.open("rb") as stream:
        book = None
        try:
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            yield book
        except UnreadableWorkbook:
            raise
        except _DAMAGE as error:
            message = f"{called or path.name} is damaged or not a workbook ({error}). Save it again as .xlsx."
            raise UnreadableWorkbook(message) from error
        finally:
            if book is not None:
                book.close()


def _sheets_by_tab(names: Sequence[str], faults: Faults) -> dict[str, tuple[str, ...]]:
    """The sheets of each tab in their order: BillingSchedule, BillingSchedule_2, ..."""
    found: dict[str, list[tuple[int, str]]] = {}
    known = {tab.name for tab in TABS}
    for name in names:
        base, number = name, 1
        if name not in known and (match := re.fullmatch(r"(.+)_(\d+)", name)):
            base, number = match[1], int(match[2])
        if base in known:
            found.setdefault(base, []).append((number, name))
        else:
            faults.add([CellProblem(name, 0, "", "A job file has no such tab. Remove it.")])
    for tab in TABS:
        if tab.name not in found and tab.name not in OPTIONAL_TABS:
            faults.add([CellProblem(tab.name, 0, "", "The tab is missing.")])
    return {base: tuple(name for _, name in sorted(sheets)) for base, sheets in found.items()}


def canonical_row(tab: Tab, cells: Sequence[Cell], precisions: Mapping[str, int]) -> list[str]:
    """The cells of a row without problems, as the text that the content hash is made of."""
    texts = []
    for column, cell in zip(tab.columns, cells, strict=True):
        if cell is None:
            texts.append("")
        elif isinstance(cell, str):
            texts.append(cell)
        elif isinstance(cell, int):
            is_amount = column.kind is Kind.AMOUNT
            digits = (
                precisions[str(cells[tab.position(column.currency)] or "")]
                if is_amount
                else SCALED_DIGITS[column.kind]
            )
            texts.append(scaled_text(cell, digits))
        elif column.kind is Kind.TIME:
            texts.append(time_text(cell))  # type: ignore[arg-type]
        else:
            texts.append(cell.isoformat())
    return texts


def _statements(
    book: Any, sheets: Sequence[str], precisions: Mapping[str, int]
) -> dict[tuple[str, str], str]:
    """The Summary's values by section and item; amounts are not needed here."""
    found: dict[tuple[str, str], str] = {}
    for row in read_sheets(book, SUMMARY, sheets, precisions, Faults()):
        section, item, value = row.cells[:3]
        found.setdefault((str(section or ""), str(item or "")), str(value or ""))
    return found
