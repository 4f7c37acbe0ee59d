"""What somebody changed in a job's file, cell by cell: the file as it was written against the file as it came back.

Rows are told apart by their tab's own key. Both files are read a row at a time, side by side; where their keys part,
the nearest row with the same key, within `WINDOW` rows, says whether a row was removed or added.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from reconciliation.columns import (
    BILLING_SCHEDULE,
    PENDING_DATA,
    PRODUCT,
    RECON_DETAILS,
    RECON_SUMMARY,
    Tab,
)
from reconciliation.package_check import LIMITS
from reconciliation.reader import canonical_row, read_tab
from reconciliation.tab_reader import CellProblem, ReadRow

WINDOW = 500
KEYS = {
    BILLING_SCHEDULE.name: ("netsuite_id", "line"),
    PRODUCT.name: ("netsuite_item_id",),
    PENDING_DATA.name: ("netsuite_id",),
    RECON_DETAILS.name: ("posting_period", "netsuite_customer_id", "currency"),
    RECON_SUMMARY.name: ("posting_period", "currency"),
}
"""What tells the rows of a tab apart, by field."""

Key = tuple[str, ...]


def differing_cells(
    written: Path, given: Path, precisions: Mapping[str, int], *, most: int = 200
) -> list[CellProblem]:
    """The first `most` differences between a job's file and one that came back, in the order of the tabs; rows and
    columns are those of the file that came back. Both files have been read without problems before."""
    found: list[CellProblem] = []
    for tab in (BILLING_SCHEDULE, PRODUCT, PENDING_DATA, RECON_DETAILS, RECON_SUMMARY):
        ours, theirs = (read_tab(path, tab, precisions, LIMITS) for path in (written, given))
        found += islice(_of_tab(tab, ours, theirs, precisions), most - len(found))
        if len(found) >= most:
            break
    return found


def _of_tab(
    tab: Tab, ours: Iterator[ReadRow], theirs: Iterator[ReadRow], precisions: Mapping[str, int]
) -> Iterator[CellProblem]:
    at = [tab.position(name) for name in KEYS[tab.name]]
    left = _Ahead(ours, at)
    right = _Ahead(theirs, at)
    last = 0
    while True:
        written, given = left.first(), right.first()
        if given is not None:
            last = given.row
        if written is None and given is None:
            return
        if written is not None and given is not None:
            same = left.key(written) == right.key(given)
            if same or _neither(left, right, written, given):
                yield from _of_row(tab, written, given, precisions)
                left.drop()
                right.drop()
                continue
        if given is None or (written is not None and _nearer(left, right, written, given)):
            assert written is not None
            yield CellProblem(tab.name, last, "", f"The row of {_named(tab, written)} was removed.")
            left.drop()
        else:
            yield CellProblem(given.sheet, given.row, "", f"The row of {_named(tab, given)} was added.")
            right.drop()


class _Ahead:
    """Rows of one file, some of them read ahead."""

    def __init__(self, rows: Iterator[ReadRow], at: list[int]) -> None:
        self._rows, self._at = rows, at
        self._ahead: deque[ReadRow] = deque()

    def first(self) -> ReadRow | None:
        self._fill(1)
        return self._ahead[0] if self._ahead else None

    def drop(self) -> None:
        self._ahead.popleft()

    def key(self, row: ReadRow) -> Key:
        return tuple(str(row.cells[place] or "") for place in self._at)

    def distance(self, key: Key) -> int | None:
        """How many rows on the row with this key comes; None where it does not within the window."""
        self._fill(WINDOW)
        return next((number for number, row in enumerate(self._ahead) if self.key(row) == key), None)

    def _fill(self, count: int) -> None:
        self._ahead.extend(islice(self._rows, max(count - len(self._ahead), 0)))


def _neither(left: _Ahead, right: _Ahead, written: ReadRow, given: ReadRow) -> bool:
    """Whether neither row has its like in the other file: then the key itself was changed."""
    return right.distance(left.key(written)) is None and left.distance(right.key(given)) is None


def _nearer(left: _Ahead, right: _Ahead, written: ReadRow, given: ReadRow) -> bool:
    """Whether the file goes on sooner without the row that was written than without the one that came."""
    without_written = left.distance(right.key(given))
    without_given = right.distance(left.key(written))
    return without_written is not None and (without_given is None or without_written <= without_given)


def _of_row(
    tab: Tab, written: ReadRow, given: ReadRow, precisions: Mapping[str, int]
) -> Iterator[CellProblem]:
    if written.cells == given.cells:
        return
    ours = canonical_row(tab, written.cells, precisions)
    theirs = canonical_row(tab, given.cells, precisions)
    for column, mine, other in zip(tab.columns, ours, theirs, strict=True):
        if mine != other:
            yield CellProblem(
                given.sheet, given.row, column.header, f"It is {_shown(other)}; the job wrote {_shown(mine)}."
            )


def _named(tab: Tab, row: ReadRow) -> str:
    return ", ".join(
        f"{tab.columns[tab.position(name)].header} {row.cells[tab.position(name)] or 'empty'}"
        for name in KEYS[tab.name]
    )


def _shown(text: str) -> str:
    return f"'{text[:80]}'" if text else "empty"
