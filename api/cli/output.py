"""Tables for people, JSON for programs."""

import json
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel
from rich import box
from rich.console import Console
from rich.table import Table

from api.views.amount_text import amount_text

V = TypeVar("V", bound=BaseModel)
Columns = Sequence[tuple[str, Callable[[V], object]]]
"""(heading, what of a view it shows). A heading that ends in `>` is set to the right, and so is one that ends in `$`,
which holds amounts."""


def print_json(value: object) -> None:
    """Views or plain values as JSON on standard output."""
    print(json.dumps(_plain(value), indent=2, ensure_ascii=False, default=str))


def print_views(views: Sequence[V], columns: Columns[V], *, as_json: bool, empty: str = "Nothing.") -> None:
    """A list of views: JSON array, or a table."""
    if as_json:
        print_json(list(views))
    elif not views:
        print(empty)
    else:
        print_table(
            [name for name, _ in columns], [[shown(get(view)) for _, get in columns] for view in views]
        )


class Noted(Protocol):
    """A view of what was changed; `note`: what that does to closed periods, if anything."""

    @property
    def note(self) -> str: ...


def print_done(view: Noted, sentence: str, *, as_json: bool) -> None:
    """What a command changed: JSON, or a sentence and its note."""
    if as_json:
        print_json(view)
        return
    print(sentence)
    if view.note:
        print(view.note)


def print_facts(view: BaseModel, *, as_json: bool, leave_out: Sequence[str] = ()) -> None:
    """One view: JSON object, or a line for each field that says something."""
    if as_json:
        print_json(view)
        return
    facts = {
        name: shown(getattr(view, name))
        for name in type(view).model_fields
        if name not in leave_out and getattr(view, name) not in (None, "", [], {})
    }
    width = max((len(name) for name in facts), default=0)
    for name, text in facts.items():
        print(f"{name.replace('_', ' '):<{width}}  {text}")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    amounts = [heading.endswith("$") for heading in headings]
    for heading in headings:
        right = heading.endswith((">", "$"))
        table.add_column(heading.rstrip(">$"), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(
            *(amount_text(cell) if money else cell for cell, money in zip(row, amounts, strict=True))
        )
    # A pipe has no width of its own: lines are not cut there.
    width = None if sys.stdout.isatty() else 400
    Console(width=width, markup=False, highlight=False, soft_wrap=False).print(table)


def shown(value: object) -> str:
    """A value as a table shows it. Times are in this machine's zone."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return value.isoformat()
        case dict() | list():
            return json.dumps(_plain(value), ensure_ascii=False, default=str)
        case _:
            return str(value)


def _plain(value: object) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value
