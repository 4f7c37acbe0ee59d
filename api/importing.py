"""Sheets that people load, as the operations take them; and sheets written for them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from reconciliation.columns import Tab
from reconciliation.import_sheets import DELIVERIES, OPENING, PRICES, ReadSheet, read_sheet, write_sheet
from reconciliation.package_check import UnreadableWorkbook
from reconciliation.tab_sheet import Cell
from revrec.operations.import_deliveries import GivenDelivery
from revrec.operations.import_opening import GivenOpening
from revrec.operations.import_prices import GivenPrice
from revrec.operations.price_terms import PriceTerms
from revrec.operations.record_delivery import Report
from revrec.problems import Conflict, Finding, Invalid
from revrec.store.queries.currencies import iso_precision, precisions
from revrec.store.queries.products import products_by_id
from revrec.store.tables import StandalonePrice


def check_new_sheet(path: Path) -> None:
    """Raise `Invalid` for a name that is no sheet's, `Conflict` where a file is there already."""
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise Invalid(f"{path.name} ends in neither .xlsx nor .csv.", where="file")
    if path.exists():
        raise Conflict(f"{path} exists already.", where="file")


def read_prices(path: Path, session: Session) -> tuple[list[GivenPrice], list[Finding]]:
    """The rows of a sheet of prices that could be read, and what is wrong with the others."""
    sheet = _read(path, PRICES, Decimals(precisions(session)))
    rows = [
        GivenPrice(
            place,
            _text(cells["product"]),
            _text(cells["currency"]),
            _text(cells["region"]),
            _whole(cells["min_quantity_e6"]) or 0,
            _day(cells["valid_from"]),
            PriceTerms(
                _text(cells["kind"]) or "observed",
                _whole(cells["low_minor"]),
                _whole(cells["high_minor"]),
                _text(cells["per"]) or "each",
            ),
        )
        for place, cells in sheet.rows
    ]
    return rows, findings_of(sheet)


def write_prices(path: Path, session: Session, rows: Sequence[StandalonePrice], created: datetime) -> None:
    """The prices in the form that `read_prices` takes."""
    products = products_by_id(session, [row.product_id for row in rows])
    cells: list[Sequence[Cell]] = [
        (
            products[row.product_id].code or products[row.product_id].name,
            row.currency,
            row.region,
            row.min_quantity_e6 or None,
            row.valid_from,
            row.kind,
            row.low_minor,
            None if row.high_minor == row.low_minor else row.high_minor,
            row.per,
        )
        for row in rows
    ]
    write_sheet(path, PRICES, cells, Decimals(precisions(session)), created)


def read_opening(path: Path, session: Session) -> tuple[list[GivenOpening], list[Finding]]:
    """The rows of a sheet of opening balances that could be read, and what is wrong with the others."""
    sheet = _read(path, OPENING, Decimals(precisions(session)))
    rows = [
        GivenOpening(
            place,
            _text(cells["contract"]),
            _text(cells["order"]),
            _text(cells["line"]),
            _text(cells["currency"]),
            _whole(cells["recognised_minor"]),
            _whole(cells["base_recognised_e6"]),
            _whole(cells["billed_minor"]),
            _whole(cells["base_billed_e6"]),
        )
        for place, cells in sheet.rows
    ]
    return rows, findings_of(sheet)


def read_deliveries(path: Path) -> tuple[list[GivenDelivery], list[Finding]]:
    """The rows of a sheet of deliveries that could be read, and what is wrong with the others."""
    sheet = _read(path, DELIVERIES, {})
    rows, faults = [], findings_of(sheet)
    for place, cells in sheet.rows:
        day = _day(cells["day"])
        if day is None:
            faults.append(Finding("cell", "blocking", f"{place}, column Date", "When was it delivered?"))
            continue
        report = Report(
            day,
            _whole(cells["quantity_e6"]),
            _whole(cells["percent_e6"]),
            _text(cells["milestone"]),
            _text(cells["reference"]),
            _text(cells["note"]),
        )
        rows.append(GivenDelivery(place, _text(cells["order"]), _text(cells["line"]), report))
    return rows, faults


def findings_of(sheet: ReadSheet) -> list[Finding]:
    """The faults of a sheet as findings; beyond the first 200 only their number is known."""
    return [
        Finding("cell", "blocking", str(fault).removesuffix(f": {fault.message}"), fault.message)
        for fault in sheet.faults.kept
    ]


class Decimals(Mapping[str, int]):
    """Decimals of each currency; of one that NetSuite has not told us of, by ISO 4217."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self._known = known

    def __getitem__(self, symbol: str) -> int:
        return self._known.get(symbol, iso_precision(symbol))

    def __contains__(self, symbol: object) -> bool:
        return isinstance(symbol, str) and bool(symbol)

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _read(path: Path, tab: Tab, decimals: Mapping[str, int]) -> ReadSheet:
    try:
        return read_sheet(path, tab, decimals)
    except UnreadableWorkbook as refused:
        raise Invalid(str(refused), where=path.name) from None


def _text(cell: Cell) -> str:
    return str(cell).strip() if cell is not None else ""


def _whole(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None


def _day(cell: Cell) -> date | None:
    return cell if isinstance(cell, date) else None
