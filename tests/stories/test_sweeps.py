"""A sweep finds what windows of changes miss, reads it again and names it; it says nothing where nothing is amiss."""

import pytest

from reconciliation.columns import RECON_DETAILS, SUMMARY


@pytest.fixture
def hidden_changes(closed_books):
    """In a closed period: a line's dates changed under an unmoved header, a deletion that nobody recorded, and a credit
    memo that came with an old stamp. Gives the three documents."""
    netsuite = closed_books.netsuite
    moved, deleted, credited = closed_books.documents("2026-01")[:3]
    netsuite.change(
        "edit_line", transaction=moved, line=1, service_end="2026-12-30", moves_header_stamp=False
    )
    netsuite.change("delete", transaction=deleted)
    period = netsuite.get(f"transactions/{moved}")["transaction"][0]["postingperiod"]
    made = netsuite.change("add_credit", invoice=credited, percent=10, date="2026-01-20", period=period)
    memo = made["transaction"]
    netsuite.change("touch", transactions=[memo], at_utc=1_769_000_000)  # 2026-01-21
    netsuite.seen_through(lambda query, rows: [] if "deletedrecord" in query else rows)
    return moved, deleted, memo


def ends_of(books, document):
    return books.value(
        "SELECT l.ends FROM document_line l JOIN source_document d ON d.current_version_id = l.version_id"
        " WHERE d.external_id = :id AND l.line_id = 1",
        id=document,
    )


def test_a_sweep_finds_what_incremental_pulls_missed(closed_books, hidden_changes, accounted_for):
    books = closed_books
    moved, deleted, memo = hidden_changes
    assert books.run_invoices().result["changes"] == {}
    swept = books.run_invoices(sweep=True)
    result = swept.result["sweep"]
    assert {name: result[name] for name in ("missing", "differing", "vanished", "read_again")} == {
        "missing": 1,
        "differing": 1,
        "vanished": 1,
        "read_again": 3,
    }
    standing = books.value(
        "SELECT count(*) FROM source_document WHERE state IN ('loaded', 'pending', 'held')"
    )
    assert result["compared"] == standing
    assert swept.result["changes"] == {"changed": 1, "gone": 1, "new": 1}
    assert swept.result["reconciliation"]["status"] == "PASS"
    assert str(ends_of(books, moved)) == "2026-12-30"
    assert books.state_of(deleted) == ("gone", "no longer in NetSuite")
    assert books.state_of(memo)[0] == "loaded"
    accounted_for(books)

    said = dict.fromkeys((moved, deleted, memo), "")
    for code, message in books.notes(swept):
        if code == "missed_by_pulls":
            assert message.startswith("Missed by incremental pulls: ")
            (document,) = [one for one in said if f"(NetSuite {one})" in message]
            said[document] = message
    assert "under an older stamp. It was read again and has changed" in said[moved]
    assert "no longer counts it" in said[deleted]
    assert "was not here. It was read and is new" in said[memo]

    summary = {row["Item"]: row["Value"] for row in books.tab(swept, SUMMARY)}
    assert summary["Sweep: documents missing here"] == "1"
    assert summary["Sweep: documents compared"] == f"{standing:,}"
    assert summary["Pull"] == "changes only, and a sweep of all documents"
    periods = {row["Posting period"] for row in books.tab(swept, RECON_DETAILS)}
    assert periods == set(books.values("SELECT DISTINCT period FROM document_version"))

    again = books.run_invoices(sweep=True).result
    assert again["changes"] == {}
    assert again["sweep"] == {
        "compared": standing,
        "missing": 0,
        "differing": 0,
        "vanished": 0,
        "read_again": 0,
    }


@pytest.mark.slow
def test_payments_are_no_findings_and_what_changes_meanwhile_was_not_missed(books):
    paid, edited = books.documents("2026-03")[:2]
    books.netsuite.change("pay", transaction=paid)
    assert books.run_invoices().result["pulled"]["same"] == 1
    # After the window has been read, and before the sweep looks.
    books.netsuite.post(
        "hooks",
        changes=[{"change": "edit_line", "transaction": edited, "line": 1, "amount": "55.00"}],
        contains="AS linemodified",
    )
    books.netsuite.post("clock", skew_seconds=5)
    swept = books.run_invoices(sweep=True).result["sweep"]
    books.netsuite.post("clock", skew_seconds=0)
    assert (swept["missing"], swept["differing"], swept["vanished"]) == (0, 0, 0)


def test_a_sweep_that_sees_less_than_it_did_loads_nothing(books):
    known = books.values("SELECT external_id FROM source_document ORDER BY 1")
    hidden = {str(one) for one in known[: len(known) // 2]}
    before = books.rows("SELECT external_id, state FROM source_document ORDER BY 1")

    def tamper(query, rows):
        if "FROM transaction" not in query:
            return rows
        return [row for row in rows if not {row.get("id"), row.get("transaction_id")} & hidden]

    books.netsuite.seen_through(tamper)
    error = books.run_invoices(sweep=True, ends="failed").error
    assert f"This sweep no longer found {len(hidden)} of {len(known)} documents" in error
    assert books.rows("SELECT external_id, state FROM source_document ORDER BY 1") == before
