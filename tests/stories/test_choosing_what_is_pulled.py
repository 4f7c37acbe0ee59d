"""What of NetSuite is pulled: which kinds of documents, from which date on, of which customers, and in which book."""

import re

import pytest

from jobs.closing.checklist import close_findings
from reconciliation.columns import BILLING_SCHEDULE, RECON_DETAILS, SUMMARY
from revrec.operations.set_policy import set_policy
from revrec.problems import Conflict

from .verbs import now

INVOICES, CREDITS = ["CustInvc"], ["CustCred"]


def marks(books):
    found = dict(books.rows("SELECT kind, position FROM watermark"))
    return {kind: found.get(kind) for kind in ("CustInvc", "CustCred")}


def kinds_here(books):
    return dict(books.rows("SELECT kind, count(*) FROM source_document WHERE state <> 'new' GROUP BY kind"))


def test_each_kind_of_document_is_read_as_far_on_its_own(new_books, accounted_for):
    books = new_books
    books.run_orders()
    books.set_first_period()
    invoices = books.run_invoices(kinds=INVOICES)
    assert invoices.result["reconciliation"]["status"] == "PASS"
    assert set(kinds_here(books)) == {"CustInvc"}
    read = marks(books)
    assert (read["CustInvc"] is not None, read["CustCred"]) == (True, None)
    with books.store.read() as session:
        found = {one.code: one.message for one in close_findings(session, "2026-01")}
    assert found["never_pulled"] == "No credit memos run has loaded yet."
    (pull,) = [row["Value"] for row in books.tab(invoices, SUMMARY) if row["Item"] == "Documents"]
    assert pull == "invoices"

    # Both: credit memos from their beginning, of invoices only what changed.
    changed = books.netsuite.picks(3)[0]["id"]
    books.netsuite.change("edit_line", transaction=changed, line=1, amount="777.00")
    both = books.run_invoices()
    assert both.result["reconciliation"]["status"] == "PASS"
    theirs = books.netsuite.get("totals", by="all")
    memos = sum(one["documents"] for one in theirs if one["type"] == "CustCred")
    assert kinds_here(books)["CustCred"] == memos
    assert both.result["changes"] == {"new": memos, "changed": 1}
    assert both.result["pulled"]["same"] == 0
    accounted_for(books)

    # A run of one kind says nothing of the other, full or not, and leaves its watermark.
    before = marks(books)
    invoice = books.documents("2026-03")[0]
    books.netsuite.change("delete", transaction=invoice)
    memo = books.value(
        "SELECT min(external_id) FROM source_document WHERE kind = 'CustCred' AND state = 'loaded'"
    )
    books.netsuite.change("delete", transaction=memo)
    full = books.run_invoices(kinds=CREDITS, full=True)
    assert full.result["changes"] == {"gone": 1}
    assert books.state_of(invoice)[0] == "loaded"
    after = marks(books)
    assert (after["CustInvc"], after["CustCred"] > before["CustCred"]) == (before["CustInvc"], True)
    assert books.run_invoices().result["changes"] == {"gone": 1}
    accounted_for(books)


@pytest.mark.slow
def test_conversions_of_each_kind_load_beside_each_other(new_books, accounted_for):
    books = new_books
    books.run_orders()
    invoices = books.run_invoices(kinds=INVOICES, ends="awaiting_load")
    memos = books.run_invoices(kinds=CREDITS, ends="awaiting_load")
    states = dict(books.rows("SELECT id, state FROM job WHERE kind = 'invoices'"))
    assert states == {invoices.id: "awaiting_load", memos.id: "awaiting_load"}
    books.load(invoices)
    books.load(memos)
    accounted_for(books)


@pytest.mark.slow
def test_documents_dated_before_import_from_are_on_neither_side(books, accounted_for):
    dated = "SELECT count(*) FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
    early = books.value(f"{dated} WHERE d.state <> 'gone' AND v.tran_date < '2026-02-10'")
    late = books.value(f"{dated} WHERE d.state <> 'gone' AND v.tran_date >= '2026-02-10'")
    assert early > 20
    books.set_policy(import_from="2026-02-10")
    later = books.run_invoices()
    assert later.result["full"] is False, "nothing has to be read for documents to leave"
    assert later.result["changes"] == {"gone": early}
    assert later.result["reconciliation"]["status"] == "PASS"
    messages = [message for code, message in books.notes(later) if code == "dated_before_import_from"]
    assert sum(int(message.split()[0]) for message in messages) == early
    assert books.value("SELECT count(*) FROM source_document WHERE state <> 'gone'") == late
    full = books.run_invoices(full=True, sweep=True).result
    assert (full["changes"], full["sweep"]) == ({}, "not needed, everything was read")

    # Within the population a document may still be dated out of it, or into it.
    books.set_policy(import_from="2026-01-15")
    earlier = books.run_invoices()
    assert (earlier.result["full"], earlier.result["reconciliation"]["status"]) == (True, "PASS")
    assert books.value(f"{dated} WHERE d.state <> 'gone' AND v.tran_date < '2026-01-15'") == 0
    assert books.value(f"{dated} WHERE d.state <> 'gone' AND v.tran_date < '2026-02-10'") > 0
    books.set_policy(import_from="")
    assert books.run_invoices().result["changes"]["changed"] > 0
    accounted_for(books)


