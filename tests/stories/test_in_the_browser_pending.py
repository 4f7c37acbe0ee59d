"""Pending Data cleared in the browser: by pairing, by renaming in NetSuite; undone; what each run says of it."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import open_windows
from .clicking import confirm, go, run_job, said

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def waiting(books, customer):
    """(documents that wait, documents loaded) of a NetSuite customer."""
    states = books.values(
        "SELECT d.state FROM source_document d JOIN document_version v ON v.id = d.current_version_id"
        " WHERE v.customer_id = :customer",
        customer=customer,
    )
    return states.count("pending"), states.count("loaded")


def test_pending_data_is_cleared_by_pairing_and_by_renaming(books, tmp_path):
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        go(page, "Pending Data")

        # Tavistock Labs Corp. is written otherwise in the CRM: a person says that it is the same.
        tavistock = 1033
        page.get_by_role("link", name="Tavistock Labs Corp.").click()
        windows.look(page, "pending-customer")
        rows = page.get_by_role("table").locator("tbody tr")
        assert rows.count() == waiting(books, tavistock)[0] == 5
        page.get_by_role("radio", name=re.compile("Tavistock Labs Inc.")).check()
        page.get_by_label("Reason").fill("Renamed in 2024")
        page.get_by_role("button", name="Pair", exact=True).click()
        said(
            page,
            "One customer is paired with Tavistock Labs Inc. The next invoices run loads their documents.",
        )
        expect(page.get_by_role("row", name=re.compile("Tavistock"))).to_contain_text("paired")
        windows.look(page, "pending-paired")

        # It was the wrong one after all, and then it was not.
        page.get_by_role("link", name="Tavistock Labs Corp.").click()
        confirm(page, "Undo pairing", "Undo pairing", "Another company")
        said(page, "undone. The documents wait again.")
        run_job(page, "Invoices")
        assert waiting(books, tavistock) == (5, 0)
        go(page, "Pending Data")
        page.get_by_label(re.compile("Tavistock Labs Inc.")).check()
        page.get_by_role("button", name="Pair what is ticked").click()
        said(page, "One customer is paired")

        # Montrose Trading No. 120 has no like: it is renamed in NetSuite.
        page.get_by_role("searchbox").fill("montrose")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("link", name=re.compile("Montrose Trading"))).to_be_visible()
        expect(page.get_by_text("Tavistock")).to_have_count(0)
        name = books.values("SELECT name FROM crm_customer ORDER BY id")[0]
        montrose = 1021
        assert waiting(books, montrose) == (2, 0)
        books.netsuite.change("rename_customer", customer=montrose, name=name)
        run_job(page, "Invoices")
        expect(page.get_by_text(re.compile("Left Pending Data: Tavistock Labs Corp"))).to_be_visible()
        expect(page.get_by_text(re.compile(f"Left Pending Data: {re.escape(name)}"))).to_be_visible()
        windows.look(page, "job-left-pending")
        assert (waiting(books, tavistock), waiting(books, montrose)) == ((0, 5), (0, 2))
        go(page, "Pending Data")
        expect(page.get_by_text("Tavistock")).to_have_count(0)
        page.get_by_role("searchbox").fill("montrose")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text(re.compile("No customer whose documents wait fits"))).to_be_visible()
        windows.look(page, "pending-nothing-found")
        page.goto(f"/pending/{tavistock}")
        expect(page.get_by_role("alert")).to_contain_text("Nothing waits for NetSuite customer 1033")
        windows.look(page, "pending-gone")
    told = books.rows(
        "SELECT action, reason FROM audit_event WHERE action IN ('pair_customer', 'undo_pairing') ORDER BY id"
    )
    assert told == [
        ("pair_customer", "Renamed in 2024"),
        ("undo_pairing", "Another company"),
        ("pair_customer", ""),
    ]
