"""What people do in the pages, by clicking."""

import re
from pathlib import Path

from playwright.sync_api import Download, Page, expect

from .browsing import PATIENCE_MS

OVER = re.compile("done|awaiting load|failed|cancelled")


def go(page: Page, *names: str) -> None:
    """Follow the navigation: a word at the top, then a tab of its section."""
    for name in names:
        page.get_by_role("navigation").get_by_role("link", name=name, exact=True).first.click()
    page.wait_for_load_state()


def start_job(page: Page, flow: str) -> int:
    """Click *Run job* on a flow; gives the number of the job, whose page is there then."""
    go(page, "Sync")
    card = page.get_by_role("region", name=flow, exact=True)
    card.get_by_role("button", name="Run job").last.click()
    page.wait_for_url(re.compile("/sync/jobs/"))
    return int(page.url.rsplit("/", 1)[1])


def run_job(page: Page, flow: str, ends: str = "done") -> None:
    """Run a flow and watch it to its end."""
    start_job(page, flow)
    wait_for_the_end(page, ends)


def wait_for_the_end(page: Page, ends: str = "done") -> None:
    """Watch a job's page until it is over; it loads itself again then."""
    badge = page.locator(".head .badge")
    expect(badge).to_have_text(OVER, timeout=PATIENCE_MS)
    expect(badge).to_have_text(ends)


def reconciles(page: Page, word: str = "PASS") -> None:
    """The page of a job says whether NetSuite's own totals agree."""
    expect(page.locator(".figure .badge")).to_have_text(word)


def confirm(page: Page, opener: str, button: str, reason: str = "") -> None:
    """Open a confirmation, give the reason if one is wanted, and confirm."""
    page.get_by_role("button", name=opener, exact=True).click()
    dialog = page.get_by_role("dialog")
    if reason:
        dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=button, exact=True).click()


def said(page: Page, words: str) -> None:
    """The page tells what was done."""
    expect(page.locator("#content > [role=status]")).to_contain_text(words)


def download(page: Page, link: str | re.Pattern[str], folder: Path) -> Path:
    """Click a link that downloads; gives the file under the name that it came with."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=link).first.click()
    came: Download = coming.value
    path = folder / came.suggested_filename
    came.save_as(path)
    return path


def close_period(page: Page, period: str, reason: str) -> None:
    """Go to a period, tick every warning of its checklist, close it."""
    go(page, "Accounting", "Periods")
    page.get_by_role("link", name=period, exact=True).click()
    close = page.get_by_role("button", name=f"Close {period}")
    close.wait_for()
    for box in page.locator("input[name=acknowledge]").all():
        box.check()
    if page.get_by_label("Reason").count():
        page.get_by_label("Reason").fill(reason)
    close.click()
    wait_for_the_end(page)


def approve_all(page: Page) -> None:
    """Tick every draft journal and approve them together."""
    go(page, "Accounting", "Journals")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Approve what is ticked").click()
    said(page, "approved and will be sent")


def send_all(page: Page) -> None:
    """Send what is approved, and what failed, and watch it."""
    go(page, "Accounting", "Journals")
    confirm(page, "Send what waits", "Send")
    wait_for_the_end(page)
