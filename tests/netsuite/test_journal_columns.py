"""Journals with a custom column of their lines, and segments that the account makes mandatory."""

from datetime import date

import pytest

from revrec.netsuite import AccountColumns, Journal, JournalLine
from revrec.netsuite.errors import RecordRefused
from revrec.netsuite.journal_compare import compare
from revrec.netsuite.journal_readback import parse_record, read_back
from revrec.netsuite.journals import post_journal

DAY = date(2026, 4, 30)
COLUMN = "custcol_channel"


def journal(external_id: str, **segments: str) -> Journal:
    lines = (
        JournalLine("24", debit_minor=10_033, segments=segments),
        JournalLine("54", credit_minor=10_033, segments=segments),
    )
    return Journal(external_id, DAY, lines, precision=2, subsidiary="1", currency="1")


async def test_a_custom_column_is_posted_and_reads_back_the_same_in_both_ways(sim, netsuite):
    sim.features(also=[COLUMN])
    meant = journal("COLUMN-1", custcol_channel="2")
    posted = await post_journal(netsuite, meant)
    by_query = await read_back(AccountColumns(netsuite), posted.id, custom_segments=(COLUMN,))
    record = await netsuite.get_record("journalEntry", posted.id, parameters={"expandSubResources": "true"})
    by_record = parse_record(record, (COLUMN,))
    assert compare(meant, by_query) == compare(meant, by_record) == []
    assert {line.segments[COLUMN] for line in by_query.lines} == {"2"}
    assert compare(journal("COLUMN-1", custcol_channel="1"), by_query) != []


async def test_an_inactive_value_is_refused_in_netsuites_words(sim, netsuite):
    sim.features(also=[COLUMN])
    with pytest.raises(RecordRefused, match=r"Invalid Field Value 3 .*custcol_channel"):
        await post_journal(netsuite, journal("COLUMN-2", custcol_channel="3"))


async def test_a_mandatory_segment_is_asked_for_in_netsuites_words(sim, netsuite):
    sim.post("settings", mandatory_segments=["department"])
    with pytest.raises(RecordRefused, match=r"Please enter value\(s\) for: Department"):
        await post_journal(netsuite, journal("COLUMN-3"))
    await post_journal(netsuite, journal("COLUMN-3", department="1"))
