"""Import Data in Bulk in the browser: a job's file brought back and loaded; what is no such file refused in words."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from .browsing import PATIENCE_MS, open_windows
from .clicking import confirm, download, go, run_job, wait_for_the_end

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def bring(page: Page, file: Path) -> None:
    """Upload a file, and wait until it was looked at, or refused."""
    go(page, "Sync")
    page.get_by_role("link", name="Import Data in Bulk").click()
    page.get_by_label("Job file (.xlsx)").set_input_files(file)
    page.get_by_role("button", name="Upload and check").click()
    page.locator("#file-wrong, #content > .note[role=status]").first.wait_for(timeout=PATIENCE_MS)


def bomb(file: Path, good: Path) -> Path:
    """A workbook of little size whose last sheet unpacks to a gigabyte of spaces."""
    shutil.copy(good, file)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as pack,
        pack.open("xl/worksheets/sheet99.xml", "w") as sheet,
    ):
        for _ in range(1024):
            sheet.write(b" " * 1_048_576)
    return file


def test_a_jobs_file_is_brought_back_and_loaded_and_nothing_else_is(new_books, tmp_path):
    books = new_books
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        run_job(page, "Orders")
        run_job(page, "Invoices", ends="awaiting load")
        good = download(page, re.compile("invoices-job"), tmp_path)

        other = Workbook()
        other.active.title = "Budget"
        other.save(tmp_path / "budget.xlsx")
        bring(page, tmp_path / "budget.xlsx")
        expect(page.locator("main")).to_contain_text("Summary")
        windows.look(page, "import-wrong-tabs")

        bring(page, bomb(tmp_path / "bomb.xlsx", good))
        expect(page.locator("main")).to_contain_text("packed more densely than any workbook")
        windows.look(page, "import-bomb")

        (tmp_path / "notes.xlsx").write_text("These are no sheets.")
        bring(page, tmp_path / "notes.xlsx")
        expect(page.locator("main")).to_contain_text("notes.xlsx")
        windows.look(page, "import-no-workbook")

        edited = load_workbook(good)
        sheet = edited["BillingSchedule"]
        column = next(
            cell.column for cell in next(sheet.iter_rows(min_row=2, max_row=2)) if cell.value == "Amount"
        )
        sheet.cell(row=3, column=column).value = 1
        edited.save(tmp_path / "edited.xlsx")
        bring(page, tmp_path / "edited.xlsx")
        expect(page.get_by_role("row", name=re.compile("BillingSchedule 3 Amount"))).to_be_visible()
        expect(page.get_by_role("button", name="Load", exact=True)).to_have_count(0)
        windows.look(page, "import-edited")
        windows.picture(page, "import-edited")

        assert books.values("SELECT DISTINCT state FROM source_document") == ["new"]
        bring(page, good)
        windows.look(page, "import-checked")
        windows.picture(page, "import", 900)
        confirm(page, "Load", "Load")
        wait_for_the_end(page)
        windows.look(page, "import-loaded")
    assert books.value("SELECT count(*) FROM source_document WHERE state = 'loaded'") > 0
