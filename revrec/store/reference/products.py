"""Products: the CRM's catalogue as its order lines name it, and items of NetSuite that are products of their own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import Session

from revrec.matching.keys import name_key
from revrec.store.core import product
from revrec.store.staging.intern import insert_missing


@dataclass(frozen=True)
class CatalogueProduct:
    """A product as the CRM's order lines name it. `category` is the CRM's product family."""

    code: str
    name: str
    category: str = ""

    @property
    def key(self) -> str:
        return name_key(self.code or self.name)


def keep_products(session: Session, products: Sequence[CatalogueProduct]) -> dict[str, int]:
    """Bring the CRM's products up to date; returns the id of each key. A category that a person gave stays, and so does
    any where the CRM gives none."""
    rows = {one.key: one for one in products}
    fresh = {"method": "", "trigger": "", "category_by": ""}
    insert_missing(
        session,
        product,
        [
            {"key": key, "code": one.code, "name": one.name, "category": one.category, **fresh}
            for key, one in rows.items()
        ],
    )
    p = product.c
    columns = p.key, p.id, p.code, p.name, p.category, p.category_by
    held = session.execute(select(*columns).where(p.key.in_(list(rows)))).all()
    # Orders are staged side by side and name the same products: only what differs is locked, in one order for all.
    for row in sorted(held):
        given = rows[row.key]
        category = row.category if row.category_by else given.category or row.category
        wanted = {"code": given.code, "name": given.name, "category": category}
        if wanted != {"code": row.code, "name": row.name, "category": row.category}:
            session.execute(update(product).where(p.id == row.id).values(**wanted))
    return {row.key: row.id for row in held}
