"""Deliveries, over HTTP and on the command line."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import StagedOrder, StagedOrderLine, publish_orders, stage_orders
from revrec.store.tables import Job

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]
HEADER = "Order,Line,Date,Quantity,Percent,Milestone,Reference,Note\n"


@pytest.fixture(autouse=True)
def order(deployment: Deployment, reference: None) -> None:
    """SO-1 of 2026: line A, UNITS, by units; line B, PLAN, daily."""
    now = deployment.now() - timedelta(days=1)
    lines = tuple(
        StagedOrderLine(
            name,
            at,
            CatalogueProduct(code, code.title()),
            "",
            10**7,
            1000,
            date(2026, 1, 1),
            date(2026, 12, 31),
            method,
            "",
        )
        for at, (name, code, method) in enumerate((("A", "UNITS", "units"), ("B", "PLAN", "")), start=1)
    )
    form = StagedOrder(
        "801", "SO-1", "001A", "", date(2026, 1, 1), "USD", 1, None, now, None, now.date(), lines
    )
    with deployment.store.write() as session:
        job = Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=now)
        session.add(job)
        session.flush()
        stage_orders(session, job.id, [[form]])
        publish_orders(session, job.id)


def test_deliveries_are_recorded_listed_and_withdrawn(clients: Clients, draft: Draft) -> None:
    draft(period="2026-02")
    body = {"order": "SO-1", "line": "A", "on": "2026-03-05", "quantity": "2.5", "reference": "DN-1"}
    made = clients["accountant"].post("/api/v1/deliveries", json=body).json()
    assert (made["quantity"], made["line"], made["product"], made["effect"]) == ("2.5", "A", "UNITS", "")
    assert clients["accountant"].post("/api/v1/deliveries", json=body).json()["id"] == made["id"]
    assert clients["accountant"].post("/api/v1/deliveries", json={**body, "quantity": "3"}).status_code == 409
    late = {**body, "on": "2026-02-05", "reference": "DN-2"}
    assert "booked in 2026-03" in clients["accountant"].post("/api/v1/deliveries", json=late).json()["effect"]
    idle = {"order": "SO-1", "line": "2", "on": "2026-03-05", "percent": "50"}
    assert "earned by daily" in clients["accountant"].post("/api/v1/deliveries", json=idle).json()["effect"]
    page = clients["viewer"].get("/api/v1/deliveries?limit=2").json()
    rest = clients["viewer"].get(f"/api/v1/deliveries?cursor={page['next_cursor']}").json()
    assert [one["line"] for one in page["items"] + rest["items"]] == ["B", "A", "A"]
    path = f"/api/v1/deliveries/{made['id']}/withdraw"
    assert clients["accountant"].post(path, json={"reason": "Wrong"}).json()["withdrawn_by"]
    assert clients["accountant"].post(path, json={"reason": "Wrong"}).status_code == 409
    assert len(clients["viewer"].get("/api/v1/deliveries?order=SO-1").json()["items"]) == 2
    assert len(clients["viewer"].get("/api/v1/deliveries?withdrawn=true").json()["items"]) == 3
    assert [
        one["id"] for one in clients["viewer"].get("/api/v1/deliveries?sort=recorded").json()["items"]
    ] == [2, 3]
    assert clients["viewer"].get("/api/v1/deliveries?search=nothing+like+it").json()["items"] == []
    assert clients["viewer"].get("/api/v1/deliveries?kind=parcels").status_code == 422
    totals = clients["viewer"].get("/api/v1/deliveries/totals?order=SO-1").json()
    assert sum(one["deliveries"] for one in totals) == 2
    for wrong, status in (
        ({**body, "order": "SO-9"}, 404),
        ({**body, "quantity": "x"}, 422),
        ({"order": "S"}, 422),
    ):
        assert clients["accountant"].post("/api/v1/deliveries", json=wrong).status_code == status


def test_a_list_is_loaded_or_refused_whole(clients: Clients) -> None:
    one = {"order": "SO-1", "line": "A", "on": "2026-03-05", "quantity": "1", "reference": "DN-1"}
    wrong = {"deliveries": [one, {**one, "line": "Z"}, {**one, "quantity": "x"}]}
    refused = clients["accountant"].post("/api/v1/deliveries/import", json=wrong)
    assert [place["where"] for place in refused.json()["errors"]] == [
        "deliveries[2].quantity",
        "deliveries[1], column Line",
    ]
    done = clients["accountant"].post("/api/v1/deliveries/import", json={"deliveries": [one, one]})
    assert done.json() == {"loaded": 1, "unchanged": 1, "idle": 0, "note": ""}


def test_the_same_on_the_command_line(revrec: Revrec, tmp_path: Path) -> None:
    made = revrec(
        "deliveries", "add", "SO-1", "1", "--on", "2026-03-05", "--quantity", "2", "--reference", "DN-1"
    )
    assert made.out == "Delivery 1: 2 of line A (UNITS), order SO-1.\n"
    file = tmp_path / "deliveries.csv"
    file.write_text(
        HEADER + "SO-1,A,2026-03-05,2,,,DN-1,\nSO-1,A,2026-03-06,3,,,DN-2,\nSO-1,B,2026-03-06,,50,,,\n"
    )
    assert revrec("deliveries", "import", str(file)).out == (
        "2 deliveries loaded, 1 were recorded already.\n"
        "1 of them move no revenue, as their lines are earned now.\n"
    )
    assert json.loads(revrec("deliveries", "import", str(file), "--json").out)["loaded"] == 0
    listed = revrec("deliveries", "list", "--order", "SO-1").out
    assert "DN-2" in listed and "50 percent" in listed
    narrow = ("--kind", "quantity", "--search", "dn-", "--since", "2026-03-06", "--until", "2026-03-06")
    assert [one["reference"] for one in json.loads(revrec("deliveries", "list", *narrow, "--json").out)] == [
        "DN-2"
    ]
    wrong = revrec("deliveries", "list", "--kind", "units")
    assert (wrong.status, "one of quantity, percent, milestone" in wrong.err) == (2, True)
    assert revrec("deliveries", "withdraw", "1", "--reason", "Wrong").out == (
        "Delivery 1 (2 of order SO-1) is withdrawn.\n"
    )
    file.write_text(
        HEADER + "SO-1,A,,2,,,DN-3,\nSO-9,A,2026-03-06,3,,,DN-4,\nSO-1,A,2026-03-06,many,,,DN-5,\n"
    )
    ran = revrec("deliveries", "import", str(file))
    assert ran.status == 2
    for words in (
        "deliveries.csv was not loaded: 3 faults.",
        "deliveries.csv, row 2, column Date",
        "deliveries.csv, row 3, column Order: There is no sales order 'SO-9'.",
        "deliveries.csv, row 4, column Quantity",
    ):
        assert words in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["add", "SO-1", "A", "--on", "2026-03-05"], 2, "exactly one"),
        (["add", "SO-1", "A", "--on", "soon", "--quantity", "1"], 2, "soon"),
        (["add", "SO-1", "Z", "--on", "2026-03-05", "--quantity", "1"], 1, "has no line Z"),
        (["withdraw", "9", "--reason", "x"], 1, "no delivery 9"),
        (["list", "--order", "SO-9"], 1, "no sales order SO-9"),
    ],
)
def test_what_cannot_be_is_refused(revrec: Revrec, arguments: list[str], status: int, words: str) -> None:
    ran = revrec("deliveries", *arguments)
    assert (ran.status, words in ran.err) == (status, True), ran
