"""Credit memos and their treatment, over HTTP and on the command line."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.tables import Job, NetSuiteCustomer, Product
from tests.document_rows import add_document, add_lines

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]


@pytest.fixture(autouse=True)
def memos(deployment: Deployment, reference: None) -> None:
    """CM-1 (two lines, goodwill), CM-2 and CM-3 of Acme, all of 5 March 2026."""
    with deployment.store.write() as session:
        session.add(NetSuiteCustomer(id=501, name="Acme", key="acme", key_version=1))
        session.add(Product(key="plan", code="PLAN", name="Plan"))
        job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=deployment.now())
        session.add(job)
        session.flush()
        for number, amounts in (("CM-1", (-6_000, -4_000)), ("CM-2", (-500,)), ("CM-3", (-700,))):
            document, version = add_document(
                session,
                job.id,
                sum(amounts),
                date(2026, 3, 5),
                amounts,
                kind="CustCred",
                tran_id=number,
                memo="Goodwill after the outage" if number == "CM-1" else number,
            )
            document.external_id = 9000 + document.id
            add_lines(session, version, amounts)


def numbers(answer: Any) -> list[str]:
    return [one["number"] for one in answer.json()["items"]]


def test_memos_are_listed_until_they_are_decided(clients: Clients, draft: Draft) -> None:
    page = clients["viewer"].get("/api/v1/credit-memos?limit=2")
    rest = clients["viewer"].get(f"/api/v1/credit-memos?cursor={page.json()['next_cursor']}")
    assert numbers(page) + numbers(rest) == ["CM-3", "CM-2", "CM-1"]
    (first,) = rest.json()["items"]
    assert (first["amount"], first["undecided"], first["treatment"]) == ("-100.00", "-100.00", "undecided")
    path = "/api/v1/credit-memos/CM-1/decision"
    body = {"treatment": "billing_only", "line": 2, "reason": "Paid back"}
    decided = clients["controller"].post(path, json=body).json()
    assert (decided["treatment"], decided["undecided"], decided["note"]) == ("undecided", "-60.00", "")
    assert [(one["basis"], one["said_by"], one["reason"]) for one in decided["lines"]] == [
        ("default", "", ""),
        ("decision", "controller@books.test", "Paid back"),
    ]
    draft(period="2026-03")
    decided = (
        clients["controller"].post(path, json={"treatment": "immediate", "line": 1, "reason": "x"}).json()
    )
    assert decided["treatment"] == "mixed" and "booked in 2026-04" in decided["note"]
    assert numbers(clients["viewer"].get("/api/v1/credit-memos?undecided=true&limit=1")) == ["CM-3"]
    waiting = clients["viewer"].get("/api/v1/credit-memos?undecided=true")
    assert numbers(waiting) == ["CM-3", "CM-2"]
    assert clients["controller"].post(path, json={**body, "line": 9}).status_code == 404
    assert clients["controller"].post(path, json={**body, "treatment": "none"}).status_code == 422
    assert clients["controller"].post(path, json={"treatment": "immediate"}).status_code == 422


def test_what_waits_is_listed_by_what_it_has_in_common(clients: Clients) -> None:
    (pattern,) = clients["viewer"].get("/api/v1/credit-memos/patterns").json()
    assert (pattern["memos"], pattern["lines"], pattern["amount"]) == (3, 4, "-112.00")
    assert (pattern["credit_reason"], pattern["product_id"], pattern["oldest"]) == ("", None, "2026-03-05")


def test_rules_treat_what_nobody_decided(clients: Clients) -> None:
    rule = {"treatment": "prospective", "memo_text": "goodwill", "valid_from": "2026-03-01"}
    made = clients["controller"].post("/api/v1/credit-rules", json=rule).json()
    assert (made["position"], made["product"], made["note"]) == (10, "", "")
    other = {"treatment": "immediate", "product": 1, "position": 5}
    assert clients["controller"].post("/api/v1/credit-rules", json=other).json()["product"] == "PLAN"
    assert [one["position"] for one in clients["viewer"].get("/api/v1/credit-rules").json()] == [5, 10]
    assert len(clients["viewer"].get("/api/v1/credit-rules?day=2026-02-01").json()) == 1
    first = clients["viewer"].get("/api/v1/credit-memos").json()["items"][-1]
    assert (first["treatment"], {(one["basis"], one["rule"]) for one in first["lines"]}) == (
        "prospective",
        {("rule", 10)},
    )
    gone = clients["controller"].post("/api/v1/credit-rules/5/withdraw", json={})
    assert gone.json()["withdrawn"] is True
    assert clients["controller"].post("/api/v1/credit-rules/5/withdraw", json={}).status_code == 404
    assert len(clients["viewer"].get("/api/v1/credit-rules").json()) == 1


def test_the_same_on_the_command_line(revrec: Revrec) -> None:
    listed = revrec("credits", "list", "--undecided").out
    assert "CM-1" in listed and "undecided" in listed
    decided = revrec("credits", "decide", "CM-1", "retrospective", "--reason", "Never delivered")
    assert decided.out.startswith("CM-1 of 2026-03-05, Acme: -100.00 USD, retrospective\n")
    assert "admin@books.test" in decided.out and "Never delivered" in revrec("credits", "show", "CM-1").out
    added = revrec("credits", "rules", "add", "bad_debt", "--memo-text", "CM-3", "--product", "PLAN")
    assert added.out == "Rule 10: bad_debt.\n"
    assert (
        revrec("credits", "rules", "add", "immediate", "--position", "20", "--from", "2026-03-01").status == 0
    )
    assert "PLAN" in revrec("credits", "rules", "list").out
    assert "rule 20" in revrec("credits", "list").out
    assert revrec("credits", "list", "--undecided").out == "No credit memo waits for a decision.\n"
    assert revrec("credits", "rules", "withdraw", "20", "--from", "2026-03-01").out == (
        "Rule 20 is withdrawn from 2026-03-01 on.\n"
    )
    assert len(json.loads(revrec("credits", "list", "--undecided", "--json").out)) == 2


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["decide", "CM-9", "immediate", "--reason", "x"], 1, "no credit memo CM-9"),
        (["decide", "CM-1", "immediate"], 2, "needs a reason"),
        (["decide", "CM-1", "nothing", "--reason", "x"], 2, "no treatment"),
        (["rules", "withdraw", "7"], 1, "no credit rule 7"),
        (["rules", "add", "immediate", "--product", "MOON"], 1, "no product MOON"),
    ],
)
def test_what_cannot_be_is_refused(revrec: Revrec, arguments: list[str], status: int, words: str) -> None:
    ran = revrec("credits", *arguments)
    assert (ran.status, words in ran.err) == (status, True), ran
