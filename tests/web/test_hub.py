"""The transaction hub in the browser: counted, narrowed, retried, held, released, sent, cross-checked."""

import csv
import io
from datetime import date, timedelta

import pytest

from revrec.store.tables import Connection, Job, Journal, JournalLine, PeriodClose, PostingAttempt, Subsidiary

from .conftest import NOW, key_of

STATES = ("posted", "posting", "failed", "failed", "conflict", "approved", "approved")


@pytest.fixture
def hub(deployment):
    """Seven approved journals, 2026-01-0001 to -0007 of 100.00 to 700.00 USD in two subsidiaries; the last is held."""
    with deployment.store.write() as session:
        session.add(Subsidiary(id=1, name="Parent", currency_id=1))
        session.add(Subsidiary(id=2, name="Child", currency_id=1))
        job = Job(kind="close", state="done", parameters={}, requested_by="a@books.test", created_at=NOW)
        session.add(job)
        session.flush()
        close = PeriodClose(
            period="2026-01", state="closed", job_id=job.id, policy={}, closed_by="a@books.test"
        )
        session.add(close)
        session.flush()
        ids = [add_journal(session, close.id, number, state) for number, state in enumerate(STATES, start=1)]
        last = session.get_one(Journal, ids[-1])
        last.held, last.held_by = "rate is wrong", "controller@books.test"
        session.add(
            PostingAttempt(
                journal_id=ids[2],
                at=NOW,
                action="post",
                outcome="refused: Please enter a value",
                status=400,
                milliseconds=1812,
                job_id=job.id,
                request='{"memo": "<b>Revenue</b>"}',
                reply='{"o:errorDetails": []}',
            )
        )
    return ids


def add_journal(session, close, number, state):
    row = Journal(
        period_close_id=close,
        period="2026-01",
        subsidiary_id=1 + number % 2,
        currency="USD",
        journal_date=date(2026, 1, 20 + number),
        memo="Revenue",
        state=state,
        sequence=number,
        number=f"2026-01-{number:04d}",
        external_id=f"RR-2026-01-{number:04d}",
        prepared_by="a@books.test",
        approved_by="controller@books.test",
        approved_at=NOW,
    )
    if state == "posted":
        row.netsuite_id, row.netsuite_number, row.posted_at = 4711, "JE1001", NOW
    if state == "failed":
        row.attempts, row.message = 2, "Please enter a value for subsidiary"
        row.next_attempt_at = NOW + timedelta(minutes=5)
    session.add(row)
    session.flush()
    session.add(
        JournalLine(
            journal_id=row.id,
            line=1,
            role="revenue",
            account_id=1,
            debit_minor=number * 10_000,
            credit_minor=0,
        )
    )
    return row.id


@pytest.fixture
def connected(deployment):
    with deployment.store.write() as session:
        session.add(
            Connection(
                flow="journals",
                system="netsuite",
                account="1234567_SB1",
                base_url="",
                auth="tba",
                secret=b"x",
                options={"concurrency": 5},
                connected_by="admin@books.test",
                connected_at=NOW,
            )
        )


def numbers(page):
    return [one for one in range(1, 8) if f">2026-01-{one:04d}</a>" in page]


def test_states_are_counted_and_narrow_the_list(visit, hub):
    browser = visit("viewer")
    page = browser.get("/hub").text
    assert numbers(page) == [1, 2, 3, 4, 5, 6, 7]
    assert page.index("2026-01-0007") < page.index("2026-01-0001")
    for words, count in (
        ("Not transferred", 1),
        ("Transferring", 1),
        ("Transferred", 1),
        ("Failed", 2),
        ("Held", 1),
    ):
        assert f'{words} <span class="tabular">{count}</span>' in page
    failed = browser.get("/hub?state=failed&sort=number").text
    assert numbers(failed) == [3, 4] and "Please enter a value for subsidiary" in failed
    assert 'Held <span class="tabular">1</span>' in failed
    assert 'type="checkbox"' not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("subsidiary=2", [1, 3, 5, 7]),
        ("since=2026-01-23&until=2026-01-24", [3, 4]),
        ("search=0005", [5]),
        ("search=4711", [1]),
        ("state=held", [7]),
        ("period=2026-02", []),
    ],
)
def test_filters(visit, hub, query, found):
    page = visit("viewer").get(f"/hub?{query}").text
    assert numbers(page) == found
    assert found or "No journal fits this choice" in page


def test_what_is_no_filter_is_refused_in_words(visit, hub):
    browser = visit("viewer")
    assert "is no day" in browser.get("/hub?since=yesterday").text
    assert "no state" in browser.get("/hub?state=lost").text
    assert "There is no subsidiary" in browser.get("/hub?subsidiary=Elsewhere").text


def test_totals_and_downloads_are_of_the_selection(visit, hub):
    browser = visit("viewer")
    assert "2,800.00" in browser.get("/hub/totals").text
    assert "700.00" in browser.get("/hub/totals?state=failed").text
    text = browser.get("/hub.csv?state=failed&sort=number").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["Journal"], one["Total"], one["Attempts"]) for one in rows] == [
        ("2026-01-0003", "300.00", "2"),
        ("2026-01-0004", "400.00", "2"),
    ]


def test_a_journals_page_has_what_was_said_to_netsuite(visit, hub, connected):
    browser = visit("accountant")
    page = browser.get(f"/hub/{hub[2]}").text
    assert "1,812 ms" in page and "&lt;b&gt;Revenue&lt;/b&gt;" in page and "What NetSuite answered" in page
    assert "Try 2026-01-0003 again now?" in page
    posted = browser.get(f"/hub/{hub[0]}").text
    assert (
        'href="https://1234567-sb1.app.netsuite.com/app/accounting/transactions/transaction.nl?id=4711"'
        in posted
    )
    assert "was not sent yet" in posted


