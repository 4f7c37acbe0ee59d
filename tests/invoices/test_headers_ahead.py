"""The headers of the next step, asked for before this one has ended."""

import asyncio
from typing import Any

import pytest

from jobs.invoices.ahead import HeadersAhead


async def page(*ids: int) -> Any:
    await asyncio.sleep(0)
    return list(ids)


async def refused() -> Any:
    raise ConnectionError


async def test_a_page_is_taken_once_by_the_step_that_begins_with_it() -> None:
    ahead = HeadersAhead()
    assert await ahead.take(1) is None
    ahead.ask(1, page(1, 2))
    assert await ahead.take(1) == [1, 2]
    assert await ahead.take(1) is None
    ahead.ask(3, page())
    assert await ahead.take(3) == []


async def test_another_page_than_the_one_that_was_asked_for_is_asked_for_anew() -> None:
    ahead = HeadersAhead()
    ahead.ask(1, page(1))
    assert await ahead.take(5) is None
    assert len(asyncio.all_tasks()) == 1


async def test_what_went_wrong_is_told_to_who_takes_it_and_to_nobody_else() -> None:
    ahead = HeadersAhead()
    ahead.ask(1, refused())
    await ahead.settle()
    with pytest.raises(ConnectionError):
        await ahead.take(1)
    ahead.ask(1, refused())
    await ahead.close()
    assert await ahead.take(1) is None


async def test_settled_is_not_in_flight() -> None:
    ahead = HeadersAhead()
    await ahead.settle()
    ahead.ask(1, page(7))
    await ahead.settle()
    assert len(asyncio.all_tasks()) == 1
    assert await ahead.take(1) == [7]


async def test_closed_leaves_no_request_behind() -> None:
    ahead = HeadersAhead()
    ahead.ask(1, asyncio.sleep(60, []))
    await ahead.close()
    assert len(asyncio.all_tasks()) == 1
