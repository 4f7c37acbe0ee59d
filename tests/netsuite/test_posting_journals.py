"""Posting journals to the stand-in: never doubled, never lost, read back and compared."""

import itertools
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from revrec.netsuite import AccountColumns, Journal, JournalLine, reference
from revrec.netsuite.errors import (
    DuplicateExternalId,
    NotFound,
    PeriodClosed,
    PermissionMissing,
    RecordLocked,
    RecordRefused,
    ReplyLost,
    UnknownField,
)
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_readback import (
    find_by_external_id,
    journals_with_prefix,
    parse_record,
    read_back,
)
from revrec.netsuite.journals import post_journal

SEGMENTS = {"department": "1", "class": "1", "location": "1", "cseg_region": "1"}
REGION = ("cseg_region",)


_numbers = itertools.count(1)


@pytest.fixture
def march() -> Callable[..., Journal]:
    """Makes journals under a prefix of this test's own, since the stand-in is shared."""
    prefix = f"T{next(_numbers)}"

    def make(number: int = 1, **changes: Any) -> Journal:
        lines = (
            JournalLine("24", debit_minor=10_033, memo="Deferred revenue", segments=SEGMENTS),
            JournalLine("24", debit_minor=5, segments={"department": "2"}),
            JournalLine("54", credit_minor=10_038, memo="Revenue", segments={"class": "1"}),
        )
        values = {"lines": lines, "precision": 2, "subsidiary": "1", "currency": "1", "memo": "March 2026"}
        return Journal(f"{prefix}-2026-04-{number:04d}", date(2026, 4, 30), **(values | changes))

    return make


@pytest.fixture
def held(sim, march) -> Callable[[], list[str]]:
    """Ids of this test's journals that NetSuite holds."""
    prefix = march().external_id.partition("-")[0] + "-"
    return lambda: [
        str(one["id"]) for one in sim.get("journals") if (one["externalid"] or "").startswith(prefix)
    ]


@pytest.fixture
async def april(sim, netsuite) -> AsyncIterator[int]:
    """The period of the journals, opened again afterwards."""
    periods, _ = await reference.periods(AccountColumns(netsuite))
    period = next(int(one.id) for one in periods if one.start == date(2026, 4, 1))
    yield period
    sim.change("set_period", period=period, state="open")


async def test_a_journal_is_posted_and_reads_back_the_same(sim, netsuite, march):
    posted = await post_journal(netsuite, march())
    columns = AccountColumns(netsuite)
    assert await find_by_external_id(columns, march().external_id) == posted.id
    theirs = await read_back(columns, posted.id, custom_segments=REGION)
    assert compare(march(), theirs) == []
    assert (theirs.approval, theirs.posting) == ("approved", True)
    period = sim.get(f"transactions/{posted.id}")["transaction"][0]["postingperiod"]
    assert compare(march(posting_period=str(period)), theirs) == []
    assert compare(march(posting_period="1"), theirs) != []


async def test_both_ways_of_reading_back_agree(netsuite, march):
    posted = await post_journal(netsuite, march())
    record = await netsuite.get_record("journalEntry", posted.id, parameters={"expandSubResources": "true"})
    by_record = parse_record(record, ("department", "class", "location", "cseg_region"))
    by_query = await read_back(AccountColumns(netsuite), posted.id, custom_segments=REGION)
    assert compare(march(), by_record) == []
    assert replace(by_record, lines=(), number="") == replace(by_query, lines=(), number="")


async def test_yen_and_pounds_are_exact(netsuite, march):
    columns = AccountColumns(netsuite)
    lines = (JournalLine("24", debit_minor=1_234_567), JournalLine("54", credit_minor=1_234_567))
    for number, (subsidiary, currency, precision) in enumerate((("3", "5", 0), ("2", "2", 2)), 1):
        journal = march(number, lines=lines, subsidiary=subsidiary, currency=currency, precision=precision)
        posted = await post_journal(netsuite, journal)
        assert compare(journal, await read_back(columns, posted.id)) == []


async def test_the_same_external_id_is_refused_by_name(netsuite, march, held):
    await post_journal(netsuite, march())
    with pytest.raises(DuplicateExternalId, match="look it up by its external id"):
        await post_journal(netsuite, march())
    assert len(held()) == 1


async def test_a_reply_lost_after_commit_is_found_again(sim, netsuite, march, held):
    sim.fault(action="drop_reply_after_commit", method="POST", path="journalEntry")
    with pytest.raises(ReplyLost):
        await post_journal(netsuite, march())
    columns = AccountColumns(netsuite)
    found = await find_by_external_id(columns, march().external_id)
    assert found is not None
    assert compare(march(), await read_back(columns, found, custom_segments=REGION)) == []
    assert len(held()) == 1


@pytest.mark.parametrize(
    "fault", [{"action": "reset_connection"}, {"status": 500}, {"status": 503, "body": {}}]
)
async def test_a_reply_lost_before_commit_leaves_nothing_to_find(sim, netsuite, fault, march, held):
    sim.fault(method="POST", path="journalEntry", **fault)
    with pytest.raises(ReplyLost):
        await post_journal(netsuite, march())
    assert await find_by_external_id(AccountColumns(netsuite), march().external_id) is None
    await post_journal(netsuite, march())
    assert len(held()) == 1


