"""Take a pairing that a person made back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.pair_item import MANUAL, existing_item, pairing_of, refuse_without_reason
from revrec.operations.permissions import require
from revrec.problems import Conflict
from revrec.store.reference.pairing import only_items, pair_items
from revrec.store.tables import Item


def unpair_item(session: Session, actor: Actor, item_id: int, *, now: datetime, reason: str = "") -> Item:
    """Let an item be paired by its code and name again, at once. Raises `Conflict` where nobody paired it by hand."""
    require(actor, "pair_item")
    row = existing_item(session, item_id)
    if row.paired != MANUAL:
        raise Conflict(
            f"Nobody paired the item {row.name} by hand. Pair it with another product, or make it one of its own.",
            where="item",
        )
    refuse_without_reason(session, row, reason)
    before = pairing_of(session, row)
    own = only_items(session)
    row.product_id, row.paired, row.paired_by = None, "", ""
    session.flush()
    pair_items(session, only=row.id, own=own)
    session.refresh(row)
    record_event(
        session,
        actor,
        "unpair_item",
        f"item {item_id}",
        now=now,
        before=before,
        after=pairing_of(session, row),
        reason=reason,
    )
    return row
