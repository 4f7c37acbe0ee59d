"""Home: what needs a person, what closes, postings and runs came to; each leads to where it is done."""

from datetime import date, timedelta

import pytest

from revrec.operations.actor import Actor
from revrec.operations.set_first_period import set_first_period
from revrec.store.tables import Connection, Job, Journal, LedgerTransfer, PeriodClose, SourceDocument

from .conftest import NOW

ADMIN = Actor("admin@books.test", "admin")


@pytest.fixture
def closed(deployment):
    """January closed with four drafts and 120.00 USD of revenue, so that February is the one to be closed."""
    with deployment.store.write() as session:
        set_first_period(session, ADMIN, "2026-01", now=NOW)
        job = add_job(session, "close", "done", parameters={"period": "2026-01"})
        close = PeriodClose(
            period="2026-01", state="closed", job_id=job, policy={}, closed_by="ann@books.test", closed_at=NOW
        )
        session.add(close)
        session.flush()
        for number in range(1, 5):
            session.add(
                Journal(
                    period_close_id=close.id,
                    period="2026-01",
                    subsidiary_id=1,
                    currency="USD",
                    journal_date=date(2026, 1, 31),
                    memo="Revenue",
                    prepared_by="ann@books.test",
                    sequence=number,
                    number=f"2026-01-{number:04d}",
                )
            )
        session.add(
            LedgerTransfer(
                period_close_id=close.id,
                period="2026-01",
                event="revenue",
                debit_role="contract_liability",
                credit_role="revenue",
                line_id=1,
                subsidiary_id=1,
                currency="USD",
                base_currency="USD",
                amount_minor=12_000,
                base_minor=12_000,
            )
        )


def add_job(session, kind, state, **more):
    job = Job(
        kind=kind,
        state=state,
        requested_by="ann@books.test",
        created_at=NOW,
        finished_at=None if state in ("queued", "running") else NOW,
        **({"parameters": {}} | more),
    )
    session.add(job)
    session.flush()
    return job.id


def connect(session, **more):
    values = {
        "flow": "invoices",
        "system": "netsuite",
        "account": "1",
        "base_url": "",
        "auth": "m2m",
        "secret": b"x",
    }
    values |= {"options": {}, "connected_by": "admin@books.test", "connected_at": NOW}
    session.add(Connection(**(values | more)))


def journals_are(deployment, *states):
    with deployment.store.write() as session:
        for number, state in enumerate(states, start=1):
            row = session.get_one(Journal, number)
            row.state = state
            if state == "posted":
                row.netsuite_approval = "approved"


def test_a_new_house_says_where_to_begin(visit):
    page = visit("admin").get("/").text
    assert '<a href="/sync">Nothing is connected yet.</a>' in page
    assert "The books have not begun" in page


def test_a_close_initiates_the_posting_and_home_follows_it(visit, closed, deployment):
    browser = visit("controller")
    page = browser.get("/").text
    assert (
        "The posting of 2026-01’s journal entries to NetSuite was initiated at its close: 4 journals wait"
        in page
    )
    assert '<a href="/journals?state=draft">4 journals wait for approval.</a>' in page
    assert "2026-01 was closed." in page and "ann@books.test" in page
    journals_are(deployment, "posted", "approved", "posting", "draft")
    page = browser.get("/").text
    assert "is under way: 1 of 4 are there" in page and '<progress max="4" value="1"' in page
    journals_are(deployment, "posted", "posted", "failed", "posted")
    page = browser.get("/").text
    assert "is held up: 1 of 4 could not be transferred" in page
    assert '<a href="/hub?state=failed">1 journal could not be transferred to NetSuite.</a>' in page
    journals_are(deployment, "posted", "posted", "posted", "posted")
    assert "is finished: all 4 are there" in browser.get("/").text


def test_postings_are_told_while_they_go_and_when_they_are_over(visit, closed, deployment):
    with deployment.store.write() as session:
        add_job(session, "post", "done", result={"journals": {"posted": 3, "failed": 1}})
        add_job(session, "post", "running")
    page = visit("viewer").get("/").text
    assert "The posting of journals to NetSuite is over: 3 posted, 1 failed." in page
    assert page.index("The posting of journals to NetSuite has begun.") < page.index("is over")


def test_a_run_that_failed_needs_a_person_until_one_succeeds(visit, deployment):
    with deployment.store.write() as session:
        connect(session)
        failed = add_job(session, "invoices", "failed", error="1.00 USD is not explained.")
    browser = visit("accountant")
    page = browser.get("/").text
    assert f'<a href="/sync/jobs/{failed}">Job {failed} (invoices) failed.</a>' in page
    assert "The invoices run failed: 1.00 USD is not explained." in page
    with deployment.store.write() as session:
        add_job(session, "invoices", "done")
    page = browser.get("/").text
    assert "(invoices) failed." not in page and "The invoices run failed" in page


def test_what_waits_and_what_ends_soon_is_named(visit, closed, deployment):
    with deployment.store.write() as session:
        connect(session, certificate_ends=NOW + timedelta(days=10))
        connect(session, flow="journals", paused="Invalid login attempt.")
        session.add(SourceDocument(external_id=1, kind="CustInvc", state="held"))
        result = {"compared": {"journals": 1}, "findings": [finding()]}
        add_job(session, "cross_check", "done", result=result)
        add_job(session, "load", "awaiting_load")
    page = visit("viewer").get("/").text
    assert "The certificate of the flow invoices ends in 10 days" in page
    assert "The journals connection is paused: Invalid login attempt." in page
    assert "1 document is held and bills nothing." in page
    assert '<a href="/hub/cross-check">The cross-check with NetSuite found 1 thing to look at.</a>' in page
    assert '<a href="/periods/2026-02">2026-02 has ended and can be closed.</a>' in page
    assert "waits to be loaded" in page
    assert page.index("is paused") < page.index("ends in 10 days") < page.index("can be closed")


def finding():
    words = {"code": "missing", "severity": "blocking", "what": "It is gone.", "to_do": "Look at it."}
    return words | {"number": "2026-01-0001", "netsuite_id": 4711}


def test_a_year_stands_in_charts_and_in_numbers_and_follows_the_books(visit, closed, deployment):
    browser = visit("viewer")
    page = browser.get("/").text
    assert 'role="img"' in page and "120.00" in page
    with deployment.store.write() as session:
        session.get_one(PeriodClose, 1).state = "reopened"
    assert 'role="img"' not in browser.get("/").text
