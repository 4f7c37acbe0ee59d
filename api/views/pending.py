"""Pending Data: who waits, how much, and which CRM customers look alike."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.shape import Amount, View
from revrec.matching.match import BilledCustomer, OrderCustomer
from revrec.matching.suggestions import Suggestion, suggest_customers
from revrec.store.queries.customers import all_crm_customers
from revrec.store.queries.pending import PendingCustomer, PendingDocument, pending_documents


class SuggestionView(View):
    """A CRM customer whose name looks alike; `score` runs to 100. It only suggests."""

    crm_customer: str
    name: str
    score: float
    shared_words: list[str]


class PendingCustomerView(View):
    """A NetSuite customer whose documents wait. `paired_with`: loaded by the next run."""

    netsuite_customer: int
    name: str
    reason: str
    documents: int
    oldest: date
    amounts: list[Amount]
    paired_with: str
    suggestions: list[SuggestionView]


class PendingDocumentView(View):
    netsuite_id: int
    kind: str
    number: str
    date: date
    period: str
    currency: str
    amount: str
    reason: str


class PendingDetailView(PendingCustomerView):
    waiting: list[PendingDocumentView]


def pending_views(session: Session, rows: Sequence[PendingCustomer]) -> list[PendingCustomerView]:
    """Each customer with what is suggested for it."""
    write, suggested = amount_writer(session), _suggestions(session, rows)
    return [_view(row, suggested.get(row.netsuite_id, ()), write) for row in rows]


def pending_detail_view(session: Session, row: PendingCustomer) -> PendingDetailView:
    """One customer with every document that waits for it."""
    write = amount_writer(session)
    view = _view(row, _suggestions(session, [row]).get(row.netsuite_id, ()), write)
    documents = [_document(one, write) for one in pending_documents(session, row.netsuite_id)]
    return PendingDetailView(**view.model_dump(), waiting=documents)


def _suggestions(
    session: Session, rows: Sequence[PendingCustomer]
) -> dict[int | str, tuple[Suggestion, ...]]:
    open_rows = [row for row in rows if not row.linked_to]
    if not open_rows:
        return {}
    known = [OrderCustomer(external_id, name) for external_id, name in all_crm_customers(session)]
    return suggest_customers([BilledCustomer(row.netsuite_id, row.name) for row in open_rows], known)


def _view(
    row: PendingCustomer, suggestions: Sequence[Suggestion], write: AmountWriter
) -> PendingCustomerView:
    return PendingCustomerView(
        netsuite_customer=row.netsuite_id,
        name=row.name,
        reason=row.reason,
        documents=row.documents,
        oldest=row.oldest,
        amounts=[Amount(currency=c, amount=write.text(minor, c)) for c, minor in row.amounts.items()],
        paired_with=row.linked_to,
        suggestions=[
            SuggestionView(
                crm_customer=str(one.candidate.id),
                name=one.candidate.name,
                score=one.score,
                shared_words=list(one.shared_tokens),
            )
            for one in suggestions
        ],
    )


def _document(row: PendingDocument, write: AmountWriter) -> PendingDocumentView:
    return PendingDocumentView(
        netsuite_id=row.netsuite_id,
        kind=row.kind,
        number=row.tran_id,
        date=row.tran_date,
        period=row.period,
        currency=row.currency,
        amount=write.text(row.amount_minor, row.currency),
        reason=row.reason,
    )
