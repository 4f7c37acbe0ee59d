"""Whole runs under every reading of what is not established about NetSuite: loaded alike, closed alike, posted once."""

import pytest

from sample_data.netsuite.doubts import DOUBTS

READINGS = [(each.name, choice) for each in DOUBTS for choice in each.choices[1:]]


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "choice"), READINGS)
def test_a_run_and_a_posting_are_the_same_under_every_reading(books, accounted_for, name, choice):
    books.netsuite.post("settings", user_zone="Asia/Kolkata", **{name: choice})
    assert books.run_invoices(full=True).result["changes"] == {}
    invoice = books.documents("2026-02")[0]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="777.00")
    books.run_invoices()
    # Where the edit moved no stamp of the header, control totals found it and held the document: it is read again now.
    books.run_invoices()
    accounted_for(books)
    books.close("2026-01")
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    ours = sorted(books.values("SELECT external_id FROM journal"))
    assert sorted(one["externalid"] for one in books.netsuite.get("journals") if one["externalid"]) == ours


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("reading", ["gl_impact", "may_not_edit", "invalid_field"])
def test_a_period_closed_in_netsuite_stops_a_journal_whatever_the_words(closed_books, reading):
    books = closed_books
    books.netsuite.post("settings", closed_period=reading)
    for period in books.netsuite.period_ids()[:2]:
        books.netsuite.change("set_period", period=period, state="closed")
    books.approve_and_post()
    rows = books.rows("SELECT state, message FROM journal")
    assert {state for state, _ in rows} <= {"failed", "queued"}
    assert all("period" in message.lower() for _, message in rows)
    assert [one for one in books.netsuite.get("journals") if one["externalid"]] == []
