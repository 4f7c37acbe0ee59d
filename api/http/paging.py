"""Lists, page by page: a cursor says where the next page begins. Rows that come or go shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from revrec.problems import Invalid
from revrec.store.queries.ordered import Order, Place

T = TypeVar("T")
R = TypeVar("R")

Cursor = Annotated[
    str | None, Query(max_length=100, description="`next_cursor` of the page before; none: the first page.")
]
PlaceCursor = Annotated[
    str | None, Query(max_length=4000, description="`next_cursor` of the page before; none: the first page.")
]
SortBy = Annotated[
    str,
    Query(
        max_length=40,
        pattern=r"^(-?[a-z_]+)?$",
        description="What the list is sorted by, `-` before it for the other way round; none: its usual order.",
    ),
]
PageSize = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]


class Page(BaseModel, Generic[T]):
    """A page. `next_cursor` is null on the last one."""

    items: list[T]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of a list is asked for."""

    order: Order
    limit: int


class Paged:
    """A dependency that gives the page of a list that is asked for. `usual`: its order if none is named."""

    def __init__(self, usual: str) -> None:
        self.usual = usual

    def __call__(self, sort: SortBy = "", cursor: PlaceCursor = None, limit: PageSize = 50) -> PageAsked:
        return PageAsked(read_order(sort, cursor, self.usual), limit)


def read_cursor(cursor: str | None) -> int | None:
    """The id that a cursor names. Raises `Invalid` for what is none of ours."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        kind, _, number = text.partition(":")
        value = int(number)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        kind, value = "", 0
    if kind != "id" or not 0 <= value < 2**63:
        raise Invalid("This is not a cursor of this list; take `next_cursor` as it came.", where="cursor")
    return value


def write_cursor(value: int) -> str:
    return base64.urlsafe_b64encode(f"id:{value}".encode()).decode().rstrip("=")


def page_of(rows: Sequence[R], limit: int, key: Callable[[R], int]) -> tuple[Sequence[R], str | None]:
    """From `limit + 1` rows or fewer: the page, and the cursor of the next one if there is one."""
    if len(rows) <= limit:
        return rows, None
    return rows[:limit], write_cursor(key(rows[limit - 1]))


def read_order(sort: str, cursor: str | None, usual: str) -> Order:
    """The order that `sort` (`name`, `-name`; empty: `usual`) and a cursor ask for. Raises `Invalid` for no cursor."""
    sort = sort or usual
    by, descending = sort.removeprefix("-"), sort.startswith("-")
    if cursor is None:
        return Order(by, descending)
    try:
        text = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)).decode()
        sorted_by, value, number = json.loads(text)
        if type(number) is not int or type(value) not in (str, int) or not 0 <= number < 2**63:
            raise ValueError
        if isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError):
        raise Invalid("This is not a cursor of this list; take it as it came.", where="cursor") from None
    if sorted_by != sort:
        raise Invalid(
            f"This cursor is of the list sorted by '{sorted_by}', not by '{sort}'. Begin at the first page.",
            where="cursor",
        )
    return Order(by, descending, Place(value, number))


def write_place(order: Order, place: Place | None) -> str | None:
    """The cursor of the next page."""
    if place is None:
        return None
    sort = ("-" if order.descending else "") + order.by
    text = json.dumps([sort, place.value, place.id], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
