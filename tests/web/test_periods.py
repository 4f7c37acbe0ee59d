"""Periods and journals as pages: refusals keep what was ticked, closes keep their history, lines leave as a file."""

import csv
import io

import pytest
from sqlmodel import select

from revrec.operations.actor import SERVICE
from revrec.operations.set_first_period import set_first_period
from revrec.store.tables import Account, Job, Journal, JournalLine, PeriodClose, Subsidiary

from .conftest import NOW, key_of


@pytest.fixture
def closed(deployment):
    """2026-01, closed by the accountant after it was reopened once; a journal of 250 lines in part 1 of 2."""
    with deployment.store.write() as session:
        set_first_period(session, SERVICE, "2026-01", now=NOW)
        job = Job(
            kind="close", state="done", parameters={}, requested_by="accountant@books.test", created_at=NOW
        )
        session.add_all([job, Subsidiary(id=1, name="Kestrel", currency_id=1)])
        session.add(Account(id=11, number="4000", name="Revenue", type="Income"))
        session.flush()
        common = {"period": "2026-01", "job_id": job.id, "policy": {}, "closed_at": NOW}
        taken_back = PeriodClose(
            **common,
            state="reopened",
            closed_by="service",
            reopened_by="controller@books.test",
            reopened_at=NOW,
            reopen_reason="A late order",
        )
        close = PeriodClose(
            **common,
            state="closed",
            closed_by="accountant@books.test",
            acknowledged={"codes": ["held"], "reason": "Looked at each"},
        )
        session.add_all([taken_back, close])
        session.flush()
        ids = []
        for part, reverses in ((1, None), (2, None), (1, 1)):
            journal = Journal(
                period_close_id=close.id if reverses is None else taken_back.id,
                period="2026-01",
                subsidiary_id=1,
                currency="USD",
                journal_date=NOW.date(),
                part=part,
                parts=2,
                reverses_id=ids[0] if reverses else None,
                memo="=Revenue",
                prepared_by="accountant@books.test",
            )
            session.add(journal)
            session.flush()
            ids.append(journal.id)
        for number in range(1, 251):
            debit, credit = (number * 100, 0) if number % 2 else (0, number * 100)
            session.add(
                JournalLine(
                    journal_id=ids[0],
                    line=number,
                    role="revenue",
                    account_id=11,
                    debit_minor=debit,
                    credit_minor=credit,
                    memo="=1+1",
                )
            )
    return ids


def test_a_period_tells_every_close_and_its_journals(visit, closed):
    text = visit("viewer").get("/periods/2026-01").text
    assert "Acknowledged: held, for: Looked at each" in text
    assert "by controller@books.test" in text and "A late order" in text
    assert text.count('href="/journals/') == 3
    assert 'href="/journals?period=2026-01"' in text


def test_reopening_takes_a_reason_and_another_person(visit, closed, deployment):
    browser = visit("controller")
    refused = browser.post("/periods/2026-01/reopen", data={"key": key_of(browser), "reason": " "})
    assert refused.status_code == 422 and "Say why 2026-01 is reopened" in refused.text
    other = browser.post("/periods/2025-12/reopen", data={"key": key_of(browser), "reason": "x"})
    assert other.status_code == 409
    done = browser.post("/periods/2026-01/reopen", data={"key": key_of(browser), "reason": "A credit"})
    with deployment.store.read() as session:
        job = session.exec(select(Job).where(Job.kind == "reopen")).one()
        assert done.headers["location"] == f"/sync/jobs/{job.id}"
        assert job.parameters == {"period": "2026-01", "reason": "A credit"}


def test_a_refused_close_shows_the_checklist_with_what_was_ticked(visit, closed):
    browser = visit("accountant")
    answer = browser.post(
        "/periods/2026-02/close",
        data={"key": key_of(browser), "acknowledge": ["stale_pull"], "reason": "As told"},
    )
    assert answer.status_code == 409
    assert "2026-02 cannot be closed" in answer.text
    assert "Close checklist" in answer.text


def test_a_journal_shows_its_lines_page_by_page_and_what_belongs_to_it(visit, closed):
    first, second, reversal = closed
    browser = visit("viewer")
    text = browser.get(f"/journals/{first}").text
    assert "Lines 1 to 200 of 250" in text
    assert f'<a href="/journals/{second}">part 2</a>' in text
    assert f'Taken back by <a href="/journals/{reversal}">' in text
    following = browser.get(f"/journals/{first}?after=200").text
    assert "Lines 201 to 250 of 250" in following
    assert f'Takes back <a href="/journals/{first}">' in browser.get(f"/journals/{reversal}").text


def test_what_netsuite_would_refuse_is_said_before_a_journal_is_sent(visit, closed):
    assert "NetSuite would refuse it" in visit("viewer").get(f"/journals/{closed[1]}").text


def test_the_lines_leave_as_a_file(visit, closed):
    content = visit("viewer").get(f"/journals/{closed[0]}/lines.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 250
    assert (rows[0]["Debit"], rows[1]["Credit"], rows[0]["Memo"]) == ("1.00", "2.00", "'=1+1")
    assert visit("viewer").get("/journals/999/lines.csv").status_code == 404
