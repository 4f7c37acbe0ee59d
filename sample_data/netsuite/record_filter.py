"""The ``q`` of a record collection: ``externalId IS "X" AND tranDate AFTER "3/15/2026"``.

Conditions join by AND and OR, with parentheses; a text operator wants a quoted text. Dates are in the user's date
format and have no time: a date with a time is refused, and so is one in another format, with a detail that contains
*failed with date format*. Of a date-time field the day counts, on the clock of the account's zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sample_data.netsuite import masks
from sample_data.netsuite.kinds import SECONDS_A_DAY
from sample_data.netsuite.problems import NetSuiteError

_TEXT_FIELDS = {"externalid": "externalid", "tranid": "tranid", "memo": "memo"}
_NUMBER_FIELDS = {
    "id": "id",
    "subsidiary": "subsidiary",
    "currency": "currency",
    "postingperiod": "postingperiod",
}
_DATE_FIELDS = {"trandate": "trandate", "createddate": "createddate", "lastmodifieddate": "lastmodifieddate",
                "reversaldate": "reversaldate"}  # fmt: skip
_FLAG_FIELDS = {
    "approved": "(CASE WHEN [approvalstatus] = 2 THEN 'T' ELSE 'F' END)",
    "isreversal": "[isreversal]",
}

_TEXT_OPERATORS = {"IS": "{c} = ?", "CONTAIN": "instr(lower({c}), lower(?)) > 0",
                   "START_WITH": "instr(lower({c}), lower(?)) = 1",
                   "END_WITH": "lower(substr({c}, -length(?1))) = lower(?1)"}  # fmt: skip
_NUMBER_OPERATORS = {
    "EQUAL": "=",
    "GREATER": ">",
    "GREATER_OR_EQUAL": ">=",
    "LESS": "<",
    "LESS_OR_EQUAL": "<=",
}
_DAY = f"({{c}} / {SECONDS_A_DAY} * {SECONDS_A_DAY})"
_DATE_OPERATORS = {"ON": "=", "AFTER": ">", "ON_OR_AFTER": ">=", "BEFORE": "<", "ON_OR_BEFORE": "<="}
_TOKEN = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([()\[\],])|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?))')


@dataclass
class Filter:
    """A condition on the transaction table and its values."""

    sql: str
    values: list[Any]


def read_filter(text: str, date_mask: str) -> Filter:
    """The filter that ``q`` asks for, or the 400 that NetSuite answers."""
    return _Reader(text, date_mask).read()


def _unreadable(what: str) -> NetSuiteError:
    return NetSuiteError(400, "INVALID_PARAMETER", f"Invalid search query. {what}", query_param="q")


class _Reader:
    def __init__(self, text: str, date_mask: str) -> None:
        self._mask = date_mask
        self._tokens: list[tuple[str, str]] = []
        at = 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                raise _unreadable(f"It cannot be read at {text[at : at + 20].strip()!r}.")
            quoted, mark, word, number = match.groups()
            if quoted is not None:
                self._tokens.append(("text", quoted.replace('\\"', '"')))
            else:
                kind = "mark" if mark else ("word" if word else "number")
                self._tokens.append((kind, mark or word or number))
            at = match.end()

    def read(self) -> Filter:
        found = self._or()
        if self._tokens:
            raise _unreadable(f"Nothing was expected at {self._tokens[0][1]!r}.")
        return found

    def _or(self) -> Filter:
        found = self._and()
        while self._word() == "OR":
            self._tokens.pop(0)
            other = self._and()
            found = Filter(f"({found.sql} OR {other.sql})", found.values + other.values)
        return found

    def _and(self) -> Filter:
        found = self._one()
        while self._word() == "AND":
            self._tokens.pop(0)
            other = self._one()
            found = Filter(f"({found.sql} AND {other.sql})", found.values + other.values)
        return found

    def _word(self) -> str | None:
        return self._tokens[0][1].upper() if self._tokens and self._tokens[0][0] == "word" else None

    def _take(self, *kinds: str) -> str:
        if not self._tokens or self._tokens[0][0] not in kinds:
            given = self._tokens[0][1] if self._tokens else "the end"
            raise _unreadable(f"{' or '.join(kinds)} expected instead of {given!r}.")
        return self._tokens.pop(0)[1]

    def _one(self) -> Filter:
        if self._tokens and self._tokens[0] == ("mark", "("):
            self._tokens.pop(0)
            found = self._or()
            if self._take("mark") != ")":
                raise _unreadable("A parenthesis is not closed.")
            return found
        name = self._take("word")
        operator = self._take("word").upper()
        negated = operator.endswith("_NOT")
        found = self._condition(name, operator.removesuffix("_NOT"))
        return Filter(f"(NOT COALESCE({found.sql}, 0))", found.values) if negated else found

    def _condition(self, name: str, operator: str) -> Filter:
        field = name.lower()
        if field in _TEXT_FIELDS:
            column = f"[{_TEXT_FIELDS[field]}]"
            if operator == "EMPTY":
                return Filter(f"({column} IS NULL)", [])
            if operator in _TEXT_OPERATORS:
                text = self._take("text")
                return Filter(_TEXT_OPERATORS[operator].format(c=column).replace("?1", "?"),
                              [text] * _TEXT_OPERATORS[operator].count("?"))  # fmt: skip
        elif field in _NUMBER_FIELDS:
            column = f"[{_NUMBER_FIELDS[field]}]"
            if operator == "ANY_OF":
                return self._any_of(column)
            if operator in _NUMBER_OPERATORS:
                return Filter(f"({column} {_NUMBER_OPERATORS[operator]} ?)", [int(self._take("number"))])
        elif field in _DATE_FIELDS and operator in _DATE_OPERATORS:
            day = _DAY.format(c=f"[{_DATE_FIELDS[field]}]")
            return Filter(f"({day} {_DATE_OPERATORS[operator]} ?)", [self._date(name)])
        elif field in _FLAG_FIELDS and operator == "IS":
            return Filter(
                f"({_FLAG_FIELDS[field]} = ?)", ["T" if self._take("word").lower() == "true" else "F"]
            )
        else:
            raise (
                NetSuiteError(
                    400,
                    "NONEXISTENT_FIELD",
                    f"Unknown field name '{name}' in the search query.",
                    query_param="q",
                )
                if field not in _DATE_FIELDS | _FLAG_FIELDS
                else _unreadable(f"{name} knows no {operator}.")
            )
        raise _unreadable(f"{name} knows no {operator}.")

    def _any_of(self, column: str) -> Filter:
        if self._take("mark") != "[":
            raise _unreadable("ANY_OF wants a list in brackets.")
        values = [int(self._take("number"))]
        while (mark := self._take("mark")) == ",":
            values.append(int(self._take("number")))
        if mark != "]":
            raise _unreadable("A list is not closed.")
        return Filter(f"({column} IN ({', '.join('?' * len(values))}))", values)

    def _date(self, name: str) -> int:
        given = self._take("text")
        try:
            return masks.parse(given, self._mask)
        except ValueError as problem:
            raise _unreadable(
                f"Parsing of {name} {given!r} failed with date format {self._mask!r}."
            ) from problem
