"""Names in a query: the sources of a SELECT, their fields, and typed SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from sample_data.netsuite.catalogue import View
from sample_data.netsuite.doubts import Doubts
from sample_data.netsuite.kinds import TEXT, Kind
from sample_data.netsuite.problems import NetSuiteError, unknown_field, unknown_identifier, unsupported_search
from sample_data.netsuite.schema import Column

if TYPE_CHECKING:
    from sample_data.netsuite.selects import Select


@dataclass(frozen=True)
class Typed:
    """SQL for SQLite and what it yields.

    ``literal`` is the text of a literal; ``alias`` and ``field`` are set for a bare field of a source, ``column`` and
    ``table`` too where that is a table; ``type_sql`` is the transaction type beside a status; ``utc`` is the same
    instant on UTC's clock; ``sort`` is cheaper SQL that orders alike.
    """

    sql: str
    kind: Kind
    literal: str | None = None
    column: Column | None = None
    alias: str | None = None
    field: str | None = None
    table: str | None = None
    type_sql: str | None = None
    utc: str | None = None
    sort: str | None = None


@dataclass(frozen=True)
class Field:
    """One column of a source, by its lower-case name."""

    name: str
    typed: Typed


@dataclass
class Source:
    """A table or a sub-select in FROM. ``keys`` are sets of field names that are unique in it."""

    alias: str
    table: str
    fields: dict[str, Field]
    keys: list[frozenset[str]]


@dataclass(frozen=True)
class Moment:
    """The clocks that a query reads, as stored dates."""

    server: int
    session: int
    user_date_format: str
    stamps_zone: str = ""
    """The zone that stamps are shown in, where it is not the account's."""


@dataclass
class Context:
    """What holds for a whole query."""

    view: View
    now: Moment
    doubts: Doubts
    select: Callable[[exp.Expr, Scope | None, Context], Select]


@dataclass
class Scope:
    """The sources that names in one SELECT may mean; an inner SELECT sees the outer one's too."""

    context: Context
    sources: list[Source] = field(default_factory=list)
    parent: Scope | None = None
    rownum_sql: str | None = None
    nulled: frozenset[str] = frozenset()

    def add(self, source: Source) -> None:
        """Add a source; two of one name are refused."""
        if any(each.alias == source.alias for each in self.sources):
            raise unsupported_search()
        self.sources.append(source)

    def find(self, name: str, qualifier: str | None) -> Typed:
        """The field of that name: a column that is missing or ambiguous is an error, as in Oracle."""
        scope: Scope | None = self
        while scope is not None:
            hits = [
                source.fields[name].typed
                for source in scope.sources
                if (qualifier is None or source.alias == qualifier) and name in source.fields
            ]
            if len(hits) > 1:
                raise unsupported_search()
            if hits:
                return hits[0]
            scope = scope.parent
        raise self._unknown(name)

    def _unknown(self, name: str) -> NetSuiteError:
        way = self.context.doubts.unknown_column
        if way == "identifier":
            return unknown_identifier(name, {source.alias: source.table for source in self.sources})
        return unknown_field(name, bare=way == "500")


def quote(text: str) -> str:
    """A text literal for SQLite."""
    return "'" + text.replace("'", "''").replace("\x00", "") + "'"


def text(sql: str) -> Typed:
    """SQL that yields a text."""
    return Typed(sql, TEXT)
