"""Which functions SuiteQL has, and what each becomes. A name that is not here is refused.

So LISTAGG, DATEDIFF, LEFT, RIGHT, SUBSTRING, CHARINDEX, CEILING, CONVERT, UCASE, LCASE and POSITION are refused, as
Oracle's help says they are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sample_data.netsuite import calls_dates, calls_numbers, calls_texts
from sample_data.netsuite.calls_dates import extract
from sample_data.netsuite.calls_numbers import as_real, to_number
from sample_data.netsuite.catalogue import TABLES
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.kinds import DATE, INTEGER, REAL
from sample_data.netsuite.numbers import align, as_text, unify
from sample_data.netsuite.problems import QueryRefused, unsupported_search
from sample_data.netsuite.scope import Scope, Typed, text

AGGREGATES = frozenset({"COUNT", "SUM", "AVG", "MIN", "MAX"})
_RANKS = {"ROW_NUMBER", "RANK", "DENSE_RANK"}

TYPE_NAMES = {
    "CustInvc": "Invoice",
    "CustCred": "Credit Memo",
    "CustPymt": "Payment",
    "Journal": "Journal",
}


def _coalesce(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) >= 2)
    unified, kind = unify(arguments)
    return Typed(f"COALESCE({', '.join(each.sql for each in unified)})", kind)


def _nvl(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 2)
    return _coalesce(arguments, scope)


def _nvl2(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 3)
    (present, absent), kind = unify(arguments[1:])
    return Typed(f"(CASE WHEN {arguments[0].sql} IS NOT NULL THEN {present.sql} ELSE {absent.sql} END)", kind)


def _nullif(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 2)
    left, right = align(arguments[0], arguments[1])
    return Typed(f"NULLIF({left.sql}, {right.sql})", left.kind)


def _decode(arguments: list[Typed], scope: Scope) -> Typed:
    """DECODE(value, search, result, ..., default): here, alone in Oracle, NULL equals NULL."""
    refuse_unless(len(arguments) >= 3)
    subject, rest = arguments[0], arguments[1:]
    default = rest.pop() if len(rest) % 2 else Typed("NULL", rest[1].kind)
    searches = [align(subject, each) for each in rest[0::2]]
    results, kind = unify([*rest[1::2], default])
    whens = " ".join(
        f"WHEN {left.sql} IS {right.sql} THEN {result.sql}"
        for (left, right), result in zip(searches, results, strict=False)
    )
    return Typed(f"(CASE {whens} ELSE {results[-1].sql} END)", kind)


def _extreme(name: str, arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) >= 2)
    unified, kind = unify(arguments)
    return Typed(f"{name}({', '.join(each.sql for each in unified)})", kind)


PLAIN: dict[str, Callable[[list[Typed], Scope], Typed]] = {
    "COALESCE": _coalesce,
    "NVL": _nvl,
    "NVL2": _nvl2,
    "NULLIF": _nullif,
    "DECODE": _decode,
    "GREATEST": partial(_extreme, "MAX"),
    "LEAST": partial(_extreme, "MIN"),
    "TO_CHAR": calls_dates.to_char,
    "TO_DATE": calls_dates.to_date,
    "TO_TIMESTAMP": calls_dates.to_date,
    "SYS_EXTRACT_UTC": calls_dates.sys_extract_utc,
    "ADD_MONTHS": calls_dates.add_months,
    "LAST_DAY": calls_dates.last_day,
    "MONTHS_BETWEEN": calls_dates.months_between,
    "TO_NUMBER": calls_numbers.call_to_number,
    "ROUND": calls_numbers.round_,
    "TRUNC": calls_numbers.trunc,
    "CEIL": calls_numbers.ceil,
    "FLOOR": calls_numbers.floor,
    "ABS": calls_numbers.absolute,
    "SIGN": calls_numbers.sign,
    "MOD": calls_numbers.mod,
    "POWER": calls_numbers.power,
    "SQRT": calls_numbers.sqrt,
    "SUBSTR": calls_texts.substr,
    "INSTR": calls_texts.instr,
    "UPPER": calls_texts.upper,
    "LOWER": calls_texts.lower,
    "INITCAP": calls_texts.initcap,
    "LENGTH": calls_texts.length,
    "REPLACE": calls_texts.replace,
    "CONCAT": calls_texts.concat,
    **{name: partial(calls_texts.pad, name) for name in ("LPAD", "RPAD")},
    **{name: partial(calls_texts.trim, name) for name in ("TRIM", "LTRIM", "RTRIM")},
    **{
        f"REGEXP_{name}": partial(calls_texts.regexp, f"REGEXP_{name}")
        for name in ("LIKE", "SUBSTR", "INSTR", "COUNT", "REPLACE")
    },
}


def plain(name: str, arguments: list[Typed], scope: Scope) -> Typed:
    """A function of one row."""
    handler = PLAIN.get(name)
    if handler is None:
        raise unsupported_search()
    return handler(arguments, scope)


def aggregate(name: str, argument: Typed, distinct: bool) -> Typed:
    """SUM and its like; sums of exact numbers are exact."""
    word = "DISTINCT " if distinct else ""
    if name == "COUNT":
        return Typed(f"COUNT({word}{argument.sql})", INTEGER)
    if name in {"MIN", "MAX"}:
        return Typed(f"{name}({argument.sql})", argument.kind)
    if argument.kind.name == "text":
        argument = to_number(argument)
    refuse_unless(argument.kind != DATE)
    if name == "SUM":
        return Typed(f"SUM({word}{argument.sql})", argument.kind)
    return Typed(f"AVG({word}{as_real(argument).sql})", REAL)


def analytic(name: str, arguments: list[Typed], ordered: bool, over: str) -> Typed:
    """An analytic function over a window; the ranks need an order."""
    if name in _RANKS:
        refuse_unless(not arguments and ordered)
        return Typed(f"{name}() OVER ({over})", INTEGER)
    if name == "COUNT" and not arguments:
        return Typed(f"COUNT(*) OVER ({over})", INTEGER)
    refuse_unless(name in AGGREGATES and len(arguments) == 1)
    inner = aggregate(name, arguments[0], distinct=False)
    return Typed(f"{inner.sql} OVER ({over})", inner.kind)


NOT_PLAYED = frozenset(
    {"CONSOLIDATE", "CURRENCY", "CURRENCY_CONVERT", "HIERARCHY", "MNFILTER", "NAMED_GROUP", "PERIOD"}
) | {"RELATIVE_RANGES"}
"""BUILTIN functions that NetSuite has and this stand-in says that it has not."""


def check_builtin(name: str) -> None:
    """Refuse a BUILTIN that NetSuite has not, and in other words one that only this stand-in lacks."""
    if name in NOT_PLAYED:
        raise QueryRefused(f"Search error occurred: This stand-in does not play BUILTIN.{name}.")
    refuse_unless(name in {"DF", "CF"})


def builtin(name: str, argument: Typed, scope: Scope) -> Typed:
    """``BUILTIN.DF`` (what the user interface shows) and ``BUILTIN.CF`` (a status with its type)."""
    if name == "DF":
        return _display(argument, scope)
    if name == "CF":
        column = argument.column
        refuse_unless(column is not None and argument.table == "transaction")
        if column is not None and column.name == "status":
            return text(f"({argument.type_sql} || ':' || {argument.sql})")
        return as_text(argument, scope.context.now.user_date_format)
    raise unsupported_search()


def _display(argument: Typed, scope: Scope) -> Typed:
    """What the user interface shows of a value: the name of the row that it points at."""
    refuse_unless(argument.column is not None)
    column = argument.column
    if column is None:
        raise unsupported_search()
    if column.points_at == "transactionstatus":
        return text(
            f"(SELECT [df__].[fullname] FROM [transactionstatus] AS [df__] "
            f"WHERE [df__].[id] = {argument.sql} AND [df__].[trantype] = {argument.type_sql})"
        )
    if argument.table == "transaction" and column.name == "type":
        whens = " ".join(f"WHEN '{code}' THEN '{name}'" for code, name in TYPE_NAMES.items())
        return text(f"(CASE {argument.sql} {whens} ELSE {argument.sql} END)")
    target = TABLES.get(column.points_at or "")
    if target is None or target.display is None:
        return as_text(argument, scope.context.now.user_date_format)
    key = target.keys[0][0]
    return text(
        f"(SELECT [df__].[{target.display}] FROM [{target.name}] AS [df__] WHERE [df__].[{key}] = {argument.sql})"
    )


__all__ = [
    "AGGREGATES",
    "aggregate",
    "analytic",
    "as_real",
    "builtin",
    "check_builtin",
    "extract",
    "plain",
    "to_number",
]
