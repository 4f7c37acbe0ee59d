"""NetSuite's invoices and credit memos: as lists show them, and one with its versions, lines and what they bill."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.explain_words import quantity_text, rate_text
from api.views.shape import View
from revrec.problems import NotFound
from revrec.store.queries.document_detail import (
    billed_at_cut_over,
    bills_of_document,
    document_by_netsuite_id,
    documents_of_contract,
    lines_of_document,
    versions_of_document,
)
from revrec.store.tables import Contract

KINDS = {"CustInvc": "invoice", "CustCred": "credit memo"}


class DocumentView(View):
    """A document as it stands. Amounts in its currency, credit memos negative; `amount` is net of tax. `state`: pending
    (no customer), held, loaded, excluded or gone, with the `reason`."""

    netsuite_id: int
    number: str
    kind: str
    date: date
    period: str
    currency: str
    amount: str
    tax: str
    state: str
    reason: str
    version: int
    netsuite_customer: int
    customer: str


class DocumentTotalView(View):
    """Of a selection of documents, by currency and state; `amount` net of tax."""

    currency: str
    state: str
    documents: int
    amount: str


class DocumentVersionView(View):
    """One form that NetSuite gave the document, and the job that read it."""

    number: int
    modified_at: datetime
    loaded_at: datetime | None
    job: int
    document_number: str
    date: date
    period: str
    amount: str
    tax: str
    status: str
    memo: str
    problem: str


class BillsView(View):
    """What a line bills by the closes that stand: null: no contract absorbs it. `period`: of the first of them."""

    contract: int | None
    contract_number: str
    obligation: int | None
    order: str
    line: str
    amount: str
    period: str


class DocumentLineView(View):
    """`amount`: NetSuite's, its sign turned; `bills`: what a contract is billed by it, after discount lines."""

    line: int
    role: str
    item: str
    description: str
    quantity: str
    amount: str
    billing: str
    starts: date | None
    ends: date | None
    account: str
    problem: str
    bills: list[BillsView]


class DocumentDetailView(DocumentView):
    """`shown`: the version whose lines these are."""

    memo: str
    exchange_rate: str
    order_reference: str
    credit_reason: str
    versions: list[DocumentVersionView]
    shown: int
    lines: list[DocumentLineView]


class BillingDocumentView(DocumentView):
    """`bills`: how much of it bills the contract."""

    bills: str


class ContractBillingView(View):
    """What standing closes billed a contract: by documents, and `at_cut_over` by none that is here."""

    currency: str
    documents: list[BillingDocumentView]
    at_cut_over: str
    total: str


def contract_billing_view(session: Session, row: Contract) -> ContractBillingView:
    write, rows = amount_writer(session), documents_of_contract(session, row.id)
    before, currency = billed_at_cut_over(session, row.id), rows[0].currency if rows else row.currency
    return ContractBillingView(
        currency=currency,
        documents=[
            BillingDocumentView(**_fields(one, write), bills=write.text(int(one.billed_minor), currency))
            for one in rows
        ],
        at_cut_over=write.text(before, currency),
        total=write.text(before + sum(int(one.billed_minor) for one in rows), currency),
    )


def document_views(session: Session, rows: Sequence[Any]) -> list[DocumentView]:
    """Rows of `named_documents`."""
    write = amount_writer(session)
    return [DocumentView(**_fields(row, write)) for row in rows]


def document_total_views(session: Session, rows: Sequence[Any]) -> list[DocumentTotalView]:
    write = amount_writer(session)
    return [
        DocumentTotalView(
            currency=row.currency,
            state=row.state,
            documents=row.documents,
            amount=write.text(int(row.net_minor), row.currency),
        )
        for row in rows
    ]


def document_detail_view(
    session: Session, netsuite_id: int, version: int | None = None
) -> DocumentDetailView:
    """A document by NetSuite's id, with the lines of a version, else of the current one. Raises `NotFound`."""
    row = document_by_netsuite_id(session, netsuite_id)
    if row is None:
        raise NotFound(
            f"No invoice or credit memo of NetSuite id {netsuite_id} was ever loaded here.", where="document"
        )
    write = amount_writer(session)
    versions = versions_of_document(session, row.id)
    chosen = next((one for one in versions if one.number == (version or row.version)), None)
    if chosen is None:
        raise NotFound(f"{row.tran_id} has no version {version}.", where="version")
    bills: dict[int, list[BillsView]] = {}
    if chosen.number == row.version:
        for one in bills_of_document(session, row.id):
            bills.setdefault(one.line_id, []).append(_bills(one, write, row.currency))
    return DocumentDetailView(
        **_fields(row, write),
        memo=chosen.memo,
        exchange_rate=rate_text(int(chosen.exchange_rate_e10), 10, 1, 0),
        order_reference=chosen.order_reference,
        credit_reason=chosen.credit_reason,
        versions=[_version(one, write) for one in versions],
        shown=chosen.number,
        lines=[
            _line(one, bills.get(one.line_id, []), write, chosen.currency)
            for one in lines_of_document(session, chosen.id)
        ],
    )


def _fields(row: Any, write: AmountWriter) -> dict[str, Any]:
    return {
        "netsuite_id": row.external_id,
        "number": row.tran_id,
        "kind": KINDS.get(row.kind, row.kind),
        "date": row.tran_date,
        "period": row.period,
        "currency": row.currency,
        "amount": write.text(int(row.main_minor - row.tax_minor), row.currency),
        "tax": write.text(int(row.tax_minor), row.currency),
        "state": row.state,
        "reason": row.reason,
        "version": row.version,
        "netsuite_customer": row.customer_id,
        "customer": row.customer,
    }


def _version(row: Any, write: AmountWriter) -> DocumentVersionView:
    return DocumentVersionView(
        number=row.number,
        modified_at=row.modified_at,
        loaded_at=row.published_at,
        job=row.job_id,
        document_number=row.tran_id,
        date=row.tran_date,
        period=row.period,
        amount=write.text(int(row.main_minor - row.tax_minor), row.currency),
        tax=write.text(int(row.tax_minor), row.currency),
        status=row.status,
        memo=row.memo,
        problem=row.problem,
    )


def _line(row: Any, bills: list[BillsView], write: AmountWriter, currency: str) -> DocumentLineView:
    return DocumentLineView(
        line=row.line_id,
        role=row.role,
        item=row.item,
        description=row.description,
        quantity=quantity_text(int(row.quantity_e6)),
        amount=write.text(int(row.amount_minor), currency),
        billing=write.text(int(row.billing_minor), currency),
        starts=row.starts,
        ends=row.ends,
        account=f"{row.account_number} {row.account_name}".strip(),
        problem=row.problem,
        bills=bills,
    )


def _bills(row: Any, write: AmountWriter, currency: str) -> BillsView:
    return BillsView(
        contract=row.contract_id,
        contract_number=row.contract,
        obligation=row.obligation_id,
        order=row.order_number,
        line=row.line,
        amount=write.text(int(row.amount_minor), currency),
        period=row.first_period,
    )
