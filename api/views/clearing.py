"""Clearing accounts that do not net to zero, with the documents that make what is left."""

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from jobs.closing.clearing import clearing_at


class ClearingDocumentView(View):
    """`amount`: NetSuite's side less ours, credits positive, in base currency. `document`: NetSuite's id."""

    document: int
    number: str
    customer: str
    period: str
    why: str
    amount: str


class ClearingAccountView(View):
    """`rest`: what the account keeps, credits positive."""

    account: int
    name: str
    subsidiary: str
    currency: str
    rest: str
    documents: list[ClearingDocumentView]


class ClearingView(View):
    """At the end of a period; no account: all net to zero."""

    period: str
    accounts: list[ClearingAccountView]


def clearing_view(session: Session, period: str = "") -> ClearingView:
    period, accounts = clearing_at(session, period)
    write = amount_writer(session)
    return ClearingView(
        period=period,
        accounts=[
            ClearingAccountView(
                account=one.account_id,
                name=one.account,
                subsidiary=one.subsidiary,
                currency=one.currency,
                rest=write.text(one.rest_minor, one.currency),
                documents=[
                    ClearingDocumentView(
                        document=each.document,
                        number=each.number,
                        customer=each.customer,
                        period=each.period,
                        why=each.why,
                        amount=write.text(each.amount_minor, one.currency),
                    )
                    for each in one.documents
                ],
            )
            for one in accounts
        ],
    )
