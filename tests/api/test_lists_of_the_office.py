"""What the pages of Pending Data, the hub, the events and Home do, the API does too."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.tables import Job

from .conftest import NOW, Draft

Clients = dict[str, TestClient]


@pytest.mark.usefixtures("pending", "reference")
def test_pending_data_is_searched_summed_and_paired_many_at_once(clients: Clients) -> None:
    read = clients["viewer"].get
    assert [one["netsuite_customer"] for one in read("/api/v1/pending?search=holding").json()["items"]] == [
        501
    ]
    assert read("/api/v1/pending?reason=paired").json() == {"items": [], "next_cursor": None}
    assert read("/api/v1/pending?sort=colour").status_code == 422
    assert read("/api/v1/pending?reason=lost").status_code == 422
    assert read("/api/v1/pending/totals").json() == [
        {"currency": "JPY", "customers": 1, "documents": 1, "amount": "30050"},
        {"currency": "USD", "customers": 1, "documents": 1, "amount": "1200.00"},
    ]
    first = read("/api/v1/pending/documents?sort=-number&limit=1&netsuite_customer=501").json()
    assert [one["number"] for one in first["items"]] == ["INV-9002"]
    rest = read(f"/api/v1/pending/documents?sort=-number&cursor={first['next_cursor']}").json()
    assert [one["number"] for one in rest["items"]] == ["INV-9001"]
    pair = {"netsuite_customer": 501, "crm_customer": "001A"}
    wrong = {"pairs": [pair, {"netsuite_customer": 7, "crm_customer": "001A"}]}
    assert clients["accountant"].post("/api/v1/pending/pair", json=wrong).status_code == 404
    assert read("/api/v1/pending/501").json()["why"] == "no_match"
    paired = (
        clients["accountant"].post("/api/v1/pending/pair", json={"pairs": [pair], "reason": "known"}).json()
    )
    assert [one["crm_name"] for one in paired] == ["Acme Holding"]
    assert read("/api/v1/pending/501").json()["paired_by"] == "accountant@books.test"
    body = {"netsuite_customers": [501, 501], "reason": "no"}
    undone = clients["accountant"].post("/api/v1/pending/undo-pairing", json=body).json()
    assert [one["undo_reason"] for one in undone] == ["no"]
    assert read("/api/v1/pending?reason=undone").json()["items"][0]["why"] == "undone"


def test_the_hub_is_sorted_searched_and_cross_checked(
    clients: Clients, deployment: Deployment, draft: Draft
) -> None:
    for one in draft(3):
        assert clients["controller"].post(f"/api/v1/journals/{one}/approve", json={}).status_code == 200
    read = clients["viewer"].get

    def numbers(query: str) -> list[str]:
        return [one["number"][-4:] for one in read(f"/api/v1/hub?{query}").json()["items"]]

    assert numbers("sort=number") == ["0001", "0002", "0003"]
    assert numbers("search=0002") == ["0002"]
    assert numbers("until=2026-03-30") == []
    (total,) = read("/api/v1/hub/totals?since=2026-03-31").json()
    assert (total["journals"], total["debits"]) == (3, "3703.68")
    assert read("/api/v1/hub/cross-check").status_code == 404
    finding = {
        "code": "missing",
        "severity": "blocking",
        "number": "2026-03-0001",
        "netsuite_id": 4711,
        "what": "It is gone.",
        "to_do": "Look at it.",
    }
    with deployment.store.write() as session:
        result = {"compared": {"journals": 3}, "findings": [finding]}
        session.add(
            Job(
                kind="cross_check",
                state="done",
                parameters={},
                requested_by="x",
                created_at=NOW,
                result=result,
            )
        )
    shown = read("/api/v1/hub/cross-check").json()
    assert (shown["compared"], shown["findings"][0]["journal"]) == ({"journals": 3}, 1)
    needs = {one["code"]: one for one in read("/api/v1/home").json()["needs"]}
    assert needs["cross_check"]["to"] == "/hub/cross-check"


def test_events_are_found_by_day_words_and_order(clients: Clients) -> None:
    def items(query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = clients["viewer"].get(f"/api/v1/audit/events?{query}").json()["items"]
        return found

    everything = items("sort=when&limit=200")
    assert [one["id"] for one in everything] == sorted(one["id"] for one in everything)
    assert everything[0]["action"] == "add_user"
    assert {one["action"] for one in items("search=controller@books&limit=200")} == {
        "add_user",
        "create_token",
    }
    assert items("since=2027-01-01T00:00:00") == []
    assert len(items("until=2026-04-10T12:00:01Z&limit=200")) == len(everything)
    totals = clients["viewer"].get("/api/v1/audit/totals?action=add_user").json()
    assert [(one["action"], one["events"]) for one in totals] == [("add_user", 4)]
    assert clients["viewer"].get("/api/v1/audit/events?sort=actor").status_code == 422
    for about in ("contract=1", "customer=1"):
        assert items(about) == []
        assert clients["viewer"].get(f"/api/v1/audit/totals?{about}").json() == []
    assert clients["viewer"].get("/api/v1/audit/events?contract=0").status_code == 422
