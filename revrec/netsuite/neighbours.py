"""What a client agrees on with all others that call the same account, in this process and elsewhere.

The client knows only this interface: what stands behind it (a row in a database) is the business of those who run
several processes. A client alone has no neighbours.
"""

from __future__ import annotations

from typing import Protocol


class Neighbours(Protocol):
    """One account's other callers."""

    async def turn(self) -> float:
        """Wait until a call may go, where calls per minute are limited or another's retry is under way.

        Gives the seconds waited. May raise, where the work was cancelled meanwhile; nothing is sent then.
        """

    async def claim_retry(self) -> bool:
        """Whether this client may try its refused sign-in once more, alone, while the others hold still.

        False where another found out meanwhile that the key is refused: nothing more is to be sent with it.
        """

    async def settle_retry(self, refused: str) -> None:
        """The retry is over; `refused` says in words that it was refused again, or is empty."""


class Alone:
    """No neighbours: every call may go, every retry is one's own."""

    async def turn(self) -> float:
        return 0.0

    async def claim_retry(self) -> bool:
        return True

    async def settle_retry(self, refused: str) -> None:
        return None
