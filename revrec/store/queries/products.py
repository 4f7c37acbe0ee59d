"""Products, and the rules that people set for them."""

from collections.abc import Iterable
from datetime import date
from types import MappingProxyType

from sqlalchemy import func
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.queries.batches import batches
from revrec.store.queries.dated_rows import ruling_rows
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Product, ProductRule, SegmentSet

PRODUCT_SORTS: Sorts = MappingProxyType(
    {
        "added": col(Product.id),
        "code": col(Product.code),
        "name": col(Product.name),
        "category": col(Product.category),
    }
)


def products_where(*, search: str = "", category: str = "", rule: str = "") -> SelectOfScalar[Product]:
    """The products of a selection, in no order. `search`: part of the code or name; `rule`: yes, those that people set
    a rule for; no, the others."""
    query = select(Product)
    if search:
        words = (Product.name, Product.code)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in words)))
    if category:
        query = query.where(Product.category == category)
    if rule:
        ruled = select(ProductRule.id).where(ProductRule.product_id == Product.id).exists()
        query = query.where(ruled if rule == "yes" else ~ruled)
    return query


def products_by_category(
    session: Session, *, search: str = "", category: str = "", rule: str = ""
) -> list[tuple[str, int]]:
    """How many products of a selection each category has; empty: none."""
    chosen = products_where(search=search, category=category, rule=rule).subquery()
    rows = session.exec(
        select(chosen.c.category, func.count()).group_by(chosen.c.category).order_by(chosen.c.category)
    )
    return [(name, int(count)) for name, count in rows]


def product_categories(session: Session) -> list[str]:
    """Every category that a product has, by name."""
    rows = session.exec(select(Product.category).distinct().order_by(col(Product.category)))
    return [one for one in rows if one]


def products_after(session: Session, after: int, limit: int, text: str = "") -> list[Product]:
    """Products by our id, those after the id `after`; `text` is part of the code or name."""
    query = select(Product).where(col(Product.id) > after).order_by(col(Product.id)).limit(limit)
    if text:
        query = query.where(
            or_(
                col(Product.name).icontains(text, autoescape=True),
                col(Product.code).icontains(text, autoescape=True),
            )
        )
    return list(session.exec(query))


def products_by_id(session: Session, ids: Iterable[int]) -> dict[int, Product]:
    return {
        row.id: row
        for part in batches(ids)
        for row in session.exec(select(Product).where(col(Product.id).in_(part)))
    }


def products_by_word(session: Session) -> dict[str, int]:
    """The id of every product by its key, name and code; where two share a word, a code goes before a name, and the
    older product before the newer."""
    rows = session.exec(
        select(Product.id, Product.key, Product.name, Product.code).order_by(col(Product.id))
    ).all()
    found: dict[str, int] = {}
    for words in ([(r[0], r[3]) for r in rows], [(r[0], r[2]) for r in rows], [(r[0], r[1]) for r in rows]):
        for number, word in words:
            if word:
                found.setdefault(word, number)
    return found


def product_rules_on(session: Session, day: date, ids: Iterable[int] | None = None) -> dict[int, ProductRule]:
    """The rule of each product (None: of all) that is in force for a contract that begins on `day`."""
    query = (
        select(ProductRule)
        .where(or_(col(ProductRule.valid_from).is_(None), col(ProductRule.valid_from) <= day))
        .order_by(col(ProductRule.id))
    )
    if ids is not None:
        query = query.where(col(ProductRule.product_id).in_(set(ids)))
    return ruling_rows(session.exec(query), lambda row: row.product_id)


def product_rules_of(session: Session, product_id: int) -> list[ProductRule]:
    """Every rule of a product, in the order they were set."""
    return product_rule_rows(session, [product_id])


def product_rule_rows(session: Session, ids: Iterable[int]) -> list[ProductRule]:
    """Every rule of products, those of each in the order they were set."""
    query = select(ProductRule).order_by(col(ProductRule.id))
    found: list[ProductRule] = []
    for part in batches(ids):
        found += session.exec(query.where(col(ProductRule.product_id).in_(part)))
    return found


def segment_texts(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The canonical text of segment sets by id."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    rows = session.exec(select(SegmentSet.id, SegmentSet.canonical).where(col(SegmentSet.id).in_(wanted)))
    return {number: canonical for number, canonical in rows}
