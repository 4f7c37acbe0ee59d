"""The transaction hub, by API and command line: the same journals, the same words."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.tables import Connection, Job, Journal, PostingAttempt

from .conftest import NOW, Draft, Ran

Clients = dict[str, TestClient]
Run = Callable[..., Ran]


@pytest.fixture
def hub(deployment: Deployment, clients: Clients, draft: Draft) -> list[int]:
    """Ten approved journals of 1,234.56 USD: one of each state, and two more that wait; gives their ids."""
    ids = draft(10)
    for one in ids:
        assert clients["controller"].post(f"/api/v1/journals/{one}/approve", json={}).status_code == 200
    with deployment.store.write() as session:
        rows = [session.get_one(Journal, one) for one in ids]
        for row, state in zip(
            rows, ("posted", "posting", "failed", "failed", "conflict", "cancelled"), strict=False
        ):
            row.state, row.attempts = state, 1
        rows[0].netsuite_id, rows[0].netsuite_number, rows[0].posted_at = 4711, "JE1001", NOW
        rows[2].message = rows[3].message = "Please enter a value for subsidiary"
        rows[2].next_attempt_at = rows[3].next_attempt_at = NOW + timedelta(minutes=5)
        rows[6].held, rows[6].held_by = "rate is wrong", "admin@books.test"
        for action, outcome, status, took, request in (
            ("post", "refused", 400, 812, '{"externalId": "REVREC-2026-03-0001"}'),
            ("post", "created as 4711", 204, 640, '{"externalId": "REVREC-2026-03-0001"}'),
            ("read_back", "agrees", None, 120, "4711"),
        ):
            session.add(
                PostingAttempt(
                    journal_id=ids[0],
                    at=NOW + timedelta(seconds=took),
                    action=action,
                    outcome=outcome,
                    status=status,
                    milliseconds=took,
                    job_id=7,
                    request=request,
                    reply="",
                )
            )
    return ids


@pytest.fixture
def connected(deployment: Deployment) -> None:
    with deployment.store.write() as session:
        session.add(
            Connection(
                flow="journals",
                system="netsuite",
                account="1234567",
                base_url="",
                auth="tba",
                secret=b"x",
                options={"concurrency": 5},
                connected_by="admin@books.test",
                connected_at=NOW,
            )
        )


FIGURES = {
    "Not transferred": 3,
    "Transferring": 1,
    "Transferred": 1,
    "Failed": 2,
    "Conflict": 1,
    "Held": 1,
    "Cancelled": 1,
}


def test_the_hub_lists_page_by_page_with_the_figures_of_the_whole_selection(
    clients: Clients, hub: list[int]
) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        query: dict[str, Any] = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = clients["viewer"].get("/api/v1/hub", params=query).json()
        assert page["figures"]["journals"] == FIGURES
        assert page["figures"]["totals"] == [{"currency": "USD", "amount": "12345.60"}]
        seen += [one["number"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [f"2026-03-{number:04d}" for number in range(10, 0, -1)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "failed"}, [4, 3]),
        ({"state": "held"}, [7]),
        ({"state": "not_transferred"}, [10, 9, 8]),
        ({"period": "2026-04"}, []),
        ({"subsidiary": "Parent", "state": "transferred"}, [1]),
        ({"subsidiary": "1", "state": "cancelled"}, [6]),
    ],
)
def test_filters_narrow_list_and_figures_alike(
    clients: Clients, hub: list[int], query: dict[str, str], found: list[int]
) -> None:
    page = clients["viewer"].get("/api/v1/hub", params=query).json()
    assert [one["number"] for one in page["items"]] == [f"2026-03-{number:04d}" for number in found]
    assert sum(page["figures"]["journals"].values()) == len(found)


def test_a_filter_that_names_nothing_says_so(clients: Clients, hub: list[int]) -> None:
    assert clients["viewer"].get("/api/v1/hub?state=lost").status_code == 422
    answer = clients["viewer"].get("/api/v1/hub?subsidiary=Elsewhere")
    assert (answer.status_code, answer.json()["detail"]) == (
        404,
        "There is no subsidiary Elsewhere; there are Parent.",
    )


def test_a_journal_is_shown_with_each_exchange(clients: Clients, hub: list[int], revrec: Run) -> None:
    shown = clients["viewer"].get(f"/api/v1/hub/{hub[0]}").json()
    assert (shown["state"], shown["reference"]) == ("Transferred", "Journal Entry JE1001, internal id 4711")
    assert shown["first_sent_at"] == "2026-04-10T12:10:40Z"
    assert shown["last_attempt_at"] == "2026-04-10T12:13:32Z"
    assert [(one["action"], one["status"], one["milliseconds"]) for one in shown["exchanges"]] == [
        ("post", 400, 812),
        ("post", 204, 640),
        ("read back", None, 120),
    ]
    told = revrec("hub", "show", "2026-03-0001", "--bodies").out
    assert "post: created as 4711 HTTP 204 640 ms (job 7)" in told
    assert 'sent: {"externalId": "REVREC-2026-03-0001"}' in told
    assert clients["viewer"].get("/api/v1/hub/987654").status_code == 404


def test_a_draft_is_not_in_the_hub(clients: Clients, draft: Draft) -> None:
    (one,) = draft()
    assert clients["viewer"].get("/api/v1/hub").json()["items"] == []
    assert "from their approval on" in clients["viewer"].get(f"/api/v1/hub/{one}").json()["detail"]


def test_the_command_line_lists_the_same(clients: Clients, hub: list[int], revrec: Run) -> None:
    ours = json.loads(revrec("hub", "list", "--limit", "3", "--json").out)
    theirs = clients["viewer"].get("/api/v1/hub?limit=3").json()
    assert ours["items"] == theirs["items"]
    assert ours["journals"] == theirs["figures"]["journals"] and ours["more"]
    told = revrec("hub", "list", "--limit", "3").out
    assert "More follow: --before 2026-03-0008" in told
    assert "In all: Not transferred 3, Transferring 1, Transferred 1, Failed 2" in told
    assert "Debits: 12,345.60 USD." in told
    assert "NetSuite is not connected for journals." in told
    rest = json.loads(revrec("hub", "list", "--before", "2026-03-0008", "--json").out)
    assert [one["number"] for one in rest["items"]][:2] == ["2026-03-0007", "2026-03-0006"]
    assert revrec("hub", "list", "--state", "lost").status == 2


def test_the_next_batch_is_told(
    deployment: Deployment, clients: Clients, hub: list[int], connected: None, revrec: Run
) -> None:
    def batch() -> dict[str, Any]:
        found: dict[str, Any] = clients["viewer"].get("/api/v1/hub").json()["figures"]["batch"]
        return found

    # Approved at noon; what failed is due in five minutes.
    assert (batch()["at"], batch()["journals"], batch()["stopped"]) == ("2026-04-10T12:05:00Z", 6, "")
    assert "6 journals (every 10 minutes)" in revrec("hub", "list").out
    with deployment.store.write() as session:
        for one in hub[2:4]:
            session.get_one(Journal, one).next_attempt_at = NOW + timedelta(hours=3)
    assert batch()["at"] == "2026-04-10T12:10:00Z"
    with deployment.store.write() as session:
        row = session.get_one(Journal, hub[1])
        row.state = "queued"  # left over by a job that was cancelled
        session.add(
            Job(
                kind="post",
                state="cancelled",
                parameters={},
                requested_by="x",
                created_at=NOW,
                finished_at=NOW - timedelta(minutes=4),
            )
        )
    assert batch()["at"] == "2026-04-10T12:01:00Z"
    policy = clients["admin"].put("/api/v1/policies/posting_batch_minutes", json={"value": 0})
    assert policy.status_code == 200, policy.text
    assert batch()["at"] is None
    assert "No batch comes by itself" in batch()["stopped"]
    with deployment.store.write() as session:
        session.get_one(Connection, 1).paused = "Invalid login attempt."
    assert batch()["stopped"] == (
        "The journals connection is paused: Invalid login attempt. Nothing is sent until it is resumed."
    )


def test_hold_and_release_by_either_face(clients: Clients, hub: list[int], revrec: Run) -> None:
    held = clients["accountant"].post("/api/v1/hub/hold", json={"journals": hub[7:8], "reason": "FX"}).json()
    assert held["journals"] == [
        {"id": hub[7], "number": "2026-03-0008", "changed": True, "message": "It is held."}
    ]
    again = revrec("hub", "hold", "2026-03-0008", "--reason", "other")
    assert again.out == "2026-03-0008: It is held already, by accountant@books.test: FX\n"
    assert again.status == 0
    assert clients["viewer"].get(f"/api/v1/journals/{hub[7]}").json()["hub"] == "Held"
    assert clients["admin"].post("/api/v1/hub/hold", json={"journals": hub[7:8]}).status_code == 422
    assert revrec("hub", "hold", "2026-03-0009").status == 2
    busy = clients["admin"].post("/api/v1/hub/hold", json={"journals": [hub[1]], "reason": "FX"})
    assert (busy.status_code, busy.json()["code"]) == (409, "conflict")
    free = revrec("hub", "release", "2026-03-0008", "2026-03-0009").out.splitlines()
    assert free == [
        "2026-03-0008: It is released and goes with the next batch.",
        "2026-03-0009: It is not held.",
    ]


def test_nothing_is_sent_while_posting_is_not_connected(
    clients: Clients, hub: list[int], revrec: Run
) -> None:
    answer = clients["accountant"].post("/api/v1/hub/now")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "NetSuite is not connected for journals. Run `revrec connect netsuite`.",
    )
    assert revrec("hub", "now").status == 1
    retried = revrec("hub", "retry", "--all-failed", "--no-wait")
    assert retried.out.splitlines() == [
        "2026-03-0003: It is tried again.",
        "2026-03-0004: It is tried again.",
        "NetSuite is not connected for journals. Run `revrec connect netsuite`. They go with the next batch.",
    ]
    assert retried.status == 0


def test_now_and_retry_start_a_batch_and_say_so(
    deployment: Deployment, clients: Clients, hub: list[int], connected: None
) -> None:
    answer = clients["accountant"].post("/api/v1/hub/retry", json={"journals": hub[3:5]})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job"]
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert (job["kind"], job["parameters"]) == ("post", {"journals": hub[3:5]})
    assert [one["changed"] for one in answer.json()["journals"]] == [True, True]
    busy = clients["accountant"].post("/api/v1/hub/now")
    assert busy.status_code == 409
    assert f"Job {job['id']} (post) is still going" in busy.json()["detail"]
    assert clients["viewer"].get("/api/v1/hub").json()["figures"]["batch"]["job"] == job["id"]
    again = clients["accountant"].post("/api/v1/hub/retry", json={"all_failed": True}).json()
    assert again["job"] is None and again["note"].endswith("They go with the next batch.")
    assert clients["accountant"].post("/api/v1/hub/retry", json={}).status_code == 422


def test_nothing_to_send_is_no_error(
    clients: Clients, deployment: Deployment, connected: None, revrec: Run, draft: Draft
) -> None:
    assert clients["accountant"].post("/api/v1/hub/now").json() == {
        "journals": [],
        "job": None,
        "note": "Nothing waits to be sent.",
    }
    assert revrec("hub", "now").out == "Nothing waits to be sent.\n"
    assert revrec("hub", "retry", "--all-failed").out == "There is nothing to retry.\n"
    assert revrec("hub", "retry").status != 0
