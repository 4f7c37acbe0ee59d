"""Map every selling entity of the CRM to one NetSuite subsidiary."""

from datetime import datetime

from sqlmodel import Session, col, select

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.map_entity import check_subsidiary
from revrec.operations.permissions import require
from revrec.store.reference.entities import EVERY_OTHER
from revrec.store.tables import CompanyEntity


def map_all_entities(
    session: Session, actor: Actor, subsidiary_id: int, *, now: datetime, reason: str = ""
) -> int:
    """Map every entity to one subsidiary, those too that orders name later. Returns how many are known now."""
    require(actor, "map_entity")
    check_subsidiary(session, subsidiary_id)
    rows = list(session.exec(select(CompanyEntity).order_by(col(CompanyEntity.id))))
    before = {row.name: row.subsidiary_id for row in rows}
    if all(row.key != EVERY_OTHER for row in rows):
        rows.append(CompanyEntity(key=EVERY_OTHER, name="every other"))
    for row in rows:
        row.subsidiary_id, row.set_by, row.set_at = subsidiary_id, actor.email, now
        session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "map_all_entities",
        "company entities",
        now=now,
        before=before,
        after={"every entity": subsidiary_id},
        reason=reason,
    )
    return len(rows) - 1
