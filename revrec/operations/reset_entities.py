"""Take the mapping of every selling entity back."""

from datetime import datetime

from sqlmodel import Session, col, select

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid
from revrec.store.tables import CompanyEntity


def reset_entities(
    session: Session, actor: Actor, *, now: datetime, confirmed: bool, reason: str = ""
) -> int:
    """Leave every entity without a subsidiary; returns how many had one. The event keeps which. Contracts that closed
    periods hold stay where they are. Raises `Invalid` unless `confirmed`, `Conflict` where none is mapped."""
    require(actor, "reset_mapping")
    if not confirmed:
        raise Invalid("The mapping of every company entity is taken back. Confirm it.", where="confirm")
    rows = list(session.exec(select(CompanyEntity).where(col(CompanyEntity.subsidiary_id).is_not(None))))
    if not rows:
        raise Conflict("No company entity is mapped.", where="company entities")
    before = {row.name: row.subsidiary_id for row in rows}
    for row in rows:
        row.subsidiary_id, row.set_by, row.set_at = None, actor.email, now
        session.add(row)
    session.flush()
    record_event(
        session, actor, "reset_entities", "company entities", now=now, before=before, after={}, reason=reason
    )
    return len(rows)
