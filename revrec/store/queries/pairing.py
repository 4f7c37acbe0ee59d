"""Items and the products they are paired with."""

from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.core import document_line, document_version, source_document
from revrec.store.queries.closes import newest_closed_period
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Item

ITEM_SORTS: Sorts = MappingProxyType(
    {
        "item": col(Item.id),
        "code": col(Item.name),
        "name": col(Item.display_name),
        "paired": col(Item.paired),
    }
)


def items_where(*, search: str = "", paired: str = "") -> SelectOfScalar[Item]:
    """The active items of a selection, in no order. `search`: part of the code or name; `paired`: how."""
    query = select(Item).where(col(Item.active))
    if search:
        words = (Item.name, Item.display_name)
        query = query.where(or_(*(col(one).icontains(search, autoescape=True) for one in words)))
    if paired:
        query = query.where(Item.paired == paired)
    return query


def items_by_pairing(session: Session, *, search: str = "", paired: str = "") -> list[tuple[str, int]]:
    """How many items of a selection are paired in each way; empty: not yet."""
    chosen = items_where(search=search, paired=paired).subquery()
    rows = session.exec(
        select(chosen.c.paired, func.count()).group_by(chosen.c.paired).order_by(chosen.c.paired)
    )
    return [(how, int(count)) for how, count in rows]


def items_after(
    session: Session, after: int | None, limit: int, *, text: str = "", paired: Sequence[str] = ()
) -> list[Item]:
    """Active items by NetSuite's id, those after the id `after`; `text` is part of a name, `paired` how."""
    query = select(Item).where(col(Item.active)).order_by(col(Item.id)).limit(limit)
    if after is not None:
        query = query.where(col(Item.id) > after)
    if text:
        query = query.where(
            or_(
                col(Item.name).icontains(text, autoescape=True),
                col(Item.display_name).icontains(text, autoescape=True),
            )
        )
    if paired:
        query = query.where(col(Item.paired).in_(paired))
    return list(session.exec(query))


def items_by_id_or_name(session: Session, text: str) -> list[Item]:
    """The item of this code, else of this name, else of this internal id; more than one if they share it."""
    for wanted in (Item.name == text, Item.display_name == text):
        found = list(session.exec(select(Item).where(wanted).limit(4)))
        if found:
            return found
    by_id = session.get(Item, int(text)) if text.lstrip("-").isdigit() and len(text) < 19 else None
    return [by_id] if by_id else []


def is_booked(session: Session, item_id: int) -> bool:
    """Whether a period is closed and loaded documents bill the item."""
    if newest_closed_period(session) is None:
        return False
    d, v, line = source_document.c, document_version.c, document_line.c
    bills = (
        select_columns(line.id)
        .join_from(source_document, document_version, v.id == d.current_version_id)
        .join(document_line, line.version_id == v.id)
        .where(line.item_id == item_id, d.state == "loaded")
        .limit(1)
    )
    return session.execute(bills).first() is not None
