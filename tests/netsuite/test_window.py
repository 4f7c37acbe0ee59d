"""Windows, ranges and NetSuite's clock where accounts differ."""

from datetime import UTC, datetime, timedelta, timezone

import httpx
import pytest

from revrec.netsuite import IdRange, Window, plan_ranges, server_clock

UNKNOWN = "Search error occurred: Unknown identifier 'systimestamp'."


def test_a_window_compares_in_utc_with_a_coarse_filter_beside_it():
    eastern = timezone(timedelta(hours=-5))
    window = Window(datetime(2026, 3, 1, 20, 0, tzinfo=eastern), datetime(2026, 3, 3, tzinfo=UTC))
    mask = "'YYYY-MM-DD HH24:MI:SS'"
    assert window.conditions() == [
        f"t.lastmodifieddate >= TO_TIMESTAMP('2026-03-01 01:00:00', {mask})",
        f"SYS_EXTRACT_UTC(t.lastmodifieddate) >= TO_TIMESTAMP('2026-03-02 01:00:00', {mask})",
        f"t.lastmodifieddate < TO_TIMESTAMP('2026-03-04 00:00:00', {mask})",
        f"SYS_EXTRACT_UTC(t.lastmodifieddate) < TO_TIMESTAMP('2026-03-03 00:00:00', {mask})",
    ]


def test_a_window_is_of_instants():
    with pytest.raises(ValueError, match="no time zone"):
        Window(None, datetime(2026, 3, 3))  # noqa: DTZ001 - that is the point


def test_a_range_is_a_condition():
    assert IdRange(5, 9).condition("tl.transaction") == "tl.transaction BETWEEN 5 AND 9"


async def test_the_clock_is_the_databases_and_takes_in_the_running_second(client, wire, page_of):
    wire.script = [page_of({"server_time": "2026-03-03T10:00:00Z"})]
    assert await server_clock(client) == datetime(2026, 3, 3, 10, 0, 1, tzinfo=UTC)
    assert "SYS_EXTRACT_UTC(SYSTIMESTAMP)" in wire.sql()


async def test_an_account_without_one_clock_is_asked_for_the_other(client, wire, page_of, refusal_of):
    refused = refusal_of(400, "INVALID_PARAMETER", UNKNOWN)
    wire.script = [refused, page_of({"server_time": "2026-03-03T10:00:00Z"})]
    assert await server_clock(client) == datetime(2026, 3, 3, 10, 0, 1, tzinfo=UTC)
    assert "SYS_EXTRACT_UTC(SYSDATE)" in wire.sql()


async def test_the_replys_date_is_the_last_resort(client, wire, page_of, refusal_of):
    refused = refusal_of(400, "INVALID_PARAMETER", UNKNOWN)
    dated = page_of({"one": "1"})
    dated.headers["Date"] = "Tue, 03 Mar 2026 10:00:00 GMT"
    wire.script = [refused, refused, dated]
    assert await server_clock(client) == datetime(2026, 3, 3, 10, 0, 1, tzinfo=UTC)


async def test_no_time_at_all_is_an_error_and_not_our_clock(client, wire, page_of, refusal_of):
    refused = refusal_of(400, "INVALID_PARAMETER", UNKNOWN)
    wire.script = [refused, refused, httpx.Response(200, json={"items": [], "hasMore": False})]
    with pytest.raises(Exception, match="tells no time"):
        await server_clock(client)


async def test_ranges_get_smaller_towards_the_end_and_lose_none(client, wire, page_of):
    bucket = 100
    rows = [
        {"documents": str(bucket), "first_id": str(n * bucket + 1), "last_id": str((n + 1) * bucket)}
        for n in range(300)
    ]
    whole = {"documents": str(300 * bucket), "first_id": "1", "last_id": str(300 * bucket)}
    wire.script = [page_of(whole), page_of(*rows)]
    ranges = await plan_ranges(client, Window(None, datetime(2026, 3, 3, tzinfo=UTC)))
    sizes = [one.documents for one in ranges]
    assert (sizes[0], sizes[-2]) == (2000, 400)
    assert sizes[:-1] == sorted(sizes[:-1], reverse=True)
    assert [one.first for one in ranges[1:]] == [one.last + 1 for one in ranges[:-1]]
    assert all(one.documents == one.last - one.first + 1 for one in ranges)
    assert sum(sizes) == 300 * bucket
