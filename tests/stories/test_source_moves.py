"""NetSuite changes after we read it: periods that are closed here keep their rows, the open period takes the change."""

import pytest


@pytest.fixture
def untouched(closed_books):
    """Check at the end that the closed periods hold what they held."""
    before = closed_books.closed_rows("2026-01", "2026-02")
    assert before["ledger_transfer 2026-01"]
    yield
    assert closed_books.closed_rows("2026-01", "2026-02") == before


def test_an_edit_of_a_closed_period_is_billed_late_in_the_open_one(closed_books, untouched, accounted_for):
    books = closed_books
    invoice = books.documents("2026-01")[0]
    before = books.billed(invoice)
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="12345.00")
    assert books.run_invoices().result["changes"] == {"changed": 1}
    accounted_for(books)
    assert (books.billed(invoice), books.net_of(invoice) != before) == (before, True)
    books.close("2026-03")
    assert books.billed(invoice) == books.net_of(invoice)
    assert {cause for _, cause in books.transfers(invoice, "2026-03")} == {"late"}


def test_an_edit_of_the_open_period_is_not_late(closed_books, untouched):
    books = closed_books
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="12345.00")
    books.run_invoices()
    books.close("2026-03")
    assert books.billed(invoice) == books.net_of(invoice)
    assert {cause for _, cause in books.transfers(invoice, "2026-03")} == {""}


@pytest.mark.parametrize("way", ["delete", "void directly", "void by a reversing journal"])
def test_a_document_that_goes_undoes_all_it_billed(closed_books, untouched, accounted_for, way):
    books = closed_books
    invoice = books.documents("2026-01")[1]
    earned = books.value("SELECT sum(revenue_minor) FROM booked")
    assert books.billed(invoice) != 0
    if way == "delete":
        books.netsuite.change("delete", transaction=invoice)
    else:
        style = "direct" if way == "void directly" else "reversing_journal"
        books.netsuite.change("void", transaction=invoice, style=style)
    assert books.run_invoices().result["changes"] == {"gone": 1}
    assert books.state_of(invoice)[0] == "gone"
    accounted_for(books)
    books.close("2026-03")
    assert books.billed(invoice) == 0
    assert {cause for _, cause in books.transfers(invoice, "2026-03")} == {"late"}
    # An order's revenue does not move because its invoice went.
    assert (
        books.value("SELECT sum(revenue_minor) FROM booked WHERE cause = 'late' AND adjustment_minor <> 0")
        is None
    )
    assert books.value("SELECT sum(revenue_minor) FROM booked") > earned


def test_a_document_that_was_hidden_from_the_role_comes_back(closed_books, accounted_for):
    """What a full run does not find is gone; when the role may see it again, it bills again."""
    books = closed_books
    invoice = books.documents("2026-01")[0]
    billed = books.billed(invoice)

    def hide(query, rows):
        named = ("transaction_id", "id") if "AS modified" in query or "tl." in query else ("id",)
        return [row for row in rows if not any(row.get(name) == str(invoice) for name in named)]

    books.netsuite.seen_through(hide)
    failed = books.run_invoices(full=True, ends="failed")
    assert "no document explains it" in failed.error
    assert books.state_of(invoice) == ("loaded", "")
    books.netsuite.seen_through(None)
    assert books.run_invoices(full=True).result["changes"] == {}
    accounted_for(books)
    assert books.billed(invoice) == billed


def test_a_late_credit_memo_takes_billing_back_in_the_open_period(closed_books, untouched, accounted_for):
    books = closed_books
    invoice = books.documents("2026-01")[0]
    period = books.netsuite.period_ids()[1]
    credit = books.netsuite.change(
        "add_credit", invoice=invoice, percent=50, date="2026-02-20", period=period
    )["transaction"]
    assert books.run_invoices().result["changes"] == {"new": 1}
    assert books.state_of(credit) == ("loaded", "")
    accounted_for(books)
    books.close("2026-03")
    assert books.billed(credit) == books.net_of(credit) < 0
    assert {cause for _, cause in books.transfers(credit, "2026-03")} == {"late"}


def test_a_credit_memo_of_the_open_period_is_not_late(closed_books, untouched):
    books = closed_books
    invoice = books.documents("2026-01")[0]
    period = books.netsuite.period_ids()[2]
    credit = books.netsuite.change(
        "add_credit", invoice=invoice, percent=50, date="2026-03-20", period=period
    )["transaction"]
    books.run_invoices()
    books.close("2026-03")
    assert books.billed(credit) == books.net_of(credit) < 0
    assert {cause for _, cause in books.transfers(credit, "2026-03")} == {""}


def test_what_awaits_approval_is_left_out_until_it_is_approved(books, accounted_for):
    waiting = [
        one
        for kind in ("CustInvc", "CustCred")
        for one in books.netsuite.get("pick", type=kind, limit=1000)
        if one["posting"] == "F" and one["voided"] == "F"
    ]
    assert waiting, "the made-up company has documents that await approval"
    invoice = waiting[0]["id"]
    assert books.values("SELECT id FROM source_document WHERE external_id = :id", id=invoice) == []
    books.netsuite.change("approve", transaction=invoice)
    assert books.run_invoices().result["changes"] == {"new": 1}
    assert books.state_of(invoice)[0] in ("loaded", "pending")
    accounted_for(books)


def test_a_deletion_before_the_first_sight_is_no_event(books, accounted_for):
    credit = books.netsuite.change("add_credit", invoice=books.documents("2026-03")[0])["transaction"]
    books.netsuite.change("delete", transaction=credit)
    assert books.run_invoices().result["changes"] == {}
    accounted_for(books)


def test_a_document_that_goes_before_it_is_closed_leaves_no_trace_in_the_ledger(closed_books):
    books = closed_books
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("delete", transaction=invoice)
    books.run_invoices()
    books.close("2026-03")
    assert (books.billed(invoice), books.transfers(invoice, "2026-03")) == (0, [])


def test_a_changed_customer_merges_documents_into_another(books, accounted_for):
    """Merging customers in NetSuite moves documents from one to the other."""
    absent = books.values(
        "SELECT v.customer_id FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE d.state = 'pending' ORDER BY d.external_id"
    )[0]
    linked = books.values(
        "SELECT netsuite_customer_id FROM customer_link WHERE undone_at IS NULL ORDER BY 1"
    )[0]
    books.netsuite.change("merge_customers", duplicate=absent, into=linked)
    books.run_invoices()
    accounted_for(books)
