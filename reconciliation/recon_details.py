"""The ReconDetails_Invoice tab: source against ours by posting period, customer and currency.

Control totals also tell invoices from credit memos; a row joins the two, and passes only where both do, so that an
invoice missing here cannot be hidden by a credit memo of the same amount.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from reconciliation.cells import scaled_text
from reconciliation.control_totals import GroupResult, Share, Status, overall
from reconciliation.opened_groups import DocumentDifference
from reconciliation.tab_sheet import Cell


@dataclass(frozen=True, slots=True)
class ReconLine:
    """Both sides of one or more groups of one currency, added up."""

    currency: str
    source_documents: int
    our_documents: int
    source: Share
    loaded: Share
    pending: Share
    excluded: Share
    held: Share
    status: Status

    def cells(self) -> tuple[Cell, ...]:
        """In the order of the columns that both recon tabs share."""
        ours = self.loaded + self.pending + self.excluded + self.held
        states = (self.loaded, self.pending, self.excluded, self.held)
        return (
            self.currency,
            self.source_documents,
            self.our_documents,
            self.source.lines,
            self.source.amount_minor,
            *(cell for share in states for cell in (share.lines, share.amount_minor)),
            self.source_documents - self.our_documents,
            self.source.lines - ours.lines,
            self.source.amount_minor - ours.amount_minor,
            self.status.value,
        )


@dataclass(frozen=True, slots=True)
class ReconContext:
    """Names for ids, decimals for currencies, and the documents found to differ, by (period, customer id, currency)."""

    customers: Mapping[int, str]
    precisions: Mapping[str, int]
    differing: Mapping[tuple[str, int, str], tuple[DocumentDifference, ...]] = field(default_factory=dict)


def add_up(results: Iterable[GroupResult]) -> ReconLine:
    """One line of the given groups, which must share a currency (amounts are never added across currencies)."""
    groups = list(results)
    currencies = {group.key.currency for group in groups}
    if len(currencies) != 1:
        raise ValueError(f"Control totals of {len(currencies)} currencies cannot be added up.")
    return ReconLine(
        currencies.pop(),
        sum(group.source.documents for group in groups),
        sum(group.ours.documents for group in groups),
        sum((Share(group.source.lines, group.source.amount_minor) for group in groups), Share()),
        sum((group.ours.loaded for group in groups), Share()),
        sum((group.ours.pending for group in groups), Share()),
        sum((group.ours.excluded for group in groups), Share()),
        sum((group.ours.held for group in groups), Share()),
        overall(groups),
    )


def recon_detail_rows(results: Iterable[GroupResult], context: ReconContext) -> Iterator[tuple[Cell, ...]]:
    """Rows in order of period, customer's name, customer id, currency."""

    def place(result: GroupResult) -> tuple[str, str, int, str]:
        key = result.key
        return key.period, context.customers.get(key.customer_id, ""), key.customer_id, key.currency

    for (period, customer, customer_id, currency), groups in groupby(sorted(results, key=place), key=place):
        differing = context.differing.get((period, customer_id, currency), ())
        yield (
            period,
            customer,
            str(customer_id),
            *add_up(groups).cells(),
            differing_text(differing, context.precisions[currency]),
        )


def differing_text(differences: Iterable[DocumentDifference], digits: int) -> str:
    """`INV-7: NetSuite 110, here 100; INV-9: NetSuite 50, here none`."""

    def side(amount: int | None) -> str:
        return "none" if amount is None else scaled_text(amount, digits)

    return "; ".join(
        f"{one.number}: NetSuite {side(one.source.amount_minor if one.source else None)}, "
        f"here {side(one.ours.amount_minor if one.ours else None)}"
        for one in differences
    )
