"""Products and their rules, over HTTP and on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.tables import Product

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]


@pytest.fixture(autouse=True)
def products(deployment: Deployment, reference: None) -> None:
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan", category="Platform", method="even"))
        session.add(Product(key="setup", code="SETUP", name="Set-up"))


def test_products_say_how_they_are_earned_and_by_whose_word(clients: Clients) -> None:
    page = clients["viewer"].get("/api/v1/products?limit=1").json()
    assert [(one["code"], one["method"], one["method_from"]) for one in page["items"]] == [
        ("PLAN", "even", "catalogue")
    ]
    rest = clients["viewer"].get(f"/api/v1/products?cursor={page['next_cursor']}").json()
    assert [(one["code"], one["method"], one["method_from"]) for one in rest["items"]] == [
        ("SETUP", "daily", "policy")
    ]
    assert len(clients["viewer"].get("/api/v1/products?search=SET").json()["items"]) == 1


def test_a_rule_is_set_and_shown(clients: Clients) -> None:
    body = {
        "method": "milestone",
        "plan": {"milestones": [{"name": "Go-live", "weight": 1}]},
        "reason": "why",
    }
    made = clients["controller"].post("/api/v1/products/2/rules", json=body | {"valid_from": "2026-04-01"})
    assert (made.status_code, made.json()["note"], made.json()["valid_from"]) == (200, "", "2026-04-01")
    shown = clients["viewer"].get("/api/v1/products/2").json()
    assert (shown["method"], shown["method_from"], len(shown["rules"])) == ("milestone", "rule", 1)
    assert shown["rules"][0]["plan"] == {"milestones": [{"name": "Go-live", "weight": "1"}]}
    assert clients["viewer"].get("/api/v1/products/2?day=2026-03-31").json()["method"] == "daily"
    wrong = clients["controller"].post("/api/v1/products/2/rules", json={"method": "weekly"})
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "method")
    assert clients["viewer"].get("/api/v1/products/9").status_code == 404


def test_a_retrospective_rule_says_where_its_difference_is_booked(clients: Clients, draft: Draft) -> None:
    draft(period="2026-03")
    body = {"method": "even", "valid_from": "2026-03-01", "reason": "An error"}
    assert clients["controller"].post("/api/v1/products/1/rules", json=body).status_code == 403
    made = clients["controller"].post("/api/v1/products/1/rules", json=body | {"retrospective": True})
    assert "booked in 2026-04" in made.json()["note"]


def test_the_command_keeps_what_it_is_not_told(revrec: Revrec, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('[["0", "40"], ["1", "60"]]')
    assert revrec("products", "rule", "SETUP", "--method", "custom", "--plan", str(plan)).status == 0
    ran = revrec("products", "rule", "SETUP", "--no-ramp", "--segments", "department=Sales", "--json")
    view = json.loads(ran.out)
    assert (view["method"], view["ramp"]) == ("custom", False)
    assert view["plan"] == {"percentages": [["0", "40"], ["1", "60"]]}
    assert view["segments"] == [{"segment": "department", "id": "5", "name": "Sales"}]
    said = revrec("products", "rule", "Set-up", "--method", "point_in_time", "--trigger", "delivery")
    assert said.out == "SETUP is earned: point_in_time, delivery, no ramp, department Sales.\n"
    assert "custom" in revrec("products", "show", "SETUP").out
    assert "point_in_time" in revrec("products", "list", "--search", "set").out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["products", "show", "MOON"], 1, "There is no product MOON"),
        (["products", "rule", "PLAN", "--method", "custom"], 2, "needs its percentages"),
        (["products", "rule", "PLAN", "--method", "custom", "--plan", "{"], 2, "not JSON"),
        (["products", "rule", "PLAN", "--segments", "department"], 2, "has no value"),
    ],
)
def test_what_cannot_be_is_refused(revrec: Revrec, arguments: list[str], status: int, words: str) -> None:
    ran = revrec(*arguments)
    assert (ran.status, words in ran.err) == (status, True), ran


def test_products_are_sorted_narrowed_and_counted(clients: Clients) -> None:
    viewer = clients["viewer"]
    names = [one["name"] for one in viewer.get("/api/v1/products?sort=-code").json()["items"]]
    assert names == ["Set-up", "Plan"]
    clients["controller"].post("/api/v1/products/2/rules", json={"method": "even"})
    for query, codes in (("rule=yes", ["SETUP"]), ("category=Platform", ["PLAN"]), ("rule=no", ["PLAN"])):
        assert [one["code"] for one in viewer.get(f"/api/v1/products?{query}").json()["items"]] == codes
    assert viewer.get("/api/v1/products/totals").json() == [
        {"category": "", "products": 1},
        {"category": "Platform", "products": 1},
    ]
