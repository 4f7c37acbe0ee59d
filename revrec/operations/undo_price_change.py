"""Take a change of an order's price back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.order_versions import versions_of
from revrec.store.tables import PriceChange, SalesOrder


def undo_price_change(
    session: Session,
    actor: Actor,
    order_id: int,
    price_change_id: int,
    *,
    now: datetime,
    reason: str,
    retrospective: bool = False,
) -> PriceChange:
    """Undo it; the row stays. One of a day in a closed period has to be confirmed as a retrospective change."""
    require(actor, "change_price")
    order = session.get_one(SalesOrder, order_id)
    row = session.get(PriceChange, price_change_id)
    if row is None or row.order_id != order_id:
        raise NotFound(f"Order {order.number} has no price change {price_change_id}.", where="price_change")
    if row.undone_at is not None:
        raise Conflict(f"{row.undone_by} undid price change {price_change_id} already.", where="price_change")
    if not reason.strip():
        raise Invalid("Say why: undoing a change of price needs a reason.", where="reason")
    effective_from(
        session,
        row.day,
        subject=f"undoing a change of the price of order {order.number}",
        retrospective=retrospective,
        reason=reason,
    )
    currency = versions_of(session, [order_id])[order_id][-1].currency
    row.undone_by, row.undone_at = actor.email, now
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "undo_price_change",
        f"order {order.number}",
        now=now,
        before={
            "price_change": row.id,
            "currency": currency,
            "amount_minor": row.amount_minor,
            "day": str(row.day),
        },
        after={"undone": True} | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row
