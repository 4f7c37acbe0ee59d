"""The groups of a reconciliation: NetSuite's totals and ours in one shape, compared, carried and kept."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from jobs.invoices.account import period_names
from jobs.resources import store
from reconciliation.control_totals import (
    DocumentKind,
    GroupKey,
    GroupResult,
    OurGroup,
    Share,
    SourceGroup,
    compare,
)
from reconciliation.opened_groups import ListedDocument
from revrec.netsuite.currencies import CurrencyTable
from revrec.netsuite.totals import ControlTotal
from revrec.store.core import currency
from revrec.store.queries.reconciliation import known_groups
from revrec.store.queries.written_off import written_off_lines
from revrec.store.staging.totals import SourceTotal, our_documents, our_totals, source_totals


def group_of(figures: Sequence[Any]) -> GroupResult:
    """A group from the figures a step recorded: its key, then both sides' counts and minor units."""
    period, kind, symbol, customer_id, *rest = figures
    key = GroupKey(period, DocumentKind(kind), symbol, customer_id)
    documents, lines, main, tax, our_documents_, our_lines, our_amount = rest
    ours = OurGroup(key, our_documents_, loaded=Share(our_lines, our_amount))
    return GroupResult(SourceGroup(key, documents, lines, main, tax), ours)


def compare_groups(
    session: Session,
    job_id: int,
    periods: Sequence[int] | None,
    excluded: Sequence[str],
    kinds: Sequence[str] | None = None,
) -> list[GroupResult]:
    """Both sides of every group of these NetSuite periods (None: those that were read) and kinds (None: all), as the
    job would publish."""
    symbols = {key: symbol for key, symbol in session.execute(select(currency.c.id, currency.c.symbol))}
    months = period_names(session)
    theirs = source_totals(session, job_id)
    read = {one.period_id for one in theirs} if periods is None else set(periods)
    source: dict[GroupKey, SourceGroup] = {}
    for total in theirs:
        if total.period_id not in read:
            continue
        key = GroupKey(
            months.get(total.period_id, ""),
            DocumentKind(total.kind),
            symbols.get(total.currency_id, ""),
            total.customer_id,
        )
        known = source.get(key, SourceGroup(key, 0, 0, 0, 0))
        source[key] = SourceGroup(
            key,
            known.documents + total.documents,
            known.lines + total.lines,
            known.main_minor + total.main_minor,
            known.tax_minor + total.tax_minor,
        )
    ours = _our_groups(session, job_id, sorted(read), excluded, months, symbols, kinds)
    return compare(source.values(), ours)


def with_emptied(
    session: Session, results: Sequence[GroupResult], periods: Sequence[int], kinds: Sequence[str]
) -> list[GroupResult]:
    """The results, with a group of nothing for each period and kind that held documents in an earlier run and holds
    none on either side now: what that run said of it no longer holds."""
    months = period_names(session)
    here = {(one.key.period, one.key.kind.value) for one in results}
    emptied = [
        GroupKey(row.period, DocumentKind(row.kind), row.currency, row.customer_id)
        for row in known_groups(session, {months[one] for one in periods if one in months}, kinds)
        if (row.period, row.kind) not in here
    ]
    found = [*results, *(GroupResult(SourceGroup(key, 0, 0, 0, 0), OurGroup(key, 0)) for key in emptied)]
    return sorted(found, key=lambda one: one.key)


def _our_groups(
    session: Session,
    job_id: int,
    periods: Sequence[int],
    excluded: Sequence[str],
    months: dict[int, str],
    symbols: dict[int, str],
    kinds: Sequence[str] | None,
) -> Iterable[OurGroup]:
    documents: dict[GroupKey, int] = defaultdict(int)
    shares: dict[GroupKey, dict[str, Share]] = defaultdict(dict)
    written_off = written_off_lines(session, job_id)
    for total in our_totals(session, job_id, periods, excluded, written_off, kinds):
        key = GroupKey(
            months.get(total.period_id or 0, ""),
            DocumentKind(total.kind),
            symbols.get(total.currency_id, ""),
            total.customer_id,
        )
        documents[key] += total.documents
        share = Share(total.lines, total.amount_minor)
        shares[key][total.outcome] = shares[key].get(total.outcome, Share()) + share
    return [OurGroup(key, documents[key], **by_outcome) for key, by_outcome in shares.items()]


def result_row(job_id: int, one: GroupResult) -> dict[str, Any]:
    """The row that keeps a group's result."""
    shares = {"loaded": one.ours.loaded, "pending": one.ours.pending}
    shares |= {"excluded": one.ours.excluded, "held": one.ours.held}
    row: dict[str, Any] = {
        "job_id": job_id,
        "period": one.key.period,
        "kind": one.key.kind.value,
        "currency": one.key.currency,
        "customer_id": one.key.customer_id,
        "source_documents": one.source.documents,
        "our_documents": one.ours.documents,
        "source_lines": one.source.lines,
        "source_main_minor": one.source.main_minor,
        "source_tax_minor": one.source.tax_minor,
        "source_minor": one.source.amount_minor,
        "difference_documents": one.difference_documents,
        "difference_lines": one.difference_lines,
        "difference_minor": one.difference_minor,
        "status": one.status.value,
        "documents_that_differ": "",
    }
    for name, share in shares.items():
        row |= {f"{name}_lines": share.lines, f"{name}_minor": share.amount_minor}
    return row


def source_total(one: ControlTotal, currencies: CurrencyTable) -> SourceTotal:
    """NetSuite's total as it is kept; an amount whose currency is unknown counts as zero on both sides."""
    home = currencies.find(one.group.currency_id)
    return SourceTotal(
        period_id=int(one.group.period),
        kind=one.group.type,
        currency_id=int(one.group.currency_id or (home.id if home else 0) or 0),
        customer_id=one.group.customer,
        documents=one.documents,
        lines=one.lines,
        main_minor=one.gross.minor or 0,
        tax_minor=one.tax.minor or 0,
    )


def ids_of(period: str, symbol: str) -> list[tuple[int, int]]:
    """NetSuite's ids behind a period and a currency symbol: (period id, currency id)."""
    with store().read() as session:
        c = currency.c
        periods = [key for key, name in period_names(session).items() if name == period]
        currencies = list(session.execute(select(c.id).where(c.symbol == symbol)).scalars())
    return [(one, other) for one in periods for other in currencies]


def listed_here(job_id: int, group: tuple[int, str, int, int]) -> list[ListedDocument]:
    """Our documents of one group, as the job would publish them."""
    with store().read() as session:
        return [
            ListedDocument(one.external_id, one.tran_id, one.lines, one.amount_minor, one.modified_at)
            for one in our_documents(session, job_id, group)
        ]
