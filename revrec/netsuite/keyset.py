"""Reading many rows page by page, by key and never by offset.

NetSuite runs the query anew for each page and keeps no snapshot: rows that change between two pages shift an offset,
and some are lost. A page that starts after the last key seen cannot shift, and no 100,000-row cap applies to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from itertools import pairwise

from revrec.netsuite.errors import AnswerUnreadable
from revrec.netsuite.page import Page, Row

Key = tuple[int, ...]


async def pages_by_key(
    ask: Callable[[Key | None], Awaitable[Page]],
    key: Callable[[Row], Key],
    *,
    what: str,
    after: Key | None = None,
    ahead: bool = False,
    asked_all: Callable[[], None] | None = None,
) -> AsyncGenerator[list[Row], None]:
    """Pages of rows in ascending, unique key order. `ask(after)` returns the first rows whose key is above `after`.

    `ahead`: the next page is asked for before this one is given, so that one page at most waits while another is
    worked on; close the iterator where it is left early. `asked_all` is called once the last answer is here.
    Raises `AnswerUnreadable` where rows are out of order or repeat: the next page would skip or double some.
    """
    following: asyncio.Future[Page] | None = None
    try:
        while True:
            page = await (following or ask(after))
            following = None
            for row in page.rows:
                current = key(row)
                if after is not None and not current > after:
                    raise AnswerUnreadable(
                        what, f"row {current} comes after {after}, though rows were asked for in order"
                    )
                after = current
            if not page.rows and page.has_more:
                raise AnswerUnreadable(what, "an empty page says that more rows follow")
            # A count without rows is one that rows left between the two: nothing follows.
            finished = not page.rows or not page.more_exist
            if ahead and not finished:
                following = asyncio.ensure_future(ask(after))
            elif finished and asked_all is not None:
                asked_all()
            if page.rows:
                yield list(page.rows)
            if finished:
                return
    finally:
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def groups_by_key(
    ask: Callable[[int | None, int], Awaitable[Page]], key: Callable[[Row], int], *, what: str
) -> AsyncIterator[list[Row]]:
    """Pages of rows in ascending order of a key that several rows may share; a key's rows are never split.

    `ask(after, offset)` returns rows whose key is above `after`, in a total order that starts with the key. The last
    key of a page with more to come is asked for again; where one key fills a page, and only there, an offset reads on.
    """
    after: int | None = None
    while True:
        page = await ask(after, 0)
        rows = list(page.rows)
        while page.rows and page.more_exist and key(rows[0]) == key(rows[-1]):
            page = await ask(after, len(rows))
            rows += page.rows
        if any(key(first) > key(second) for first, second in pairwise(rows)):
            raise AnswerUnreadable(what, "its rows are not in the order asked for")
        if not page.rows and page.has_more:
            raise AnswerUnreadable(what, "an empty page says that more rows follow")
        finished = not page.rows or not page.more_exist
        if not finished:
            last = key(rows[-1])
            rows = [row for row in rows if key(row) != last]
        if rows:
            yield rows
            after = key(rows[-1])
        if finished:
            return