@pytest.mark.parametrize("status", [429, 400])
async def test_a_storm_of_refusals_delays_a_journal_and_never_doubles_it(sim, netsuite, status, march, held):
    busy = {
        "detail": "Concurrent request limit exceeded. Request blocked.",
        "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
    }
    sim.fault(method="POST", path="journalEntry", times=5, status=status, body={"o:errorDetails": [busy]})
    posted = await post_journal(netsuite, march())
    assert netsuite.usage.retries == 5
    assert held() == [posted.id]


@pytest.mark.parametrize("state", ["closed", "locked"])
async def test_a_closed_period_is_said_and_nothing_is_posted(sim, netsuite, state, march, held, april):
    await post_journal(netsuite, march())
    sim.change("set_period", period=april, state=state)
    with pytest.raises(PeriodClosed, match="Manage Accounting Periods"):
        await post_journal(netsuite, march(2))
    assert len(held()) == 1


async def test_a_mistyped_segment_is_refused_and_not_dropped(netsuite, march, held):
    lines = (
        JournalLine("24", debit_minor=1, segments={"cseg_regoin": "1"}),
        JournalLine("54", credit_minor=1),
    )
    with pytest.raises(UnknownField, match="cseg_regoin"):
        await post_journal(netsuite, march(lines=lines))
    assert held() == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (JournalLine("99999", credit_minor=1), "99999"),
        (JournalLine("54", credit_minor=1, segments={"department": "77777"}), "77777"),
        (JournalLine("6", credit_minor=1), "(?i)name|entity|customer"),
    ],
)
async def test_a_value_netsuite_does_not_take_is_told_in_its_words(netsuite, line, words, march, held):
    with pytest.raises(RecordRefused, match=words) as caught:
        await post_journal(netsuite, march(lines=(JournalLine("24", debit_minor=1), line)))
    assert caught.value.words in str(caught.value)
    assert held() == []


async def test_an_inactive_account_is_refused(sim, netsuite, march):
    sim.change("deactivate", table="account", id=54)
    try:
        with pytest.raises(RecordRefused, match="54"):
            await post_journal(netsuite, march())
    finally:
        sim.change("deactivate", table="account", id=54, inactive=False)


async def test_a_subsidiary_is_asked_for_in_netsuites_words(netsuite, march):
    with pytest.raises(RecordRefused, match="subsidiary"):
        await post_journal(netsuite, march(subsidiary=None))


async def test_a_journal_that_waits_for_approval_says_so(sim, netsuite, march):
    sim.post("settings", approve_journals=True)
    posted = await post_journal(netsuite, march())
    columns = AccountColumns(netsuite)
    waiting = await read_back(columns, posted.id, custom_segments=REGION)
    assert (waiting.approval, waiting.posting) == ("pending approval", False)
    assert compare(march(), waiting) == []
    sim.change("approve", transaction=int(posted.id))
    approved = await read_back(columns, posted.id, custom_segments=REGION)
    assert (approved.approval, approved.posting) == ("approved", True)


async def test_a_journal_that_a_workflow_locks_is_still_read_back(sim, netsuite, march):
    posted = await post_journal(netsuite, march())
    sim.change("lock_journal", journal=int(posted.id))
    with pytest.raises(RecordLocked):
        await netsuite.get_record("journalEntry", posted.id)
    columns = AccountColumns(netsuite)
    assert await find_by_external_id(columns, march().external_id) == posted.id
    assert compare(march(), await read_back(columns, posted.id, custom_segments=REGION)) == []


async def test_a_role_that_may_not_query_reads_the_record(sim, netsuite, march):
    posted = await post_journal(netsuite, march())
    sim.post("settings", denied_permissions=["Find Transaction"])
    columns = AccountColumns(netsuite)
    assert await find_by_external_id(columns, march().external_id) == posted.id
    assert await find_by_external_id(columns, march(9999).external_id) is None
    assert compare(march(), await read_back(columns, posted.id, custom_segments=REGION)) == []


async def test_a_role_without_make_journal_entry_is_told(sim, netsuite, march):
    sim.post("settings", denied_permissions=["Make Journal Entry"])
    with pytest.raises(PermissionMissing, match="lacks a permission"):
        await post_journal(netsuite, march())


async def test_journals_are_listed_by_prefix(netsuite, march):
    for number in (1, 2, 3):
        await post_journal(netsuite, march(number))
    columns = AccountColumns(netsuite)
    prefix = march().external_id.partition("-")[0] + "-"
    found = await journals_with_prefix(columns, prefix)
    assert [one.external_id for one in found] == [march(number).external_id for number in (1, 2, 3)]
    assert await journals_with_prefix(columns, "XX-") == []


async def test_a_journal_that_is_not_there_is_not_found(netsuite, march):
    columns = AccountColumns(netsuite)
    assert await find_by_external_id(columns, march().external_id) is None
    with pytest.raises(NotFound):
        await read_back(columns, "987654321")
    with pytest.raises(NotFound):
        await read_back(columns, "20001")  # an invoice


async def test_outside_oneworld_a_journal_has_no_subsidiary(sim, netsuite, march):
    sim.features(without=["oneworld"])
    journal = march(subsidiary=None)
    posted = await post_journal(netsuite, journal)
    theirs = await read_back(AccountColumns(netsuite), posted.id, custom_segments=REGION)
    assert theirs.subsidiary is None
    assert compare(journal, theirs) == []


async def test_a_second_book_does_not_double_what_is_read_back(own_sim, own_netsuite, march):
    own_sim.features(also=["multibook"])
    posted = await post_journal(own_netsuite, march())
    theirs = await read_back(AccountColumns(own_netsuite), posted.id, custom_segments=REGION)
    assert compare(march(), theirs) == []
