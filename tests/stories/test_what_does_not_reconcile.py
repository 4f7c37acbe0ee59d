"""What NetSuite's own totals say against what was read: held by name, or nothing loads."""

import pytest


@pytest.fixture
def invoice(books):
    return books.documents("2026-03")[0]


def altered(invoice, *, balanced=True):
    """NetSuite's lines of an invoice read one dollar higher than its totals say."""

    def tamper(query, rows):
        if "tl.uniquekey" not in query:
            return rows
        for row in rows:
            if row["transaction_id"] == str(invoice) and row["line_id"] in ("0", "1"):
                sign = 1 if row["line_id"] == "0" else -1
                if balanced or row["line_id"] == "1":
                    row["foreignamount"] = str(float(row["foreignamount"]) + sign)
        return rows

    return tamper


def test_a_document_that_differs_is_held_by_name_and_the_rest_loads(books, invoice):
    other = books.documents("2026-03")[1]
    for one in (invoice, other):
        books.netsuite.change("edit_line", transaction=one, line=1, amount="900.00")
    books.netsuite.seen_through(altered(invoice))
    run = books.run_invoices()
    assert run.result["reconciliation"]["held_by_reconciliation"] == 1
    state, reason = books.state_of(invoice)
    assert state == "held"
    assert reason.startswith("Does not reconcile: ")
    assert books.state_of(other) == ("loaded", "")
    assert f"document {invoice}" in books.values('SELECT "where" FROM job_note WHERE job_id = :j', j=run.id)


def test_a_held_document_keeps_its_period_open_and_bills_nothing(books, invoice):
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="900.00")
    books.netsuite.seen_through(altered(invoice))
    books.run_invoices()
    books.close("2026-01")
    books.close("2026-02")
    assert "[reconciliation_failed]" in books.close("2026-03", ends="failed").error
    books.netsuite.seen_through(None)
    assert books.run_invoices().result["changes"] == {"changed": 1}
    assert books.state_of(invoice) == ("loaded", "")
    books.close("2026-03")
    assert books.billed(invoice) == books.net_of(invoice)


def test_a_document_whose_lines_do_not_sum_to_zero_is_held(books, invoice):
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="900.00")
    books.netsuite.seen_through(altered(invoice, balanced=False))
    books.run_invoices()
    state, reason = books.state_of(invoice)
    assert state == "held"
    assert "sum to" in reason or "Does not reconcile" in reason


def test_a_difference_that_no_document_explains_fails_the_run_and_nothing_loads(books, invoice):
    def more_than_there_is(query, rows):
        if "AS document_count" in query and rows:
            rows[-1]["main_total"] = str(float(rows[-1]["main_total"]) + 10)
        return rows

    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="900.00")
    mark = books.value("SELECT position FROM watermark WHERE kind = 'CustInvc'")
    net = books.net_of(invoice)
    books.netsuite.seen_through(more_than_there_is)
    run = books.run_invoices(ends="failed")
    assert "no document explains it" in run.error
    assert "Nothing of this run loads" in run.error
    assert books.net_of(invoice) == net
    assert books.value("SELECT position FROM watermark WHERE kind = 'CustInvc'") == mark
    books.netsuite.seen_through(None)
    assert books.run_invoices().result["changes"] == {"changed": 1}
    assert books.net_of(invoice) != net


def test_what_netsuite_itself_recognises_is_held(books, invoice):
    """A line with a revenue element would be recognised twice."""
    books.netsuite.change("edit_line", transaction=invoice, line=1, revrecschedule=1)
    books.run_invoices()
    state, reason = books.state_of(invoice)
    assert state == "held"
    assert "NetSuite" in reason


def test_the_recon_tabs_show_every_group_and_add_up(books, accounted_for):
    from reconciliation.columns import RECON_DETAILS, RECON_SUMMARY

    run = books.run_invoices(full=True)
    details, summary = books.tab(run, RECON_DETAILS), books.tab(run, RECON_SUMMARY)
    theirs = books.netsuite.get("totals", by="customer")
    assert len(details) == len({(one["postingperiod"], one["entity"], one["currency"]) for one in theirs})
    for column in ("Source documents", "Source amount"):
        assert sum(row[column] for row in details) == sum(row[column] for row in summary)
    assert {row["Status"] for row in details} == {row["Status"] for row in summary} == {"PASS"}
    accounted_for(books)


def test_an_amount_with_more_decimals_than_its_currency_holds_its_document_alone(books):
    """A yen and a half: NetSuite keeps none, but an import once left one."""
    yen = books.value(
        "SELECT min(d.external_id) FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " JOIN currency c ON c.id = v.currency_id"
        " WHERE c.symbol = 'JPY' AND d.kind = 'CustInvc' AND d.state = 'loaded' AND v.period = '2026-03'"
    )
    with pytest.raises(AssertionError, match="has 0 decimals"):
        books.netsuite.change("edit_line", transaction=yen, line=1, amount="1234.50")
    books.netsuite.change("edit_line", transaction=yen, line=1, amount="1234.50", beyond_precision=True)
    other = next(one for one in books.documents("2026-03") if one != yen)
    books.netsuite.change("edit_line", transaction=other, line=1, amount="900.00")
    assert books.run_invoices().result["changes"] == {"changed": 2}
    state, reason = books.state_of(yen)
    assert state == "held"
    assert "JPY, which has 0 decimal places. Correct the amount in NetSuite." in reason
    assert books.state_of(other) == ("loaded", "")
    books.netsuite.change("edit_line", transaction=yen, line=1, amount="1234")
    books.run_invoices()
    assert books.state_of(yen) == ("loaded", "")
