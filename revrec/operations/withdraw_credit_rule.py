"""Take a rule for credit memos back."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.add_credit_rule import write_credit_rule
from revrec.operations.permissions import require
from revrec.store.tables import CreditRule


def withdraw_credit_rule(
    session: Session,
    actor: Actor,
    position: int,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> CreditRule:
    """Take it back for credit memos dated on a day or later. Raises `NotFound` where it is not in force then."""
    require(actor, "set_credit_rule")
    row = CreditRule(
        position=position,
        treatment="",
        valid_from=valid_from,
        withdrawn=True,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    return write_credit_rule(session, actor, row, now=now, retrospective=retrospective)
