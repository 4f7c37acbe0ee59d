"""Which obligation a person means, and what names and documents stand behind its numbers."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlmodel import Session

from revrec.problems import Invalid, NotFound
from revrec.store.core import (
    contract,
    crm_customer,
    document_version,
    obligation,
    order_line,
    order_version,
    product,
    sales_order,
    source_document,
    version_treatment,
)

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Promised:
    """An obligation by its names. `line`: the line's own id in its source; `product` of its newest version."""

    id: int
    order_id: int
    order: str
    line: str
    sequence: int | None
    contract_id: int
    contract: str
    customer_id: int
    customer: str
    product: str
    description: str
    currency: str
    document_id: int | None

    @property
    def name(self) -> str:
        return f"{self.order}/{self.line}"


def find_obligation(session: Session, text: str) -> Promised:
    """The obligation that `ORDER/LINE` (numbers or ids, the line also by its place in the order) or our id means.
    An order that has a number like our id goes first.

    Raises `NotFound` or, where it could be several, `Invalid` naming them.
    """
    order_text, slash, line_text = text.rpartition("/")
    if not slash:
        order_text, line_text = text, ""
    order = sales_order.c
    ids = select(order.id).where(or_(order.number == order_text, order.external_id == order_text))
    lines = _promised(session, obligation.c.order_id.in_(ids))
    if not lines and text.isdigit() and len(text) < 19:
        lines = promised(session, [int(text)])
        if lines:
            return lines[0]
    if not lines:
        raise NotFound(
            f"There is no order {order_text or text}, and no obligation of that id. Name it as ORDER/LINE, such as "
            "SO-1042/1.",
            where="obligation",
        )
    chosen = [one for one in lines if line_text == one.line]
    chosen = chosen or [one for one in lines if line_text and line_text == str(one.sequence)]
    if not line_text and len(lines) == 1:
        chosen = lines
    if len(chosen) == 1:
        return chosen[0]
    listed = "; ".join(f"{one.name} ({one.product})" for one in (chosen or lines)[:SHOWN])
    more = len(chosen or lines) - SHOWN
    tail = f"; and {more} more" if more > 0 else ""
    if not line_text or chosen:
        raise Invalid(f"{text} can mean several obligations: {listed}{tail}.", where="obligation")
    raise NotFound(
        f"Order {order_text} has no line {line_text}. Its lines: {listed}{tail}.", where="obligation"
    )


def promised(session: Session, ids: list[int]) -> list[Promised]:
    """Obligations by our ids, in that order of ids."""
    return _promised(session, obligation.c.id.in_(ids))


def _promised(session: Session, which: Any) -> list[Promised]:
    o, order, line, version = obligation.c, sales_order.c, order_line.c, order_version.c
    # As in `inception_of`: `published` is no condition.
    newest = (
        select(line.obligation_id, func.max(case((version.published, line.id))).label("line_id"))
        .join(order_version, version.id == line.version_id)
        .join(obligation, o.id == line.obligation_id)
        .where(which)
        .group_by(line.obligation_id)
        .subquery()
    )
    rows = session.execute(
        select(
            o.id,
            order.id,
            order.number,
            o.line_external_id,
            line.sequence,
            contract.c.id,
            contract.c.number,
            crm_customer.c.id,
            crm_customer.c.name,
            func.coalesce(product.c.name, ""),
            func.coalesce(line.description, ""),
            func.coalesce(version.currency, document_version.c.currency, ""),
            order.document_id,
        )
        .join_from(obligation, sales_order, order.id == o.order_id)
        .join(contract, contract.c.id == order.contract_id)
        .join(crm_customer, crm_customer.c.id == contract.c.crm_customer_id)
        .outerjoin(newest, newest.c.obligation_id == o.id)
        .outerjoin(order_line, line.id == newest.c.line_id)
        .outerjoin(order_version, version.id == line.version_id)
        .outerjoin(product, product.c.id == line.product_id)
        .outerjoin(source_document, source_document.c.id == order.document_id)
        .outerjoin(document_version, document_version.c.id == source_document.c.current_version_id)
        .where(which)
        .order_by(order.number, line.sequence, o.id)
    )
    return [Promised(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class VersionOf:
    """One version of an order, and what it says of one line (None: the line is not in it)."""

    id: int
    number: int
    effective_on: date
    cancelled_on: date | None
    amount_minor: int | None
    starts: date | None
    ends: date | None
    quantity_e6: int | None
    treatment: str
    treatment_reason: str
    set_by: str


def versions_of(session: Session, one: Promised) -> list[VersionOf]:
    """The published versions of the obligation's order, with the treatment that a person gave each, if any."""
    v, line, t = order_version.c, order_line.c, version_treatment.c
    newest = select(func.max(t.id)).group_by(t.order_version_id)
    rows = session.execute(
        select(
            v.id,
            v.number,
            v.effective_on,
            v.cancelled_on,
            line.amount_minor,
            line.starts,
            line.ends,
            line.quantity_e6,
            func.coalesce(t.treatment, ""),
            func.coalesce(t.reason, ""),
            func.coalesce(t.set_by, ""),
        )
        .outerjoin(order_line, (line.version_id == v.id) & (line.obligation_id == one.id))
        .outerjoin(version_treatment, (t.order_version_id == v.id) & t.id.in_(newest))
        .where(v.order_id == one.order_id, v.published)
        .order_by(v.number)
    )
    return [VersionOf(*row) for row in rows]


def documents_named(session: Session, ids: list[int]) -> dict[int, Any]:
    """Number, NetSuite id, kind, date, period, currency and state of documents by our ids, as they are now."""
    d, v = source_document.c, document_version.c
    rows = session.execute(_documents().where(d.id.in_(ids)).order_by(v.tran_date, d.external_id))
    return {row.id: row for row in rows}


def _documents() -> Select[Any]:
    d, v = source_document.c, document_version.c
    return select(
        d.id,
        d.external_id,
        d.kind,
        d.state,
        v.number.label("version"),
        v.tran_id,
        v.tran_date,
        v.period,
        v.currency,
        v.exchange_rate_e10,
    ).join(document_version, v.id == d.current_version_id)


def inception_of(session: Session, contract_id: int) -> date | None:
    """The day on which the contract began: its oldest order's date, or its invoice's."""
    v, d = order_version.c, document_version.c
    ordered: date | None = session.execute(
        # `published` as a condition would lead SQLite to every version that there is.
        select(func.min(case((v.published, v.ordered_on))))
        .join(sales_order, sales_order.c.id == v.order_id)
        .where(sales_order.c.contract_id == contract_id)
    ).scalar()
    if ordered is not None:
        return ordered
    invoiced: date | None = session.execute(
        select(func.min(d.tran_date))
        .join(source_document, source_document.c.current_version_id == d.id)
        .join(sales_order, sales_order.c.document_id == source_document.c.id)
        .where(sales_order.c.contract_id == contract_id)
    ).scalar()
    return invoiced


def obligations_of_contract(session: Session, contract_id: int) -> list[tuple[int, str]]:
    """(id, `ORDER/LINE`) of everything that a contract ever promised, by order and line."""
    o, order = obligation.c, sales_order.c
    rows = session.execute(
        select(o.id, order.number, o.line_external_id)
        .join(sales_order, order.id == o.order_id)
        .where(order.contract_id == contract_id)
        .order_by(order.number, o.id)
    )
    return [(key, f"{number}/{line}") for key, number, line in rows]
