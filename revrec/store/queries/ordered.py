"""Lists in the order a reader chose, a page at a time, however long they are.

A page begins after the last row of the one before it (keyset paging): by what the list is sorted by, and by id among
equals. Rows that come or go meanwhile shift nothing, and the hundredth page costs what the first does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, literal, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import Session

from revrec.problems import Invalid

Value = str | int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the value its last row was sorted by (dates as ISO text), and that row's id."""

    value: Value
    id: int


@dataclass(frozen=True, slots=True)
class Order:
    """What a list is sorted by, which way, and behind which row a page begins."""

    by: str
    descending: bool = False
    after: Place | None = None


Key = ColumnElement[int] | Mapped[int]
Sorts = Mapping[str, ColumnElement[Any] | Mapped[Any]]
"""What a list can be sorted by: text, whole numbers or dates, none of them ever null."""


def one_page(
    session: Session, query: Any, sorts: Sorts, key: Key, order: Order, limit: int
) -> tuple[list[Row[Any]], Place | None]:
    """At most `limit` rows of `query` in `order`, and the place of the next page if there is one.

    Two columns stand behind the query's own. Raises `Invalid` for an order that the list does not have.
    """
    value: Any = sorts.get(order.by)
    if value is None:
        raise Invalid(
            f"This list cannot be sorted by '{order.by}', only by {', '.join(sorts)}.", where="sort"
        )
    query = query.add_columns(value.label("sorted_by"), key.label("sorted_id"))
    if order.after is not None:
        bound = _bound(value, order.after.value)
        here, place = tuple_(value, key), tuple_(bound, literal(order.after.id))
        query = query.where(here < place if order.descending else here > place)
        # Said again of the value alone: where the two stand in different tables, PostgreSQL finds the place by it.
        query = query.where(value <= bound if order.descending else value >= bound)
    ways = (value.desc(), key.desc()) if order.descending else (value, key)
    rows = list(session.execute(query.order_by(*ways).limit(limit + 1)))
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    told = last.sorted_by
    return rows[:limit], Place(told.isoformat() if isinstance(told, date) else told, int(last.sorted_id))


def all_rows(
    session: Session, query: Any, sorts: Sorts, key: Key, order: Order, at_once: int = 5000
) -> Iterator[list[Row[Any]]]:
    """Every row from the order's place on, `at_once` at a time, so that a long list fits into little memory."""
    while True:
        rows, place = one_page(session, query, sorts, key, order, at_once)
        if rows:
            yield rows
        if place is None:
            return
        order = replace(order, after=place)


def _bound(value: Any, given: Value) -> ColumnElement[Any]:
    """The cursor's value as the list's own type. Raises `Invalid` for a cursor of another list."""
    kind = value.type.python_type
    try:
        if isinstance(value.type, Date):
            return literal(date.fromisoformat(str(given)), value.type)
        if (kind is int) != isinstance(given, int):
            raise ValueError
    except ValueError:
        raise Invalid("This is not a cursor of this list; take it as it came.", where="cursor") from None
    return literal(given, value.type)
