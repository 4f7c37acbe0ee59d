"""SuiteQL's number functions as SQL for SQLite; sums of money stay integers throughout."""

from __future__ import annotations

from sample_data.netsuite import calls_dates
from sample_data.netsuite.dialect import read_number, refuse_unless
from sample_data.netsuite.kinds import DATE, INTEGER, NULL, REAL, TEXT, Kind
from sample_data.netsuite.numbers import align, number_literal, rescale
from sample_data.netsuite.scope import Scope, Typed


def as_real(typed: Typed) -> Typed:
    """The number as a float."""
    return rescale(typed, None)


def to_number(typed: Typed) -> Typed:
    """TO_NUMBER of a text: what is no number fails the query."""
    if typed.literal is not None:
        number = read_number(typed.literal)
        refuse_unless(number is not None)
        if number is not None:
            return number_literal(number)
    return Typed(f"ns_to_number({typed.sql})", REAL)


def call_to_number(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 1 and arguments[0].kind != DATE)
    return arguments[0] if arguments[0].kind.name != "text" else to_number(arguments[0])


def _places(arguments: list[Typed]) -> int:
    if len(arguments) == 1:
        return 0
    refuse_unless(len(arguments) == 2 and arguments[1].kind == INTEGER and arguments[1].literal is not None)
    places = int(arguments[1].sql)
    refuse_unless(-12 <= places <= 12)
    return places


def _number(typed: Typed) -> Typed:
    refuse_unless(typed.kind != DATE)
    return to_number(typed) if typed.kind == TEXT else typed


def round_(arguments: list[Typed], scope: Scope) -> Typed:
    """ROUND(number[, places]), half away from zero."""
    refuse_unless(bool(arguments))
    subject, places = _number(arguments[0]), _places(arguments)
    if subject.kind == NULL:
        return subject
    if not subject.kind.is_exact:
        return Typed(f"ns_round({subject.sql}, {places})", Kind("number", max(places, 0)))
    return _cut(subject, places, half=True)


def trunc(arguments: list[Typed], scope: Scope) -> Typed:
    """TRUNC(number[, places]) toward zero, or TRUNC(date[, unit])."""
    refuse_unless(1 <= len(arguments) <= 2)
    if arguments[0].kind == DATE:
        return calls_dates.truncate_date(arguments)
    subject, places = _number(arguments[0]), _places(arguments)
    if subject.kind == NULL:
        return subject
    if not subject.kind.is_exact:
        if places == 0:
            return Typed(f"CAST({subject.sql} AS INTEGER)", INTEGER)
        return Typed(f"ns_trunc({subject.sql}, {places})", Kind("number", max(places, 0)))
    return _cut(subject, places, half=False)


def _cut(subject: Typed, places: int, *, half: bool) -> Typed:
    scale = subject.kind.scale or 0
    if places >= scale:
        return Typed(subject.sql, subject.kind)
    factor = 10 ** (scale - places)
    more = factor // 2 if half else 0
    x = subject.sql
    # SQLite divides integers toward zero, so half away from zero is: add half a unit to the absolute value.
    cut = f"(CASE WHEN {x} < 0 THEN -((-({x}) + {more}) / {factor}) ELSE (({x}) + {more}) / {factor} END)"
    if places >= 0:
        return Typed(cut, Kind("number", places))
    return Typed(f"({cut} * {10**-places})", INTEGER)


def ceil(arguments: list[Typed], scope: Scope) -> Typed:
    return _whole(arguments, "ns_ceil")


def floor(arguments: list[Typed], scope: Scope) -> Typed:
    return _whole(arguments, "ns_floor")


def _whole(arguments: list[Typed], function: str) -> Typed:
    refuse_unless(len(arguments) == 1)
    subject = _number(arguments[0])
    scale = "NULL" if subject.kind.scale is None else str(subject.kind.scale)
    return Typed(f"{function}({subject.sql}, {scale})", INTEGER)


def absolute(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 1)
    subject = _number(arguments[0])
    return Typed(f"ABS({subject.sql})", subject.kind)


def sign(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 1)
    return Typed(f"SIGN({_number(arguments[0]).sql})", INTEGER)


def mod(arguments: list[Typed], scope: Scope) -> Typed:
    """MOD with the sign of the dividend; MOD(x, 0) is x."""
    refuse_unless(len(arguments) == 2)
    left, right = align(_number(arguments[0]), _number(arguments[1]))
    refuse_unless(left.kind.is_exact and right.kind.is_exact)
    return Typed(f"(CASE WHEN {right.sql} = 0 THEN {left.sql} ELSE {left.sql} % {right.sql} END)", left.kind)


def power(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 2)
    left, right = (as_real(_number(each)).sql for each in arguments)
    return Typed(f"ns_power({left}, {right})", REAL)


def sqrt(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 1)
    return Typed(f"ns_power({as_real(_number(arguments[0])).sql}, 0.5)", REAL)
