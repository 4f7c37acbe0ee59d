"""Reference data as it was last read, kind by kind, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, or_, select

from revrec.problems import NotFound
from revrec.store.tables import (
    Account,
    Currency,
    CurrencyRate,
    Item,
    NetSuiteCustomer,
    NetSuitePeriod,
    Segment,
    SegmentValue,
    Subsidiary,
)

_STANDARD = {"departments": "department", "classes": "class", "locations": "location"}


@dataclass(frozen=True)
class ReferenceKind:
    """A kind of reference data: its table, which of its columns a search looks into, and the reading that brings it.

    `only`: the rows of the table that are of this kind. Rates have no state: NetSuite's are all there are.
    """

    name: str
    model: type[SQLModel]
    searched: tuple[str, ...]
    reading: str
    only: tuple[ColumnElement[bool], ...] = ()
    has_state: bool = True


KINDS = {
    kind.name: kind
    for kind in (
        ReferenceKind("customers", NetSuiteCustomer, ("name",), "customers"),
        ReferenceKind("items", Item, ("name", "display_name"), "items"),
        ReferenceKind("accounts", Account, ("number", "name"), "accounts"),
        ReferenceKind("subsidiaries", Subsidiary, ("name",), "subsidiaries"),
        ReferenceKind("currencies", Currency, ("symbol", "name"), "subsidiaries"),
        ReferenceKind("rates", CurrencyRate, (), "rates", has_state=False),
        ReferenceKind("periods", NetSuitePeriod, ("name",), "periods"),
        *(
            ReferenceKind(name, SegmentValue, ("name",), "segments", (col(SegmentValue.segment) == segment,))
            for name, segment in _STANDARD.items()
        ),
        ReferenceKind(
            "segments",
            SegmentValue,
            ("name", "segment"),
            "segments",
            (col(SegmentValue.segment).not_in(_STANDARD.values()),),
        ),
        ReferenceKind("fields", Segment, ("name", "field"), "segments"),
    )
}
"""Kind -> what it is. `segments` are the values of custom segments, `fields` the segments of journal lines."""


def reference_kind(name: str) -> ReferenceKind:
    """The kind of this name. Raises `NotFound` with the known ones."""
    if name not in KINDS:
        raise NotFound(f"There is no reference data '{name}'. There are {', '.join(KINDS)}.", where="kind")
    return KINDS[name]


def reference_after(
    session: Session,
    kind: ReferenceKind,
    after: int | None,
    limit: int,
    *,
    search: str = "",
    inactive: bool = False,
) -> Sequence[Any]:
    """Rows by id, those after the id `after` (None: from the first); `inactive`: also those that are out of use.
    `search`: a part of a name, an id, or for rates a currency's symbol."""
    model: Any = kind.model
    query = select(model).where(*kind.only).order_by(col(model.id)).limit(limit)
    if after is not None:
        query = query.where(col(model.id) > after)
    if kind.has_state and not inactive:
        query = query.where(col(model.active))
    if search:
        query = query.where(_matches(kind, search))
    return list(session.exec(query))


def _matches(kind: ReferenceKind, search: str) -> ColumnElement[bool]:
    model: Any = kind.model
    if kind.name == "rates":
        symbols = select(Currency.id).where(col(Currency.symbol) == search.upper())
        return or_(
            col(CurrencyRate.currency_id).in_(symbols), col(CurrencyRate.base_currency_id).in_(symbols)
        )
    found: list[ColumnElement[bool]] = [
        col(getattr(model, name)).icontains(search, autoescape=True) for name in kind.searched
    ]
    if search.isdigit() and len(search) < 19:
        key = "value_id" if model is SegmentValue else "id"
        found.append(col(getattr(model, key)) == int(search))
    return or_(*found)
