"""Pending Data: who waits, how much, and which CRM customers look alike."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.shape import Amount, View
from revrec.matching.match import BilledCustomer
from revrec.matching.suggestions import Suggestion
from revrec.store.queries.look_alikes import CrmNames, crm_names
from revrec.store.queries.pending import PendingDocument, pending_documents
from revrec.store.queries.waiting import (
    WHYS,
    Chosen,
    WaitingCustomer,
    Why,
    newest_links,
    waiting_totals,
    why_it_waits,
)
from revrec.store.tables import CustomerLink

MOST_DOCUMENTS = 200
"""Documents that a customer is shown with; a list of their own has all."""


class SuggestionView(View):
    """A CRM customer whose name looks alike; `score` runs to 100. It only suggests."""

    crm_customer: str
    name: str
    score: float
    shared_words: list[str]


class PendingCustomerView(View):
    """A NetSuite customer whose documents wait. `why`: no_match, ambiguous, undone or paired, `reason` the same in
    words. `paired_with`: loaded by the next run."""

    netsuite_customer: int
    name: str
    why: Why
    reason: str
    documents: int
    oldest: date
    amounts: list[Amount]
    paired_with: str
    paired_by: str
    paired_at: datetime | None
    suggestions: list[SuggestionView]


class PendingDocumentView(View):
    """A document that waits; its amount is net of tax, credits negative. `job` pulled it."""

    netsuite_id: int
    netsuite_customer: int
    name: str
    kind: str
    number: str
    date: date
    period: str
    currency: str
    amount: str
    reason: str
    job: int


class PendingDetailView(PendingCustomerView):
    """`waiting` has the oldest of its `documents`."""

    waiting: list[PendingDocumentView]


class PendingTotalView(View):
    """Of a selection in one currency; the amount is net of tax."""

    currency: str
    customers: int
    documents: int
    amount: str


def pending_views(session: Session, rows: Sequence[WaitingCustomer]) -> list[PendingCustomerView]:
    """Each customer with what is suggested for it."""
    write, links = amount_writer(session), newest_links(session, [row.netsuite_id for row in rows])
    names = crm_names(session)
    return [_view(names, row, links.get(row.netsuite_id), write, 3) for row in rows]


def pending_detail_view(
    session: Session, row: WaitingCustomer, most: int | None = MOST_DOCUMENTS
) -> PendingDetailView:
    """One customer with its documents, at most so many."""
    write, links = amount_writer(session), newest_links(session, [row.netsuite_id])
    view = _view(crm_names(session), row, links.get(row.netsuite_id), write, 8)
    documents = [_document(one, write) for one in pending_documents(session, row.netsuite_id, most)]
    return PendingDetailView(**view.model_dump(), waiting=documents)


def pending_document_views(session: Session, rows: Sequence[PendingDocument]) -> list[PendingDocumentView]:
    write = amount_writer(session)
    return [_document(row, write) for row in rows]


def pending_total_views(session: Session, chosen: Chosen) -> list[PendingTotalView]:
    """The sums of a whole selection, by currency."""
    write = amount_writer(session)
    return [
        PendingTotalView(
            currency=one.currency,
            customers=one.customers,
            documents=one.documents,
            amount=write.text(one.amount_minor, one.currency),
        )
        for one in waiting_totals(chosen)
    ]


def _view(
    names: CrmNames, row: WaitingCustomer, link: CustomerLink | None, write: AmountWriter, most: int
) -> PendingCustomerView:
    why = why_it_waits(row, link)
    paired = link if why == "paired" else None
    suggested: Sequence[Suggestion] = ()
    if paired is None:
        suggested = names.index.suggest(BilledCustomer(row.netsuite_id, row.name), limit=most)
    return PendingCustomerView(
        netsuite_customer=row.netsuite_id,
        name=row.name,
        why=why,
        reason=_reason(why, link),
        documents=row.documents,
        oldest=row.oldest,
        amounts=[Amount(currency=c, amount=write.text(minor, c)) for c, minor, _ in row.amounts],
        paired_with=paired.crm_name if paired else "",
        paired_by=paired.linked_by if paired else "",
        paired_at=paired.linked_at if paired else None,
        suggestions=[
            SuggestionView(
                crm_customer=str(one.candidate.id),
                name=one.candidate.name,
                score=one.score,
                shared_words=list(one.shared_tokens),
            )
            for one in suggested
        ],
    )


def _reason(why: Why, link: CustomerLink | None) -> str:
    if link is None:
        return WHYS[why]
    if why == "paired":
        return f"paired with {link.crm_name}; the next invoices run loads it"
    return f"the pairing with {link.crm_name} was undone"


def _document(row: PendingDocument, write: AmountWriter) -> PendingDocumentView:
    return PendingDocumentView(
        netsuite_id=row.netsuite_id,
        netsuite_customer=row.customer,
        name=row.customer_name,
        kind=row.kind,
        number=row.tran_id,
        date=row.tran_date,
        period=row.period,
        currency=row.currency,
        amount=write.text(row.amount_minor, row.currency),
        reason=row.reason,
        job=row.job,
    )
