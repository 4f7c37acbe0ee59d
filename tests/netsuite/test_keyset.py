"""Paging by key: every row once, whatever moves meanwhile."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite.errors import AnswerUnreadable
from revrec.netsuite.keyset import groups_by_key, pages_by_key
from revrec.netsuite.page import Page


def page(rows, *, has_more):
    return Page(tuple(rows), has_more, 0, 0)


def serve(rows, limit):
    """`ask` for pages_by_key over rows that are (key,) tuples."""

    async def ask(after):
        left = sorted(row for row in rows if after is None or row > after)
        return page([{"id": str(key[0])} for key in left[:limit]], has_more=len(left) > limit)

    return ask


@given(st.sets(st.integers(0, 300)), st.integers(1, 20))
async def test_every_row_comes_once_in_order(ids, limit):
    rows = {(one,) for one in ids}
    found = []
    async for some in pages_by_key(serve(rows, limit), lambda row: (int(row["id"]),), what="q"):
        assert 0 < len(some) <= limit
        found += [int(row["id"]) for row in some]
    assert found == sorted(ids)


async def test_rows_that_vanish_between_pages_shift_nothing():
    rows = {(n,) for n in range(10)}
    ask = serve(rows, 3)
    found = []
    async for some in pages_by_key(ask, lambda row: (int(row["id"]),), what="q"):
        found += [int(row["id"]) for row in some]
        rows.discard((found[0],))
        rows.discard((found[-1],))
    assert found == list(range(10))


@pytest.mark.parametrize("ids", [[1, 3, 2], [1, 1], [5, 4]])
async def test_rows_out_of_order_or_twice_are_refused(ids):
    async def ask(after):
        return page([{"id": str(one)} for one in ids], has_more=False)

    with pytest.raises(AnswerUnreadable, match="asked for in order"):
        async for _ in pages_by_key(ask, lambda row: (int(row["id"]),), what="q"):
            pass


async def test_a_page_that_repeats_is_refused_and_never_loops():
    async def ask(after):
        return page([{"id": "1"}], has_more=True)

    with pytest.raises(AnswerUnreadable):
        async for _ in pages_by_key(ask, lambda row: (int(row["id"]),), what="q"):
            pass


async def test_a_page_cut_at_the_row_cap_is_followed_though_netsuite_says_it_is_the_last():
    async def ask(after):
        first = 0 if after is None else after[0] + 1
        return Page(tuple({"id": str(one)} for one in range(first, min(first + 4, 10))), False, 0, 10 - first)

    found = []
    async for some in pages_by_key(ask, lambda row: (int(row["id"]),), what="q"):
        found += [int(row["id"]) for row in some]
    assert found == list(range(10))


async def test_an_empty_page_with_more_to_come_is_refused():
    async def ask(after):
        return page([], has_more=True)

    with pytest.raises(AnswerUnreadable, match="empty page"):
        async for _ in pages_by_key(ask, lambda row: (int(row["id"]),), what="q"):
            pass


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 40)), unique=True), st.integers(1, 9))
async def test_groups_are_never_split_and_never_lost(rows, limit):
    async def ask(after, offset):
        assert offset % limit == 0
        left = sorted(row for row in rows if after is None or row[0] > after)
        cut = left[offset : offset + limit]
        return page([{"k": str(k), "v": str(v)} for k, v in cut], has_more=len(left) > offset + limit)

    found, seen = [], set()
    async for some in groups_by_key(ask, lambda row: int(row["k"]), what="q"):
        keys = {row["k"] for row in some}
        assert not keys & seen
        seen |= keys
        found += [(int(row["k"]), int(row["v"])) for row in some]
    assert found == sorted(rows)


async def test_rows_that_left_after_they_were_counted_end_the_reading():
    async def ask(after):
        return Page((), False, 0, 3)

    assert [some async for some in pages_by_key(ask, lambda row: (int(row["id"]),), what="q")] == []

    async def ask_groups(after, offset):
        return Page(({"k": "1"},) if after is None and not offset else (), False, offset, 3)

    found = [some async for some in groups_by_key(ask_groups, lambda row: int(row["k"]), what="q")]
    assert found == [[{"k": "1"}]]


@pytest.mark.parametrize("keys", [["2", "1"], ["1", "3", "2"]])
async def test_groups_out_of_order_are_refused(keys):
    async def ask(after, offset):
        return page([{"k": key} for key in keys], has_more=False)

    with pytest.raises(AnswerUnreadable, match="not in the order"):
        async for _ in groups_by_key(ask, lambda row: int(row["k"]), what="q"):
            pass


def asked_pages(asked, ready):
    """`ask` for three pages of two rows that notes what was asked for, and answers once `ready` is set."""

    async def ask(after):
        first = 0 if after is None else after[0] + 1
        asked.append(first)
        if first:
            await ready.wait()
        return page([{"id": str(first)}, {"id": str(first + 1)}], has_more=first < 4)

    return ask


async def test_the_next_page_and_no_other_is_asked_for_while_one_is_worked_on():
    asked, ready, ends = [], asyncio.Event(), []
    ready.set()
    ask = asked_pages(asked, ready)
    pages = pages_by_key(
        ask, lambda row: (int(row["id"]),), what="q", ahead=True, asked_all=lambda: ends.append(len(asked))
    )
    seen = []
    async for some in pages:
        await asyncio.sleep(0)  # as work on a page lets others go on
        seen.append((int(some[0]["id"]), list(asked)))
    assert seen == [(0, [0, 2]), (2, [0, 2, 4]), (4, [0, 2, 4])]
    assert ends == [3]


async def test_who_leaves_early_leaves_no_request_behind():
    asked, ready = [], asyncio.Event()
    pages = pages_by_key(asked_pages(asked, ready), lambda row: (int(row["id"]),), what="q", ahead=True)
    assert len(await anext(pages)) == 2
    await asyncio.sleep(0)
    assert asked == [0, 2]
    await pages.aclose()
    assert len(asyncio.all_tasks()) == 1


async def test_what_asking_ahead_raises_is_raised_where_the_page_is_wanted():
    async def ask(after):
        if after is not None:
            raise ConnectionError
        return page([{"id": "1"}], has_more=True)

    pages = pages_by_key(ask, lambda row: (int(row["id"]),), what="q", ahead=True)
    assert await anext(pages) == [{"id": "1"}]
    await asyncio.sleep(0)
    with pytest.raises(ConnectionError):
        await anext(pages)
