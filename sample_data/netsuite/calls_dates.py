"""SuiteQL's date functions as SQL for SQLite."""

from __future__ import annotations

from sample_data.netsuite import date_arithmetic, masks
from sample_data.netsuite.dialect import refuse_unless
from sample_data.netsuite.kinds import DATE, INTEGER, NULL, REAL, SECONDS_A_DAY, TEXT, Kind
from sample_data.netsuite.numbers import as_text
from sample_data.netsuite.problems import unsupported_search
from sample_data.netsuite.scope import Scope, Typed, quote, text


def _mask(typed: Typed) -> str:
    """A format model must be a literal, and one that Oracle knows."""
    refuse_unless(typed.kind == TEXT and typed.literal is not None)
    try:
        masks.pieces(typed.literal or "")
    except masks.BadMask as problem:
        raise unsupported_search() from problem
    return typed.literal or ""


def to_char(arguments: list[Typed], scope: Scope) -> Typed:
    """TO_CHAR of a date with a mask (by SQLite itself where it can), or of a number."""
    refuse_unless(1 <= len(arguments) <= 2)
    subject = arguments[0]
    if subject.kind == NULL:
        return Typed("NULL", TEXT)
    if subject.kind != DATE:
        if len(arguments) == 2:
            refuse_unless(subject.kind.name == "number" and arguments[1].literal is not None)
            scale = "NULL" if subject.kind.scale is None else str(subject.kind.scale)
            return text(f"ns_number_mask({subject.sql}, {scale}, {arguments[1].sql})")
        return as_text(subject, scope.context.now.user_date_format)
    mask = _mask(arguments[1]) if len(arguments) == 2 else scope.context.now.user_date_format
    native = masks.native_format(mask)
    sort = subject.sql if masks.keeps_order(mask) else None
    if native is not None:
        return Typed(f"strftime({quote(native)}, {subject.sql}, 'unixepoch')", TEXT, sort=sort)
    return text(f"ns_to_char({subject.sql}, {quote(mask)})")


def to_date(arguments: list[Typed], scope: Scope) -> Typed:
    """TO_DATE and TO_TIMESTAMP: a literal is read once, here."""
    refuse_unless(1 <= len(arguments) <= 2)
    subject = arguments[0]
    if subject.kind == NULL:
        return Typed("NULL", DATE)
    refuse_unless(subject.kind == TEXT)
    mask = _mask(arguments[1]) if len(arguments) == 2 else scope.context.now.user_date_format
    if subject.literal is None:
        return Typed(f"ns_to_date({subject.sql}, {quote(mask)})", DATE)
    try:
        return Typed(str(masks.parse(subject.literal, mask)), DATE)
    except ValueError as problem:
        raise unsupported_search() from problem


def sys_extract_utc(arguments: list[Typed], scope: Scope) -> Typed:
    """The instant on UTC's clock; for a stored stamp this is a column of its own."""
    refuse_unless(len(arguments) == 1 and arguments[0].kind == DATE)
    subject = arguments[0]
    zone = quote(scope.context.now.stamps_zone)
    return Typed(subject.utc or f"ns_utc({subject.sql}, {zone})", DATE)


def add_months(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 2 and arguments[0].kind == DATE and arguments[1].kind == INTEGER)
    return Typed(f"ns_add_months({arguments[0].sql}, {arguments[1].sql})", DATE)


def last_day(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 1 and arguments[0].kind == DATE)
    return Typed(f"ns_last_day({arguments[0].sql})", DATE)


def months_between(arguments: list[Typed], scope: Scope) -> Typed:
    refuse_unless(len(arguments) == 2 and all(each.kind == DATE for each in arguments))
    return Typed(f"ns_months_between({arguments[0].sql}, {arguments[1].sql})", REAL)


def truncate_date(arguments: list[Typed]) -> Typed:
    """TRUNC(date[, unit]); to the day it is plain arithmetic."""
    subject = arguments[0]
    if len(arguments) == 1:
        # Floor, not remainder: stamps before 1970 are negative.
        return Typed(
            f"({subject.sql} - ((({subject.sql}) % {SECONDS_A_DAY}) + {SECONDS_A_DAY}) % {SECONDS_A_DAY})",
            DATE,
        )
    refuse_unless(arguments[1].literal is not None)
    try:
        date_arithmetic.truncate(0, arguments[1].literal or "")
    except masks.BadMask as problem:
        raise unsupported_search() from problem
    return Typed(f"ns_truncate({subject.sql}, {arguments[1].sql})", DATE)


def extract(part: str, subject: Typed) -> Typed:
    """EXTRACT(part FROM date)."""
    formats = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M", "SECOND": "%S"}
    refuse_unless(part.upper() in formats and subject.kind == DATE)
    return Typed(
        f"CAST(strftime('{formats[part.upper()]}', {subject.sql}, 'unixepoch') AS INTEGER)", Kind("number", 0)
    )
