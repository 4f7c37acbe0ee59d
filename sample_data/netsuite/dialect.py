"""Reading SuiteQL: a grammar in which every function stays a call by its own name.

sqlglot's Oracle grammar understands functions and rewrites them (``TO_CHAR(x, 'mask')`` becomes a CAST), which would
both change results and hide misspelt functions. Here a call is only a name and its arguments; what the name means,
and whether NetSuite knows it, is decided in ``calls``. What sqlglot parses but NetSuite lacks is refused there and in
``expressions`` and ``selects``, which accept a list of node types and nothing else.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.oracle import Oracle
from sqlglot.errors import SqlglotError
from sqlglot.parsers.oracle import OracleParser
from sqlglot.tokenizer_core import TokenType

from sample_data.netsuite.problems import NetSuiteError, unsupported_search

_CLOCK_WORDS = {"SYSDATE", "SYSTIMESTAMP", "LOCALTIMESTAMP", "SESSIONTIMEZONE", "DBTIMEZONE"}


class SuiteQL(Oracle):
    """SuiteQL's grammar, for parsing only."""

    class Tokenizer(Oracle.Tokenizer):
        KEYWORDS = {  # noqa: RUF012 - sqlglot's own form
            word: token
            for word, token in Oracle.Tokenizer.KEYWORDS.items()
            if not word.startswith("CURRENT_") and word not in _CLOCK_WORDS
        }

    class Parser(OracleParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS = {  # noqa: RUF012
            name: OracleParser.FUNCTION_PARSERS[name] for name in ("CAST", "EXTRACT", "TRIM")
        }
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
            "CASE": OracleParser.NO_PAREN_FUNCTION_PARSERS["CASE"]
        }


def parse_query(text: str, params: list[object] | None) -> exp.Expr:
    """One SELECT (or a UNION of them) with its ``?`` filled in.

    ``params`` are bound to the ``?`` in order; NetSuite refuses nulls among them, and too few. Bracketed names are no
    quoting here, and a query is one statement.
    """
    if not text.strip():
        raise unsupported_search()
    try:
        if any(token.token_type == TokenType.LIMIT for token in SuiteQL().tokenize(text)):
            raise unsupported_search()  # TOP and FETCH FIRST are known, LIMIT is not
        statements = sqlglot.parse(text, read=SuiteQL)
    except (SqlglotError, RecursionError) as problem:
        raise unsupported_search() from problem
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.Union):
        raise unsupported_search()
    statement: exp.Expr = statements[0]
    _fill(statement, params)
    return statement


def _fill(statement: exp.Expr, params: list[object] | None) -> None:
    values = list(params or [])
    marks = [node for node in statement.find_all(exp.Placeholder, bfs=False)]
    if any(mark.this for mark in marks):
        raise unsupported_search()  # named binds (:x) are not offered
    if len(marks) > len(values):
        raise unsupported_search()
    for mark, value in zip(marks, values, strict=False):
        mark.replace(_literal(value))


def _literal(value: object) -> exp.Expr:
    if isinstance(value, str):
        return exp.Literal.string(value)
    if isinstance(value, bool) or value is None or not isinstance(value, int | float):
        raise unsupported_search()
    return exp.Literal.number(str(value)) if value >= 0 else exp.Neg(this=exp.Literal.number(str(-value)))


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


def read_number(text: str) -> Decimal | None:
    """The number that a text is to Oracle's implicit conversion, or None."""
    if not _NUMBER.fullmatch(text.strip()):
        return None
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def refuse_unless(condition: bool) -> None:
    """Refuse the query as unsupported unless the condition holds."""
    if not condition:
        raise unsupported_search()


__all__ = ["NetSuiteError", "SuiteQL", "parse_query", "read_number", "refuse_unless"]
