"""A job's page knows where it is told of news, and asks for its moving part then."""

from api.deployment import Deployment
from revrec.store.tables import Job

from .conftest import NOW, Visit


def add_job(deployment: Deployment, state: str) -> int:
    with deployment.store.write() as session:
        row = Job(kind="orders", state=state, parameters={}, requested_by="x", created_at=NOW, stage="orders")
        session.add(row)
        session.flush()
        return row.id


def test_a_job_that_goes_is_watched_and_one_that_is_over_is_not(visit: Visit, deployment: Deployment) -> None:
    browser = visit("viewer")
    going, over = add_job(deployment, "running"), add_job(deployment, "done")
    page = browser.get(f"/sync/jobs/{going}").text
    assert f'data-events="/sync/jobs/{going}/events"' in page
    assert 'hx-trigger="load, look"' in page
    assert page.count(">running</span>") == 1
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver/sync/jobs/{going}?search=x"}
    part = browser.get(f"/sync/jobs/{going}/progress", headers=here).text
    assert part.count(">running</span>") == 1 and '<span id="state" hx-swap-oob="true">' in part
    part = browser.get(f"/sync/jobs/{going}/progress")
    assert ('hx-trigger="look"' in part.text, "hx-refresh" in part.headers) == (True, False)
    assert "data-events" not in browser.get(f"/sync/jobs/{over}").text
    assert browser.get(f"/sync/jobs/{over}/progress").headers["hx-refresh"] == "true"


def test_the_session_of_a_browser_opens_the_stream(visit: Visit, deployment: Deployment) -> None:
    browser, over = visit("viewer"), add_job(deployment, "done")
    answer = browser.get(f"/sync/jobs/{over}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [line for line in answer.text.splitlines() if line.startswith("event:")] == [
        "event: progress",
        "event: done",
    ]
    assert browser.get("/sync/jobs/99/events").status_code == 404
    browser.cookies.clear()
    assert browser.get(f"/sync/jobs/{over}/events").headers["location"].startswith("/sign-in")
