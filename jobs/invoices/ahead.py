"""The next page of headers, asked for while the page before it is still being worked on.

A child has one place among the requests that an account allows at once, for as long as it lives. What it spends between
two requests (typing, staging, recording a step) would leave that place empty: at 600 ms a page a tenth of the time. So
it asks for the headers of its next step as soon as it needs nothing more for this one. It never has two requests in
flight for that: whoever needs another one first waits for the one that is under way (`settle`).

What was read ahead is kept in memory only. After a crash the next step finds nothing and asks itself.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from revrec.netsuite.documents import DocumentHeader


class HeadersAhead:
    """At most one page of headers of one child, under way or waiting to be taken."""

    def __init__(self) -> None:
        self._first = 0
        self._page: asyncio.Task[list[DocumentHeader]] | None = None

    def ask(self, first: int, page: Coroutine[Any, Any, list[DocumentHeader]]) -> None:
        """Begin to read the page of headers that starts with `first`."""
        self._first, self._page = first, asyncio.ensure_future(page)

    async def take(self, first: int) -> list[DocumentHeader] | None:
        """The page that starts with `first`; None where it was not asked for. Raises what asking for it raised."""
        page, self._page = self._page, None
        if page is None:
            return None
        if self._first != first:
            await _end(page)
            return None
        return await page

    async def settle(self) -> None:
        """Wait until nothing of this is in flight; what it came to is told to whoever takes it."""
        if self._page is not None:
            await asyncio.wait([self._page])

    async def close(self) -> None:
        """Let go of a page that nobody will take."""
        page, self._page = self._page, None
        if page is not None:
            await _end(page)


async def _end(page: asyncio.Task[list[DocumentHeader]]) -> None:
    page.cancel()
    await asyncio.gather(page, return_exceptions=True)
