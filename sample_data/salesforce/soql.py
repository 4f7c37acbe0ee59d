"""Reads SOQL into a tree.

The subset: SELECT fields (dotted paths through lookups) or COUNT(), FROM one object, WHERE with = != <> < <= > >= IN,
NOT IN, LIKE, AND, OR, NOT and parentheses, ORDER BY with ASC, DESC and NULLS FIRST or LAST, LIMIT and OFFSET. As in
Salesforce, AND and OR may stand on one level only with parentheses. Sub-queries, GROUP BY and date formulas (TODAY) are
refused as malformed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sample_data.salesforce.errors import malformed

MAX_LENGTH = 100_000

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))
    | (?P<date>\d{4}-\d\d-\d\d(?![\dT]))
    | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w-]))
    | (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<operator><=|>=|!=|<>|=|<|>)
    | (?P<mark>[(),])
    | (?P<word>[A-Za-z_][\w.]*)
    )""",
    re.VERBOSE,
)
_ESCAPES = {
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "b": "\b",
    "f": "\f",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "%": "%",
    "_": "_",
}


@dataclass(frozen=True, slots=True)
class Path:
    """A field, perhaps through lookups: ("Account", "Name"); `at` is its place in the text."""

    parts: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True)
class Literal:
    """A value; `kind` is string, number, date, datetime, boolean or null."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """`operator` is = != < <= > >= like, in or not in; the last two have any number of values."""

    path: Path
    operator: str
    values: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Combination:
    """`operator` is and, or, or not (of one condition)."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Combination


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path
    descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query; `fields` is empty for COUNT()."""

    text: str
    entity: str
    fields: tuple[Path, ...]
    where: Condition | None
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int

    @property
    def is_count(self) -> bool:
        return not self.fields


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Query:
    """The query that `text` says; raises Refusal MALFORMED_QUERY with Salesforce's kind of message."""
    if len(text) > MAX_LENGTH:
        raise malformed("SOQL statements cannot be longer than 100000 characters.")
    return _Parser(text).query()


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            found = text[at:].lstrip()[:1]
            raise malformed(f"unexpected token: '{found}'" if found != "'" else "unterminated string literal")
        tokens.append(_Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
        at = match.end()
    return tokens


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0

    def query(self) -> Query:
        self._word("select")
        fields = self._fields()
        self._word("from")
        entity = self._name("object name")
        where = self._condition() if self._accept("where") else None
        order = self._order() if self._accept("order") else ()
        limit = self._count("limit") if self._accept("limit") else None
        offset = self._count("offset") if self._accept("offset") else 0
        if self._next < len(self._tokens):
            raise malformed(f"unexpected token: '{self._tokens[self._next].text}'")
        if offset > 2_000:
            raise malformed("maximum SOQL offset allowed is 2000")
        return Query(self._text, entity, fields, where, order, limit, offset)

    def _fields(self) -> tuple[Path, ...]:
        first = self._peek()
        if first and first.text.lower() == "count" and self._peek(1) and self._text_of(1) == "(":
            self._next += 2
            self._mark(")")
            return ()
        fields = [self._path()]
        while self._accept(","):
            fields.append(self._path())
        return tuple(fields)

    def _condition(self) -> Condition:
        first = self._term()
        terms, operator = [first], ""
        while (token := self._peek()) and token.text.lower() in ("and", "or"):
            if operator and token.text.lower() != operator:
                raise malformed(f"unexpected token: '{token.text}'")
            operator = token.text.lower()
            self._next += 1
            terms.append(self._term())
        return Combination(operator, tuple(terms)) if operator else first

    def _term(self) -> Condition:
        if self._accept("not"):
            return Combination("not", (self._term(),))
        if self._accept("("):
            inner = self._condition()
            self._mark(")")
            return inner
        path = self._path()
        if self._accept("in"):
            return Comparison(path, "in", self._list())
        if self._accept("not"):
            self._word("in")
            return Comparison(path, "not in", self._list())
        if self._accept("like"):
            return Comparison(path, "like", (self._literal(),))
        token = self._take("an operator")
        if token.kind != "operator":
            raise malformed(f"unexpected token: '{token.text}'")
        return Comparison(path, "!=" if token.text == "<>" else token.text, (self._literal(),))

    def _list(self) -> tuple[Literal, ...]:
        self._mark("(")
        values = [self._literal()]
        while self._accept(","):
            values.append(self._literal())
        self._mark(")")
        return tuple(values)

    def _literal(self) -> Literal:
        token = self._take("a value")
        if token.kind == "string":
            return Literal("string", self._unescape(token.text[1:-1]))
        if token.kind in ("number", "date", "datetime"):
            return Literal(token.kind, token.text)
        lowered = token.text.lower()
        if lowered in ("true", "false"):
            return Literal("boolean", lowered)
        if lowered == "null":
            return Literal("null", "")
        raise malformed(f"unexpected token: '{token.text}'")

    def _unescape(self, text: str) -> str:
        def plain(match: re.Match[str]) -> str:
            if match.group(1) not in _ESCAPES:
                raise malformed(
                    f"Invalid string literal '{text}'. Illegal character sequence '\\{match.group(1)}'"
                )
            # An escaped % or _ must stay one for LIKE, so its backslash is kept.
            return match.group(0) if match.group(1) in "%_" else _ESCAPES[match.group(1)]

        return re.sub(r"\\(.)", plain, text, flags=re.DOTALL)

    def _order(self) -> tuple[Ordering, ...]:
        self._word("by")
        orderings = [self._ordering()]
        while self._accept(","):
            orderings.append(self._ordering())
        return tuple(orderings)

    def _ordering(self) -> Ordering:
        path = self._path()
        descending = self._accept("desc")
        if not descending:
            self._accept("asc")
        last = False
        if self._accept("nulls"):
            last = self._accept("last")
            if not last:
                self._word("first")
        return Ordering(path, descending, last)

    def _count(self, what: str) -> int:
        token = self._take(what)
        if token.kind != "number" or not token.text.isdigit():
            raise malformed(f"unexpected token: '{token.text}'")
        return int(token.text)

    def _path(self) -> Path:
        token = self._take("a field")
        if token.kind != "word" or token.text.endswith("."):
            raise malformed(f"unexpected token: '{token.text}'")
        return Path(tuple(token.text.split(".")), token.at)

    def _name(self, what: str) -> str:
        token = self._take(what)
        if token.kind != "word":
            raise malformed(f"unexpected token: '{token.text}'")
        return token.text

    def _peek(self, ahead: int = 0) -> _Token | None:
        place = self._next + ahead
        return self._tokens[place] if place < len(self._tokens) else None

    def _text_of(self, ahead: int) -> str:
        token = self._peek(ahead)
        return token.text if token else ""

    def _take(self, what: str) -> _Token:
        token = self._peek()
        if token is None:
            raise malformed(f"unexpected token: '<EOF>' (expected {what})")
        self._next += 1
        return token

    def _accept(self, text: str) -> bool:
        token = self._peek()
        if token is not None and token.kind in ("word", "mark") and token.text.lower() == text:
            self._next += 1
            return True
        return False

    def _word(self, text: str) -> None:
        if not self._accept(text):
            raise malformed(f"unexpected token: '{self._text_of(0) or '<EOF>'}' (expected {text.upper()})")

    _mark = _word
