"""Say how credit memos of a kind are treated."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.decide_credit import check_treatment
from revrec.operations.effective_date import effective_from
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.credit_memos import credit_rules_on, last_position
from revrec.store.tables import CreditRule, Product

STEP = 10
"""Between rules, so that one can be put between two others."""


@dataclass(frozen=True, slots=True)
class CreditCondition:
    """What a credit memo line has to be: all that is given. `memo_text`: part of its memo, without regard to case."""

    credit_reason: str = ""
    product_id: int | None = None
    memo_text: str = ""


def add_credit_rule(
    session: Session,
    actor: Actor,
    condition: CreditCondition,
    treatment: str,
    *,
    now: datetime,
    position: int | None = None,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> CreditRule:
    """Set a rule for credit memos dated on a day or later (see `effective_from`). The first that fits counts, lowest
    position first; default: after all others. At the position of another it takes that one's place."""
    require(actor, "set_credit_rule")
    check_treatment(treatment)
    if position is not None and position < 1:
        raise Invalid("A position is 1 or more.", where="position")
    if condition.product_id is not None and session.get(Product, condition.product_id) is None:
        raise NotFound(f"There is no product {condition.product_id}.", where="product")
    place = position or (last_position(session) // STEP + 1) * STEP
    row = CreditRule(
        position=place,
        credit_reason=condition.credit_reason.strip(),
        product_id=condition.product_id,
        memo_text=condition.memo_text.strip(),
        treatment=treatment,
        valid_from=valid_from,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    return write_credit_rule(session, actor, row, now=now, retrospective=retrospective)


def write_credit_rule(
    session: Session, actor: Actor, row: CreditRule, *, now: datetime, retrospective: bool
) -> CreditRule:
    """Add the row and its audit event, its day checked against what is closed."""
    row.valid_from = effective_from(
        session,
        row.valid_from,
        subject=f"credit rule {row.position}",
        retrospective=retrospective,
        reason=row.reason,
    )
    in_force = {one.position: one for one in credit_rules_on(session, row.valid_from or date.min)}
    before = in_force.get(row.position)
    if row.withdrawn and before is None:
        raise NotFound(f"There is no credit rule {row.position} to withdraw then.", where="position")
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "withdraw_credit_rule" if row.withdrawn else "add_credit_rule",
        f"credit rule {row.position}",
        now=now,
        before=None if before is None else _told(before),
        after=_told(row) | ({"retrospective": True} if retrospective else {}),
        reason=row.reason,
    )
    return row


def _told(row: CreditRule) -> dict[str, Any]:
    start = str(row.valid_from) if row.valid_from else None
    if row.withdrawn:
        return {"withdrawn": True, "valid_from": start}
    return {
        "credit_reason": row.credit_reason,
        "product": row.product_id,
        "memo_text": row.memo_text,
        "treatment": row.treatment,
        "valid_from": start,
    }
