"""Tables as text: a title, columns, rows, and notes below."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Cells are text already; the first column is set flush left, the others flush right."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default=())


def show(table: Table) -> str:
    """The table as Markdown that also reads well on a terminal."""
    widths = [max(len(row[at]) for row in (table.header, *table.rows)) for at in range(len(table.header))]

    def line(cells: Sequence[str]) -> str:
        set_cells = [
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "| " + " | ".join(set_cells) + " |"

    rule = (
        "|"
        + "|".join(
            "-" * (width + 2) if at == 0 else "-" * (width + 1) + ":" for at, width in enumerate(widths)
        )
        + "|"
    )
    text = [f"### {table.title}", "", line(table.header), rule, *(line(row) for row in table.rows), ""]
    if table.notes:
        text += [*(f"- {note}" for note in table.notes), ""]
    return "\n".join(text)


def seconds(value: float) -> str:
    """`12.34`."""
    return f"{value:,.2f}"


def rate(rows: int, took: float) -> str:
    """Rows a second, `12,300`; a dash where nothing was counted."""
    return f"{rows / took:,.0f}" if rows and took > 0 else "-"


def megabytes(value: float) -> str:
    """Of bytes."""
    return f"{value / 1e6:,.0f} MB"


def percent(part: float, whole: float) -> str:
    """`part` of `whole`."""
    return f"{100 * part / whole:.0f}%" if whole > 0 else "-"


def share(part: float, whole: float) -> str:
    """Seconds, and what share they are of others: `3.1 s, 24%`."""
    return f"{part:,.1f} s, {percent(part, whole)}"
