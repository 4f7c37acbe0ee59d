"""NetSuite's invoices and credit memos as they stand here: of a customer, of a contract, and one with its lines."""

from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, and_, func, literal, select
from sqlmodel import Session, col

from revrec.store.core import (
    account,
    billing_split,
    contract,
    customer_link,
    document_line,
    document_version,
    item,
    job,
    netsuite_customer,
    obligation,
    period_close,
    sales_order,
    source_document,
)
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import DocumentVersion, SourceDocument

DOCUMENT_SORTS: Sorts = MappingProxyType(
    {
        "date": col(DocumentVersion.tran_date),
        "number": col(DocumentVersion.tran_id),
        "state": col(SourceDocument.state),
    }
)
DOCUMENT_KEY = col(SourceDocument.id)


def documents_of_customer(
    customer_id: int, *, state: str = "", kind: str = "", search: str = ""
) -> Select[Any]:
    """The documents of the NetSuite customers that are linked to a CRM customer (ours), as `named_documents` has them.
    `search`: part of the number; `kind`: CustInvc or CustCred."""
    linked = select(customer_link.c.netsuite_customer_id).where(
        customer_link.c.crm_customer_id == customer_id, customer_link.c.undone_at.is_(None)
    )
    query = named_documents().where(document_version.c.customer_id.in_(linked))
    if state:
        query = query.where(source_document.c.state == state)
    if kind:
        query = query.where(source_document.c.kind == kind)
    if search:
        query = query.where(document_version.c.tran_id.icontains(search, autoescape=True))
    return query


def document_totals(
    session: Session, customer_id: int, *, state: str = "", kind: str = "", search: str = ""
) -> list[Any]:
    """By currency and state: how many, and their amounts net of tax in minor units."""
    chosen = documents_of_customer(customer_id, state=state, kind=kind, search=search).subquery().c
    return list(
        session.execute(
            select(
                chosen.currency,
                chosen.state,
                func.count().label("documents"),
                func.sum(chosen.main_minor - chosen.tax_minor).label("net_minor"),
            )
            .group_by(chosen.currency, chosen.state)
            .order_by(chosen.currency, chosen.state)
        )
    )


def documents_of_contract(session: Session, contract_id: int) -> list[Any]:
    """The documents that standing closes billed a contract by, oldest first, with `billed_minor` of each."""
    split = billing_split.c
    billed = (
        select(split.document_id, func.sum(split.amount_minor).label("billed_minor"))
        .join(period_close, period_close.c.id == split.period_close_id)
        .where(
            split.contract_id == contract_id,
            split.document_id.is_not(None),
            period_close.c.state == "closed",
        )
        .group_by(split.document_id)
        .subquery()
    )
    query = named_documents().add_columns(billed.c.billed_minor)
    query = query.join(billed, billed.c.document_id == source_document.c.id)
    order = document_version.c.tran_date, source_document.c.external_id
    return list(session.execute(query.order_by(*order)))


def billed_at_cut_over(session: Session, contract_id: int) -> int:
    """What a contract was billed before the books began, by no document here; minor units."""
    split = billing_split.c
    return int(
        session.execute(
            select(func.coalesce(func.sum(split.amount_minor), 0))
            .join(period_close, period_close.c.id == split.period_close_id)
            .where(
                split.contract_id == contract_id,
                split.document_id.is_(None),
                period_close.c.state == "closed",
            )
        ).scalar_one()
    )


def named_documents() -> Select[Any]:
    """Documents by their current versions, with NetSuite's customer."""
    d, v = source_document.c, document_version.c
    return (
        select(
            d.id,
            d.external_id,
            d.kind,
            d.state,
            d.reason,
            v.number.label("version"),
            v.tran_id,
            v.tran_date,
            v.period,
            v.currency,
            v.exchange_rate_e10,
            v.main_minor,
            v.tax_minor,
            v.memo,
            v.customer_id,
            func.coalesce(netsuite_customer.c.name, "").label("customer"),
        )
        .join(document_version, v.id == d.current_version_id)
        .outerjoin(netsuite_customer, netsuite_customer.c.id == v.customer_id)
    )


def document_by_netsuite_id(session: Session, netsuite_id: int) -> Any | None:
    """A document by NetSuite's internal id, as `named_documents` has it; None for one that is not here."""
    return session.execute(
        named_documents().where(source_document.c.external_id == netsuite_id)
    ).one_or_none()


def versions_of_document(session: Session, document_id: int) -> list[Any]:
    """Every version that was loaded, oldest first: when NetSuite changed it, the job that read it, its amounts."""
    v = document_version.c
    return list(
        session.execute(
            select(
                v.id,
                v.number,
                v.modified_at,
                v.job_id,
                v.tran_id,
                v.tran_date,
                v.period,
                v.currency,
                v.main_minor,
                v.tax_minor,
                v.status,
                v.memo,
                v.credit_reason,
                v.order_reference,
                v.created_from,
                v.exchange_rate_e10,
                v.problem,
                job.c.published_at,
            )
            .join(job, job.c.id == v.job_id)
            .where(v.document_id == document_id, job.c.published_at.is_not(None))
            .order_by(v.number)
        )
    )


def lines_of_document(session: Session, version_id: int) -> list[Any]:
    """The lines of one version in their order, with the names of item and account."""
    line = document_line.c
    return list(
        session.execute(
            select(
                *(one for one in document_line.c if one.name not in ("id", "version_id")),
                func.coalesce(item.c.name, "").label("item"),
                func.coalesce(account.c.number, "").label("account_number"),
                func.coalesce(account.c.name, "").label("account_name"),
            )
            .outerjoin(item, item.c.id == line.item_id)
            .outerjoin(account, account.c.id == line.account_id)
            .where(line.version_id == version_id)
            .order_by(line.sequence, line.line_id)
        )
    )


def bills_of_document(session: Session, document_id: int) -> list[Any]:
    """Where standing closes put the billing of a document: line, contract, obligation and amount. No contract: to
    none, unassigned."""
    split, o = billing_split.c, obligation.c
    amount = func.sum(split.amount_minor).label("amount_minor")
    return list(
        session.execute(
            select(
                split.line_id,
                split.contract_id,
                split.obligation_id,
                func.coalesce(contract.c.number, "").label("contract"),
                func.coalesce(sales_order.c.number, literal("")).label("order_number"),
                func.coalesce(o.line_external_id, "").label("line"),
                func.min(period_close.c.period).label("first_period"),
                amount,
            )
            .join(
                period_close,
                and_(period_close.c.id == split.period_close_id, period_close.c.state == "closed"),
            )
            .outerjoin(contract, contract.c.id == split.contract_id)
            .outerjoin(obligation, o.id == split.obligation_id)
            .outerjoin(sales_order, sales_order.c.id == o.order_id)
            .where(split.document_id == document_id)
            .group_by(
                split.line_id,
                split.contract_id,
                split.obligation_id,
                contract.c.number,
                sales_order.c.number,
                o.line_external_id,
            )
            .having(func.sum(split.amount_minor) != 0)
            .order_by(split.line_id, contract.c.number)
        )
    )
