"""Second thoughts in the browser: a period reopened and closed again; a journal that NetSuite refused, mended, sent."""

import re

import pytest
from playwright.sync_api import expect

from .browsing import open_windows
from .clicking import approve_all, close_period, confirm, go, send_all, wait_for_the_end
from .test_posting import assert_all_there_once
from .test_reopening import figures, in_netsuite, net_ledger

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_period_is_reopened_and_closed_again_to_the_same_figures(posted_books, tmp_path):
    books = posted_books
    before, ledger, account = figures(books, "2026-02"), net_ledger(books), in_netsuite(books)
    with open_windows(books, tmp_path) as windows:
        preparer, second = windows.sign_in(books.preparer), windows.sign_in(books.second_approver)

        # Who closed it does not take it back.
        go(preparer, "Accounting", "Periods")
        preparer.get_by_role("link", name="2026-02", exact=True).click()
        windows.look(preparer, "period-closed")
        confirm(preparer, "Reopen", "Reopen", "An order came late")
        expect(preparer.get_by_role("alert")).to_contain_text("cannot reopen it too; somebody else does")
        windows.look(preparer, "reopen-refused")

        # An older period waits for its turn.
        go(second, "Accounting", "Periods")
        second.get_by_role("link", name="2026-01", exact=True).click()
        expect(second.get_by_role("button", name="Reopen")).to_have_count(0)
        go(second, "Accounting", "Periods")
        second.get_by_role("link", name="2026-02", exact=True).click()
        second.get_by_role("button", name="Reopen", exact=True).click()
        second.get_by_role("dialog").get_by_label("Reason").fill("An order came late")
        windows.look(second, "reopen-asked")
        windows.picture(second, "reopen", 620)
        second.get_by_role("dialog").get_by_role("button", name="Reopen").click()
        wait_for_the_end(second)
        windows.look(second, "job-reopen")

        # What NetSuite has is reversed there, by journals that are approved like any other.
        approver = windows.sign_in(books.approver)
        approve_all(approver)
        windows.look(approver, "journals-reversing")
        send_all(approver)
        close_period(preparer, "2026-02", "Closed again")
        approve_all(approver)
        send_all(approver)
    assert figures(books, "2026-02") == before
    assert net_ledger(books) == ledger
    assert in_netsuite(books) == account
    assert_all_there_once(books)


def test_a_journal_that_netsuite_refused_is_mended_and_sent_again(closed_books, tmp_path):
    books = closed_books
    january = books.netsuite.period_ids()[0]
    books.netsuite.change("set_period", period=january, state="closed")
    with open_windows(books, tmp_path) as windows:
        page = windows.sign_in(books.approver)
        approve_all(page)
        send_all(page)
        windows.look(page, "job-post-refused")
        page.get_by_role("link", name="Home").first.click()
        windows.look(page, "home-failed-journals")
        page.get_by_role("link", name="3 journals could not be transferred to NetSuite.").click()
        expect(page.get_by_text("NetSuite's period Jan 2026 is closed").first).to_be_visible()
        windows.look(page, "hub-failed")
        windows.picture(page, "hub-failed", 900)
        page.get_by_role("link", name=re.compile("^2026-01-0001")).first.click()
        windows.look(page, "hub-journal")
        go(page, "Accounting", "Journals")
        windows.look(page, "journals-failed")
        windows.picture(page, "journals-failed")
        page.get_by_role("link", name=re.compile("^2026-01-0001")).click()
        expect(
            page.get_by_text("NetSuite's period Jan 2026 is closed; nothing was sent.").first
        ).to_be_visible()
        windows.look(page, "journal-failed")
        windows.picture(page, "journal-failed")

        # The period is opened in NetSuite; the same journals go, each once: one by itself, the others from the hub.
        books.netsuite.change("set_period", period=january, state="open")
        confirm(page, "Send now", "Send")
        wait_for_the_end(page)
        assert sorted(books.values("SELECT state FROM journal")) == ["failed"] * 2 + ["posted"] * 4
        go(page, "Hub")
        page.get_by_role("link", name=re.compile("^Failed")).click()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Retry the chosen").click()
        wait_for_the_end(page)
        go(page, "Accounting", "Journals")
        expect(page.get_by_role("cell", name="failed", exact=True)).to_have_count(0)
        page.get_by_role("link", name=re.compile("^2026-01-0001")).click()
        expect(page.locator(".head .badge")).to_have_text("posted")
        windows.look(page, "journal-sent-again")
    assert_all_there_once(books)
