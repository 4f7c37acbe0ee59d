"""Jobs over HTTP: the list by data, kind, state and order, control totals, the log by severity and words."""

from datetime import timedelta

import pytest

from revrec.operations.actor import SERVICE
from revrec.operations.set_first_period import set_first_period
from revrec.store.tables import GroupResult, Job, JobNote

from .conftest import NOW

COUNTED = ("source", "loaded", "pending", "excluded", "held", "difference")


@pytest.fixture
def jobs(deployment):
    """An early conversion, its load, and a later pull and close; the first period was set between. Gives their ids."""
    made = []
    with deployment.store.write() as session:
        for minutes, kind in ((1, "invoices"), (2, "load"), (8, "invoices"), (9, "close")):
            row = Job(
                kind=kind,
                state="done",
                parameters={},
                requested_by=f"{kind}@books.test",
                created_at=NOW + timedelta(minutes=minutes),
            )
            session.add(row)
            session.flush()
            made.append(row.id)
        set_first_period(session, SERVICE, "2026-01", now=NOW + timedelta(minutes=5))
    return made


def ids(answer):
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


def test_jobs_are_sync_jobs_or_conversion_data(clients, jobs):
    early, load, pull, close = jobs
    viewer = clients["viewer"]
    assert ids(viewer.get("/api/v1/jobs?data=conversion")) == [load, early]
    assert ids(viewer.get("/api/v1/jobs?data=sync")) == [close, pull]
    assert ids(viewer.get("/api/v1/jobs")) == [close, pull, load, early]
    assert viewer.get("/api/v1/jobs?data=colours").status_code == 422


def test_jobs_are_sorted_and_paged_in_that_order(clients, jobs):
    early, load, pull, close = jobs
    viewer = clients["viewer"]
    first = viewer.get("/api/v1/jobs?sort=kind&limit=3")
    assert ids(first) == [close, early, pull]
    following = viewer.get(f"/api/v1/jobs?sort=kind&limit=3&cursor={first.json()['next_cursor']}")
    assert ids(following) == [load] and following.json()["next_cursor"] is None
    assert ids(viewer.get("/api/v1/jobs?by=close")) == [close]
    wrong = viewer.get("/api/v1/jobs?sort=colour")
    assert wrong.status_code == 422 and "cannot be sorted by 'colour'" in wrong.json()["detail"]


def test_control_totals_add_up_by_currency_and_never_across(clients, deployment, jobs):
    with deployment.store.write() as session:
        for customer, currency, minor, status in (
            (1, "USD", 100, "PASS"),
            (2, "USD", 50, "FAIL"),
            (1, "JPY", 7, "PASS"),
        ):
            amounts = {f"{name}_minor": 0 for name in (*COUNTED, "source_main", "source_tax")}
            lines = {f"{name}_lines": 0 for name in COUNTED}
            session.add(
                GroupResult(
                    job_id=jobs[2],
                    period="2026-01",
                    kind="CustInvc",
                    currency=currency,
                    customer_id=customer,
                    source_documents=1,
                    our_documents=1,
                    difference_documents=0,
                    status=status,
                    **lines,
                    **amounts | {"source_minor": minor, "loaded_minor": minor},
                )
            )
    found = clients["viewer"].get(f"/api/v1/jobs/{jobs[2]}/totals").json()
    told = [
        (one["currency"], one["source"], one["documents"], one["failing"], one["status"]) for one in found
    ]
    assert told == [("JPY", "7", 1, 0, "PASS"), ("USD", "1.50", 2, 1, "FAIL")]
    assert clients["viewer"].get(f"/api/v1/jobs/{jobs[0]}/totals").json() == []
    assert clients["viewer"].get("/api/v1/jobs/987654/totals").status_code == 404


def test_the_log_is_narrowed_by_severity_and_words(clients, deployment, jobs):
    with deployment.store.write() as session:
        for severity, where in (("info", "window"), ("error", "document 7"), ("error", "document 8")):
            session.add(JobNote(job_id=jobs[0], at=NOW, severity=severity, where=where, message="said"))
    address = f"/api/v1/jobs/{jobs[0]}/notes"
    assert len(ids(clients["viewer"].get(address))) == 3
    assert len(ids(clients["viewer"].get(f"{address}?severity=error"))) == 2
    (one,) = clients["viewer"].get(f"{address}?search=document 8").json()["items"]
    assert one["where"] == "document 8"
    assert clients["viewer"].get(f"{address}?severity=loud").status_code == 422
