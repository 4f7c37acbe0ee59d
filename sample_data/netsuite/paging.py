"""limit and offset, and the links of a collection.

The page is 1,000 rows unless asked for fewer, never more; ``offset`` must be a multiple of ``limit``; there are at most
1,000 pages, and rows past the first 100,000 are not served although ``totalResults`` counts them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sample_data.netsuite.problems import NetSuiteError
from sample_data.netsuite.settings import Settings

MAX_PAGES = 1_000


@dataclass(frozen=True)
class Page:
    """One page: rows ``offset`` to ``offset + limit``."""

    limit: int
    offset: int


def read_page(query: Mapping[str, str], settings: Settings) -> Page:
    """The page that the URL asks for."""
    try:
        return _read_page(query, settings)
    except NetSuiteError as refused:
        if settings.bad_offset == "400":
            raise
        raise NetSuiteError(
            500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: kp0v"
        ) from refused


def _read_page(query: Mapping[str, str], settings: Settings) -> Page:
    largest = settings.page_size_max
    limit = _whole(query, "limit", largest)
    offset = _whole(query, "offset", 0)
    if not 1 <= limit <= largest:
        raise _refused("limit", f"Provide a limit between 1 and {largest}.")
    if offset % limit:
        raise _refused("offset", f"Provide an offset that is divisible by the limit {limit}.")
    if offset // limit >= MAX_PAGES:
        raise _refused("offset", f"The offset is past page {MAX_PAGES}.")
    if offset >= settings.row_cap and settings.offset_past_cap == "refused":
        raise _refused("offset", f"Provide an offset below {settings.row_cap}.")
    return Page(limit, offset)


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isdigit():
        raise _refused(name, "Provide a whole number.")
    return int(text)


def _refused(name: str, what: str) -> NetSuiteError:
    return NetSuiteError(
        400, "INVALID_PARAMETER", f"Invalid value for query parameter {name}. {what}", query_param=name
    )


def collection(
    items: list[dict[str, Any]], page: Page, total: int, reachable: int, url: str
) -> dict[str, Any]:
    """The body of a page. ``reachable`` rows can be paged to, of ``total`` that there are."""
    more = page.offset + page.limit < reachable

    def link(rel: str, offset: int) -> dict[str, str]:
        return {"rel": rel, "href": f"{url}?limit={page.limit}&offset={offset}"}

    links: list[dict[str, str]] = []
    if page.offset:
        links += [link("prev", max(0, page.offset - page.limit)), link("first", 0)]
    if more:
        links += [
            link("next", page.offset + page.limit),
            link("last", (total - 1) // page.limit * page.limit),
        ]
    links.append(link("self", page.offset))
    return {
        "links": links,
        "count": len(items),
        "hasMore": more,
        "items": items,
        "offset": page.offset,
        "totalResults": total,
    }
