"""The PendingData tab: documents that wait for their customer's match, and who it might be."""

from collections.abc import Iterable, Iterator

from reconciliation.rows import KIND_NAMES, LookAlike, PendingDocument
from reconciliation.tab_sheet import Cell


def pending_rows(documents: Iterable[PendingDocument]) -> Iterator[tuple[Cell, ...]]:
    """A row for each document, in the given order."""
    for document in documents:
        yield (
            document.customer,
            str(document.netsuite_customer_id),
            document.pending_reason.value,
            look_alikes_text(document.candidates),
            look_alikes_text(document.suggestions),
            KIND_NAMES[document.kind],
            document.document_number,
            str(document.netsuite_id),
            document.posting_period,
            document.document_date,
            document.lines,
            document.currency,
            document.amount_minor,
            document.pending_since,
        )


def look_alikes_text(look_alikes: Iterable[LookAlike]) -> str:
    """`Acme Inc (001A, 93.3); Acme LLC (001B)`."""
    return "; ".join(
        f"{one.name} ({one.crm_id})" if one.score is None else f"{one.name} ({one.crm_id}, {one.score:.1f})"
        for one in look_alikes
    )
