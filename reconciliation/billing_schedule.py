"""The BillingSchedule tab: the lines of documents that are new, changed or removed in a run."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from reconciliation.columns import BILLING_SCHEDULE
from reconciliation.rows import KIND_NAMES, BillingLine
from reconciliation.tab_sheet import Cell

# What the line does not carry under the column's own name.
_MADE: Mapping[str, Callable[[BillingLine], Cell]] = {
    "document_type": lambda line: KIND_NAMES[line.kind],
    "line": lambda line: str(line.line),
    "netsuite_id": lambda line: str(line.netsuite_id),
    "netsuite_customer_id": lambda line: str(line.netsuite_customer_id),
    "netsuite_item_id": lambda line: None if line.netsuite_item_id is None else str(line.netsuite_item_id),
    "custom_segments": lambda line: segments_text(line.segments),
    "status": lambda line: line.state.value,
    "change": lambda line: line.change.value,
}
_CELLS: tuple[Callable[[BillingLine], Cell], ...] = tuple(
    _MADE.get(column.field) or attrgetter(column.field) for column in BILLING_SCHEDULE.columns
)


def billing_rows(lines: Iterable[BillingLine]) -> Iterator[tuple[Cell, ...]]:
    """A row for each line, in the given order."""
    for line in lines:
        yield tuple(cell(line) for cell in _CELLS)


def segments_text(segments: Mapping[str, str]) -> str:
    """`cseg_channel = Direct; cseg_region = EMEA`, in order of script id."""
    return "; ".join(f"{script_id} = {segments[script_id]}" for script_id in sorted(segments))
