"""SuiteQL's text functions as SQL for SQLite. Oracle knows no empty text: where one would come out, it is NULL."""

from __future__ import annotations

import re

from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.kinds import INTEGER, TEXT
from sample_data.netsuite.numbers import as_text
from sample_data.netsuite.problems import unsupported_search
from sample_data.netsuite.scope import Scope, Typed, text


def _texts(arguments: list[Typed], scope: Scope, least: int, most: int) -> list[str]:
    refuse_unless(least <= len(arguments) <= most)
    return [as_text(each, scope.context.now.user_date_format).sql for each in arguments]


def _integers(arguments: list[Typed]) -> list[str]:
    refuse_unless(all(each.kind == INTEGER for each in arguments))
    return [each.sql for each in arguments]


def substr(arguments: list[Typed], scope: Scope) -> Typed:
    """SUBSTR(text, from[, length]); position 0 counts as 1."""
    refuse_unless(2 <= len(arguments) <= 3)
    subject = _texts(arguments[:1], scope, 1, 1)[0]
    start, *length = _integers(arguments[1:])
    rest = f", MAX(0, {length[0]})" if length else ""
    return text(f"NULLIF(SUBSTR({subject}, CASE WHEN {start} = 0 THEN 1 ELSE {start} END{rest}), '')")


def instr(arguments: list[Typed], scope: Scope) -> Typed:
    """INSTR(text, part[, from[, occurrence]])."""
    refuse_unless(2 <= len(arguments) <= 4)
    subject, part = _texts(arguments[:2], scope, 2, 2)
    if len(arguments) == 2:
        return Typed(f"INSTR({subject}, {part})", INTEGER)
    places = _integers(arguments[2:])
    return Typed(f"ns_instr({subject}, {part}, {places[0]}, {places[1] if len(places) > 1 else 1})", INTEGER)


def upper(arguments: list[Typed], scope: Scope) -> Typed:
    return text(f"ns_upper({_texts(arguments, scope, 1, 1)[0]})")


def lower(arguments: list[Typed], scope: Scope) -> Typed:
    return text(f"ns_lower({_texts(arguments, scope, 1, 1)[0]})")


def initcap(arguments: list[Typed], scope: Scope) -> Typed:
    return text(f"ns_initcap({_texts(arguments, scope, 1, 1)[0]})")


def length(arguments: list[Typed], scope: Scope) -> Typed:
    return Typed(f"LENGTH({_texts(arguments, scope, 1, 1)[0]})", INTEGER)


def replace(arguments: list[Typed], scope: Scope) -> Typed:
    subject, old, *new = _texts(arguments, scope, 2, 3)
    return text(f"NULLIF(REPLACE({subject}, {old}, COALESCE({new[0] if new else 'NULL'}, '')), '')")


def concat(arguments: list[Typed], scope: Scope) -> Typed:
    left, right = _texts(arguments, scope, 2, 2)
    return text(f"NULLIF(COALESCE({left}, '') || COALESCE({right}, ''), '')")


def pad(name: str, arguments: list[Typed], scope: Scope) -> Typed:
    """LPAD and RPAD."""
    refuse_unless(2 <= len(arguments) <= 3)
    subject = _texts(arguments[:1], scope, 1, 1)[0]
    width = _integers(arguments[1:2])[0]
    filler = _texts(arguments[2:], scope, 1, 1)[0] if len(arguments) == 3 else "' '"
    return text(f"ns_{name.lower()}({subject}, {width}, {filler})")


def trim(name: str, arguments: list[Typed], scope: Scope) -> Typed:
    """TRIM, LTRIM and RTRIM."""
    return text(f"NULLIF({name}({', '.join(_texts(arguments, scope, 1, 2))}), '')")


def regexp(name: str, arguments: list[Typed], scope: Scope) -> Typed:
    """The REGEXP functions; the pattern is a literal and is checked here."""
    least, most = {
        "REGEXP_LIKE": (2, 3),
        "REGEXP_SUBSTR": (2, 2),
        "REGEXP_INSTR": (2, 2),
        "REGEXP_COUNT": (2, 2),
        "REGEXP_REPLACE": (2, 3),
    }[name]
    parts = _texts(arguments, scope, least, most)
    refuse_unless(arguments[1].literal is not None)
    try:
        re.compile(arguments[1].literal or "")
    except re.error as problem:
        raise unsupported_search() from problem
    parts += ["NULL"] * (3 - len(parts))
    kind = TEXT if name in {"REGEXP_SUBSTR", "REGEXP_REPLACE"} else INTEGER
    return Typed(f"ns_{name.lower()}({', '.join(parts)})", kind)