def test_journals_are_held_with_a_reason_and_released(visit, hub, deployment):
    browser = visit("accountant")
    key, some = key_of(browser), [str(one) for one in hub[5:]]
    assert "Say why" in browser.post("/hub/hold", data={"key": key, "journal": some}).text
    browser.post("/hub/hold", data={"key": key, "journal": some, "reason": "wait for FX"})
    page = browser.get("/hub").text
    assert "2026-01-0006: It is held." in page and "It is held already" in page
    assert "by accountant@books.test: wait for FX" in page
    one = browser.post("/hub/release", data={"key": key, "journal": some[0], "stay": "1"})
    assert one.headers["location"] == f"/hub/{hub[5]}"
    with deployment.store.read() as session:
        assert session.get_one(Journal, hub[5]).held == ""
    assert "Tick at least one journal" in browser.post("/hub/release", data={"key": key}).text


def test_a_refusal_stands_in_the_list_with_what_was_ticked_and_typed(visit, hub):
    browser = visit("accountant")
    data = {"key": key_of(browser), "chosen": "1"}
    answer = browser.post(
        "/hub/hold?period=2026-01&sort=number", data=data | {"journal": str(hub[5]), "reason": ""}
    )
    assert answer.status_code == 422 and "<h1>Transaction hub</h1>" in answer.text
    assert 'id="reason-wrong" role="alert">Say why' in answer.text
    assert f'value="{hub[5]}" checked' in answer.text and answer.text.count(" checked") == 1
    assert 'formaction="/hub/hold?period=2026-01&amp;sort=number"' in answer.text
    answer = browser.post("/hub/release", data=data | {"reason": "rates <came>"})
    assert "Tick at least one journal." in answer.text and 'value="rates &lt;came&gt;"' in answer.text
    assert "Tick at least one journal." in browser.post("/hub/now", data=data).text
    done = browser.post("/hub/hold?period=2026-01", data=data | {"journal": str(hub[5]), "reason": "FX"})
    assert done.headers["location"] == "/hub?period=2026-01"


def test_what_is_asked_before_something_is_done_is_asked_again_beside_its_field(visit, hub):
    browser = visit("accountant")
    data = {"key": key_of(browser), "journal": str(hub[5]), "stay": "1", "reason": " "}
    page = browser.post("/hub/hold", data=data).text
    assert '<form class="card" method="post" action="/hub/hold">' in page
    assert f'<input type="hidden" name="journal" value="{hub[5]}">' in page
    assert 'aria-describedby="again-wrong"' in page and 'role="alert">Say why' in page
    assert browser.post("/hub/hold", data=data | {"reason": "FX"}).headers["location"] == f"/hub/{hub[5]}"


def test_retrying_starts_a_batch_or_says_why_none_comes(visit, hub, deployment):
    browser = visit("accountant")
    key, some = key_of(browser), [str(one) for one in hub[2:4]]
    assert browser.post("/hub/retry", data={"key": key, "journal": some}).headers["location"] == "/hub"
    page = browser.get("/hub").text
    assert "2 journals: It is tried again. NetSuite is not connected for journals." in page


def test_what_waits_is_sent_now(visit, hub, connected):
    browser = visit("accountant")
    page = browser.get("/hub").text
    assert "4 journals are sent to NetSuite without waiting" in page
    sent = browser.post("/hub/now", data={"key": key_of(browser)})
    assert sent.headers["location"].startswith("/sync/jobs/")
    assert "A batch is being sent" in browser.get("/hub").text


def test_the_cross_check_is_started_and_its_findings_lead_on(visit, hub, connected, deployment):
    browser = visit("accountant")
    assert "No cross-check has been made yet" in browser.get("/hub/cross-check").text
    started = browser.post("/hub/cross-check", data={"key": key_of(browser), "period": "2026-01"})
    assert started.headers["location"] == "/hub/cross-check"
    assert "journals of 2026-01" in browser.get("/hub/cross-check").text
    with deployment.store.write() as session:
        session.add(
            Job(
                kind="cross_check",
                state="done",
                parameters={"period": ""},
                requested_by="service",
                created_at=NOW,
                finished_at=NOW,
                result={
                    "compared": {"journals": 6, "agree": 5, "foreign": 1, "missing": 1},
                    "findings": [
                        found("foreign", "RR-2025-12-0009", 99, "NetSuite holds journal JE9"),
                        found("missing", "2026-01-0001", 4711, "NetSuite no longer has it"),
                    ],
                },
            )
        )
    page = browser.get("/hub/cross-check").text
    assert page.index("In NetSuite, unknown here") < page.index("Posted here, gone in NetSuite")
    assert f'<a href="/hub/{hub[0]}">2026-01-0001</a>' in page
    assert "Look for 2026-01-0001 again" in page and "Look for RR" not in page
    assert "2 to look at" in browser.get("/hub").text


def found(code, number, netsuite_id, what):
    return {
        "code": code,
        "severity": "blocking",
        "number": number,
        "netsuite_id": netsuite_id,
        "what": what,
        "to_do": "Look at it.",
    }


def test_an_empty_hub_says_where_journals_come_from(visit):
    assert "Drafts</a> come here when they are approved" in visit("viewer").get("/hub").text
