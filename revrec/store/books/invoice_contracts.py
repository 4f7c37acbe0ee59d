"""Invoices that are contracts of their own: which they are, and their identities.

Which invoices may be, `contract_source` in force on the document's date says: `invoices` every one,
`orders_then_invoices` those that name no order we have. What they promise: `invoice_promises`.

An identity stays for good. A line that is no longer there, and every line of a document that was voided, deleted, held
or unlinked, promises nothing from then on, so that what was booked for it is taken back.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    false,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlmodel import Session

from revrec.store.core import (
    contract,
    customer_link,
    document_line,
    document_version,
    obligation,
    order_version,
    sales_order,
    source_document,
)
from revrec.store.staging.contract_prices import price_new_invoice_contracts

Steps = Sequence[tuple[date, Any]]
"""`contract_source` from each day on, oldest first; the first from the earliest day there is."""


def source_on(steps: Steps) -> Callable[[date], str]:
    """`contract_source` in force on a day."""
    days = [day for day, _ in steps]
    return lambda day: steps[bisect_right(days, day) - 1][1]


def make_identities(session: Session, steps: Steps) -> None:
    """Give every loaded invoice that may be its own contract its contract, order and obligations, and keep their
    names and customers up to date.

    Set-based and idempotent: run in the transaction that publishes, and again as a close begins.
    """
    if all(source == "orders" for _, source in steps):
        return
    document, version, line = source_document.c, document_version.c, document_line.c
    key = literal("invoice ") + cast(document.external_id, String)
    bills = select(line.id).where(
        line.version_id == version.id, line.role == "billing", line.billing_minor >= 0
    )
    mine = (
        select(key, version.tran_id, customer_link.c.crm_customer_id)
        .select_from(_current().join(customer_link, standing_link()))
        .where(document.kind == "CustInvc", document.state == "loaded", _may_be_own(steps), bills.exists())
    )
    fresh = mine.where(~select(contract.c.id).where(contract.c.key == key).exists())
    session.execute(insert(contract).from_select(["key", "number", "crm_customer_id"], fresh))
    orders = (
        select(key, version.tran_id, contract.c.id, false(), document.id)
        .select_from(_current().join(contract, contract.c.key == key))
        .where(~select(sales_order.c.id).where(sales_order.c.document_id == document.id).exists())
    )
    names = ["external_id", "number", "contract_id", "combined", "document_id"]
    session.execute(insert(sales_order).from_select(names, orders))
    lines = (
        select(sales_order.c.id, cast(line.line_id, String))
        .select_from(
            sales_order.join(source_document, document.id == sales_order.c.document_id).join(
                document_line, line.version_id == document.current_version_id
            )
        )
        .where(
            line.role == "billing",
            line.billing_minor >= 0,
            ~select(obligation.c.id)
            .where(
                obligation.c.order_id == sales_order.c.id,
                obligation.c.line_external_id == cast(line.line_id, String),
            )
            .exists(),
        )
    )
    session.execute(insert(obligation).from_select(["order_id", "line_external_id"], lines))
    _keep_up(session)
    price_new_invoice_contracts(session)


def _keep_up(session: Session) -> None:
    """Numbers and customers of invoice contracts follow their documents."""
    document, version, order = source_document.c, document_version.c, sales_order.c
    current = and_(
        document.id == order.document_id,
        version.id == document.current_version_id,
        document.state == "loaded",
    )
    session.execute(
        update(sales_order).where(current, order.number != version.tran_id).values(number=version.tran_id)
    )
    link = customer_link.c
    session.execute(
        update(contract)
        .where(
            order.contract_id == contract.c.id,
            order.combined.is_(False),
            current,
            standing_link(),
            or_(contract.c.number != version.tran_id, contract.c.crm_customer_id != link.crm_customer_id),
        )
        .values(number=version.tran_id, crm_customer_id=link.crm_customer_id)
    )


def _current() -> Any:
    return source_document.join(
        document_version, document_version.c.id == source_document.c.current_version_id
    )


def standing_link() -> ColumnElement[bool]:
    """Of a document's version: the link of its customer that counts."""
    link = customer_link.c
    return and_(link.netsuite_customer_id == document_version.c.customer_id, link.undone_at.is_(None))


def _may_be_own(steps: Steps) -> ColumnElement[bool]:
    """Whether an invoice may be its own contract, by its date and, under `orders_then_invoices`, the order it names."""
    version = document_version.c
    named = (
        select(sales_order.c.id)
        .join(order_version, and_(order_version.c.order_id == sales_order.c.id, order_version.c.published))
        .where(sales_order.c.number == version.order_reference, sales_order.c.document_id.is_(None))
        .exists()
    )
    found: list[ColumnElement[bool]] = []
    for (first, source), (after, _) in zip(steps, [*steps[1:], (date.max, "")], strict=True):
        if source == "orders":
            continue
        within = and_(version.tran_date >= first, version.tran_date < after)
        unnamed = or_(version.order_reference == "", ~named)
        found.append(within if source == "invoices" else and_(within, unnamed))
    return or_(*found) if found else ~true()
