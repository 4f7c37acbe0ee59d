"""Prices and bundles, over HTTP and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.tables import Product

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]
HEADER = "Product,Currency,Region,Minimum quantity,From,Kind,Low,High,Per\n"


@pytest.fixture(autouse=True)
def products(deployment: Deployment, reference: None) -> None:
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan"))
        session.add(Product(key="setup", code="SETUP", name="Set-up"))


def test_prices_are_set_listed_and_withdrawn(clients: Clients) -> None:
    point = {"product": 1, "currency": "USD", "low": "100.00", "per": "month"}
    made = clients["controller"].post("/api/v1/prices", json=point)
    assert (made.status_code, made.json()["low"], made.json()["high"]) == (200, "100.00", "100.00")
    tier = {
        "product": 1,
        "currency": "JPY",
        "low": "90",
        "high": "95",
        "min_quantity": "2.5",
        "region": "EMEA",
    }
    assert clients["controller"].post("/api/v1/prices", json=tier).json()["min_quantity"] == "2.5"
    page = clients["viewer"].get("/api/v1/prices?limit=1").json()
    rest = clients["viewer"].get(f"/api/v1/prices?cursor={page['next_cursor']}").json()
    assert [one["currency"] for one in page["items"] + rest["items"]] == ["USD", "JPY"]
    away = {"product": 1, "currency": "USD", "valid_from": "2026-04-01"}
    assert clients["controller"].post("/api/v1/prices/withdraw", json=away).json()["withdrawn"] is True
    listed = clients["viewer"].get("/api/v1/prices?product=1").json()["items"]
    assert [one["currency"] for one in listed] == ["JPY"]
    for body, status, where in (
        ({**point, "low": "1.005"}, 422, "low"),
        ({**point, "currency": "EUR"}, 422, "currency"),
        ({**point, "low": None}, 422, "low"),
        ({**point, "product": 9}, 404, "product"),
        ({**point, "min_quantity": "many"}, 422, "min_quantity"),
    ):
        refused = clients["controller"].post("/api/v1/prices", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["where"]) == (status, where)


def test_a_list_of_prices_is_loaded_or_refused_whole(clients: Clients, draft: Draft) -> None:
    good = {"product": "PLAN", "currency": "USD", "low": "10"}
    wrong = {"prices": [good, {**good, "product": "MOON"}, {**good, "low": "ten"}]}
    refused = clients["controller"].post("/api/v1/prices/import", json=wrong)
    assert refused.status_code == 422
    assert [one["where"] for one in refused.json()["errors"]] == [
        "prices[2].low",
        "prices[1], column Product",
    ]
    assert clients["viewer"].get("/api/v1/prices").json()["items"] == []
    done = clients["controller"].post("/api/v1/prices/import", json={"prices": [good]})
    assert done.json() == {"loaded": 1, "unchanged": 0, "note": ""}
    draft(period="2026-03")
    late = {
        "prices": [{**good, "low": "12", "valid_from": "2026-03-01"}],
        "retrospective": True,
        "reason": "x",
    }
    assert (
        "booked in 2026-04" in clients["controller"].post("/api/v1/prices/import", json=late).json()["note"]
    )


def test_a_sheet_goes_out_and_comes_in(revrec: Revrec, tmp_path: Path) -> None:
    assert revrec("prices", "set", "PLAN", "USD", "100", "--per", "month").out == (
        "PLAN sells for 100.00 USD a month.\n"
    )
    assert revrec("prices", "set", "SETUP", "USD", "--residual", "--low", "10", "--high", "20").status == 0
    assert revrec("prices", "set", "PLAN", "JPY", "--low", "5", "--high", "9", "--region", "EMEA").status == 0
    file = tmp_path / "prices.xlsx"
    assert revrec("prices", "export", str(file)).out == f"3 prices written to {file}.\n"
    assert revrec("prices", "export", str(file)).status == 1
    again = revrec("prices", "import", str(file), "--json")
    assert json.loads(again.out) == {"loaded": 0, "unchanged": 3, "note": ""}
    book = openpyxl.load_workbook(file)
    book["Prices"]["G3"] = 120
    book["Prices"]["H3"] = 120
    book.save(file)
    assert revrec("prices", "import", str(file), "--reason", "New list").out == (
        "1 prices loaded, 2 were in force already.\n"
    )
    listed = revrec("prices", "list")
    assert "120.00" in listed.out and "residual (10.00 to 20.00)" in listed.out and "5 to 9" in listed.out
    assert revrec("prices", "withdraw", "PLAN", "USD").out == "The price of PLAN in USD is withdrawn.\n"
    assert len(json.loads(revrec("prices", "list", "--json").out)) == 2


def test_a_sheet_with_faults_loads_nothing_and_names_each(revrec: Revrec, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(HEADER + "PLAN,USD,,,,,10,,\nMOON,USD,,,,,10,,\nSETUP,USD,,,,,x,,\n")
    ran = revrec("prices", "import", str(file))
    assert ran.status == 2
    assert "prices.csv was not loaded: 2 faults." in ran.err
    assert "prices.csv, row 3, column Product: There is no product 'MOON'." in ran.err
    assert "prices.csv, row 4, column Low: expected a number such as 1234.50, found 'x'" in ran.err
    assert json.loads(revrec("prices", "list", "--json").out) == []
    assert revrec("prices", "import", str(tmp_path / "none.csv")).status == 2


def test_bundles(clients: Clients, revrec: Revrec) -> None:
    body = {"name": "Starter", "currency": "USD", "price": "60", "products": [1, 2]}
    made = clients["controller"].post("/api/v1/bundles", json=body).json()
    assert (made["price"], made["products"]) == ("60.00", ["PLAN", "SETUP"])
    assert [one["name"] for one in clients["viewer"].get("/api/v1/bundles").json()["items"]] == ["Starter"]
    assert revrec("bundles", "set", "Starter", "USD", "70", "PLAN", "Set-up").out == (
        "Starter is PLAN, SETUP for 70.00 USD.\n"
    )
    assert "70.00" in revrec("bundles", "list").out
    away = {"name": "Starter", "currency": "USD"}
    assert clients["controller"].post("/api/v1/bundles/withdraw", json=away).json()["withdrawn"] is True
    assert "There is no bundle." in revrec("bundles", "list").out
    assert revrec("bundles", "withdraw", "Starter", "USD").status == 1


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["prices", "set", "PLAN", "USD"], 2, "Give an amount"),
        (["prices", "set", "PLAN", "USD", "5", "--residual"], 2, "Give an amount"),
        (["prices", "set", "PLAN", "USD", "5", "--as", "accountant@books.test"], 1, "may not set price"),
        (["prices", "export", "prices.pdf"], 2, "neither .xlsx nor .csv"),
        (["bundles", "set", "One", "USD", "5", "PLAN"], 2, "two products or more"),
    ],
)
def test_what_cannot_be_is_refused(revrec: Revrec, arguments: list[str], status: int, words: str) -> None:
    ran = revrec(*arguments)
    assert (ran.status, words in ran.err) == (status, True), ran


def test_prices_are_sorted_counted_and_have_a_history(clients: Clients) -> None:
    controller, viewer = clients["controller"], clients["viewer"]
    for product, currency, low, start in (
        (1, "USD", "100", None),
        (1, "USD", "110", "2026-04-01"),
        (2, "USD", "7", "2026-06-01"),
        (2, "JPY", "900", None),
    ):
        body = {"product": product, "currency": currency, "low": low, "valid_from": start}
        assert controller.post("/api/v1/prices", json=body).status_code == 200
    listed = viewer.get("/api/v1/prices?sort=-product").json()["items"]
    assert [(one["product"], one["low"]) for one in listed] == [("SETUP", "900"), ("PLAN", "110.00")]
    page = viewer.get("/api/v1/prices?sort=from&limit=1").json()
    rest = viewer.get(f"/api/v1/prices?sort=from&cursor={page['next_cursor']}").json()["items"]
    assert [one["valid_from"] for one in page["items"] + rest] == [None, "2026-04-01"]
    assert [one["low"] for one in viewer.get("/api/v1/prices?day=2026-03-31&search=pla").json()["items"]] == [
        "100.00"
    ]
    later = viewer.get("/api/v1/prices/totals?day=2026-06-01").json()
    assert later == [
        {"currency": "JPY", "kind": "observed", "prices": 1},
        {"currency": "USD", "kind": "observed", "prices": 2},
    ]
    history = viewer.get("/api/v1/prices/1/history").json()
    assert [one["low"] for one in history] == ["110.00", "100.00"]
    assert viewer.get("/api/v1/prices/99/history").status_code == 404
