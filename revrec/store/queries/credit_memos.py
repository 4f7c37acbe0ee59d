"""Credit memos that are loaded, their billing lines, and what people said of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select
from sqlmodel import Session, col, or_
from sqlmodel import select as pick

from revrec.problems import Conflict, NotFound
from revrec.store.core import (
    document_line,
    document_version,
    item,
    netsuite_customer,
    product,
    source_document,
)
from revrec.store.queries.dated_rows import ruling_rows
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import CreditDecision, CreditRule

MEMO_SORTS: Sorts = MappingProxyType(
    {
        "loaded": source_document.c.id,
        "date": document_version.c.tran_date,
        "number": document_version.c.tran_id,
        "customer": func.coalesce(netsuite_customer.c.name, ""),
    }
)
_CREDIT: ColumnElement[str] = literal_column("'CustCred'")
"""Said as a literal, so that the index over credit memos alone is taken."""


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """A loaded credit memo in its current version. `id` is ours; `reason`: of the field that the settings name."""

    id: int
    netsuite_id: int
    state: str
    number: str
    day: date
    period: str
    customer: str
    currency: str
    reason: str
    memo: str


@dataclass(frozen=True, slots=True)
class CreditMemoLine:
    """A billing line of a credit memo; amount in minor units, negative."""

    document_id: int
    line_id: int
    product_id: int | None
    product: str
    description: str
    amount_minor: int


def credit_memos_before(session: Session, before: int | None, limit: int) -> list[CreditMemo]:
    """Loaded credit memos, newest first by our id, those before the id `before`."""
    conditions = [source_document.c.state == "loaded"]
    if before is not None:
        conditions.append(source_document.c.id < before)
    return _memos(session, conditions, limit)


def credit_memos_where(*, search: str = "", currency: str = "") -> Select[Any]:
    """Loaded credit memos in their current version, the columns of `CreditMemo`, in no order. `search`: part of the
    number or of the customer's name, or NetSuite's id."""
    query = _of_memos([source_document.c.state == "loaded"])
    if search:
        found = [
            document_version.c.tran_id.icontains(search, autoescape=True),
            netsuite_customer.c.name.icontains(search, autoescape=True),
        ]
        if search.isdigit() and len(search) < 19:
            found.append(source_document.c.external_id == int(search))
        query = query.where(or_(*found))
    if currency:
        query = query.where(document_version.c.currency == currency)
    return query


def loaded_credit_lines(session: Session) -> Sequence[Row[Any]]:
    """Every billing line of every loaded credit memo with what rules look at: document (our id), line, product (ours),
    its name, day, credit reason, memo, the line's own words, amount in minor units, currency."""
    document, version, line = source_document.c, document_version.c, document_line.c
    return session.execute(
        select(
            document.id.label("document"),
            line.line_id.label("line"),
            item.c.product_id.label("product"),
            func.coalesce(product.c.code, item.c.name, "").label("product_name"),
            version.tran_date.label("day"),
            version.credit_reason.label("reason"),
            version.memo.label("memo"),
            line.description.label("description"),
            line.billing_minor.label("amount_minor"),
            version.currency.label("currency"),
        )
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .join(document_line, line.version_id == version.id)
        .outerjoin(item, item.c.id == line.item_id)
        .outerjoin(product, product.c.id == item.c.product_id)
        .where(
            document.kind == _CREDIT,
            document.state == "loaded",
            line.role == "billing",
            func.coalesce(item.c.excluded, False).is_(False),
        )
    ).all()


def find_credit_memo(session: Session, text: str) -> CreditMemo:
    """The credit memo of this number, else of NetSuite's internal id, that is not gone. Raises `NotFound`, or
    `Conflict` if several have the number."""
    alive = source_document.c.state != "gone"
    found = _memos(session, [alive, document_version.c.tran_id == text], 4)
    if not found and text.isdigit() and len(text) < 19:
        found = _memos(session, [alive, source_document.c.external_id == int(text)], 1)
    if not found:
        raise NotFound(f"There is no credit memo {text}, by number or NetSuite's id.", where="credit_memo")
    if len(found) > 1:
        ids = ", ".join(str(one.netsuite_id) for one in found)
        raise Conflict(
            f"Several credit memos have the number {text}; give NetSuite's id: {ids}.", where="credit_memo"
        )
    return found[0]


def credit_lines(session: Session, document_ids: Iterable[int]) -> dict[int, list[CreditMemoLine]]:
    """The billing lines of credit memos as they stand."""
    document, version, line = source_document.c, document_version.c, document_line.c
    rows = session.execute(
        select(
            document.id,
            line.line_id,
            item.c.product_id,
            func.coalesce(product.c.code, item.c.name, ""),
            line.description,
            line.billing_minor,
        )
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .join(document_line, line.version_id == version.id)
        .outerjoin(item, item.c.id == line.item_id)
        .outerjoin(product, product.c.id == item.c.product_id)
        .where(
            document.id.in_(set(document_ids)),
            line.role == "billing",
            func.coalesce(item.c.excluded, False).is_(False),
        )
        .order_by(document.id, line.line_id)
    )
    found: dict[int, list[CreditMemoLine]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(CreditMemoLine(*row))
    return found


def decisions_of(
    session: Session, document_ids: Iterable[int]
) -> dict[tuple[int, int | None], CreditDecision]:
    """The newest decision on each document (no line) and line."""
    query = (
        pick(CreditDecision)
        .where(col(CreditDecision.document_id).in_(set(document_ids)))
        .order_by(col(CreditDecision.id))
    )
    return {(row.document_id, row.line_id): row for row in session.exec(query)}


def credit_rules_on(session: Session, day: date) -> list[CreditRule]:
    """The rules in force on `day`, in the order in which they are tried; withdrawn ones are left out."""
    query = (
        pick(CreditRule)
        .where(or_(col(CreditRule.valid_from).is_(None), col(CreditRule.valid_from) <= day))
        .order_by(col(CreditRule.id))
    )
    ruling = ruling_rows(session.exec(query), lambda row: row.position)
    return [row for _, row in sorted(ruling.items()) if not row.withdrawn]


def last_position(session: Session) -> int:
    """The position of the last rule that was ever set; 0 where none was."""
    return session.execute(select(func.max(CreditRule.position))).scalar() or 0


def _memos(session: Session, conditions: list[ColumnElement[bool]], limit: int) -> list[CreditMemo]:
    query = _of_memos(conditions).order_by(source_document.c.id.desc()).limit(limit)
    return [CreditMemo(*row) for row in session.execute(query)]


def _of_memos(conditions: list[ColumnElement[bool]]) -> Select[Any]:
    document, version = source_document.c, document_version.c
    return (
        select(
            document.id,
            document.external_id,
            document.state,
            version.tran_id,
            version.tran_date,
            version.period,
            func.coalesce(netsuite_customer.c.name, ""),
            version.currency,
            version.credit_reason,
            version.memo,
        )
        .join_from(source_document, document_version, version.id == document.current_version_id)
        .outerjoin(netsuite_customer, netsuite_customer.c.id == version.customer_id)
        .where(document.kind == _CREDIT, *conditions)
    )
