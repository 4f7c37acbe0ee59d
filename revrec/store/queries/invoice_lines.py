"""What invoices that are contracts of their own promise, line by line, and when."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import String, cast, func, literal, select
from sqlmodel import Session

from revrec.store.core import (
    document_line,
    document_version,
    item,
    obligation,
    product,
    sales_order,
    source_document,
)
from revrec.store.queries.batches import batches
from revrec.store.queries.order_versions import VersionLine


def promised_by_invoices(session: Session, order_ids: Iterable[int]) -> dict[int, list[VersionLine]]:
    """The lines of those of these orders that are invoices, as their documents stand."""
    document, line = source_document.c, document_line.c
    query = (
        select(
            sales_order.c.id,
            line.version_id,
            obligation.c.id,
            obligation.c.line_external_id,
            line.sequence,
            item.c.product_id,
            func.coalesce(product.c.code, item.c.name, ""),
            line.quantity_e6,
            line.billing_minor,
            line.starts,
            line.ends,
            *(literal(""),) * 3,  # method, trigger, region: an invoice says none
        )
        .join_from(sales_order, source_document, document.id == sales_order.c.document_id)
        .join(document_line, line.version_id == document.current_version_id)
        .join(
            obligation,
            (obligation.c.order_id == sales_order.c.id)
            & (obligation.c.line_external_id == cast(line.line_id, String)),
        )
        .outerjoin(item, item.c.id == line.item_id)
        .outerjoin(product, product.c.id == item.c.product_id)
        .order_by(sales_order.c.id, line.sequence)
    )
    found: dict[int, list[VersionLine]] = {}
    for part in batches(order_ids):
        for order_id, *rest in session.execute(query.where(sales_order.c.id.in_(part))):
            found.setdefault(order_id, []).append(VersionLine(*rest))
    return found


def invoice_days(session: Session, order_ids: Iterable[int]) -> dict[int, date]:
    """The date of the document of those of these orders that are invoices."""
    query = (
        select(sales_order.c.id, document_version.c.tran_date)
        .join_from(sales_order, source_document, source_document.c.id == sales_order.c.document_id)
        .join(document_version, document_version.c.id == source_document.c.current_version_id)
    )
    return {
        order_id: day
        for part in batches(order_ids)
        for order_id, day in session.execute(query.where(sales_order.c.id.in_(part)))
    }
