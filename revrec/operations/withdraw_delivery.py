"""Take a delivery back."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.operations.record_delivery import told
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.tables import Delivery, Obligation, SalesOrder


def withdraw_delivery(
    session: Session, actor: Actor, delivery_id: int, *, now: datetime, reason: str
) -> Delivery:
    """Withdraw it; the row stays. What closed periods earned by it is taken back in the open one."""
    require(actor, "record_delivery")
    row = session.get(Delivery, delivery_id)
    if row is None:
        raise NotFound(f"There is no delivery {delivery_id}.", where="delivery")
    if row.withdrawn_at is not None:
        raise Conflict(f"{row.withdrawn_by} withdrew delivery {delivery_id} already.", where="delivery")
    if not reason.strip():
        raise Invalid("Say why: withdrawing a delivery needs a reason.", where="reason")
    obligation = session.get_one(Obligation, row.obligation_id)
    order = session.get_one(SalesOrder, obligation.order_id)
    row.withdrawn_by, row.withdrawn_at = actor.email, now
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "withdraw_delivery",
        f"order {order.number}, line {obligation.line_external_id}",
        now=now,
        before=told(row),
        reason=reason,
    )
    return row
