"""What a file holds, added up while it is read: by kind, period and currency, and its first rows."""

from collections.abc import Callable, Mapping
from typing import Any

from reconciliation.columns import BILLING_SCHEDULE, Tab
from reconciliation.reader import canonical_row
from reconciliation.tab_reader import ReadRow
from revrec.accounting.money import format_amount

FIRST_ROWS = 20
MOST_GROUPS = 400
LOOK_EVERY_ROWS = 500
SHOWN = (
    "document_type",
    "document_number",
    "customer",
    "posting_period",
    "document_date",
    "product",
    "currency",
    "amount_minor",
    "status",
    "reason",
)
_PLACES = [BILLING_SCHEDULE.position(name) for name in SHOWN]
_TYPE, _PERIOD, _CURRENCY, _AMOUNT, _DOCUMENT = (
    BILLING_SCHEDULE.position(name)
    for name in ("document_type", "posting_period", "currency", "amount_minor", "netsuite_id")
)

Looked = Callable[[str, int, int | None], None]


class Preview:
    """Watches a file being read. `looked(tab, done, total)` hears of it every few hundred rows, and may raise."""

    def __init__(self, precisions: Mapping[str, int], looked: Looked) -> None:
        self._precisions, self._looked = precisions, looked
        self._total: int | None = None
        self._done = 0
        self._groups: dict[tuple[str, str, str], tuple[set[str], list[int]]] = {}
        self._first: list[list[str]] = []

    def begin(self, stated: Mapping[tuple[str, str], str]) -> None:
        """The Summary says how many rows there are; it is a claim, and good enough for a progress bar."""
        counts = [
            value.replace(",", "")
            for (section, item), value in stated.items()
            if section == "File" and item.startswith("Rows of ")
        ]
        if counts and all(count.isdigit() and len(count) < 10 for count in counts):
            self._total = sum(map(int, counts))

    def row(self, tab: Tab, row: ReadRow) -> None:
        self._done += 1
        if self._done % LOOK_EVERY_ROWS == 1:
            total = self._total if self._total and self._total >= self._done else None
            self._looked(tab.name, self._done, total)
        if tab is not BILLING_SCHEDULE or row.problems:
            return
        cells = row.cells
        key = (str(cells[_TYPE] or ""), str(cells[_PERIOD] or ""), str(cells[_CURRENCY] or ""))
        documents, sums = self._groups.setdefault(key, (set(), [0, 0]))
        documents.add(str(cells[_DOCUMENT] or ""))
        amount = cells[_AMOUNT]
        sums[0] += 1
        sums[1] += amount if isinstance(amount, int) else 0
        if len(self._first) < FIRST_ROWS:
            texts = canonical_row(tab, cells, self._precisions)
            if isinstance(amount, int):
                texts[_AMOUNT] = format_amount(amount, self._precisions[key[2]])
            self._first.append([texts[place] for place in _PLACES])

    def found(self) -> dict[str, Any]:
        """Counts and sums (minor units) in order, at most `MOST_GROUPS`, and the first rows as text."""
        groups = [
            {
                "document_type": kind,
                "period": period,
                "currency": currency,
                "documents": len(documents),
                "lines": sums[0],
                "amount_minor": sums[1],
            }
            for (kind, period, currency), (documents, sums) in sorted(self._groups.items())
        ]
        return {
            "groups": groups[:MOST_GROUPS],
            "groups_left_out": max(len(groups) - MOST_GROUPS, 0),
            "headers": [BILLING_SCHEDULE.columns[place].header for place in _PLACES],
            "first_rows": self._first,
        }
