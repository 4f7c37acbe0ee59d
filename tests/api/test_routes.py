"""What the routes do, over HTTP."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.operations.audit import verify_events
from revrec.problems import Finding
from revrec.store.tables import AuditEvent, Job, JobFile, JobNote

Draft = Callable[..., list[int]]
Clients = dict[str, TestClient]


def test_users_are_added_changed_and_listed(clients: Clients) -> None:
    new = {"email": "New@books.test", "name": "New", "role": "viewer"}
    made = clients["admin"].post("/api/v1/users", json=new)
    assert (made.status_code, made.json()["email"]) == (201, "new@books.test")
    assert clients["admin"].post("/api/v1/users", json=new).status_code == 409
    changed = clients["admin"].patch(f"/api/v1/users/{made.json()['id']}", json={"role": "accountant"})
    assert changed.json()["role"] == "accountant"
    listed = clients["controller"].get("/api/v1/users").json()
    assert [user["email"] for user in listed["items"]][-1] == "new@books.test"
    assert clients["viewer"].get("/api/v1/me").json()["role"] == "viewer"


def test_a_token_works_until_it_is_revoked(clients: Clients) -> None:
    made = clients["accountant"].post("/api/v1/tokens", json={"name": "reports"}).json()
    own = {"Authorization": f"Bearer {made['token']}"}
    assert clients["nobody"].get("/api/v1/me", headers=own).json()["email"] == "accountant@books.test"
    listed = clients["accountant"].get("/api/v1/tokens").json()["items"]
    assert {one["email"] for one in listed} == {"accountant@books.test"}
    assert made["token"] not in json.dumps(listed)
    assert clients["viewer"].delete(f"/api/v1/tokens/{made['id']}").status_code == 404
    assert clients["accountant"].delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert clients["nobody"].get("/api/v1/me", headers=own).status_code == 401
    assert len(clients["admin"].get("/api/v1/tokens").json()["items"]) == 5


def test_pages_follow_one_another_without_gap_or_double(clients: Clients, deployment: Deployment) -> None:
    with deployment.store.write() as session:
        for _ in range(7):
            session.add(
                Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=deployment.now())
            )
    seen: list[int] = []
    url: str | None = "/api/v1/jobs?limit=3"
    while url:
        page = clients["viewer"].get(url).json()
        seen += [job["id"] for job in page["items"]]
        url = f"/api/v1/jobs?limit=3&cursor={page['next_cursor']}" if page["next_cursor"] else None
    assert seen == [7, 6, 5, 4, 3, 2, 1]


def test_policies_are_shown_and_set(clients: Clients) -> None:
    put = clients["controller"].put(
        "/api/v1/policies/netting", json={"value": "customer", "valid_from": "2026-05-01"}
    )
    assert (put.status_code, put.json()["valid_from"]) == (200, "2026-05-01")
    for day, value in (("2026-04-30", "contract"), ("2026-05-01", "customer")):
        shown = clients["viewer"].get(f"/api/v1/policies?day={day}").json()
        assert {one["key"]: one["value"] for one in shown}["netting"] == value
    assert clients["controller"].put("/api/v1/policies/colour", json={"value": 1}).status_code == 404
    assert clients["controller"].put("/api/v1/policies/netting", json={"value": 1}).status_code == 422


@pytest.mark.usefixtures("reference")
def test_accounts_are_mapped(clients: Clients) -> None:
    body = {"role": "revenue", "account": 12, "default": True}
    (rule,) = clients["controller"].post("/api/v1/account-mapping", json=body).json()
    assert (rule["account_number"], rule["default"]) == ("4000", True)
    assert clients["viewer"].get("/api/v1/account-mapping").json() == [rule]
    assert [
        one["number"] for one in clients["viewer"].get("/api/v1/accounts?search=revenue").json()["items"]
    ] == [
        "2400",
        "4000",
    ]
    assert clients["controller"].post("/api/v1/account-mapping", json={"role": "revenue"}).status_code == 422


def test_a_journal_is_shown_and_approved_by_another(clients: Clients, draft: Draft) -> None:
    (number,) = draft(by="controller@books.test")
    assert clients["controller"].post(f"/api/v1/journals/{number}/approve", json={}).status_code == 403
    approved = clients["admin"].post(f"/api/v1/journals/{number}/approve", json={}).json()
    assert (approved["number"], approved["hub"], approved["total"]) == (
        "2026-03-0001",
        "Not transferred",
        "1234.56",
    )
    shown = clients["viewer"].get(f"/api/v1/journals/{number}").json()
    assert [(line["debit"], line["credit"]) for line in shown["entries"]] == [
        ("1234.56", ""),
        ("", "1234.56"),
    ]
    assert shown["entries"][1]["segments"] == [{"segment": "department", "id": "5", "name": "Sales"}]
    assert clients["admin"].post(f"/api/v1/journals/{number}/approve", json={}).status_code == 409
    listed = clients["viewer"].get("/api/v1/journals?state=approved").json()["items"]
    assert [one["id"] for one in listed] == [number]


@pytest.mark.usefixtures("pending", "reference")
def test_pending_data_is_paired_and_unpaired(clients: Clients) -> None:
    (waiting,) = clients["viewer"].get("/api/v1/pending").json()["items"]
    assert waiting["amounts"] == [
        {"currency": "JPY", "amount": "30050"},
        {"currency": "USD", "amount": "1200.00"},
    ]
    assert waiting["suggestions"][0]["crm_customer"] == "001A"
    detail = clients["viewer"].get("/api/v1/pending/501").json()
    assert [one["number"] for one in detail["waiting"]] == ["INV-9001", "INV-9002"]
    paired = clients["accountant"].post("/api/v1/pending/501/pair", json={"crm_customer": "001A"})
    assert (paired.status_code, paired.json()["crm_name"]) == (200, "Acme Holding")
    assert clients["viewer"].get("/api/v1/pending/501").json()["paired_with"] == "Acme Holding"
    (customer, _) = clients["viewer"].get("/api/v1/customers").json()["items"]
    assert customer["links"][0]["netsuite_customer"] == 501
    undone = clients["accountant"].post("/api/v1/pending/501/undo-pairing", json={"reason": "no"}).json()
    assert (undone["undone_by"], undone["crm_customer"]) == ("accountant@books.test", "001A")
    assert clients["accountant"].post("/api/v1/pending/7/pair", json={"crm_customer": "x"}).status_code == 404


def test_a_job_and_its_notes(clients: Clients, deployment: Deployment) -> None:
    with deployment.store.write() as session:
        job = Job(
            kind="invoices",
            state="running",
            parameters={"full": True},
            requested_by="x",
            created_at=deployment.now(),
            stage="documents",
            stage_done=40,
        )
        session.add(job)
        session.flush()
        session.add(
            JobNote(
                job_id=job.id,
                part="x",
                at=deployment.now(),
                severity="warning",
                where="INV-1",
                message="Held.",
            )
        )
    shown = clients["viewer"].get("/api/v1/jobs/1").json()
    assert (shown["stage"], shown["stage_done"], shown["stage_total"], shown["files"]) == (
        "documents",
        40,
        None,
        [],
    )
    (note,) = clients["viewer"].get("/api/v1/jobs/1/notes").json()["items"]
    assert note["message"] == "Held."
    assert clients["viewer"].get("/api/v1/jobs/2/notes").status_code == 404
    cancelled = clients["accountant"].post("/api/v1/jobs/1/cancel", json={})
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert clients["accountant"].post("/api/v1/jobs/1/cancel", json={}).status_code == 409


def test_starting_a_job_answers_where_to_watch_it(clients: Clients) -> None:
    started = clients["accountant"].post("/api/v1/jobs/orders", json={"full": True})
    assert started.status_code == 202
    assert started.headers["location"] == f"/api/v1/jobs/{started.json()['id']}"
    shown = clients["viewer"].get(started.headers["location"]).json()
    assert (shown["kind"], shown["state"], shown["parameters"]) == ("orders", "queued", {"full": True})
    again = clients["accountant"].post("/api/v1/jobs/orders", json={})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_files_are_found_by_id_and_never_outside_their_folder(
    clients: Clients, deployment: Deployment, tmp_path: Path
) -> None:
    folder = deployment.config.files_dir
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "job.xlsx").write_bytes(b"workbook")
    (tmp_path / "secret.key").write_text("the key")
    with deployment.store.write() as session:
        session.add(
            Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=deployment.now())
        )
        session.flush()
        for path in ("1/job.xlsx", "../secret.key", "1/gone.xlsx", str(tmp_path / "secret.key")):
            session.add(JobFile(job_id=1, name="job.xlsx", path=path, sha256="", content_hash="", bytes=8))
    answer = clients["viewer"].get("/api/v1/files/1")
    assert (answer.content, answer.headers["content-disposition"]) == (
        b"workbook",
        'attachment; filename="job.xlsx"',
    )
    for number in (2, 3, 4, 5):
        assert clients["viewer"].get(f"/api/v1/files/{number}").status_code == 404
    for path in ("..%2f..%2fsecret.key", "%2e%2e/secret.key"):
        assert clients["viewer"].get(f"/api/v1/files/{path}").status_code in (404, 422)


def test_the_audit_trail_is_listed_verified_and_exported(clients: Clients) -> None:
    clients["admin"].put("/api/v1/policies/two_people", json={"value": False, "reason": "alone"})
    (event,) = clients["viewer"].get("/api/v1/audit/events?action=set_policy").json()["items"]
    assert (event["actor"], event["before"], event["reason"]) == ("admin@books.test", True, "alone")
    export = clients["viewer"].post("/api/v1/audit/export")
    events = [json.loads(line) for line in export.text.splitlines()]
    assert export.headers["x-audit-head"] == events[-1]["hash"]
    assert len(events) == int(export.headers["x-audit-events"])
    rows = [AuditEvent(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in events]
    assert verify_events(rows).broken_at is None
    head = events[-1]["hash"]
    assert clients["viewer"].get(f"/api/v1/audit/verification?head={head}").json()["ok"] is True
    assert clients["viewer"].get(f"/api/v1/audit/verification?head={'f' * 64}").json()["broken_at"] == 0


class TestTheCloseHook:
    """202 with the job; 200 where it is closed; 409 with what stands in the way."""

    def test_what_blocks_is_listed(self, clients: Clients) -> None:
        answer = clients["accountant"].post("/api/v1/periods/2026-03/close")
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        blockers = [one for one in answer.json()["errors"] if one["severity"] == "blocking"]
        assert blockers and all(one["code"] and one["message"] and one["where"] for one in blockers)
        checklist = clients["viewer"].get("/api/v1/periods/2026-03/checklist").json()
        assert checklist["blocking"] == blockers

    def test_a_closed_period_answers_with_its_close(self, clients: Clients, draft: Draft) -> None:
        draft(period="2026-03")
        answer = clients["accountant"].post("/api/v1/periods/2026-03/close", json={})
        assert answer.status_code == 200
        assert (answer.json()["closed_by"], answer.json()["totals"]) == (
            "accountant@books.test",
            {"revenue": "100.00"},
        )

    def test_warnings_are_acknowledged_by_code_and_with_a_reason(
        self, clients: Clients, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        warning = Finding("pending", "warning", "period 2026-03", "Two documents wait.")
        monkeypatch.setattr("api.closing.everything_against", lambda store, period: [warning])
        refused = clients["accountant"].post("/api/v1/periods/2026-03/close", json={})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "pending")
        body: dict[str, Any] = {"acknowledge": ["pending"]}
        refused = clients["accountant"].post("/api/v1/periods/2026-03/close", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["where"]) == (409, "reason")
        body["reason"] = "immaterial"
        answer = clients["accountant"].post("/api/v1/periods/2026-03/close", json=body)
        assert answer.status_code == 202
        job = clients["viewer"].get(answer.headers["location"]).json()
        assert job["parameters"] == {"period": "2026-03", "acknowledge": ["pending"], "reason": "immaterial"}

    def test_what_names_no_period(self, clients: Clients) -> None:
        for period in ("2026-13", "march", "1200-01"):
            assert clients["accountant"].post(f"/api/v1/periods/{period}/close").status_code == 422


def test_periods_begin_with_the_first(clients: Clients, draft: Draft) -> None:
    assert clients["viewer"].get("/api/v1/periods").json() == []
    clients["controller"].put("/api/v1/periods/first", json={"period": "2026-02"})
    draft(period="2026-02")
    listed = clients["viewer"].get("/api/v1/periods").json()
    assert [(one["period"], one["state"]) for one in listed] == [
        ("2026-04", "open"),
        ("2026-03", "open"),
        ("2026-02", "closed"),
    ]
