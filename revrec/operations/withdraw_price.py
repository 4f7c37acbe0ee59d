"""Take a stand-alone selling price back."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.permissions import require
from revrec.operations.set_price import PricedAs, write_price
from revrec.store.tables import StandalonePrice


def withdraw_price(
    session: Session,
    actor: Actor,
    what: PricedAs,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> StandalonePrice:
    """Take a price back from a day on. Raises `NotFound` where none is in force then."""
    require(actor, "set_price")
    return write_price(
        session,
        actor,
        what,
        None,
        now=now,
        valid_from=valid_from,
        reason=reason,
        retrospective=retrospective,
    )
