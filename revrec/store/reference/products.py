"""Pairing NetSuite items with the CRM's products: by code, then by name; what pairs with nothing is a product
of its own, so that every item and every order line has one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlmodel import Session

from revrec.matching.keys import name_key
from revrec.store.core import item, product
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
    """Bring the CRM's products up to date; returns the id of each key. A category set here stays where the CRM
    gives none."""
    rows = {one.key: one for one in products}
    fresh = {"method": "", "trigger": ""}
    insert_missing(
        session,
        product,
        [
            {"key": key, "code": one.code, "name": one.name, "category": one.category, **fresh}
            for key, one in rows.items()
        ],
    )
    p = product.c
    held = session.execute(select(p.key, p.id, p.code, p.name, p.category).where(p.key.in_(list(rows)))).all()
    # Orders are staged side by side and name the same products: only what differs is locked, in one order for all.
    for row in sorted(held):
        given = rows[row.key]
        wanted = {"code": given.code, "name": given.name, "category": given.category or row.category}
        if wanted != {"code": row.code, "name": row.name, "category": row.category}:
            session.execute(update(product).where(p.id == row.id).values(**wanted))
    return {row.key: row.id for row in held}


def pair_items(session: Session) -> int:
    """Give every item that has none its product. Returns how many were paired now."""
    unpaired = session.execute(
        select(item.c.id, item.c.name, item.c.display_name).where(item.c.product_id.is_(None))
    ).all()
    if not unpaired:
        return 0
    by_key: dict[str, int] = {}
    by_name: dict[str, int] = {}
    for row in session.execute(select(product.c.id, product.c.key, product.c.name).order_by(product.c.id)):
        by_key.setdefault(row.key, row.id)
        by_name.setdefault(name_key(row.name), row.id)
    for row in unpaired:
        code, shown = name_key(row.name), name_key(row.display_name or row.name)
        found = by_key.get(code) or by_name.get(shown) or by_name.get(code)
        if found is None:
            found = keep_products(session, [CatalogueProduct(row.name, row.display_name or row.name)])[code]
            by_key[code] = found
            by_name.setdefault(shown, found)
        session.execute(update(item).where(item.c.id == row.id).values(product_id=found))
    return len(unpaired)
