"""Turns a parsed query into SQL over the store's tables, checking every name and value as Salesforce does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from sample_data.company.crm_ids import checksum
from sample_data.salesforce.errors import (
    Refusal,
    malformed,
    unknown_column,
    unknown_object,
    unknown_relationship,
    wrong_literal,
)
from sample_data.salesforce.schema import ENTITIES, Entity, Field, find_entity, visible_fields
from sample_data.salesforce.soql import Combination, Comparison, Condition, Literal, Path, Query

_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
_MOST_LEVELS = 5
_KIND_IN_WORDS = {
    "date": "date",
    "datetime": "dateTime",
    "boolean": "boolean",
    "currency": "double",
    "double": "double",
    "percent": "double",
    "int": "int",
}

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field: its path in the answer, its type, and the record whose absence makes it null."""

    path: tuple[str, ...]
    field: Field


@dataclass(slots=True)
class Statement:
    """What to run: `rows` finds row numbers in order, `select` reads the columns of given ones.

    `related` gives, for each relationship path used, the object it leads to; its id is selected after the columns.
    """

    entity: Entity
    rows: str
    parameters: list[Value]
    select: str
    columns: list[Column]
    related: dict[tuple[str, ...], str]
    is_count: bool


@dataclass(slots=True)
class _Compiler:
    query: Query
    multi_currency: bool
    joins: dict[tuple[str, ...], tuple[str, Entity]] = field(default_factory=dict)
    join_sql: list[str] = field(default_factory=list)
    parameters: list[Value] = field(default_factory=list)

    def compile(self, with_deleted: bool) -> Statement:
        entity = find_entity(self.query.entity)
        if entity is None:
            raise unknown_object(self.query.entity)
        self.joins[()] = ("t", entity)
        columns: list[Column] = []
        selected: list[str] = []
        for path in self.query.fields:
            names, found, sql = self._resolve(path)
            if any(column.path == names for column in columns):
                raise malformed(f"duplicate field selected: {'.'.join(names)}")
            columns.append(Column(names, found))
            selected.append(sql)
        selected_joins = dict(self.joins)
        where = [] if with_deleted else ["t.[IsDeleted] = 0"]
        if self.query.where is not None:
            where.append(self._condition(self.query.where))
        order = [self._ordering(place) for place in range(len(self.query.order))]
        related = {path: joined.name for path, (_, joined) in selected_joins.items() if path}
        selected += [f"{selected_joins[path][0]}.[Id]" for path in related]
        source = f"FROM [{entity.name}] t " + " ".join(self.join_sql)
        rows = f"SELECT t.rowid {source} WHERE {' AND '.join(where) or '1'}"
        if order:
            rows += " ORDER BY " + ", ".join(order)
        limit = self.query.limit
        if limit is not None or self.query.offset:
            rows += f" LIMIT {-1 if limit is None else limit} OFFSET {self.query.offset}"
        select = f"SELECT t.rowid, t.[Id], {', '.join(selected) or '1'} {source}"
        return Statement(entity, rows, self.parameters, select, columns, related, self.query.is_count)

    def _ordering(self, place: int) -> str:
        ordering = self.query.order[place]
        _, _, sql = self._resolve(ordering.path)
        direction = "DESC" if ordering.descending else "ASC"
        return f"{sql} {direction} NULLS {'LAST' if ordering.nulls_last else 'FIRST'}"

    def _resolve(self, path: Path) -> tuple[tuple[str, ...], Field, str]:
        """The canonical path, the field and its SQL; joins what the path goes through."""
        names: tuple[str, ...] = ()
        alias, entity = self.joins[()]
        if len(path.parts) > _MOST_LEVELS + 1:
            raise malformed("SELECT supports up to 5 levels of relationships")
        for part in path.parts[:-1]:
            reference = entity.relationship(part)
            if reference is None or reference.target is None or reference.relationship is None:
                raise unknown_relationship(self.query.text, path.at, part)
            names = (*names, reference.relationship)
            if names not in self.joins:
                target = ENTITIES[reference.target]
                joined = f"j{len(self.joins)}"
                self.join_sql.append(
                    f"LEFT JOIN [{target.name}] {joined} ON {joined}.[Id] = {alias}.[{reference.name}]"
                )
                self.joins[names] = (joined, target)
            alias, entity = self.joins[names]
        found = entity.field(path.parts[-1])
        if found is None or found not in visible_fields(entity, self.multi_currency):
            raise unknown_column(self.query.text, path.at, path.parts[-1], entity.name)
        return (*names, found.name), found, f"{alias}.[{found.name}]"

    def _condition(self, condition: Condition) -> str:
        if isinstance(condition, Combination):
            parts = [self._condition(part) for part in condition.conditions]
            if condition.operator == "not":
                return f"NOT ({parts[0]})"
            return "(" + f" {condition.operator.upper()} ".join(parts) + ")"
        return self._comparison(condition)

    def _comparison(self, comparison: Comparison) -> str:
        _, found, sql = self._resolve(comparison.path)
        text = found.type in ("string", "picklist")
        if text:
            sql += " COLLATE NOCASE"
        if comparison.operator == "like":
            return self._like(found, sql, comparison.values[0])
        values = [_value(found, literal) for literal in comparison.values]
        if comparison.operator in ("in", "not in"):
            self.parameters += [value for value in values if value is not None]
            places = ", ".join("?" for value in values if value is not None)
            within = f"{sql} IN ({places})" + (f" OR {sql} IS NULL" if None in values else "")
            return f"({within})" if comparison.operator == "in" else f"(NOT coalesce({within}, 0))"
        if comparison.operator in ("=", "!="):
            self.parameters.append(values[0])
            return f"{sql} {'IS' if comparison.operator == '=' else 'IS NOT'} ?"
        if found.type == "boolean" or values[0] is None:
            raise Refusal(
                400,
                "INVALID_QUERY_FILTER_OPERATOR",
                f"invalid operator on {found.type} field '{found.name}': {comparison.operator}",
            )
        self.parameters.append(values[0])
        return f"{sql} {comparison.operator} ?"

    def _like(self, found: Field, sql: str, literal: Literal) -> str:
        if found.type not in ("string", "picklist"):
            raise Refusal(
                400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {found.type} field: like"
            )
        if literal.kind != "string":
            raise wrong_literal(found.name, "string")
        self.parameters.append(literal.text)
        return f"{sql} LIKE ? ESCAPE '\\'"


