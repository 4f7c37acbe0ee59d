"""The client under every reading of what is not established about NetSuite: one short pull and one posting each.

The list is the stand-in's own. A reading that changes what can be known is tested by itself, below.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from revrec.netsuite import (
    AccountColumns,
    CurrencyTable,
    IdRange,
    InvoiceSource,
    Journal,
    JournalLine,
    reference,
)
from revrec.netsuite.errors import (
    ConcurrencyExceeded,
    DuplicateExternalId,
    PeriodClosed,
    PermissionMissing,
    RecordRefused,
    Refused,
)
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_readback import find_by_external_id, parse_record, read_back
from revrec.netsuite.journals import post_journal
from sample_data.netsuite.doubts import DOUBTS
from sample_data.starting import start

from .conftest import REGION, Simulator

READINGS = [
    pytest.param(each.name, choice, id=f"{each.name}={choice}")
    for each in DOUBTS
    for choice in each.choices[1:]
]
LINES = (
    JournalLine("24", debit_minor=10_033, segments={"department": "1", "cseg_region": "3"}),
    JournalLine("54", credit_minor=10_033, memo="Revenue"),
)
JANUARY_CLOSED = date(2025, 12, 31)


@pytest.fixture(scope="module")
def small() -> Iterator[Simulator]:
    with start("netsuite", "--lines", "300") as running:
        simulator = Simulator(running)
        simulator.post("snapshot")
        yield simulator
        simulator.close()


@pytest.fixture
def doubtful(small: Simulator) -> Iterator[Simulator]:
    yield small
    small.post("restore")


@pytest.fixture
async def calm(small: Simulator, pull: Any) -> Any:
    """What a pull reads under the readings that are in force unless told."""
    if not hasattr(small, "calm"):
        async with small.client() as client:
            found = await pull(client)
            small.calm = (found.headers, found.lines, await everything_listed(client))
    return small.calm


async def everything_listed(client: Any) -> tuple[Any, ...]:
    """Reference data, whole."""
    columns = AccountColumns(client)
    return (
        await reference.customers(columns),
        await reference.items(columns),
        await reference.accounts(columns),
        await reference.periods(columns),
    )


def without_totals(headers: Any) -> Any:
    """Headers without the total that they are shown with, whose sign on credit memos nobody promises: sums are of
    lines."""
    return {key: replace(header, foreign_total=None) for key, header in headers.items()}


def journal(external_id: str, day: date = date(2026, 4, 30), **more: Any) -> Journal:
    return Journal(external_id, day, LINES, precision=2, subsidiary="1", currency="1", **more)


def test_there_are_doubts_and_each_has_more_than_one_reading():
    assert len(DOUBTS) >= 20
    assert all(len(set(each.choices)) == len(each.choices) >= 2 and each.meaning for each in DOUBTS)


@pytest.mark.parametrize(("name", "choice"), READINGS)
async def test_what_is_read_and_posted_is_the_same_under_every_reading(calm, doubtful, pull, name, choice):
    # A user in another zone than the account's: it shows only where stamps follow the user.
    doubtful.post("settings", user_zone="Asia/Kolkata", **{name: choice})
    async with doubtful.client() as client:
        found = await pull(client)
        headers, lines, lists = calm
        assert without_totals(found.headers) == without_totals(headers)
        assert found.lines == lines
        assert await everything_listed(client) == lists
        posted = await post_journal(client, journal("D-1"))
        columns = AccountColumns(client)
        assert await find_by_external_id(columns, "D-1") == posted.id
        assert (
            compare(journal("D-1"), await read_back(columns, posted.id, custom_segments=("cseg_region",)))
            == []
        )
        record = await client.get_record("journalEntry", "eid:D-1", parameters={"expandSubResources": "true"})
        assert compare(journal("D-1"), parse_record(record, ("department", "cseg_region"))) == []
        with pytest.raises(DuplicateExternalId):
            await post_journal(client, journal("D-1"))
    assert len(doubtful.get("journals")) == 1


@pytest.mark.parametrize("reading", ["identifier", "field", "500"])
async def test_a_column_that_the_account_lacks_is_done_without(calm, doubtful, pull, reading):
    doubtful.post("settings", unknown_column=reading)
    doubtful.features(without=["revrec", "cseg_region"])
    async with doubtful.client() as client:
        found = await pull(client)
    assert set(found.headers) == set(calm[0])
    amounts = {key: [line.amount for line in lines] for key, lines in found.lines.items()}
    assert amounts == {key: [line.amount for line in lines] for key, lines in calm[1].items()}
    lacking = {notice.what.split("(")[-1].split(",")[0] for notice in found.source.columns.notices}
    assert {"tl.revrecstartdate", "tl.revrecenddate", "tl.cseg_region"} <= lacking


@pytest.mark.parametrize(
    ("reading", "expected"),
    [("gl_impact", PeriodClosed), ("may_not_edit", PeriodClosed), ("invalid_field", RecordRefused)],
)
async def test_a_closed_period_is_an_error_in_netsuites_words(doubtful, reading, expected):
    doubtful.post("settings", closed_period=reading)
    async with doubtful.client() as client:
        with pytest.raises(expected, match=r"closed period|has been closed|postingPeriod"):
            await post_journal(client, journal("D-1", JANUARY_CLOSED))
    assert doubtful.get("journals") == []


async def test_a_journal_that_lands_in_another_period_is_seen_when_it_is_read_back(doubtful):
    doubtful.post("settings", unusable_period="recompute")
    async with doubtful.client() as client:
        columns = AccountColumns(client)
        periods, _ = await reference.periods(columns)
        wanted = next(each.id for each in periods if each.end == JANUARY_CLOSED)
        meant = journal("D-1", JANUARY_CLOSED, posting_period=str(wanted))
        posted = await post_journal(client, meant)
        differences = compare(meant, await read_back(columns, posted.id))
    assert any("period" in str(each) for each in differences), differences


@pytest.mark.parametrize("reading", ["400", "403"])
async def test_a_role_that_may_not_is_told_apart_from_a_bad_journal(doubtful, reading):
    doubtful.post("settings", permission_refusal=reading, denied_permissions=["Make Journal Entry"])
    async with doubtful.client() as client:
        with pytest.raises(PermissionMissing):
            await post_journal(client, journal("D-1"))


@pytest.mark.parametrize("reading", ["field", "line", "absent"])
async def test_a_refused_line_is_shown_in_netsuites_words(doubtful, reading):
    doubtful.post("settings", line_error_path=reading)
    bad = Journal("D-1", date(2026, 4, 30), (LINES[0], JournalLine("9999", credit_minor=10_033)), precision=2,
                  subsidiary="1", currency="1")  # fmt: skip
    async with doubtful.client() as client:
        with pytest.raises(RecordRefused, match="Invalid Field Value 9999") as caught:
            await post_journal(client, bad)
    shown = str(caught.value)
    assert ("line.items[1]" in shown) is (reading != "absent")


@pytest.mark.parametrize(("reading", "wait"), [("absent", 0.75), ("seconds", 1.0), ("date", 1.0)])
async def test_a_block_is_waited_out_with_and_without_retry_after(doubtful, reading, wait):
    doubtful.post("settings", retry_after=reading, fault_rate=1, fault_kinds=["429"])
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async with doubtful.client(sleep=sleep, max_attempts=3, jitter=lambda: 0.5) as client:
        with pytest.raises(ConcurrencyExceeded):
            await client.query("SELECT 1 x FROM dual")
    assert len(slept) == 2
    # A date has whole seconds only, so up to one of them is gone when it is read.
    assert slept[-1] >= wait - (1.0 - 0.75 if reading == "date" else 0.01)


async def test_a_filter_on_the_bare_status_is_never_sent(doubtful, pull):
    """Under the strictest reading it would be refused; whole pulls go through."""
    doubtful.post("settings", raw_status="refused")
    async with doubtful.client() as client:
        assert (await pull(client)).headers
        with pytest.raises(Refused):
            await client.query("SELECT id FROM transaction WHERE status = 'A'")


@pytest.mark.parametrize("total", ["counted", "capped"])
@pytest.mark.parametrize("past", ["empty", "refused"])
async def test_rows_beyond_the_cap_are_all_read(sim, netsuite, total, past):
    """No query of a pull needs an offset that could reach the cap, nor a count that tells the truth."""
    source = InvoiceSource(AccountColumns(netsuite), REGION, CurrencyTable.of([]))
    everything = [line async for page in source.lines(IdRange(0, 10**9)) for line in page]
    assert len(everything) > 1001
    sim.post("settings", row_cap=1001, total_past_cap=total, offset_past_cap=past)
    again = [line async for page in source.lines(IdRange(0, 10**9)) for line in page]
    assert again == everything


@pytest.mark.parametrize("way", ["preference", "routing"])
async def test_a_journal_that_waits_for_approval_says_so_in_either_way(doubtful, way):
    doubtful.post("settings", approve_journals=True, approval_by=way)
    async with doubtful.client() as client:
        columns = AccountColumns(client)
        posted = await post_journal(client, journal("D-1"))
        record = await client.get_record("journalEntry", "eid:D-1", parameters={"expandSubResources": "true"})
        for waiting in (await read_back(columns, posted.id), parse_record(record, ())):
            assert (waiting.approval, waiting.posting) == ("pending approval", False)
        doubtful.change("approve", transaction=int(posted.id))
        approved = await read_back(columns, posted.id)
        assert (approved.approval, approved.posting) == ("approved", True)
        doubtful.change("reject", transaction=int(posted.id))
        record = await client.get_record("journalEntry", "eid:D-1", parameters={"expandSubResources": "true"})
        for rejected in (await read_back(columns, posted.id), parse_record(record, ())):
            assert (rejected.approval, rejected.posting) == ("rejected", False)
