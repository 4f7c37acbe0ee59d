"""One page of a SuiteQL answer.

NetSuite sends every value as text, leaves nulls out, gives each item an empty `links`, and promises no letter case:
rows here have lower-case keys, text values and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from revrec.netsuite import exact_json
from revrec.netsuite.errors import AnswerUnreadable

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """`rows` of one page; `has_more` is NetSuite's word on whether a next page can be fetched by offset.

    `total_results` counts all rows, also those past the 100,000 that can be fetched.
    """

    rows: tuple[Row, ...]
    has_more: bool
    offset: int
    total_results: int

    @property
    def more_exist(self) -> bool:
        """True where rows follow this page, whether or not an offset can reach them: `has_more` is false at the cap."""
        return self.has_more or self.total_results > self.offset + len(self.rows)


def parse_page(body: bytes, what: str) -> Page:
    """Read a SuiteQL reply. Raises `AnswerUnreadable` where it is none."""
    try:
        data = exact_json.decode(body)
    except (ValueError, UnicodeDecodeError):
        raise AnswerUnreadable(what, "it is not JSON") from None
    if not isinstance(data, Mapping) or not isinstance(data.get("items"), list) or "hasMore" not in data:
        raise AnswerUnreadable(what, "it has no items and hasMore")
    rows = tuple(_parse_row(item, what) for item in data["items"])
    return Page(
        rows=rows,
        has_more=data["hasMore"] is True or data["hasMore"] == "true",
        offset=int(data.get("offset") or 0),
        total_results=int(data.get("totalResults") or len(rows)),
    )


def _parse_row(item: object, what: str) -> Row:
    if not isinstance(item, dict):
        raise AnswerUnreadable(what, "an item is not an object")
    item.pop("links", None)
    if _is_plain(item):
        return item
    return {str(key).lower(): _text(value) for key, value in item.items() if value is not None}


def _is_plain(item: dict[str, Any]) -> bool:
    # Nearly every row is: this decides it without a step of Python a value.
    keys = "".join(item)
    try:
        "".join(item.values())
    except TypeError:
        return False
    return keys == keys.lower()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "T" if value else "F"
    return format(value, "f") if isinstance(value, Decimal) else str(value)
