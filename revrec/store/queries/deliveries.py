"""What was delivered, as it was reported."""

from collections.abc import Iterable

from sqlmodel import Session, col, or_, select

from revrec.store.queries.batches import batches
from revrec.store.tables import Delivery, SalesOrder


def standing_deliveries(session: Session, obligation_ids: Iterable[int]) -> list[Delivery]:
    """The deliveries of these lines that nobody withdrew, those of each in the order they were reported."""
    query = select(Delivery).where(col(Delivery.withdrawn_at).is_(None)).order_by(col(Delivery.id))
    found: list[Delivery] = []
    for part in batches(obligation_ids):
        found += session.exec(query.where(col(Delivery.obligation_id).in_(part)))
    return found


def orders_by_word(session: Session, words: Iterable[str]) -> dict[str, list[SalesOrder]]:
    """The orders of each number, else of each CRM id, else the invoice that is its own contract; several where a number
    is shared."""
    wanted = set(words)
    rows: dict[int, SalesOrder] = {}
    for part in batches(wanted):
        named = or_(col(SalesOrder.number).in_(part), col(SalesOrder.external_id).in_(part))
        rows |= {row.id: row for row in session.exec(select(SalesOrder).where(named))}
    by_number: dict[str, list[SalesOrder]] = {}
    by_id: dict[str, list[SalesOrder]] = {}
    invoices: dict[str, list[SalesOrder]] = {}
    for row in rows.values():
        (by_number if row.document_id is None else invoices).setdefault(row.number, []).append(row)
        by_id.setdefault(row.external_id, []).append(row)
    return {word: by_number.get(word) or by_id.get(word) or invoices.get(word) or [] for word in wanted}
