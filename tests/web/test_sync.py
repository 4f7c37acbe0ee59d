"""Sync: flows and what may be done with them, jobs by tab and filter, what a job found, its log."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from api.views.jobs import JobView
from api.web.job_progress import Seen, pace_of, stages_of
from api.web.job_results import Told
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.connect_netsuite import NetSuiteConnection, connect_netsuite
from revrec.operations.policies import policy_value
from revrec.operations.set_first_period import set_first_period
from revrec.store.queries.connections import connection_for
from revrec.store.tables import AuditEvent, GroupResult, Job, JobFile, JobNote

from .conftest import NOW, key_of

ADMIN = Actor("admin@books.test", "admin")
KEYS = {
    "consumer_key": "ck-1",
    "consumer_secret": "cs-very-secret",
    "token_id": "ti-1",
    "token_secret": "ts-very-secret",
}
RESULT = {
    "pulled": {"new": 2, "changed": 1, "same": 0, "gone": 0, "lines": 7},
    "reconciliation": {"status": "PASS", "groups": 3, "failing": 0},
    "outcome": {
        "counts": {"documents_loaded": 3, "lines_loaded": 7},
        "amounts": {"loaded": {"USD": 123456}},
    },
}


@pytest.fixture
def connected(deployment):
    """NetSuite for invoices, signing in by tokens."""
    with deployment.store.write() as session:
        given = NetSuiteConnection("1234567_SB1", "tba", KEYS, flows=("invoices",))
        connect_netsuite(session, ADMIN, deployment.vault, given, journals_found=[], now=NOW)


@pytest.fixture
def job(deployment):
    """Write a job; gives its number."""

    def write(kind: str = "invoices", state: str = "done", *, minutes: int = 0, **more) -> int:
        at = NOW + timedelta(minutes=minutes)
        with deployment.store.write() as session:
            row = Job(
                kind=kind,
                state=state,
                parameters=more.pop("parameters", {}),
                requested_by=more.pop("by", "accountant@books.test"),
                created_at=at,
                started_at=at,
                **more,
            )
            session.add(row)
            session.flush()
            return row.id

    return write


def first_period(deployment, minutes: int) -> None:
    with deployment.store.write() as session:
        set_first_period(session, SERVICE, "2026-01", now=NOW + timedelta(minutes=minutes))


def shown(page: str) -> list[int]:
    """The jobs of the list, in its order."""
    return [int(one) for one in re.findall(r'<td class="n"><a href="/sync/jobs/(\d+)">', page)]


def test_each_flow_says_what_it_is_connected_to_and_how_to_connect_it(visit, connected):
    page = visit("admin").get("/sync").text
    for name in ("Orders", "Invoices", "Journal Posting"):
        assert f'aria-label="{name}"' in page
    assert "1234567_SB1" in page and 'aria-label="Options of Invoices"' in page
    assert 'href="/sync/connect/salesforce"' in page and 'href="/sync/connect/netsuite/journals"' in page
    viewer = visit("viewer").get("/sync").text
    assert "An admin connects it." in viewer
    assert "Run job</button>" not in viewer and "/sync/connect/" not in viewer


def test_before_the_first_period_pulls_are_conversion_data_and_after_it_sync_jobs(visit, deployment, job):
    browser = visit("viewer")
    orders, early = job("orders"), job("invoices", "awaiting_load", minutes=1)
    assert shown(browser.get("/sync").text) == [orders]
    page = browser.get("/sync?tab=conversion").text
    assert shown(page) == [early] and "1 to load" in page
    first_period(deployment, minutes=5)
    later, load = job("invoices", minutes=9), job("load", minutes=10)
    assert shown(browser.get("/sync").text) == [later, orders]
    assert shown(browser.get("/sync?tab=conversion").text) == [load, early]
    assert browser.get("/sync?tab=colours").status_code == 422


def test_conversion_data_is_loaded_from_its_row(visit, deployment, job):
    waiting = job("invoices", "awaiting_load")
    browser = visit("accountant")
    assert f'action="/sync/jobs/{waiting}/load"' in browser.get("/sync?tab=conversion").text
    answer = browser.post(f"/sync/jobs/{waiting}/load", data={"key": key_of(browser)})
    assert answer.headers["location"] == f"/sync/jobs/{waiting + 1}"
    with deployment.store.read() as session:
        started = session.get(Job, waiting + 1)
        assert (started.kind, started.parameters) == ("load", {"job": waiting})
    assert f'action="/sync/jobs/{waiting}/load"' not in visit("viewer").get("/sync?tab=conversion").text


def test_jobs_are_filtered_sorted_and_taken_away(visit, deployment, job):
    first_period(deployment, minutes=0)
    failed = job("invoices", "failed", minutes=1, error="NetSuite said no.")
    closed = job("close", minutes=2, parameters={"period": "2026-01"}, by="controller@books.test")
    pulled = job("invoices", minutes=3, result=RESULT)
    browser = visit("viewer")
    assert shown(browser.get("/sync?kind=invoices").text) == [pulled, failed]
    assert shown(browser.get("/sync?state=failed").text) == [failed]
    assert shown(browser.get("/sync?by=controller").text) == [closed]
    assert shown(browser.get("/sync?sort=kind").text) == [closed, failed, pulled]
    assert "No job fits this choice." in browser.get("/sync?kind=reopen").text
    rows = list(csv.DictReader(io.StringIO(browser.get("/sync.csv").content.decode("utf-8-sig"))))
    assert [one["Job"] for one in rows] == [str(pulled), str(closed), str(failed)]
    assert (rows[0]["Reconciliation"], rows[1]["Period"], rows[2]["Says"]) == (
        "PASS",
        "2026-01",
        "NetSuite said no.",
    )
    with deployment.store.read() as session:
        told = session.exec(select(AuditEvent.subject).where(AuditEvent.action == "export_list")).all()
    assert list(told) == ["jobs"]


def test_totals_count_the_jobs_of_a_tab_by_kind_and_state(visit, deployment, job):
    for state in ("done", "done", "failed", "awaiting_load"):
        job(state=state)
    job("orders")
    browser = visit("viewer")
    rows = browser.get("/sync/totals?tab=conversion").text.partition("<tbody>")[2].split("<tr>")[1:]
    told = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    assert told == [
        ["invoices", "awaiting load", "1"],
        ["invoices", "done", "2"],
        ["invoices", "failed", "1"],
    ]
    assert "<td>orders</td>" in browser.get("/sync/totals").text
    part = browser.get("/sync/totals?tab=conversion&state=failed").text
    assert "awaiting load" not in part and "failed" in part
    assert 'hx-get="/sync/totals?tab=conversion"' in browser.get("/sync?tab=conversion").text


def test_a_finished_job_unfolds_to_what_it_found_and_its_file(visit, deployment, job):
    first_period(deployment, minutes=0)
    number = job(minutes=1, result=RESULT)
    with deployment.store.write() as session:
        session.add(
            JobFile(job_id=number, name="invoices-job.xlsx", path="x", sha256="", content_hash="", bytes=2048)
        )
    page = visit("viewer").get("/sync").text
    unfolds = page.partition("<summary>")[2].partition("</details>")[0]
    assert unfolds.startswith("PASS · 2 documents new, 1 changed, 7 lines read</summary>")
    assert "1,234.56" in unfolds and "invoices-job.xlsx" in unfolds and "2.0 kB" in unfolds
    assert 'aria-label="Download invoices-job.xlsx"' in page


def test_what_to_pull_is_chosen(visit, deployment, connected):
    browser = visit("accountant")
    chosen = {"key": key_of(browser), "kind": "invoices", "documents": "credit-memos", "full": "yes"}
    assert browser.post("/sync/run", data=chosen).status_code == 303
    with deployment.store.read() as session:
        (parameters,) = session.exec(select(Job.parameters)).all()
    assert parameters == {
        "full": True,
        "kinds": ["CustCred"],
        "sweep": False,
        "accept_vanished": False,
    }
    wrong = browser.post("/sync/run", data={**chosen, "documents": "receipts"})
    assert wrong.status_code == 422 and "Choose invoices, credit memos, or both." in wrong.text


def test_a_wrong_schedule_is_said_beside_the_field_and_a_right_one_is_kept(visit, deployment, connected):
    browser = visit("admin")
    address, key = "/sync/connections/invoices/schedule", key_of(browser)
    wrong = browser.post(address, data={"key": key, "schedule": "at noon"})
    assert wrong.status_code == 422
    assert (
        'value="at noon"' in wrong.text
        and 'id="schedule-text-wrong" role="alert">sync_schedule' in wrong.text
    )
    right = browser.post(address, data={"key": key, "schedule": "weekdays 17:30, 05:30"})
    assert right.headers["location"] == "/sync/connections/invoices"
    assert "weekdays 05:30, 17:30" in browser.get("/sync/connections/invoices").text
    assert browser.post("/sync/connections/journals/schedule", data={"key": key}).status_code == 404
    controller = visit("controller")
    refused = controller.post(address, data={"key": key_of(controller), "schedule": "off"})
    assert refused.status_code == 403


def test_import_from_is_set_where_the_pull_is(visit, deployment, connected):
    browser = visit("controller")
    given = {"key": key_of(browser), "import_from": "2025-01-01", "reason": "new books"}
    assert browser.post("/sync/connections/invoices/import-from", data=given).status_code == 303
    with deployment.store.read() as session:
        assert policy_value(session, "import_from") == "2025-01-01"
    page = browser.get("/sync/connections/invoices").text
    assert 'value="2025-01-01"' in page and "Documents dated from 2025-01-01 on count" in page


def test_a_connection_is_paused_with_a_reason_resumed_and_disconnected(visit, deployment, connected):
    browser = visit("admin")
    address, key = "/sync/connections/invoices", key_of(browser)
    assert browser.post(f"{address}/pause", data={"key": key}).status_code == 422
    browser.post(f"{address}/pause", data={"key": key, "reason": "Audit week"})
    assert "Audit week" in browser.get("/sync").text
    browser.post(f"{address}/resume", data={"key": key})
    assert "Audit week" not in browser.get("/sync").text
    page = browser.get(address).text
    assert "very-secret" not in page
    gone = browser.post(f"{address}/disconnect", data={"key": key, "reason": "moved"})
    assert gone.headers["location"] == "/sync"
    with deployment.store.read() as session:
        assert connection_for(session, "invoices") is None
    assert "disconnected" in browser.get("/sync").text
    assert browser.get("/sync/connections/orders").status_code == 404
    assert browser.get("/sync/connections/receipts").status_code == 404


def test_control_totals_are_netsuites_against_ours_by_currency(visit, deployment, job):
    number = job(result=RESULT)
    parts = ("loaded", "pending", "excluded", "held")
    zeros = {f"{part}_{what}": 0 for part in parts for what in ("lines", "minor")} | {
        "source_lines": 0,
        "source_main_minor": 0,
        "source_tax_minor": 0,
        "difference_documents": 0,
        "difference_lines": 0,
    }
    with deployment.store.write() as session:
        for customer, source, loaded, status in ((1, 100_00, 100_00, "PASS"), (2, 50_00, 45_00, "FAIL")):
            session.add(
                GroupResult(
                    job_id=number,
                    period="2026-01",
                    kind="CustInvc",
                    currency="USD",
                    customer_id=customer,
                    source_documents=1,
                    our_documents=1,
                    status=status,
                    **zeros
                    | {
                        "source_minor": source,
                        "loaded_minor": loaded,
                        "difference_minor": source - loaded,
                    },
                )
            )
    browser = visit("viewer")
    part = browser.get(f"/sync/jobs/{number}/totals", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "150.00" in part and "145.00" in part and "5.00" in part and "1 of 2 groups differ" in part
    assert f'hx-get="/sync/jobs/{number}/totals"' in browser.get(f"/sync/jobs/{number}").text


def test_the_log_is_filtered_and_paged(visit, deployment, job):
    number = job()
    with deployment.store.write() as session:
        for at in range(130):
            kind = "error" if at % 13 == 0 else "info"
            session.add(
                JobNote(job_id=number, at=NOW, severity=kind, where=f"document {at}", message=f"said {at}")
            )
    browser = visit("viewer")
    first = browser.get(f"/sync/jobs/{number}").text
    assert first.count("<td>said ") == 100
    following = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    assert browser.get(following.replace("&amp;", "&")).text.count("<td>said ") == 30
    assert browser.get(f"/sync/jobs/{number}?severity=error").text.count("<td>said ") == 10
    found = browser.get(f"/sync/jobs/{number}?search=document+117").text
    assert found.count("<td>said ") == 1 and "said 117" in found
    nothing = browser.get(f"/sync/jobs/{number}?search=zebra").text
    assert "No line of the log fits this choice." in nothing


def going(stage: str, done: int, total: int | None = None) -> JobView:
    return JobView.model_construct(
        kind="invoices", state="running", stage=stage, stage_done=done, stage_total=total
    )


def test_one_of_a_thing_is_no_plural():
    told = Told(figures=[("documents new", 1), ("as before", 1), ("orders same", 2), ("gone", 0)])
    assert told.headline == "1 document new, 1 as before, 2 orders same"


class TestPace:
    def test_it_is_of_the_stage_and_needs_two_looks(self):
        assert pace_of(going("documents", 40, 100), None, NOW).words == ""
        pace = pace_of(going("documents", 40, 100), Seen("documents", 10, NOW.timestamp() - 10), NOW)
        assert (pace.words, pace.left) == ("3.0 a second", "about 20 s left")
        assert pace.query == f"stage=documents&done=10&at={NOW.timestamp() - 10:.3f}"

    def test_another_stage_begins_anew(self):
        pace = pace_of(going("documents", 5), Seen("customers", 900, NOW.timestamp() - 60), NOW)
        assert (pace.words, pace.seen) == ("", Seen("documents", 5, NOW.timestamp()))

    def test_the_stages_of_a_run_say_where_it_is(self):
        told = dict(stages_of(going("matching customers", 0)))
        assert (told["documents"], told["matching customers"], told["loading"]) == ("done", "now", "to come")
        assert stages_of(JobView.model_construct(kind="load", stage="loading")) == []


def test_a_running_jobs_page_shows_its_stages_and_asks_on(visit, job):
    number = job(state="running", stage="documents", stage_done=3, stage_total=12)
    browser = visit("viewer")
    part = browser.get(f"/sync/jobs/{number}/progress").text
    assert '<li class="here" aria-current="step">documents</li>' in part and "3 of 12" in part
    again = part.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
    assert browser.get(again).status_code == 200
    assert browser.get(f"/sync/jobs/{number}/progress?at=nan").status_code == 422
