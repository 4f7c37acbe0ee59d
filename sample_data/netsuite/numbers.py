"""Numbers of different scales, and the conversions between types that SuiteQL makes."""

from __future__ import annotations

from decimal import Decimal

from sample_data.netsuite.dialect import read_number, refuse_unless
from sample_data.netsuite.kinds import DATE, NULL, REAL, TEXT, Kind
from sample_data.netsuite.scope import Typed, quote


def number_literal(number: Decimal) -> Typed:
    """A literal at the smallest scale that holds it exactly."""
    plain = number.normalize()
    exponent = plain.as_tuple().exponent
    refuse_unless(isinstance(exponent, int) and abs(number) < 10**18)
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    if scale > 12:
        return Typed(repr(float(number)), REAL, literal=str(number))
    return Typed(str(int(number.scaleb(scale))), Kind("number", scale), literal=str(number))


def rescale(typed: Typed, scale: int | None) -> Typed:
    """The same number at a higher scale, or as a float."""
    if typed.kind == NULL or typed.kind.scale == scale:
        return typed
    if scale is None:
        return Typed(f"({typed.sql} / {10 ** (typed.kind.scale or 0)}.0)", REAL)
    if typed.kind.scale is None:
        return typed
    factor = 10 ** (scale - typed.kind.scale)
    if typed.literal is not None:
        return Typed(str(int(typed.sql) * factor), Kind("number", scale), literal=typed.literal)
    return Typed(f"({typed.sql} * {factor})", Kind("number", scale))


def align(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Two values made comparable: of one type, and numbers of one scale. A date goes with dates only."""
    if left.kind == NULL or right.kind == NULL:
        return left, right
    refuse_unless((left.kind == DATE) == (right.kind == DATE))
    if left.kind == DATE or (left.kind == TEXT and right.kind == TEXT):
        return left, right
    left, right = _number(left), _number(right)
    if left.kind.scale is None or right.kind.scale is None:
        return rescale(left, None), rescale(right, None)
    scale = max(left.kind.scale, right.kind.scale)
    return rescale(left, scale), rescale(right, scale)


def _number(typed: Typed) -> Typed:
    if typed.kind.name == "number":
        return typed
    if typed.literal is not None:
        number = read_number(typed.literal)
        refuse_unless(number is not None)
        return number_literal(number or Decimal(0))
    return Typed(f"ns_to_number({typed.sql})", REAL)


def unify(values: list[Typed]) -> tuple[list[Typed], Kind]:
    """Alternatives (of CASE, NVL, UNION) in one kind: all texts, all dates, or numbers at the widest scale."""
    kinds = [typed.kind for typed in values if typed.kind != NULL]
    if not kinds:
        return values, NULL
    if all(kind == DATE for kind in kinds):
        return values, DATE
    refuse_unless(DATE not in kinds)
    if all(kind == TEXT for kind in kinds):
        return values, TEXT
    numbers = [typed if typed.kind == NULL else _number(typed) for typed in values]
    refuse_unless(all(typed.kind != TEXT or typed.literal is not None for typed in values))
    scales = [typed.kind.scale for typed in numbers if typed.kind != NULL]
    if None in scales:
        return [rescale(typed, None) for typed in numbers], REAL
    scale = max(scale or 0 for scale in scales)
    return [rescale(typed, scale) for typed in numbers], Kind("number", scale)


def as_text(typed: Typed, date_format: str) -> Typed:
    """Any value as the text that Oracle would make of it; dates in the user's format."""
    if typed.kind in (TEXT, NULL):
        return typed
    if typed.kind == DATE:
        return Typed(f"ns_to_char({typed.sql}, {quote(date_format)})", TEXT)
    if typed.kind.scale == 0:
        return Typed(f"CAST({typed.sql} AS TEXT)", TEXT)
    return Typed(
        f"ns_number_text({typed.sql}, {'NULL' if typed.kind.scale is None else typed.kind.scale})", TEXT
    )
