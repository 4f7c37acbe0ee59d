"""NetSuite's balances, segments and checks of journals by command and by API: the same of both."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from revrec.store.core import account, segment_value
from revrec.store.tables import GlBalance, GlItem, Job, Segment, SegmentValue

NOW = datetime(2026, 4, 3, 12, tzinfo=UTC)


@pytest.fixture
def balances(deployment, reference):
    """Account 11 at the end of 2026-03: 50.00 more than the ledger, 20.00 of it a pending invoice."""
    with deployment.store.write() as session:
        job = Job(kind="gl_balances", state="done", parameters={}, requested_by="x", created_at=NOW)
        session.add(job)
        session.flush()
        place = {"period": "2026-03", "subsidiary_id": 1, "account_id": 11}
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
            GlItem(
                **place, kind="foreign", name="Journal JE9", reference=9, memo="by hand", amount_minor=-3_000
            )
        )


def test_balances_are_shown_with_what_explains_them_and_what_does_not(clients, revrec, balances):
    (view,) = clients["viewer"].get("/api/v1/controls/gl").json()
    assert (view["netsuite"], view["ledger"], view["explained"]) == ("-150.00", "-100.00", "-20.00")
    assert (view["left"], view["status"]) == ("-30.00", "FAIL")
    assert [(one["kind"], one["explains"]) for one in view["parts"]] == [
        ("pending", True),
        ("foreign", False),
    ]
    ran = revrec("controls", "gl", "--show")
    assert ran.status == 1
    assert "foreign: Journal JE9 (NetSuite 9) 'by hand' -30.00 USD" in ran.out
    assert json.loads(revrec("controls", "gl", "2026-03", "--show", "--json").out) == [view]
    assert clients["viewer"].get("/api/v1/controls/gl?period=2026-02").json() == []


def test_a_difference_is_signed_off_with_a_reason_by_who_answers_for_the_books(clients, revrec, balances):
    body = {"period": "2026-03", "account": 11, "subsidiary": 1, "reason": "kept outside"}
    assert clients["accountant"].post("/api/v1/controls/gl/sign-off", json=body).status_code == 403
    nobody = clients["controller"].post("/api/v1/controls/gl/sign-off", json=body | {"account": 12})
    assert nobody.status_code == 404
    view = clients["controller"].post("/api/v1/controls/gl/sign-off", json=body).json()
    assert (view["left"], view["status"], view["signed_off"]) == ("0.00", "PASS", "-30.00")
    assert (view["signed_off_by"], view["signed_off_reason"]) == ("controller@books.test", "kept outside")
    again = clients["controller"].post("/api/v1/controls/gl/sign-off", json=body)
    assert (again.status_code, "Nothing is left" in again.json()["detail"]) == (409, True)
    assert revrec("controls", "gl", "--show").status == 0


def test_the_command_signs_off_by_number_and_name(revrec, balances):
    ran = revrec(
        "controls", "sign-off", "2026-03", "2400", "--subsidiary", "Parent", "--reason", "kept outside"
    )
    assert ran.status == 0
    assert "USD -30.00 on 2400 Deferred revenue of Parent is signed off from 2026-03 on." in ran.out
    assert revrec("controls", "sign-off", "2026-03", "2400", "--subsidiary", "Parent").status == 1


def test_reading_balances_needs_a_first_period_and_says_so(clients, deployment, reference):
    started = clients["accountant"].post("/api/v1/controls/gl", json={})
    assert started.status_code == 202
    assert started.json()["kind"] == "gl_balances"
    assert clients["viewer"].post("/api/v1/controls/gl", json={}).status_code == 403


def test_segments_and_their_values_are_listed(clients, revrec, deployment, reference):
    assert "No segments are known yet" in revrec("segments", "list").out
    with deployment.store.write() as session:
        session.add(Segment(field="cseg_region", name="Region", kind="segment", on_journals=False))
        session.add(Segment(field="department", name="Department", kind="standard", required=True))
        session.add(SegmentValue(segment="department", value_id=6, name="Legal", subsidiaries=[1]))
    department, region = clients["viewer"].get("/api/v1/segments").json()
    assert (department["field"], department["required"], department["values"]) == ("department", True, 2)
    assert (region["field"], region["on_journals"], region["kept_apart"]) == ("cseg_region", False, False)
    found = clients["viewer"].get("/api/v1/segments/department/values").json()["items"]
    assert [(one["name"], one["subsidiaries"]) for one in found] == [("Sales", None), ("Legal", [1])]
    assert json.loads(revrec("segments", "values", "department", "--json").out) == found
    assert clients["viewer"].get("/api/v1/segments/cseg_nowhere/values").status_code == 404
    assert revrec("segments", "values", "cseg_nowhere").status == 1


def test_a_journal_is_checked_before_it_is_sent(clients, revrec, deployment, draft):
    (journal,) = draft()
    assert clients["viewer"].get(f"/api/v1/journals/{journal}/check").json()["fit"]
    with deployment.store.write() as session:
        session.execute(update(account).where(account.c.id == 11).values(active=False))
        session.execute(update(segment_value).values(active=False))
    view = clients["viewer"].get(f"/api/v1/journals/{journal}/check").json()
    assert not view["fit"]
    assert [(one["line"], one["field"], one["value"]) for one in view["problems"]] == [
        (1, "account", "11"),
        (2, "department", "5"),
    ]
    ran = revrec("journals", "check")
    assert ran.status == 1
    assert "Line 1: account 2400 Deferred revenue is inactive in NetSuite." in ran.out
    assert "1 journals checked, 1 would be refused." in ran.out
    approved = revrec("journals", "approve", str(journal), "--as", "controller@books.test")
    assert approved.status == 0
    assert "Line 2: department 5 Sales is inactive in NetSuite." in approved.err
    assert clients["viewer"].get("/api/v1/journals/4711/check").status_code == 404
