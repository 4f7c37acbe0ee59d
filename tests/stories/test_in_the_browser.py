"""The first month, by clicking alone: from the set-up link of a production start to posted journals and workbooks."""

import re
from collections.abc import Iterator

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from revrec.config import load_config
from revrec.operations.actor import Actor
from revrec.store.engine import Store

from .browsing import Windows, open_windows
from .clicking import download, go, reconciles, run_job, said, send_all, wait_for_the_end
from .conftest import SECRET_KEY
from .served import command, running
from .setting_up import connect_both, invite, map_accounts, set_policies, set_up
from .stand_ins import open_sources
from .verbs import Books

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.timeout(900)]


@pytest.fixture
def production(stand_ins, new_database, tmp_path) -> Iterator[Windows]:
    """A production start on PostgreSQL that nobody has signed in to, and a browser before it."""
    folder = tmp_path / "production"
    folder.mkdir()
    for seeded in stand_ins.seeded.iterdir():
        (folder / seeded.name).write_bytes(seeded.read_bytes())
    environment = {
        "REVREC_DATA_DIR": str(folder / "data"),
        "REVREC_DATABASE_URL": new_database(None),
        "REVREC_SECRET_KEY": SECRET_KEY,
        "REVREC_LOOK_UP_AGAIN_SECONDS": "0.05",
    }
    command(environment, "db", "upgrade", "--no-admin")
    config = load_config(environment)
    store = Store(config.database_url)
    ada = Actor("ada@kestrel.example", "admin", "Ada Admin")
    carla = Actor("carla@kestrel.example", "controller", "Carla Controller")
    sam = Actor("sam@kestrel.example", "controller", "Sam Controller")
    with (
        open_sources(stand_ins, folder) as sources,
        running(environment, folder / "log", "serve", "--port", "0") as service,
    ):
        books = Books(config, store, sources.netsuite, sources.salesforce, ada, carla, sam)
        try:
            with open_windows(books, tmp_path, service.said) as windows:
                windows.sources = sources
                assert service.says("Nobody can sign in yet").endswith("sign-in-link")
                yield windows
        finally:
            store.close()


def test_a_first_month_is_closed_by_clicking(production, tmp_path):
    windows, books = production, production.books
    page = set_up(windows)
    windows.look(page, "home-empty")
    windows.picture(page, "home-first-day")
    for names in (("Sync",), ("Pending Data",), ("Accounting",), ("Accounting", "Journals")):
        go(page, *names)
        windows.look(page, f"{names[-1].split()[0].lower()}-empty")
    connect_both(windows, page)
    approver = invite(windows, page, "carla@kestrel.example", "Carla Controller", "controller")
    set_policies(windows, page)

    run_job(page, "Orders")
    windows.picture(page, "job-orders")
    run_job(page, "Invoices", ends="awaiting load")
    reconciles(page)
    windows.look(page, "job-conversion")
    windows.picture(page, "job-conversion")
    go(page, "Sync")
    page.get_by_role("link", name="Conversion Data").click()
    expect(page.get_by_role("row", name=re.compile("Invoices awaiting load"))).to_be_visible()
    windows.look(page, "conversion")
    windows.picture(page, "sync")

    go(page, "Accounting", "Periods")
    page.get_by_label("First period kept here").fill("2026-1")
    page.get_by_role("button", name="Set first period").click()
    expect(page.get_by_role("alert")).to_contain_text("'2026-1' is not a period")
    windows.look(page, "period-refused")
    page.get_by_label("First period kept here").fill("2026-01")
    windows.picture(page, "first-period", 520)
    page.get_by_role("button", name="Set first period").click()
    said(page, "The first accounting period is 2026-01")
    map_accounts(windows, page)
    run_job(page, "Invoices")
    workbook = load_workbook(download(page, re.compile("invoices-job"), tmp_path), read_only=True)
    assert workbook.sheetnames[:2] == ["Summary", "BillingSchedule"]
    windows.picture(page, "job-invoices")

    go(page, "Pending Data")
    windows.look(page, "pending")
    waiting = books.value("SELECT count(*) FROM source_document WHERE state = 'pending'")
    page.get_by_label(re.compile("Ostrander Timber Corp")).check()
    page.get_by_label("Reason").fill("The same company")
    windows.picture(page, "pending")
    page.get_by_role("button", name="Pair what is ticked").click()
    said(page, "One customer is paired")
    run_job(page, "Invoices")
    expect(page.get_by_text("Left Pending Data: Ostrander Timber LLC")).to_be_visible()
    assert books.value("SELECT count(*) FROM source_document WHERE state = 'pending'") < waiting

    go(page, "Accounting", "Periods")
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
    windows.picture(page, "close-refused", 520)
    page.get_by_role("link", name="Back").click()
    close.wait_for()
    for box in page.locator("input[name=acknowledge]").all():
        box.check()
    page.get_by_label("Reason").fill("Looked at each")
    windows.picture(page, "checklist", 900)
    close.click()
    wait_for_the_end(page)
    windows.look(page, "job-close")
    windows.picture(page, "job-close")

    go(page, "Contracts")
    windows.look(page, "contracts")
    page.get_by_role("row", name=re.compile("00000007")).get_by_role("link").first.click()
    windows.look(page, "contract")
    windows.picture(page, "contract", 1250)
    page.locator("#lines tbody td.n a").first.click()
    windows.look(page, "explained")
    windows.picture(page, "explained", 1000)

    page.get_by_role("link", name="Home").click()
    windows.look(page, "home")
    windows.picture(page, "home", 1000)
    page.get_by_role("link", name=re.compile("journals? waits?")).click()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Approve what is ticked").click()
    expect(page.get_by_role("alert")).to_contain_text("prepared")
    go(approver, "Accounting", "Journals")
    for box in approver.get_by_role("checkbox").all():
        box.check()
    windows.picture(approver, "journals-approve")
    approver.get_by_role("button", name="Approve what is ticked").click()
    said(approver, "approved and will be sent")
    windows.look(approver, "journals")
    send_all(approver)
    windows.look(approver, "job-post")
    go(approver, "Accounting", "Journals")
    sheet = load_workbook(download(approver, "xlsx", tmp_path)).active
    assert [cell.value for cell in sheet[1]][:3] == ["Journal", "Period", "Date"]
    assert sheet.max_row == 1 + books.value("SELECT count(*) FROM journal")
    approver.get_by_role("link", name=re.compile("^2026-01-0001")).click()
    expect(approver.locator(".head .badge")).to_have_text("posted")
    windows.look(approver, "journal")
    windows.picture(approver, "journal", 900)
    assert set(books.values("SELECT state FROM journal")) == {"posted"}
    theirs = {one["externalid"] for one in books.netsuite.get("journals")}
    assert set(books.values("SELECT external_id FROM journal")) <= theirs
