"""A list as a page shows it: its filters, order and place stand in the URL, so that it can be bookmarked and sent.

A page module says what its list can be asked for; the template's heads, page links, totals and downloads come from
`parts.html` (`sort_head`, `list_foot`). The rows themselves are read by `revrec.store.queries.ordered`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import Response

from api.http.paging import read_order, write_place
from api.web.download import Field
from api.web.render import page
from revrec.store.queries.ordered import Order, Place

ROWS = 50


@dataclass(frozen=True, slots=True)
class Listing:
    """What was asked of a list. `filters` are its fields of the URL with their values, empty ones too."""

    path: str
    usual: str  # the order without a choice, such as `-date`
    filters: dict[str, str]
    sort: str = ""
    cursor: str | None = None
    following: str | None = None
    shown: int = 0
    downloads: tuple[str, ...] = ("csv", "xlsx")
    totals: bool = False
    order: Order = field(init=False)

    def __post_init__(self) -> None:
        """Raises `Invalid` for a cursor that is none, or of another order."""
        object.__setattr__(self, "order", read_order(self.sort, self.cursor, self.usual))

    def page(self, shown: int, place: Place | None) -> "Listing":
        """The same, with what the page turned out to hold."""
        return Listing(
            self.path,
            self.usual,
            self.filters,
            self.sort,
            self.cursor,
            write_place(self.order, place),
            shown,
            self.downloads,
            self.totals,
        )

    @property
    def filtered(self) -> bool:
        """Whether anything narrows the list."""
        return any(self.filters.values())

    @property
    def first_url(self) -> str:
        return self._url(self.path)

    @property
    def next_url(self) -> str:
        return self._url(self.path, cursor=self.following) if self.following else ""

    @property
    def asked(self) -> str:
        """What was asked of the list, as the query of another address that shows it again; nothing if nothing was."""
        return self._url("", cursor=self.cursor or "")

    def sort_url(self, by: str, descending_first: bool = False) -> str:
        """The first page sorted by a column; by the one it is sorted by already, the other way round."""
        first = f"-{by}" if descending_first else by
        other = by if descending_first else f"-{by}"
        return self._url(self.path, sort=other if (self.sort or self.usual) == first else first)

    def filter_url(self, name: str, value: str) -> str:
        """The first page with one filter changed."""
        return self._url(self.path, **{name: value})

    def aria_sort(self, by: str) -> str:
        if self.order.by != by:
            return ""
        return "descending" if self.order.descending else "ascending"

    def part_url(self, part: str) -> str:
        """The same selection elsewhere: `totals`, or the download `csv`."""
        joint = "." if part in self.downloads else "/"
        return self._url(self.path + joint + part)

    def _url(self, path: str, **changed: str) -> str:
        asked = {**self.filters, "sort": self.sort} | changed
        told = urlencode({name: value for name, value in asked.items() if value})
        return f"{path}?{told}" if told else path


def listing_of(request: Request, usual: str, *filters: str, path: str = "", **more: Any) -> Listing:
    """What the request's URL asks of a list that has these filters. Values are text without outer spaces.

    Raises `Invalid` for a cursor that is none, or of another order.
    """
    asked = request.query_params
    return Listing(
        path or request.url.path.removesuffix(".csv").removesuffix(".xlsx").removesuffix("/totals"),
        usual,
        {name: asked.get(name, "").strip()[:200] for name in filters},
        asked.get("sort", "")[:40],
        asked.get("cursor") or None,
        **more,
    )


def totals_page(
    request: Request, listing: Listing, name: str, fields: Sequence[Field], rows: Sequence[Any]
) -> Response:
    """The totals of a list's whole selection: a part of its page where htmx asks, else a page of their own."""
    part = "totals_part.html" if request.headers.get("hx-request") else "totals.html"
    return page(request, part, list=listing, name=name, fields=fields, rows=rows)
