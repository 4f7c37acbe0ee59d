"""Selling entities, and how many orders name each."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, literal_column
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from revrec.store.reference.entities import EVERY_OTHER, Entities, entity_key, entity_subsidiaries
from revrec.store.tables import CompanyEntity, OrderVersion, Subsidiary


@dataclass(frozen=True, slots=True)
class EntityUse:
    """An entity with the orders that name it now. `subsidiary_id`: its own, else that of every other entity."""

    row: CompanyEntity
    subsidiary_id: int | None
    orders: int

    @property
    def is_own(self) -> bool:
        """Whether it was mapped by itself."""
        return self.row.subsidiary_id is not None


def entity_uses(session: Session, *, counted: bool = True) -> list[EntityUse]:
    """Every entity that an order ever named, by name. Without `counted`, which reads every order's newest version, the
    number of orders is 0."""
    mapping = entity_subsidiaries(session)
    counts = _orders(session) if counted else {}
    rows = session.exec(
        select(CompanyEntity).where(CompanyEntity.key != EVERY_OTHER).order_by(col(CompanyEntity.name))
    )
    return [EntityUse(row, mapping.subsidiary_of(row.name), counts.get(row.key, 0)) for row in rows]


def active_subsidiaries(session: Session) -> list[Subsidiary]:
    """NetSuite's subsidiaries in use, by name."""
    return list(session.exec(select(Subsidiary).where(col(Subsidiary.active)).order_by(col(Subsidiary.name))))


def every_other(session: Session) -> CompanyEntity | None:
    """The row that speaks for entities without a subsidiary of their own."""
    return entity_by_key(session, EVERY_OTHER)


def entity_by_key(session: Session, key: str) -> CompanyEntity | None:
    return session.exec(select(CompanyEntity).where(CompanyEntity.key == key)).first()


def unmapped_entities(session: Session) -> list[tuple[str, int]]:
    """Entities that stand for no subsidiary though orders name them, with how many do."""
    mapping: Entities | None = None
    counts = _orders(session)
    found: list[tuple[str, int]] = []
    names = {row.key: row.name for row in session.exec(select(CompanyEntity))} if counts else {}
    for key, count in sorted(counts.items()):
        mapping = mapping or entity_subsidiaries(session)
        name = names.get(key, key)
        if mapping.subsidiary_of(name) is None:
            found.append((name, count))
    return found


def _orders(session: Session) -> dict[str, int]:
    """Orders whose newest published version names an entity and no subsidiary, by the entity's key."""
    later = aliased(OrderVersion)
    nothing: ColumnElement[str] = literal_column("''")
    newer = exists().where(
        col(later.order_id) == OrderVersion.order_id,
        col(later.number) > OrderVersion.number,
        col(later.published).is_not(False),
        col(later.entity) != nothing,
    )
    # A literal, and `IS NOT FALSE`, so that SQLite takes the index over just these versions.
    rows = session.exec(
        select(OrderVersion.entity, func.count())
        .where(
            col(OrderVersion.subsidiary_id).is_(None),
            col(OrderVersion.entity) != nothing,
            col(OrderVersion.published).is_not(False),
            ~newer,
        )
        .group_by(OrderVersion.entity)
    )
    found: dict[str, int] = {}
    for name, count in rows:
        found[entity_key(name)] = found.get(entity_key(name), 0) + int(count)
    return found
