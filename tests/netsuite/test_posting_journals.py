"""Posting journals to the stand-in: never doubled, never lost, read back and compared."""

from dataclasses import replace
from datetime import date

import pytest

from revrec.netsuite import AccountColumns, Journal, JournalLine
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


def march(number: int = 1, **changes) -> Journal:
    lines = (
        JournalLine("24", debit_minor=10_033, memo="Deferred revenue", segments=SEGMENTS),
        JournalLine("24", debit_minor=5, segments={"department": "2"}),
        JournalLine("54", credit_minor=10_038, memo="Revenue", segments={"class": "1"}),
    )
    values = {"lines": lines, "precision": 2, "subsidiary": "1", "currency": "1", "memo": "March 2026"}
    return Journal(f"RR-2026-04-{number:04d}", date(2026, 4, 30), **(values | changes))


async def test_a_journal_is_posted_and_reads_back_the_same(own_sim, own_netsuite):
    posted = await post_journal(own_netsuite, march())
    columns = AccountColumns(own_netsuite)
    assert await find_by_external_id(columns, "RR-2026-04-0001") == posted.id
    theirs = await read_back(columns, posted.id, custom_segments=REGION)
    assert compare(march(), theirs) == []
    assert (theirs.approval, theirs.posting) == ("approved", True)
    period = own_sim.get(f"transactions/{posted.id}")["transaction"][0]["postingperiod"]
    assert compare(march(posting_period=str(period)), theirs) == []
    assert compare(march(posting_period="1"), theirs) != []


async def test_both_ways_of_reading_back_agree(own_netsuite):
    posted = await post_journal(own_netsuite, march())
    record = await own_netsuite.get_record(
        "journalEntry", posted.id, parameters={"expandSubResources": "true"}
    )
    by_record = parse_record(record, ("department", "class", "location", "cseg_region"))
    by_query = await read_back(AccountColumns(own_netsuite), posted.id, custom_segments=REGION)
    assert compare(march(), by_record) == []
    assert replace(by_record, lines=(), number="") == replace(by_query, lines=(), number="")


async def test_yen_and_pounds_are_exact(own_netsuite):
    columns = AccountColumns(own_netsuite)
    lines = (JournalLine("24", debit_minor=1_234_567), JournalLine("54", credit_minor=1_234_567))
    for number, (subsidiary, currency, precision) in enumerate((("3", "5", 0), ("2", "2", 2)), 1):
        journal = march(number, lines=lines, subsidiary=subsidiary, currency=currency, precision=precision)
        posted = await post_journal(own_netsuite, journal)
        assert compare(journal, await read_back(columns, posted.id)) == []


async def test_the_same_external_id_is_refused_by_name(own_sim, own_netsuite):
    await post_journal(own_netsuite, march())
    with pytest.raises(DuplicateExternalId, match="look it up by its external id"):
        await post_journal(own_netsuite, march())
    assert len(own_sim.get("journals")) == 1


async def test_a_reply_lost_after_commit_is_found_again(own_sim, own_netsuite):
    own_sim.fault(action="drop_reply_after_commit", method="POST", path="journalEntry")
    with pytest.raises(ReplyLost):
        await post_journal(own_netsuite, march())
    columns = AccountColumns(own_netsuite)
    found = await find_by_external_id(columns, "RR-2026-04-0001")
    assert found is not None
    assert compare(march(), await read_back(columns, found, custom_segments=REGION)) == []
    assert len(own_sim.get("journals")) == 1


@pytest.mark.parametrize(
    "fault", [{"action": "reset_connection"}, {"status": 500}, {"status": 503, "body": {}}]
)
async def test_a_reply_lost_before_commit_leaves_nothing_to_find(own_sim, own_netsuite, fault):
    own_sim.fault(method="POST", path="journalEntry", **fault)
    with pytest.raises(ReplyLost):
        await post_journal(own_netsuite, march())
    assert await find_by_external_id(AccountColumns(own_netsuite), "RR-2026-04-0001") is None
    await post_journal(own_netsuite, march())
    assert len(own_sim.get("journals")) == 1


@pytest.mark.parametrize("status", [429, 400])
async def test_a_storm_of_refusals_delays_a_journal_and_never_doubles_it(own_sim, own_netsuite, status):
    busy = {
        "detail": "Concurrent request limit exceeded. Request blocked.",
        "o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED",
    }
    own_sim.fault(method="POST", path="journalEntry", times=5, status=status, body={"o:errorDetails": [busy]})
    posted = await post_journal(own_netsuite, march())
    assert own_netsuite.usage.retries == 5
    assert [str(journal["id"]) for journal in own_sim.get("journals")] == [posted.id]


@pytest.mark.parametrize("state", ["closed", "locked"])
async def test_a_closed_period_is_said_and_nothing_is_posted(own_sim, own_netsuite, state):
    posted = await post_journal(own_netsuite, march())
    period = own_sim.get(f"transactions/{posted.id}")["transaction"][0]["postingperiod"]
    own_sim.change("set_period", period=period, state=state)
    with pytest.raises(PeriodClosed, match="Manage Accounting Periods"):
        await post_journal(own_netsuite, march(2))
    assert len(own_sim.get("journals")) == 1


