"""What lists sort and add up contracts by: the currency and the stated price that a contract's orders in force come to.

Kept on the contract, since adding them up anew for every list of 200,000 contracts takes longer than a page may. They
are written where what is in force changes: as a run publishes, and as an order is combined.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, update
from sqlmodel import Session

from revrec.store.core import (
    contract,
    document_change,
    document_line,
    document_version,
    order_line,
    order_version,
    sales_order,
    source_document,
)


def newest_published(order_id: Any) -> Any:
    """The id of the version of an order that is in force: the newest published one, since numbers grow with ids."""
    newest = order_version.alias("newest_version").c
    # No condition on `published`: SQLite would look every published version up by the index that begins with it.
    return (
        select(func.max(case((newest.published, newest.id))))
        .where(newest.order_id == order_id)
        .scalar_subquery()
    )


def price_contracts_of_orders(session: Session, job_id: int) -> None:
    """Price the contracts of the orders of which a job has versions."""
    mine = select(order_version.c.order_id).where(order_version.c.job_id == job_id)
    _price(session, sales_order.c.id.in_(mine))


def price_contracts_of_documents(session: Session, job_id: int) -> None:
    """Price the contracts that are invoices which a job changed; one that is no longer loaded gets none."""
    changed = select(document_change.c.document_id).where(document_change.c.job_id == job_id)
    unloaded = (
        select(sales_order.c.contract_id)
        .join_from(sales_order, source_document, source_document.c.id == sales_order.c.document_id)
        .where(source_document.c.id.in_(changed), source_document.c.state != "loaded")
    )
    session.execute(update(contract).where(contract.c.id.in_(unloaded)).values(currency="", stated_minor=0))
    _price(session, sales_order.c.document_id.in_(changed))


def price_new_invoice_contracts(session: Session) -> None:
    """Price the contracts that are invoices and have no price yet."""
    _price(session, and_(sales_order.c.document_id.is_not(None), contract.c.currency == ""))


def price_contracts(session: Session, ids: list[int]) -> None:
    """Price contracts by our ids; one without orders gets none."""
    session.execute(update(contract).where(contract.c.id.in_(ids)).values(currency="", stated_minor=0))
    _price(session, contract.c.id.in_(ids))


def _price(session: Session, which: ColumnElement[bool]) -> None:
    chosen = (
        select(contract.c.id)
        .join_from(sales_order, contract, contract.c.id == sales_order.c.contract_id)
        .where(which)
        .distinct()
    )
    priced = _priced(chosen).subquery()
    session.execute(
        update(contract)
        .where(
            contract.c.id == priced.c.contract_id,
            or_(contract.c.currency != priced.c.currency, contract.c.stated_minor != priced.c.stated_minor),
        )
        .values(currency=priced.c.currency, stated_minor=priced.c.stated_minor)
    )


def _priced(chosen: Select[tuple[int]]) -> Select[Any]:
    """(contract, currency, price) of contracts; no currency and no price where their orders say several."""
    order, version, line = sales_order.c, order_version.c, document_line.c
    ordered = (
        select(order.contract_id, version.currency, func.coalesce(func.sum(order_line.c.amount_minor), 0))
        .join_from(sales_order, order_version, version.id == newest_published(order.id))
        .outerjoin(order_line, order_line.c.version_id == version.id)
        .where(order.contract_id.in_(chosen), order.document_id.is_(None))
        .group_by(order.contract_id, version.currency)
    )
    invoiced = (
        select(order.contract_id, document_version.c.currency, func.sum(line.billing_minor))
        .join_from(sales_order, source_document, source_document.c.id == order.document_id)
        .join(document_version, document_version.c.id == source_document.c.current_version_id)
        .join(document_line, line.version_id == document_version.c.id)
        .where(
            order.contract_id.in_(chosen),
            source_document.c.state == "loaded",
            line.role == "billing",
            line.billing_minor >= 0,
        )
        .group_by(order.contract_id, document_version.c.currency)
    )
    parts = ordered.union_all(invoiced).subquery()
    key, currency, price = list(parts.c)
    one = func.min(currency) == func.max(currency)
    return select(
        key.label("contract_id"),
        case((one, func.max(currency)), else_="").label("currency"),
        case((one, func.sum(price)), else_=0).label("stated_minor"),
    ).group_by(key)
