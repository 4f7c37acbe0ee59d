"""Runs in the browser: what does not reconcile, followed to its document; a run watched, cancelled, killed, resumed."""

import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from .browsing import PATIENCE_MS, open_windows
from .clicking import confirm, download, go, reconciles, run_job, said, start_job, wait_for_the_end
from .served import running
from .test_what_does_not_reconcile import altered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def more_than_there_is(query, rows):
    """NetSuite's own total of a group is ten higher than its documents."""
    if "AS document_count" in query and rows:
        rows[-1]["main_total"] = str(float(rows[-1]["main_total"]) + 10)
    return rows


def test_what_does_not_reconcile_is_followed_to_its_document(books, tmp_path):
    invoice = books.documents("2026-03")[0]
    net = books.net_of(invoice)
    books.netsuite.change("edit_line", transaction=invoice, line=1, amount="900.00")
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)

        # No document explains the difference: nothing loads.
        books.netsuite.seen_through(more_than_there_is)
        run_job(page, "Invoices", ends="failed")
        expect(page.get_by_role("alert")).to_contain_text("Nothing of this run loads")
        windows.look(page, "job-failed")
        windows.picture(page, "job-failed")
        page.get_by_role("link", name="Home").click()
        expect(page.get_by_role("link", name=re.compile(r"^Job \d+ \(invoices\) failed"))).to_be_visible()
        windows.look(page, "home-failed")
        assert books.net_of(invoice) == net

        # One document explains it: it is held by name, the others load.
        books.netsuite.seen_through(altered(invoice))
        run_job(page, "Invoices")
        row = page.get_by_role("row", name=re.compile(f"document {invoice}"))
        expect(row).to_contain_text("Does not reconcile")
        windows.look(page, "job-held")
        windows.picture(page, "job-held", 1400)
        workbook = load_workbook(download(page, re.compile("invoices-job"), tmp_path), read_only=True)
        details = next(
            sheet for sheet in workbook if "recon" in sheet.title.lower() and "etail" in sheet.title
        )
        states = [
            cell for line in details.iter_rows(values_only=True) for cell in line if cell in ("PASS", "FAIL")
        ]
        assert "PASS" in states
        assert books.state_of(invoice)[0] == "held"

        # NetSuite is in order again: the next run takes it.
        books.netsuite.seen_through(None)
        run_job(page, "Invoices")
        expect(page.get_by_text(f"document {invoice}")).to_have_count(0)
    assert books.state_of(invoice) == ("loaded", "")
    assert books.net_of(invoice) != net


def test_a_run_is_watched_cancelled_killed_and_resumed(chapter, connected_chapter, tmp_path):
    with chapter(connected_chapter, working=False) as books, open_windows(books, tmp_path) as windows:
        environment = {
            "REVREC_DATA_DIR": str(books.config.data_dir),
            "REVREC_LOOK_UP_AGAIN_SECONDS": "0.2",
        }
        page = windows.sign_in(books.preparer)
        start_job(page, "Invoices")
        expect(page.locator(".head .badge")).to_have_text("queued")
        windows.look(page, "job-queued")

        # Cancelled while it waits, it never runs.
        confirm(page, "Cancel job", "Cancel job", "not now")
        said(page, "is cancelled")
        expect(page.locator(".head .badge")).to_have_text("cancelled")
        windows.look(page, "job-cancelled")

        # From here on NetSuite takes its time over lines of documents.
        books.netsuite.post("faults", action="delay", contains="tl.uniquekey", times=50, delay_ms=10_000)
        with running(environment, tmp_path / "first.log", "worker") as first:
            # Cancelled while it runs, it stops at its next step.
            start_job(page, "Invoices")
            expect(page.locator("#progress")).to_contain_text("documents", timeout=PATIENCE_MS)
            confirm(page, "Cancel job", "Cancel job", "again not now")
            said(page, "is cancelled")
            assert books.value("SELECT count(*) FROM source_document") == 0

            # Watched; then its worker is killed in the middle.
            job = start_job(page, "Invoices")
            progress = page.locator("#progress")
            expect(progress).to_contain_text("documents", timeout=PATIENCE_MS)
            windows.look(page, "job-running")
            windows.picture(page, "job-running", 520)
            first.kill()
        page.reload()
        expect(page.locator(".head .badge")).to_have_text("running")
        assert books.value("SELECT count(*) FROM source_document") == 0
        books.netsuite.forget_faults()
        with running(environment, tmp_path / "second.log", "worker"):
            wait_for_the_end(page, "awaiting load")
            reconciles(page)
            windows.look(page, "job-resumed")
        assert books.value("SELECT count(*) FROM job_file WHERE job_id = :job", job=job) == 1
        go(page, "Sync")
        page.get_by_role("link", name=re.compile("^Conversion Data")).click()
        for state in ("awaiting load", "cancelled"):
            expect(page.get_by_role("row", name=re.compile(f"Invoices {state}")).first).to_be_visible()
        windows.look(page, "sync-after-trouble")