def test_what_closed_periods_billed_does_not_leave_unasked(closed_books):
    books = closed_books
    with pytest.raises(Conflict, match=r"Closed periods have billed \d+ documents dated before 2026-02-01"):
        books.set_policy(import_from="2026-02-01")
    booked = books.closed_rows("2026-01", "2026-02")
    with books.store.write() as session:
        set_policy(
            session,
            books.preparer,
            "import_from",
            "2026-02-01",
            now=now(),
            reason="the old company's",
            retrospective=True,
        )
    assert books.run_invoices().result["changes"]["gone"] > 0
    assert books.closed_rows("2026-01", "2026-02") == booked


def test_documents_of_ignored_customers_are_counted_and_not_loaded(books, accounted_for):
    customer, name, loaded = books.rows(
        "SELECT c.id, c.name, count(*) FROM source_document d"
        " JOIN document_version v ON v.id = d.current_version_id JOIN netsuite_customer c ON c.id = v.customer_id"
        " WHERE d.state = 'loaded' GROUP BY c.id, c.name ORDER BY 3 DESC"
    )[0]
    books.set_policy(ignore_customers=[f" {name.upper()} ", "Nobody Ltd"])
    run = books.run_invoices()
    assert run.result["changes"] == {"moved": loaded}
    assert run.result["customers"]["ignored"] == 1
    assert run.result["outcome"]["counts"]["documents_excluded"] == loaded
    assert run.result["reconciliation"]["status"] == "PASS"
    of_them = [code for code, message in books.notes(run) if "Nobody Ltd" in message]
    assert of_them == ["ignored_unknown"]
    (state,) = set(
        books.rows(
            "SELECT d.state, d.reason FROM source_document d JOIN document_version v"
            " ON v.id = d.current_version_id WHERE v.customer_id = :c AND d.state <> 'gone'",
            c=customer,
        )
    )
    assert state == ("excluded", "ignored customer")
    assert accounted_for(books)["excluded"] > 0
    rows = [row for row in books.tab(run, RECON_DETAILS) if row["NetSuite customer id"] == str(customer)]
    assert rows
    assert all(row["Excluded lines"] == row["Source lines"] for row in rows)
    assert all((row["Loaded lines"], row["Status"]) == (0, "PASS") for row in rows)

    # What comes new for them is excluded too, and says why.
    invoice = books.value(
        "SELECT min(d.external_id) FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE v.customer_id = :c AND d.kind = 'CustInvc'",
        c=customer,
    )
    books.netsuite.change("add_credit", invoice=invoice, percent=10)
    again = books.run_invoices()
    assert again.result["changes"] == {"new": 1}
    assert {(row["Status"], row["Reason"]) for row in books.tab(again, BILLING_SCHEDULE)} == {
        ("excluded", "ignored customer")
    }

    books.set_policy(ignore_customers=[])
    back = books.run_invoices()
    assert back.result["changes"] == {"moved": loaded + 1}
    assert books.state_of(invoice)[0] == "loaded"
    accounted_for(books)


@pytest.mark.slow
def test_amounts_are_read_in_the_primary_book_whatever_its_id(new_books, accounted_for):
    books = new_books
    features = set(books.netsuite.get("settings")["features"])
    books.netsuite.post("settings", features=sorted(features | {"multibook"}), primary_book=2)

    asked = set()

    def listen(query, rows):
        asked.update(re.findall(r"tal\.accountingbook = (\d+)", query))
        return rows

    books.netsuite.seen_through(listen)
    books.run_orders()
    books.set_first_period()
    assert books.run_invoices().result["reconciliation"]["status"] == "PASS"
    assert asked == {"2"}
    accounted_for(books)
    assert (
        books.value("SELECT count(*) FROM document_line WHERE account_id IS NULL AND role = 'billing'") == 0
    )


def test_journals_are_read_back_in_the_primary_book(closed_books):
    books = closed_books
    features = set(books.netsuite.get("settings")["features"])
    books.netsuite.post("settings", features=sorted(features | {"multibook"}), primary_book=2)
    asked = set()

    def listen(query, rows):
        asked.update(re.findall(r"tal\.accountingbook = (\d+)", query))
        return rows

    books.netsuite.seen_through(listen)
    books.approve_and_post()
    assert books.values("SELECT DISTINCT state FROM journal") == ["posted"]
    assert asked == {"2"}
