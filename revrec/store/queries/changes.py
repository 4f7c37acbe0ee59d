"""What a job changed, or will change when it publishes."""

from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlmodel import Session

from revrec.store.core import (
    account,
    contract,
    crm_customer,
    currency,
    customer_link,
    document_change,
    document_line,
    document_version,
    item,
    job,
    netsuite_customer,
    product,
    sales_order,
    segment_set,
    source_document,
    subsidiary,
)
from revrec.store.staging.totals import effective

SHOWN = 50


def changes_by_kind(session: Session, job_id: int) -> dict[str, int]:
    """Documents by what a job did: new, changed, moved (another state only), gone."""
    change = document_change.c
    rows = session.execute(
        select(change.change, func.count()).where(change.job_id == job_id).group_by(change.change)
    )
    return {kind: count for kind, count in sorted((kind, count) for kind, count in rows)}


def left_pending(session: Session, job_id: int) -> list[dict[str, Any]]:
    """Customers whose documents left Pending Data in a job: why, and how many documents."""
    change, version, link = document_change.c, document_version.c, customer_link.c
    reason = case((change.change == "gone", change.reason), else_=func.coalesce(link.basis, change.reason))
    rows = session.execute(
        select(netsuite_customer.c.name, crm_customer.c.name, reason, change.state, func.count())
        .join_from(document_change, document_version, version.id == change.version_id)
        .join(netsuite_customer, netsuite_customer.c.id == version.customer_id)
        .outerjoin(
            customer_link, and_(link.netsuite_customer_id == version.customer_id, link.undone_at.is_(None))
        )
        .outerjoin(crm_customer, crm_customer.c.id == link.crm_customer_id)
        .where(change.job_id == job_id, change.state_before == "pending", change.state != "pending")
        .group_by(netsuite_customer.c.name, crm_customer.c.name, reason, change.state)
        .order_by(netsuite_customer.c.name)
        .limit(SHOWN)
    )
    names = ("customer", "crm_customer", "reason", "state", "documents")
    return [dict(zip(names, row, strict=True)) for row in rows]


def billing_lines(job_id: int) -> Select[Any]:
    """The lines of documents that a job changes, for the BillingSchedule tab; ordered, to be streamed.

    Lines of main, tax and those that post nothing billing are left out; excluded items stay, marked so.
    """
    change, document, version, line = (
        document_change.c,
        source_document.c,
        document_version.c,
        document_line.c,
    )
    base = currency.alias("base_currency")
    link = customer_link.c
    return (
        select(
            document.kind,
            version.tran_id,
            line.line_id,
            document.external_id,
            func.coalesce(netsuite_customer.c.name, "").label("customer"),
            version.customer_id,
            func.coalesce(crm_customer.c.name, "").label("crm_customer"),
            func.coalesce(crm_customer.c.external_id, "").label("crm_customer_id"),
            func.coalesce(link.basis, "").label("basis"),
            version.period,
            version.tran_date,
            func.coalesce(item.c.name, "").label("product"),
            line.item_id,
            line.description,
            line.quantity_e6,
            line.starts,
            line.ends,
            version.currency,
            line.billing_minor,
            version.exchange_rate_e10,
            func.coalesce(base.c.symbol, version.currency).label("base_currency"),
            line.base_minor,
            version.order_reference,
            func.coalesce(contract.c.number, "").label("contract"),
            func.coalesce(subsidiary.c.name, "").label("subsidiary"),
            func.coalesce(segment_set.c.canonical, "{}").label("segments"),
            func.coalesce(account.c.number, "").label("account_number"),
            func.coalesce(account.c.name, "").label("account"),
            change.state,
            change.reason,
            change.change,
            func.coalesce(item.c.name, "").label("item_name"),
            func.coalesce(item.c.display_name, "").label("item_display_name"),
        )
        .join_from(document_change, source_document, document.id == change.document_id)
        .join(document_version, version.id == change.version_id)
        .join(document_line, line.version_id == version.id)
        .outerjoin(netsuite_customer, netsuite_customer.c.id == version.customer_id)
        .outerjoin(
            customer_link, and_(link.netsuite_customer_id == version.customer_id, link.undone_at.is_(None))
        )
        .outerjoin(crm_customer, crm_customer.c.id == link.crm_customer_id)
        .outerjoin(item, item.c.id == line.item_id)
        .outerjoin(subsidiary, subsidiary.c.id == version.subsidiary_id)
        .outerjoin(base, base.c.id == subsidiary.c.currency_id)
        .outerjoin(segment_set, segment_set.c.id == line.segment_set_id)
        .outerjoin(account, account.c.id == line.account_id)
        .outerjoin(
            sales_order,
            and_(
                version.order_reference != "",
                sales_order.c.number == version.order_reference,
                sales_order.c.document_id.is_(None),
            ),
        )
        .outerjoin(contract, contract.c.id == sales_order.c.contract_id)
        .where(change.job_id == job_id, line.role == "billing")
        .order_by(version.tran_date, document.external_id, line.sequence, line.line_id)
    )


