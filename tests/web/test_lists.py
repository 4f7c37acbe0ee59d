"""Lists: what the URL asks for is what is shown; totals and downloads are of the whole selection."""

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from api.web.download import Field, download
from api.web.listing import Listing
from revrec.problems import Invalid
from revrec.store.tables import AuditEvent, Job, Journal, JournalLine, PeriodClose

from .conftest import NOW


@pytest.fixture
def journals(deployment):
    """Sixty drafts of two periods, one line of debit each: 1.00 to 60.00 USD."""
    with deployment.store.write() as session:
        job = Job(kind="close", state="done", parameters={}, requested_by="a@books.test", created_at=NOW)
        session.add(job)
        session.flush()
        close = PeriodClose(
            period="2026-01", state="closed", job_id=job.id, policy={}, closed_by="a@books.test"
        )
        session.add(close)
        session.flush()
        for number in range(1, 61):
            journal = Journal(
                period_close_id=close.id,
                period="2026-01" if number % 2 else "2026-02",
                subsidiary_id=1,
                currency="USD",
                journal_date=date(2026, 1, 31),
                memo=f"=HYPERLINK({number})",
                prepared_by="a@books.test",
            )
            session.add(journal)
            session.flush()
            session.add(
                JournalLine(
                    journal_id=journal.id,
                    line=1,
                    role="revenue",
                    account_id=1,
                    debit_minor=number * 100,
                    credit_minor=0,
                )
            )


def test_pages_keep_the_filter_and_the_order(visit, journals):
    browser = visit("viewer")
    first = browser.get("/journals?period=2026-01&sort=date").text
    assert first.count(">draft ") == 30
    whole = browser.get("/journals?sort=drafted").text
    following = (
        whole.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    )
    assert "sort=drafted" in following
    second = browser.get(following).text
    assert "10 journals on this page" in second
    assert ">draft 51<" in second and ">draft 50<" not in second
    assert 'aria-sort="ascending"' in second


def test_a_wrong_order_and_a_wrong_cursor_are_refused_in_words(visit, journals):
    browser = visit("viewer")
    answer = browser.get("/journals?sort=colour")
    assert answer.status_code == 422
    assert "cannot be sorted by" in answer.text
    assert "not a cursor of this list" in browser.get("/journals?cursor=abc").text


def test_totals_are_of_the_whole_selection(visit, journals):
    browser = visit("viewer")
    assert "1,830.00" in browser.get("/journals/totals").text
    part = browser.get("/journals/totals?period=2026-02", headers={"HX-Request": "true"}).text
    assert "930.00" in part and "<html" not in part


def test_a_download_holds_every_row_and_no_formula(visit, journals, deployment):
    browser = visit("viewer")
    answer = browser.get("/journals.csv?period=2026-01")
    assert answer.headers["content-disposition"] == 'attachment; filename="journals.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 30
    assert rows[0]["Memo"] == "'=HYPERLINK(59)"
    sheet = load_workbook(io.BytesIO(browser.get("/journals.xlsx").content)).active
    assert sheet.max_row == 61
    named = {cell.value: cell.column - 1 for cell in sheet[1]}
    newest = sheet[2]
    assert newest[named["Total"]].value == 60 and newest[named["Total"]].data_type == "n"
    assert newest[named["Memo"]].value == "=HYPERLINK(60)" and newest[named["Memo"]].data_type == "s"
    with deployment.store.read() as session:
        events = session.exec(select(AuditEvent).where(AuditEvent.action == "export_list"))
        told = [(one.actor, one.after) for one in events]
    assert told == [
        ("viewer@books.test", {"kind": "csv", "filters": {"period": "2026-01"}}),
        ("viewer@books.test", {"kind": "xlsx", "filters": {}}),
    ]


def test_a_list_is_downloaded_as_what_spreadsheets_read_and_nothing_else():
    with pytest.raises(Invalid, match="csv or xlsx, not as 'pdf'"):
        download("pdf", "journals", [Field("Journal", str)], [])


def test_a_sort_link_turns_round_what_is_sorted_already():
    listing = Listing("/journals", "-date", {"period": "2026-01", "state": ""})
    assert listing.sort_url("date") == "/journals?period=2026-01&sort=date"
    assert listing.sort_url("period") == "/journals?period=2026-01&sort=period"
    turned = Listing("/journals", "-date", {}, "period")
    assert turned.sort_url("period") == "/journals?sort=-period"
