"""The CRM's selling entities and the subsidiaries they stand for."""

from datetime import datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.store.queries.entities import EntityUse, entity_uses, every_other
from revrec.store.queries.journals import subsidiary_names


class EntityView(View):
    """`mapped_by`: `itself`, `all` (every other entity stands for that subsidiary), or empty: not mapped. `orders`: how
    many name it now and no subsidiary."""

    name: str
    subsidiary: int | None
    subsidiary_name: str
    mapped_by: str
    orders: int
    set_by: str
    set_at: datetime | None


class EntitiesView(View):
    """`every_other`: the subsidiary of entities without one of their own, also of those first seen later."""

    entities: list[EntityView]
    every_other: int | None
    every_other_name: str


def entities_view(session: Session, *, counted: bool = True) -> EntitiesView:
    """`counted`: with how many orders name each; where there are hundreds of thousands, that takes its time."""
    homes = subsidiary_names(session)
    rest = every_other(session)
    home = rest.subsidiary_id if rest else None
    return EntitiesView(
        entities=[_view(one, homes) for one in entity_uses(session, counted=counted)],
        every_other=home,
        every_other_name="" if home is None else homes.get(home, str(home)),
    )


def _view(one: EntityUse, homes: dict[int, str]) -> EntityView:
    home = one.subsidiary_id
    return EntityView(
        name=one.row.name,
        subsidiary=home,
        subsidiary_name="" if home is None else homes.get(home, str(home)),
        mapped_by="itself" if one.is_own else "all" if home is not None else "",
        orders=one.orders,
        set_by=one.row.set_by,
        set_at=one.row.set_at,
    )
