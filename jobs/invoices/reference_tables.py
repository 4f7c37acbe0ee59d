"""What readers of reference data have in common."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlmodel import Session

from jobs.resources import store
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.problems import Notice
from revrec.problems import Finding

T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What a table came to: how many rows it has, what the account lacks, and what it means for the books."""

    rows: int
    notices: Sequence[Notice] = ()
    findings: Sequence[Finding] = ()


Reader = Callable[[AccountColumns], Awaitable[Reading]]


def is_unread(notices: Sequence[Notice]) -> bool:
    """Whether the table was not there to be read: what we hold of it is left alone then."""
    return any(one.kind == "table_missing" for one in notices)


async def keep(write: Callable[[Session], Any]) -> None:
    """Write in one transaction, off the engine's loop."""

    def work() -> None:
        with store().write() as session:
            write(session)

    await asyncio.to_thread(work)


async def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Run what blocks off the engine's loop."""
    return await asyncio.to_thread(work, *arguments)
