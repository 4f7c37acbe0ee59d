"""What is refused, in words, in a browser; and what works in one that runs no script."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from .browsing import open_windows
from .clicking import confirm, download, go, run_job, said, start_job
from .stand_ins import Listener

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
FORMULA = '=HYPERLINK("http://elsewhere.test/","Refund")'


@pytest.fixture
def elsewhere():
    """Another site, whose page sends a form to an address that its path names."""
    listener = Listener()

    async def app(scope, receive, send):
        target = scope["query_string"].decode()
        body = (
            f'<!doctype html><title>Win</title><form method="post" action="{target}">'
            '<input type="hidden" name="period" value="2026-01"><button>Claim</button></form>'
        ).encode()
        headers = [(b"content-type", b"text/html"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    listener.app = app
    yield listener.url
    listener.stop()


def test_another_sites_request_and_an_ended_session_are_refused_in_words(new_books, elsewhere, tmp_path):
    books = new_books
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        # Another port of this host, and another host: neither may.
        for site in (elsewhere, elsewhere.replace("127.0.0.1", "localhost")):
            page.goto(f"{site}/?{windows.address}/periods/first")
            page.get_by_role("button", name="Claim").click()
            expect(page.locator("main")).to_contain_text(
                "This request came from another site, so nothing was done. Open the page here and try again."
            )
        windows.look(page, "refused-other-site")
        assert books.values("SELECT id FROM audit_event WHERE action = 'set_first_period'") == []
        page.get_by_role("link", name="Home").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Home")

        # The form of one session does not work in the next.
        go(page, "Accounting", "Periods")
        page.get_by_label("First period kept here").fill("2026-01")
        page.locator("input[name=key]").last.evaluate("one => one.value = 'x'.repeat(43)")
        page.get_by_role("button", name="Set first period").click()
        expect(page.get_by_role("alert")).to_contain_text("This form belongs to another sign-in.")
        windows.look(page, "refused-form")

        # A session that was ended elsewhere, then one that nobody used for a day.
        other = windows.sign_in(books.preparer)
        other.goto("/account")
        other.get_by_role("listitem").filter(has_not_text="this one").get_by_role(
            "button", name="Sign out"
        ).first.click()
        said(other, "That session was signed out.")
        page.goto("/journals?state=draft")
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in to RevRec")
        assert urlsplit(page.url).query == "next=%2Fjournals%3Fstate%3Ddraft"
        with books.store.write() as session:
            session.connection().exec_driver_sql(
                "UPDATE user_session SET last_seen_at = '2026-01-01 00:00:00'"
            )
        go(other, "Sync")
        expect(other.get_by_role("heading", level=1)).to_have_text("Sign in to RevRec")

        # Nobody's page, and a path in a download.
        page = windows.sign_in(books.preparer)
        for path in ("/nothing", "/files/1", "/journals/99999", "/sync/jobs/99999"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing here")
        windows.look(page, "refused-nothing")
        for path in (
            "/files/%2e%2e%2fsecret.key",
            "/files/..%2f..%2fetc%2fpasswd",
            "/static/x/..%2f__init__.py",
        ):
            answer = page.request.get(windows.address + path)
            assert (answer.status in (404, 422), "root:" in answer.text()) == (True, False), path


def test_a_revoked_token_is_refused_in_words(new_books, tmp_path):
    books = new_books
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        go(page, "Settings", "API tokens")
        page.get_by_label("What uses it").fill("Nightly export")
        page.get_by_role("button", name="Make", exact=True).click()
        token = page.get_by_label(re.compile("^Token of")).input_value()
        windows.look(page, "token-shown")
        headers = {"Authorization": f"Bearer {token}"}
        address = f"{windows.address}/api/v1/jobs"
        assert httpx.get(address, headers=headers, trust_env=False).status_code == 200
        page.get_by_role("link", name="Done").click()
        confirm(page, "Revoke", "Revoke")
        said(page, "revoked")
        windows.look(page, "tokens")
        answer = httpx.get(address, headers=headers, trust_env=False)
        assert (answer.status_code, "token" in answer.json()["detail"]) == (401, True)


def test_a_formula_in_a_customers_name_stays_text(books, tmp_path):
    books.netsuite.change("rename_customer", customer=1021, name=FORMULA)
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer)
        run_job(page, "Invoices")
        sheets = load_workbook(download(page, re.compile("invoices-job"), tmp_path))
        found = [
            cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value == FORMULA
        ]
        assert {cell.data_type for cell in found} == {"s"}
        go(page, "Pending Data")
        expect(page.get_by_role("link", name=FORMULA)).to_be_visible()
        windows.look(page, "pending-formula")
        (text,) = re.findall(r".*HYPERLINK.*", download(page, "csv", tmp_path).read_text("utf-8-sig"))
        assert "\"'=HYPERLINK(" in text
        sheet = load_workbook(download(page, "xlsx", tmp_path)).active
        (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == FORMULA]
        assert cell.data_type == "s"


def test_the_main_pages_read_and_their_forms_work_without_script(books, tmp_path):
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.preparer, scripts=False)
        expect(page.get_by_role("heading", name="Needs a person")).to_be_visible()
        books.wait(start_job(page, "Orders"))
        page.reload()
        expect(page.locator(".head .badge")).to_have_text("done")
        go(page, "Pending Data")
        page.get_by_label(re.compile("Ostrander Timber Corp")).check()
        page.get_by_role("button", name="Pair what is ticked").click()
        said(page, "One customer is paired")
        page.get_by_role("link", name="Ostrander Timber LLC").click()
        page.get_by_role("button", name="Undo pairing").click()
        said(page, "undone. The documents wait again.")
        go(page, "Accounting", "Periods")
        page.get_by_role("link", name="2026-01", exact=True).click()
        page.get_by_role("link", name="Show the checklist").click()
        page.get_by_role("link", name="Compute the close and show everything").click()
        for box in page.locator("input[name=acknowledge]").all():
            box.check()
        page.get_by_label("Reason").fill("Looked at each")
        page.get_by_role("button", name="Close 2026-01").click()
        job = int(page.url.rsplit("/", 1)[1])
        assert books.wait(job).state == "done"
        approver = windows.sign_in(books.approver, scripts=False)
        go(approver, "Accounting", "Journals")
        approver.get_by_role("link", name="Totals of the whole list").click()
        expect(approver.get_by_role("row", name=re.compile("^USD"))).to_be_visible()
        approver.go_back()
        for box in approver.get_by_role("checkbox").all():
            box.check()
        approver.get_by_role("button", name="Approve what is ticked").click()
        said(approver, "approved and will be sent")
        approver.get_by_role("button", name="Send", exact=True).click()
        assert books.wait(int(approver.url.rsplit("/", 1)[1])).state == "done"
        approver.reload()
        windows.shoot(approver, "job-post-without-script")
    assert set(books.values("SELECT state FROM journal")) == {"posted"}
