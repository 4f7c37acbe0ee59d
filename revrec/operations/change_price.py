"""State a change of an order's price that is no modification."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid
from revrec.store.queries.order_versions import lines_of_versions, price_changes_of, versions_of
from revrec.store.tables import PriceChange, SalesOrder


def change_price(
    session: Session,
    actor: Actor,
    order_id: int,
    amount_minor: int,
    day: date,
    *,
    now: datetime,
    reason: str,
    retrospective: bool = False,
) -> PriceChange:
    """Change the transaction price by an amount as of a day: an estimate of variable consideration (606-10-32-42).

    A day in a closed period is refused unless it is confirmed as a retrospective change.
    """
    require(actor, "change_price")
    if not reason.strip():
        raise Invalid("Say why: a change of price needs a reason.", where="reason")
    if amount_minor == 0:
        raise Invalid("A change of zero changes nothing.", where="amount")
    order = session.get_one(SalesOrder, order_id)
    versions = versions_of(session, [order_id]).get(order_id, [])
    if not versions:
        raise Conflict(
            f"Order {order.number} has no version of the CRM to change the price of.", where="order"
        )
    if day < versions[0].ordered_on:
        raise Invalid(
            f"Order {order.number} is of {versions[0].ordered_on}; its price cannot change before.",
            where="on",
        )
    newest, currency = versions[-1].id, versions[-1].currency
    lines = lines_of_versions(session, [newest]).get(newest, [])
    before = sum(one.amount_minor for one in price_changes_of(session, order_id) if one.undone_at is None)
    if sum(one.amount_minor for one in lines) + before + amount_minor < 0:
        raise Invalid(f"The price of order {order.number} would fall below zero.", where="amount")
    effective_from(
        session,
        day,
        subject=f"a change of the price of order {order.number}",
        retrospective=retrospective,
        reason=reason,
    )
    row = PriceChange(
        order_id=order_id, day=day, amount_minor=amount_minor, reason=reason, set_by=actor.email, set_at=now
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "change_price",
        f"order {order.number}",
        now=now,
        before={"currency": currency, "price_changes_minor": before},
        after={
            "currency": currency,
            "price_changes_minor": before + amount_minor,
            "amount_minor": amount_minor,
            "day": str(day),
        }
        | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row