async def test_a_mistyped_segment_is_refused_and_not_dropped(own_sim, own_netsuite):
    lines = (
        JournalLine("24", debit_minor=1, segments={"cseg_regoin": "1"}),
        JournalLine("54", credit_minor=1),
    )
    with pytest.raises(UnknownField, match="cseg_regoin"):
        await post_journal(own_netsuite, march(lines=lines))
    assert own_sim.get("journals") == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (JournalLine("99999", credit_minor=1), "99999"),
        (JournalLine("54", credit_minor=1, segments={"department": "77777"}), "77777"),
        (JournalLine("6", credit_minor=1), "(?i)name|entity|customer"),
    ],
)
async def test_a_value_netsuite_does_not_take_is_told_in_its_words(own_sim, own_netsuite, line, words):
    with pytest.raises(RecordRefused, match=words) as caught:
        await post_journal(own_netsuite, march(lines=(JournalLine("24", debit_minor=1), line)))
    assert caught.value.words in str(caught.value)
    assert own_sim.get("journals") == []


async def test_an_inactive_account_is_refused(own_sim, own_netsuite):
    own_sim.change("deactivate", table="account", id=54)
    with pytest.raises(RecordRefused, match="54"):
        await post_journal(own_netsuite, march())


async def test_a_subsidiary_is_asked_for_in_netsuites_words(own_netsuite):
    with pytest.raises(RecordRefused, match="subsidiary"):
        await post_journal(own_netsuite, march(subsidiary=None))


async def test_a_journal_that_waits_for_approval_says_so(own_sim, own_netsuite):
    own_sim.post("settings", approve_journals=True)
    posted = await post_journal(own_netsuite, march())
    columns = AccountColumns(own_netsuite)
    waiting = await read_back(columns, posted.id, custom_segments=REGION)
    assert (waiting.approval, waiting.posting) == ("pending approval", False)
    assert compare(march(), waiting) == []
    own_sim.change("approve", transaction=int(posted.id))
    approved = await read_back(columns, posted.id, custom_segments=REGION)
    assert (approved.approval, approved.posting) == ("approved", True)


async def test_a_journal_that_a_workflow_locks_is_still_read_back(own_sim, own_netsuite):
    posted = await post_journal(own_netsuite, march())
    own_sim.change("lock_journal", journal=int(posted.id))
    with pytest.raises(RecordLocked):
        await own_netsuite.get_record("journalEntry", posted.id)
    columns = AccountColumns(own_netsuite)
    assert await find_by_external_id(columns, "RR-2026-04-0001") == posted.id
    assert compare(march(), await read_back(columns, posted.id, custom_segments=REGION)) == []


async def test_a_role_that_may_not_query_reads_the_record(own_sim, own_netsuite):
    posted = await post_journal(own_netsuite, march())
    own_sim.post("settings", denied_permissions=["Find Transaction"])
    columns = AccountColumns(own_netsuite)
    assert await find_by_external_id(columns, "RR-2026-04-0001") == posted.id
    assert await find_by_external_id(columns, "RR-2026-04-9999") is None
    assert compare(march(), await read_back(columns, posted.id, custom_segments=REGION)) == []


async def test_a_role_without_make_journal_entry_is_told(own_sim, own_netsuite):
    own_sim.post("settings", denied_permissions=["Make Journal Entry"])
    with pytest.raises(PermissionMissing, match="lacks a permission"):
        await post_journal(own_netsuite, march())


async def test_journals_are_listed_by_prefix(own_netsuite):
    for number in (1, 2, 3):
        await post_journal(own_netsuite, march(number))
    columns = AccountColumns(own_netsuite)
    found = await journals_with_prefix(columns, "RR-")
    assert [one.external_id for one in found] == [f"RR-2026-04-000{number}" for number in (1, 2, 3)]
    assert await journals_with_prefix(columns, "XX-") == []


async def test_a_journal_that_is_not_there_is_not_found(own_netsuite):
    columns = AccountColumns(own_netsuite)
    assert await find_by_external_id(columns, "RR-2026-04-0001") is None
    with pytest.raises(NotFound):
        await read_back(columns, "987654321")
    with pytest.raises(NotFound):
        await read_back(columns, "20001")  # an invoice


async def test_outside_oneworld_a_journal_has_no_subsidiary(own_sim, own_netsuite):
    own_sim.features(without=["oneworld"])
    journal = march(subsidiary=None)
    posted = await post_journal(own_netsuite, journal)
    theirs = await read_back(AccountColumns(own_netsuite), posted.id, custom_segments=REGION)
    assert theirs.subsidiary is None
    assert compare(journal, theirs) == []


async def test_a_second_book_does_not_double_what_is_read_back(own_sim, own_netsuite):
    own_sim.features(also=["multibook"])
    posted = await post_journal(own_netsuite, march())
    theirs = await read_back(AccountColumns(own_netsuite), posted.id, custom_segments=REGION)
    assert compare(march(), theirs) == []