def products_used(session: Session, job_id: int) -> list[Any]:
    """Items on the billing lines of the documents that a job changes, by id, with how many lines each."""
    change, line = document_change.c, document_line.c
    income, deferral = account.alias("income_account"), account.alias("deferral_account")
    counts = (
        select(line.item_id, func.count().label("lines"))
        .join(document_change, change.version_id == line.version_id)
        .where(change.job_id == job_id, line.role == "billing", line.item_id.is_not(None))
        .group_by(line.item_id)
        .subquery()
    )
    statement = (
        select(
            item.c.id,
            item.c.name,
            item.c.display_name,
            item.c.type,
            func.coalesce(product.c.category, "").label("category"),
            func.coalesce(income.c.name, "").label("income"),
            func.coalesce(deferral.c.name, "").label("deferral"),
            item.c.active,
            counts.c.lines,
        )
        .join_from(item, counts, counts.c.item_id == item.c.id)
        .outerjoin(product, product.c.id == item.c.product_id)
        .outerjoin(income, income.c.id == item.c.income_account_id)
        .outerjoin(deferral, deferral.c.id == item.c.deferral_account_id)
        .order_by(item.c.id)
    )
    return list(session.execute(statement))


def waiting_documents(session: Session, job_id: int) -> list[Any]:
    """Every document that is pending once a job has published, oldest first, with since when it waits."""

    version, line = document_version.c, document_line.c
    shown = effective(job_id).subquery()
    since = (
        select(document_change.c.document_id, func.min(job.c.created_at).label("since"))
        .join(job, job.c.id == document_change.c.job_id)
        .where(document_change.c.state == "pending")
        .group_by(document_change.c.document_id)
        .subquery()
    )
    statement = (
        select(
            func.coalesce(netsuite_customer.c.name, "").label("customer"),
            version.customer_id,
            func.coalesce(netsuite_customer.c.match, "").label("match"),
            shown.c.kind,
            version.tran_id,
            shown.c.external_id,
            version.period,
            version.tran_date,
            func.count().label("lines"),
            version.currency,
            func.sum(case((line.role.not_in(("main", "tax")), line.amount_minor), else_=0)).label("amount"),
            since.c.since,
        )
        .join_from(shown, document_version, version.id == shown.c.version_id)
        .join(document_line, line.version_id == version.id)
        .outerjoin(netsuite_customer, netsuite_customer.c.id == version.customer_id)
        .outerjoin(since, since.c.document_id == shown.c.document_id)
        .where(shown.c.state == "pending")
        .group_by(
            netsuite_customer.c.name,
            version.customer_id,
            netsuite_customer.c.match,
            shown.c.kind,
            version.tran_id,
            shown.c.external_id,
            version.period,
            version.tran_date,
            version.currency,
            since.c.since,
        )
        .order_by(netsuite_customer.c.name, version.tran_date, shown.c.external_id)
    )
    return list(session.execute(statement))
