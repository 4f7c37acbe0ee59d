"""How pulling is asked for and how it stands, by route and by command."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

Clients = dict[str, TestClient]
EVERYTHING = {"kinds": ["CustInvc", "CustCred"], "full": False, "sweep": False, "accept_vanished": False}


@pytest.mark.parametrize(
    ("body", "parameters"),
    [
        ({}, {}),
        ({"documents": "invoices", "sweep": True}, {"kinds": ["CustInvc"], "sweep": True}),
        ({"documents": "credit-memos", "full": True}, {"kinds": ["CustCred"], "full": True}),
    ],
)
def test_a_pull_is_of_the_documents_that_were_chosen(
    clients: Clients, body: dict[str, Any], parameters: dict[str, Any]
) -> None:
    started = clients["accountant"].post("/api/v1/jobs/invoices", json=body)
    assert (started.status_code, started.json()["parameters"]) == (202, EVERYTHING | parameters)


def test_other_documents_are_refused(clients: Clients, revrec: Callable[..., Any]) -> None:
    refused = clients["accountant"].post("/api/v1/jobs/invoices", json={"documents": "bills"})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "body.documents")
    assert revrec("sync", "invoices", "--documents", "bills").status == 2


def test_route_and_command_show_both_flows(clients: Clients, revrec: Callable[..., Any]) -> None:
    assert clients["nobody"].get("/api/v1/sync").status_code == 401
    shown = clients["viewer"].get("/api/v1/sync").json()
    assert [(one["flow"], one["schedule"], one["next_at"]) for one in shown] == [
        ("orders", "off", None),
        ("invoices", "off", None),
    ]
    assert json.loads(revrec("sync", "status", "--json").out) == shown
    assert "  schedule: off\n" in revrec("sync", "status").out


def test_a_schedule_says_what_it_waits_for(clients: Clients, revrec: Callable[..., Any]) -> None:
    assert revrec("policy", "set", "sync_schedule", "Daily 5:30").status != 0
    assert revrec("policy", "set", "sync_schedule", "Daily 05:30").status == 0
    (invoices,) = [one for one in clients["viewer"].get("/api/v1/sync").json() if one["flow"] == "invoices"]
    assert (invoices["schedule"], invoices["waits"]) == ("daily 05:30", "It is not connected.")
    assert "It is not connected." in revrec("sync", "status").out
    started = clients["accountant"].post("/api/v1/jobs/orders", json={}).json()
    (orders, _) = clients["viewer"].get("/api/v1/sync").json()
    assert orders["last"]["id"] == started["id"]
    assert datetime.fromisoformat(orders["last"]["created_at"])
