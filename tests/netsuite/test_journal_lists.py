"""Many journals found, read and listed in few requests, the same as each by itself."""

import itertools
from datetime import date

import pytest

from revrec.netsuite import AccountColumns, Journal, JournalLine
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_lists import find_many, names_under, read_many
from revrec.netsuite.journal_readback import find_by_external_id, read_back
from revrec.netsuite.journals import post_journal

REGION = ("cseg_region",)
_numbers = itertools.count(1)


def journal(number, prefix="LISTED"):
    lines = (
        JournalLine("24", debit_minor=100 * number, memo="Deferred", segments={"department": "1"}),
        JournalLine("54", credit_minor=60 * number, segments={"cseg_region": "1"}),
        JournalLine("55", credit_minor=40 * number),
    )
    return Journal(
        f"{prefix}-2026-04-{number:04d}", date(2026, 4, 30), lines, precision=2, subsidiary="1", currency="1"
    )


@pytest.fixture
async def posted(netsuite):
    """Three journals under a prefix of the test's own, since the stand-in is shared; external id -> (ours, id)."""
    prefix = f"LISTED{next(_numbers)}"
    ours = [journal(number, prefix) for number in (1, 2, 3)]
    return {one.external_id: (one, (await post_journal(netsuite, one)).id) for one in ours}


async def test_they_are_found_by_their_external_ids_in_one_request(netsuite, posted):
    columns = AccountColumns(netsuite)
    before = netsuite.usage.requests
    found = await find_many(columns, [*posted, "LISTED-nobody"])
    assert found == {external: key for external, (_, key) in posted.items()}
    assert netsuite.usage.requests == before + 1
    assert await find_many(columns, []) == {}


async def test_they_read_as_each_by_itself(netsuite, posted):
    columns = AccountColumns(netsuite)
    ids = [int(key) for _, key in posted.values()]
    before = netsuite.usage.requests
    theirs = await read_many(columns, [*ids, 10**9], custom_segments=REGION)
    assert netsuite.usage.requests == before + 2
    assert sorted(theirs) == sorted(ids)
    for ours, key in posted.values():
        assert compare(ours, theirs[int(key)]) == []
        assert theirs[int(key)] == await read_back(columns, key, custom_segments=REGION)
    assert await read_many(columns, []) == {}


async def test_lines_beyond_a_page_are_read_on_by_key(netsuite, posted, sim):
    sim.post("settings", page_size_max=2)
    try:
        theirs = await read_many(AccountColumns(netsuite), [int(key) for _, key in posted.values()][:2])
    finally:
        sim.post("settings", page_size_max=1000)
    assert [len(one.lines) for one in theirs.values()] == [3, 3]


async def test_a_role_that_may_not_query_reads_each_record(sim, netsuite, posted):
    refusal = {"status": 403, "o:errorDetails": [{"detail": "No.", "o:errorCode": "INSUFFICIENT_PERMISSION"}]}
    for part in ("t.externalid", "t.id IN"):
        sim.post("faults", action="status", status=403, times=8, body=refusal, contains=part)
    columns = AccountColumns(netsuite)
    ids = [int(key) for _, key in posted.values()]
    found = await find_many(columns, list(posted))
    theirs = await read_many(columns, [*ids, 10**9], custom_segments=REGION)
    sim.reset()
    assert sorted(map(int, found.values())) == sorted(ids)
    assert [compare(ours, theirs[int(key)]) for ours, key in posted.values()] == [[], [], []]


async def test_a_prefix_is_listed_page_by_page_and_no_wildcard(netsuite, posted, monkeypatch):
    monkeypatch.setattr("revrec.netsuite.journal_lists.MOST", 2)
    columns = AccountColumns(netsuite)
    (first, (_, key)), *_ = posted.items()
    prefix = first.removesuffix("0001")
    names, after = [], 0
    while page := await names_under(columns, prefix, after=after):
        names += page
        after = int(page[-1].id)
    assert [one.external_id for one in names] == list(posted)
    assert names[0].id == key and names[0].number.startswith("JE")
    assert await names_under(columns, prefix.replace("-2026-", "_2026_")) == []
    assert await find_by_external_id(columns, first) == key
