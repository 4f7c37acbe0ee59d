"""Take a bundle back."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.operations.set_bundle import write_bundle
from revrec.store.tables import Bundle


def withdraw_bundle(
    session: Session,
    actor: Actor,
    name: str,
    currency: str,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> Bundle:
    """Take a bundle back from a day on. Raises `NotFound` where none of this name is in force then."""
    require(actor, "set_bundle")
    row = Bundle(
        name=name.strip(),
        currency=currency,
        price_minor=0,
        valid_from=valid_from,
        withdrawn=True,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    return write_bundle(session, actor, row, [], now=now, reason=reason, retrospective=retrospective)