def compile_query(query: Query, *, multi_currency: bool, with_deleted: bool) -> Statement:
    """The SQL of a query; raises Refusal for unknown names and for values that do not fit their field."""
    return _Compiler(query, multi_currency).compile(with_deleted)


def stamp_text(moment: datetime) -> str:
    """How the store keeps moments: UTC to the second, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000")


def _value(found: Field, literal: Literal) -> Value:
    """A literal as the store keeps the field's values."""
    if literal.kind == "null":
        return None
    match found.type:
        case "id" | "reference":
            if literal.kind != "string":
                raise wrong_literal(found.name, "ID")
            if not _ID.fullmatch(literal.text):
                raise Refusal(400, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {literal.text}")
            return literal.text if len(literal.text) == 18 else _full_id(literal.text)
        case "string" | "picklist":
            if literal.kind != "string":
                raise wrong_literal(found.name, "string")
            return literal.text.replace("\\%", "%").replace("\\_", "_")
        case "boolean":
            if literal.kind != "boolean":
                raise wrong_literal(found.name, "boolean")
            return int(literal.text == "true")
        case "date":
            if literal.kind != "date":
                raise wrong_literal(found.name, "date")
            return _real_date(literal.text)
        case "datetime":
            if literal.kind != "datetime":
                raise wrong_literal(found.name, "dateTime")
            return _stamp_literal(literal.text)
    if literal.kind != "number":
        raise wrong_literal(found.name, _KIND_IN_WORDS[found.type])
    try:
        number = Decimal(literal.text)
    except InvalidOperation as error:
        raise malformed(f"For input string: '{literal.text}'") from error
    return int(number * 100) if found.type == "currency" else float(number)


def _full_id(short: str) -> str:
    return short + checksum(short)


def _real_date(text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError as error:
        raise malformed(f"Invalid date: {text}") from error


def _stamp_literal(text: str) -> str:
    try:
        return stamp_text(datetime.fromisoformat(text.replace("Z", "+00:00")))
    except ValueError as error:
        raise malformed(f"Invalid datetime: {text}") from error
