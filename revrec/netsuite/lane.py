"""Requests side by side, or one alone: for the moment when a refused sign-in is tried once more.

NetSuite answers too many requests at once with INVALID_LOGIN at times, which looks like a wrong key; five wrong
keys lock the user for half an hour. A request that goes alone cannot be one too many, so its answer tells the two
apart.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Lane:
    """Counts who is in. `shared` waits while somebody is alone; `alone` waits until everybody has left."""

    def __init__(self) -> None:
        self._inside = 0
        self._closed = False
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def shared(self) -> AsyncIterator[None]:
        """One of many."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._closed)
            self._inside += 1
        try:
            yield
        finally:
            async with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """The only one; who comes meanwhile waits."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._closed)
            self._closed = True
            await self._changed.wait_for(lambda: self._inside == 0)
        try:
            yield
        finally:
            async with self._changed:
                self._closed = False
                self._changed.notify_all()
