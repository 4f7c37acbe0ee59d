"""Control checks run on demand; NetSuite's balances with what explains them, and signing off what is left."""

import csv
import io

import pytest

from revrec.operations.actor import SERVICE
from revrec.operations.set_first_period import set_first_period
from revrec.store.tables import (
    Account,
    GlBalance,
    GlItem,
    Job,
    Journal,
    JournalLine,
    PeriodClose,
    Subsidiary,
)

from .conftest import NOW, key_of


@pytest.fixture
def closed(deployment):
    """2026-01 closed with a journal that does not balance; 50.00 more in NetSuite, 20.00 of it explained."""
    with deployment.store.write() as session:
        set_first_period(session, SERVICE, "2026-01", now=NOW)
        job = Job(kind="close", state="done", parameters={}, requested_by="a@books.test", created_at=NOW)
        session.add(job)
        session.add(Subsidiary(id=1, name="Kestrel", currency_id=1))
        session.add(Account(id=11, number="2400", name="Deferred Revenue", type="DeferRevenue"))
        session.flush()
        close = PeriodClose(
            period="2026-01",
            state="closed",
            job_id=job.id,
            policy={},
            closed_by="a@books.test",
            closed_at=NOW,
        )
        session.add(close)
        session.flush()
        journal = Journal(
            period_close_id=close.id,
            period="2026-01",
            subsidiary_id=1,
            currency="USD",
            journal_date=NOW.date(),
            memo="Revenue",
            prepared_by="a@books.test",
        )
        session.add(journal)
        session.flush()
        session.add(
            JournalLine(
                journal_id=journal.id, line=1, role="revenue", account_id=11, debit_minor=700, credit_minor=0
            )
        )
        place = {"period": "2026-01", "subsidiary_id": 1, "account_id": 11}
        session.add(
            GlBalance(
                **place,
                currency="USD",
                balance_minor=-15_000,
                ledger_minor=-10_000,
                explained_minor=-2_000,
                read_at=NOW,
                job_id=job.id,
            )
        )
        session.add(GlItem(**place, kind="pending", name="INV7", reference=7, amount_minor=-2_000))
        session.add(
            GlItem(**place, kind="foreign", name="JE9", reference=9, memo="by hand", amount_minor=-3_000)
        )


def test_nothing_is_checked_before_something_is_closed(visit):
    assert "Nothing is closed yet" in visit("viewer").get("/controls").text


def test_checks_run_on_demand_and_name_the_rows(visit, closed):
    browser = visit("viewer")
    page = browser.get("/controls?period=2026-01").text
    assert 'hx-get="/controls/results?period=2026-01"' in page
    assert "1 of 1 accounts" in page
    results = browser.get("/controls/results?period=2026-01").text
    failed = results.partition("Debits are credits")[2].partition("</tr>")[0]
    assert '<span class="badge bad">FAIL</span>' in failed
    assert "7.00" in failed
    assert browser.get("/controls?period=2026-02").status_code == 422


def test_a_difference_is_shown_with_its_parts_and_signed_off_with_a_reason(visit, closed):
    assert "Sign off" not in visit("accountant").get("/controls/gl").text
    browser = visit("controller")
    page = browser.get("/controls/gl").text
    assert "JE9" in page and "by hand" in page and "(30.00)" in page
    fields = {"key": key_of(browser), "period": "2026-01", "account": "11", "subsidiary": "1"}
    refused = browser.post("/controls/gl/sign-off", data=fields)
    assert refused.status_code == 403
    assert "Signing off a difference needs a reason" in refused.text
    done = browser.post("/controls/gl/sign-off", data=fields | {"reason": "kept outside"})
    assert (done.status_code, done.headers["location"]) == (303, "/controls/gl?period=2026-01")
    after = browser.get("/controls/gl").text
    assert "controller@books.test: kept outside" in after
    assert '<span class="badge good">PASS</span>' in after


def test_balances_as_a_file_have_a_row_for_every_part(visit, closed):
    content = visit("viewer").get("/controls/gl.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["What"], row["Part"], row["Left"]) for row in rows] == [
        ("account", "", "-30.00"),
        ("pending", "-20.00", ""),
        ("foreign", "-30.00", ""),
    ]


def test_reading_the_balances_is_a_job_of_bookkeepers(visit, closed):
    browser = visit("accountant")
    answer = browser.post("/controls/gl/read", data={"key": key_of(browser), "period": "2026-01"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sync/jobs/")
    assert visit("viewer").post("/controls/gl/read", data={"key": "x"}).status_code == 403


def test_clearing_that_nets_to_zero_says_so(visit, closed):
    browser = visit("viewer")
    text = browser.get("/controls/clearing").text
    assert "Clearing accounts at the end of 2026-01" in text and "Every clearing" not in text
    after = "/controls/clearing/accounts?period=2026-01"
    assert f'hx-get="{after}" hx-trigger="load"' in text, "what compares every document comes after the page"
    assert f'<a class="button" href="{after}">' in text, "without script it is a link"
    part = browser.get(after, headers={"HX-Request": "true"}).text
    assert part.strip().startswith('<p class="card empty">Every clearing account nets to zero')
    text = browser.get(after).text
    assert "<h1>Clearing accounts at the end of 2026-01</h1>" in text
    assert browser.get("/controls/clearing?period=2026-13").status_code == 422
    assert "Every clearing account nets to zero at the end of 2026-01." in text
    content = visit("viewer").get("/controls/clearing.csv?period=2026-01").content.decode("utf-8-sig")
    assert content.splitlines() == [
        "At the end of,Subsidiary,Account,Document,NetSuite id,Customer,Period,Why,Amount,Currency"
    ]
