"""Selling entities as the CRM's orders name them, and the NetSuite subsidiaries they stand for.

Every name that an order bore has a row, found by its key (case, punctuation and blanks make no difference). The row
`EVERY_OTHER` speaks for those that have no subsidiary of their own, also for such as are first seen later.
"""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session

from revrec.matching.keys import name_key
from revrec.store.core import company_entity
from revrec.store.staging.intern import insert_missing

EVERY_OTHER = "*"


def entity_key(name: str) -> str:
    """What an entity is known by; empty where there is none."""
    return name_key(name) if name.strip() else ""


def keep_entities(session: Session, names: Iterable[str]) -> None:
    """Make rows for entities that were never seen."""
    rows = {entity_key(name): name for name in sorted(names) if name.strip()}
    insert_missing(
        session,
        company_entity,
        [{"key": key, "name": name, "set_by": ""} for key, name in sorted(rows.items())],
    )


def entity_subsidiaries(session: Session) -> "Entities":
    """The mapping as it stands."""
    c = company_entity.c
    rows = session.execute(select(c.key, c.subsidiary_id).where(c.subsidiary_id.is_not(None)))
    return Entities({key: home for key, home in rows})


class Entities:
    """Subsidiaries by entity."""

    def __init__(self, by_key: dict[str, int]) -> None:
        self._by_key = by_key
        self._of: dict[str, int | None] = {}

    def subsidiary_of(self, name: str) -> int | None:
        """The subsidiary of an entity by the name that an order has; None where it is not mapped."""
        if not name.strip():
            return None
        if name not in self._of:
            self._of[name] = self._by_key.get(entity_key(name), self._by_key.get(EVERY_OTHER))
        return self._of[name]
