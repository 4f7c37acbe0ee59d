"""Say which NetSuite subsidiary a selling entity of the CRM is."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound
from revrec.store.queries.entities import entity_by_key
from revrec.store.reference.entities import entity_key
from revrec.store.tables import CompanyEntity, Subsidiary


def map_entity(
    session: Session,
    actor: Actor,
    name: str,
    subsidiary_id: int | None,
    *,
    now: datetime,
    reason: str = "",
) -> CompanyEntity:
    """Map one entity; `subsidiary_id` None takes its mapping back. An entity may be mapped before an order names it.

    Contracts that closed periods hold stay in their subsidiary; all others follow from the next close on.
    """
    require(actor, "map_entity")
    key = entity_key(name)
    if not key:
        raise Invalid("Name the entity as the CRM's orders do.", where="entity")
    row = entity_by_key(session, key)
    if row is None and subsidiary_id is None:
        raise NotFound(f"There is no entity {name}. `revrec entities list` shows them.", where="entity")
    check_subsidiary(session, subsidiary_id)
    row = row or CompanyEntity(key=key, name=name.strip())
    before = row.subsidiary_id
    row.subsidiary_id, row.set_by, row.set_at = subsidiary_id, actor.email, now
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "map_entity",
        f"entity {row.name}",
        now=now,
        before={"subsidiary": before},
        after={"subsidiary": subsidiary_id},
        reason=reason,
    )
    return row


def check_subsidiary(session: Session, subsidiary_id: int | None) -> None:
    """Raise unless NetSuite has the subsidiary in use."""
    if subsidiary_id is None:
        return
    home = session.get(Subsidiary, subsidiary_id)
    if home is None:
        raise NotFound(f"NetSuite has no subsidiary {subsidiary_id}.", where="subsidiary")
    if not home.active:
        raise Invalid(f"The subsidiary {home.name} is inactive in NetSuite.", where="subsidiary")
