"""A month closed by clicking alone: from the first sign-in to posted journals and the downloaded workbook."""

import re

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from .browsing import PATIENCE_MS, open_windows

DONE = re.compile("done|awaiting load")


def run_job(page: Page, flow: str) -> None:
    """Click *Run job* on a connection and watch it to its end."""
    page.get_by_role("link", name="Sync", exact=True).first.click()
    row = page.get_by_role("row", name=re.compile(f"^{flow}"))
    row.get_by_role("button", name="Run job").click()
    page.wait_for_url(re.compile("/sync/jobs/"))
    wait_for_the_end(page)


def wait_for_the_end(page: Page) -> None:
    expect(page.locator(".head .badge")).to_have_text(DONE, timeout=PATIENCE_MS)


@pytest.mark.slow
def test_a_month_is_closed_by_clicking(new_books, tmp_path):
    books = new_books
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        windows.look(page, "home-empty")
        for name in ("Pending Data", "Periods", "Journals", "Sync"):
            page.get_by_role("link", name=name, exact=True).click()
            windows.look(page, f"{name.split()[0].lower()}-empty")

        run_job(page, "Orders")
        run_job(page, "Invoices")
        expect(page.locator(".head .badge")).to_have_text("awaiting load")
        expect(page.get_by_text("PASS", exact=True)).to_be_visible()
        windows.look(page, "job-conversion")
        page.get_by_role("link", name="Sync", exact=True).first.click()
        page.get_by_role("link", name="Conversion Data").click()
        expect(page.get_by_role("row", name=re.compile("Invoices awaiting load"))).to_be_visible()

        page.get_by_role("link", name="Periods", exact=True).click()
        page.get_by_label("First period kept here").fill("2026-1")
        page.get_by_role("button", name="Set first period").click()
        expect(page.get_by_role("alert")).to_contain_text("'2026-1' is not a period")
        windows.look(page, "period-refused")
        page.get_by_label("First period kept here").fill("2026-01")
        page.get_by_role("button", name="Set first period").click()
        expect(page.get_by_role("status")).to_contain_text("The first accounting period is 2026-01")
        books.map_accounts()
        run_job(page, "Invoices")
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile("invoices-job")).click()
        downloading.value.save_as(tmp_path / "job.xlsx")
        workbook = load_workbook(tmp_path / "job.xlsx", read_only=True)
        assert workbook.sheetnames[:2] == ["Summary", "BillingSchedule"]

        page.get_by_role("link", name="Pending Data", exact=True).click()
        windows.look(page, "pending")
        waiting = books.value("SELECT count(*) FROM source_document WHERE state = 'pending'")
        page.get_by_label(re.compile("Ostrander Timber Corp")).check()
        page.get_by_label("Reason").fill("The same company")
        page.get_by_role("button", name="Pair what is ticked").click()
        expect(page.get_by_role("status")).to_contain_text("One customer is paired")
        run_job(page, "Invoices")
        expect(page.get_by_text("Left Pending Data: Ostrander Timber LLC")).to_be_visible()
        assert books.value("SELECT count(*) FROM source_document WHERE state = 'pending'") < waiting

        page.get_by_role("link", name="Periods", exact=True).click()
        windows.look(page, "periods")
        page.get_by_role("link", name="2026-01", exact=True).click()
        close = page.get_by_role("button", name="Close 2026-01")
        close.wait_for()
        windows.look(page, "checklist")
        close.click()  # the browser asks for a reason first
        page.get_by_label("Reason").fill("Looked at each")
        close.click()
        expect(page.get_by_role("heading", name="That is not possible now")).to_be_visible()
        windows.look(page, "close-refused")
        page.get_by_role("link", name="Back").click()
        close.wait_for()
        for box in page.locator("input[name=acknowledge]").all():
            box.check()
        page.get_by_label("Reason").fill("Looked at each")
        close.click()
        wait_for_the_end(page)
        windows.look(page, "job-close")

        page.get_by_role("link", name="Home").click()
        windows.look(page, "home")
        page.get_by_role("link", name=re.compile("journals? waits?")).click()
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="Approve what is ticked").click()
        expect(page.get_by_role("alert")).to_contain_text("prepared")
        approver = windows.sign_in(books.approver)
        approver.get_by_role("link", name="Journals", exact=True).click()
        for box in approver.get_by_role("checkbox").all():
            box.check()
        approver.get_by_role("button", name="Approve what is ticked").click()
        expect(approver.get_by_role("status")).to_contain_text("approved and will be sent")
        windows.look(approver, "journals")
        approver.get_by_role("button", name="Send what waits").click()
        approver.get_by_role("dialog").get_by_role("button", name="Send").click()
        wait_for_the_end(approver)
        approver.get_by_role("link", name="Journals", exact=True).click()
        approver.get_by_role("link", name=re.compile("^2026-01-0001")).click()
        expect(approver.locator(".head .badge")).to_have_text("posted")
        windows.look(approver, "journal")
        assert set(books.values("SELECT state FROM journal")) == {"posted"}
        theirs = {one["externalid"] for one in books.netsuite.get("journals")}
        assert set(books.values("SELECT external_id FROM journal")) <= theirs
