"""Values as SuiteQL shows them: each one a text, nulls left out (both are doubts, and can be otherwise).

A date that was not wrapped in TO_CHAR comes in the user's date format, date part only: its time is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sample_data.netsuite import masks
from sample_data.netsuite.doubts import Doubts
from sample_data.netsuite.kinds import AMOUNT, Kind


def number_text(number: int | float, scale: int | None, *, leading_zero: bool = True) -> str:
    """A stored number as plain decimal text without trailing zeros, e.g. ``-1234.5``."""
    if scale is None:
        text = f"{number:.15g}"
        if "e" in text or "E" in text:
            text = f"{number:.10f}".rstrip("0").rstrip(".")
    elif scale == 0:
        return str(number)
    else:
        digits = str(abs(int(number))).zfill(scale + 1)
        fraction = digits[-scale:].rstrip("0")
        text = ("-" if number < 0 else "") + digits[:-scale] + (f".{fraction}" if fraction else "")
    if not leading_zero:
        text = text.replace("-0.", "-.", 1) if text.startswith("-0.") else text.removeprefix("0") or "0"
        text = text if text != "" else "0"
    return text


def renderer(kind: Kind, date_format: str, leading_zero: bool, doubts: Doubts) -> Callable[[Any], Any]:
    """How one column is shown."""
    if kind.name == "date":
        return lambda seconds: masks.render(seconds, date_format)
    if kind.name == "number":
        show = _number(kind.scale, leading_zero, doubts.decimals == "padded")
        if doubts.numbers == "unquoted":
            return (lambda number: number) if kind.scale == 0 else lambda number: float(show(number))
        return show
    return str


def _number(scale: int | None, leading_zero: bool, padded: bool) -> Callable[[Any], str]:
    if scale == 0:
        return str
    if padded and scale == AMOUNT.scale:
        return lambda number: f"{'-' if number < 0 else ''}{abs(number) // 100}.{abs(number) % 100:02d}"
    return lambda number: number_text(number, scale, leading_zero=leading_zero)


def items(
    rows: Iterable[Sequence[Any]],
    names: Sequence[str],
    renderers: Sequence[Callable[[Any], Any]],
    doubts: Doubts,
) -> list[dict[str, Any]]:
    """Rows as SuiteQL's items."""
    if doubts.letter_case == "upper":
        names = [name.upper() for name in names]
    columns = list(zip(names, renderers, strict=True))
    if doubts.nulls != "omitted":
        empty = None if doubts.nulls == "null" else ""
        return [
            {
                "links": [],
                **{
                    name: empty if cell is None or cell == "" else show(cell)
                    for (name, show), cell in zip(columns, row, strict=True)
                },
            }
            for row in rows
        ]
    return [
        {
            "links": [],
            **{
                name: show(cell)
                for (name, show), cell in zip(columns, row, strict=True)
                if cell is not None and cell != ""
            },
        }
        for row in rows
    ]
