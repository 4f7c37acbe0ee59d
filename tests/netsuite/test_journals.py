"""The body of a journal, and the journals that are never sent."""

import json
from datetime import date

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.netsuite import Journal, JournalLine, exact_json
from revrec.netsuite.columns import AccountColumns
from revrec.netsuite.errors import DuplicateExternalId, PeriodClosed
from revrec.netsuite.journal_readback import find_by_external_id, journals_with_prefix, read_back
from revrec.netsuite.journals import JournalUnfit, journal_body, post_journal

DEBIT = JournalLine(
    "58", debit_minor=10_033, memo="Deferred", segments={"class": "3", "cseg_region": "5"}, entity="7"
)
CREDIT = JournalLine("4", credit_minor=10_033, segments={"department": "2", "location": "4"})


def journal(*lines: JournalLine, **changes) -> Journal:
    values = {
        "external_id": "RR-2026-03-0001",
        "date": date(2026, 3, 31),
        "lines": lines or (DEBIT, CREDIT),
        "precision": 2,
        "subsidiary": "1",
        "currency": "1",
        "memo": "March",
    }
    return Journal(**(values | changes))


def test_the_body_is_netsuites_shape_with_exact_amounts():
    assert exact_json.encode(journal_body(journal(approval_status="2"))) == (
        '{"externalId":"RR-2026-03-0001","tranDate":"2026-03-31","subsidiary":{"id":"1"},"currency":{"id":"1"},'
        '"memo":"March","approvalStatus":{"id":"2"},"line":{"items":['
        '{"account":{"id":"58"},"debit":100.33,"memo":"Deferred","entity":{"id":"7"},"class":{"id":"3"},'
        '"cseg_region":{"id":"5"}},'
        '{"account":{"id":"4"},"credit":100.33,"department":{"id":"2"},"location":{"id":"4"}}]}}'
    )


def test_yen_have_no_decimals_and_what_an_account_lacks_is_left_out():
    body = exact_json.encode(journal_body(journal(precision=0, subsidiary=None, currency=None, memo="")))
    assert '"debit":10033,' in body
    assert "subsidiary" not in body
    assert "currency" not in body


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((DEBIT,), "at least two"),
        ((DEBIT, JournalLine("4", credit_minor=10_032)), "does not balance: debits 10033, credits 10032"),
        ((DEBIT, CREDIT, JournalLine("4")), "Line 3 .* exactly one"),
        ((DEBIT, CREDIT, JournalLine("4", debit_minor=1, credit_minor=1)), "exactly one"),
        ((DEBIT, JournalLine("4", debit_minor=-10_033)), "exactly one"),
    ],
)
def test_a_journal_that_cannot_be_posted_is_not_made(lines, words):
    with pytest.raises(JournalUnfit, match=words):
        journal(*lines)


@pytest.mark.parametrize("external_id", ["", "RR|1", "RR 1", "RR/1", "é", "x" * 101])
def test_an_external_id_that_breaks_an_address_is_refused(external_id):
    with pytest.raises(JournalUnfit, match="letters, digits"):
        journal(external_id=external_id)


@given(st.lists(st.integers(1, 10**15), min_size=1, max_size=20), st.integers(0, 3))
def test_what_is_sent_balances_to_the_digit(amounts, precision):
    lines = [JournalLine("1", debit_minor=amount) for amount in amounts]
    made = journal(*lines, JournalLine("2", credit_minor=sum(amounts)), precision=precision)
    sent = exact_json.decode(exact_json.encode(journal_body(made)).encode())["line"]["items"]
    assert sum(item.get("debit", 0) for item in sent) == sum(item.get("credit", 0) for item in sent)


async def test_a_posted_journal_gives_its_id(client, wire):
    wire.script = [
        httpx.Response(204, headers={"Location": "https://h/services/rest/record/v1/journalentry/123"})
    ]
    assert (await post_journal(client, journal())).id == "123"


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Error while accessing a resource. This record already exists.", DuplicateExternalId),
        ("You cannot change the G/L impact of a transaction in a closed period.", PeriodClosed),
    ],
)
async def test_a_refused_journal_says_why_once(client, wire, refusal_of, words, kind):
    wire.script = [refusal_of(400, "USER_ERROR", words)]
    with pytest.raises(kind, match="journal RR-2026-03-0001"):
        await post_journal(client, journal())
    assert len(wire.requests) == 1


async def test_a_journal_is_found_by_its_external_id(client, wire, page_of):
    wire.script = [page_of({"id": "9"}), page_of()]
    columns = AccountColumns(client)
    assert await find_by_external_id(columns, "RR-1") == "9"
    assert await find_by_external_id(columns, "RR-2") is None
    assert json.loads(wire.requests[0].content)["params"] == ["RR-1"]


async def test_where_queries_are_refused_the_record_is_asked_for(client, wire, refusal_of):
    refused = refusal_of(
        400, "INVALID_PARAMETER", "Search error occurred: Record 'transaction' was not found."
    )
    gone = refusal_of(404, "NONEXISTENT_ID", "The record instance does not exist.")
    wire.script = [refused, httpx.Response(200, json={"id": "9"}), refused, gone]
    columns = AccountColumns(client)
    assert await find_by_external_id(columns, "RR-1") == "9"
    assert wire.requests[1].url.path == "/services/rest/record/v1/journalEntry/eid:RR-1"
    assert await find_by_external_id(columns, "RR-1") is None


async def test_where_queries_are_refused_the_record_is_read_back(client, wire, refusal_of):
    refused = refusal_of(
        400, "INVALID_PARAMETER", "Search error occurred: Record 'transaction' was not found."
    )
    record = """{"id":"9","tranId":"JE9","externalId":"RR-1","tranDate":"2026-03-31","subsidiary":{"id":"1"},
        "currency":{"id":"1"},"postingPeriod":{"id":"12"},"approvalStatus":{"id":"1","refName":"Pending Approval"},
        "line":{"count":2,"hasMore":false,"items":[
          {"account":{"id":"58"},"debit":100.33,"class":{"id":"3"},"line":1},
          {"account":{"id":"4"},"credit":100.33,"line":2,"cseg_region":{"id":"5"}}]}}"""
    wire.script = [refused, httpx.Response(200, text=record)]
    found = await read_back(AccountColumns(client), "9", custom_segments=("cseg_region",))
    assert (found.approval, found.posting, found.posting_period) == ("pending approval", False, "12")
    assert [
        (line.account, str(line.debit), str(line.credit), dict(line.segments)) for line in found.lines
    ] == [
        ("58", "100.33", "0", {"class": "3"}),
        ("4", "0", "100.33", {"cseg_region": "5"}),
    ]


async def test_an_underscore_in_a_prefix_is_no_wildcard(client, wire, page_of):
    wire.script = [page_of({"id": "1", "externalid": "R_1"}, {"id": "2", "externalid": "RX1"})]
    found = await journals_with_prefix(AccountColumns(client), "R_")
    assert [one.external_id for one in found] == ["R_1"]
