"""Versions of orders and what people decide about them, over HTTP and on the command line."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import StagedOrder, StagedOrderLine, publish_orders, stage_orders
from revrec.store.tables import CrmCustomer, Job

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]
Draft = Callable[..., list[int]]
Load = Callable[..., None]
FULL_YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def load(deployment: Deployment, reference: None) -> Load:
    """`load("SO-1", ("L1", "PLAN", 120_000), ...)`: a form of an order, of Acme, as a run leaves it."""
    with deployment.store.write() as session:
        session.add(CrmCustomer(external_id="001A", name="Acme", key="acme", key_version=1))

    def run(number: str, *lines: tuple[str, str, int], **more: Any) -> None:
        made = tuple(
            StagedOrderLine(
                name, at, CatalogueProduct(code, code.title()), "", 10**6, amount, *FULL_YEAR, "", ""
            )
            for at, (name, code, amount) in enumerate(lines, start=1)
        )
        now = deployment.now() - timedelta(days=1)
        values: dict[str, Any] = {"subsidiary_id": 1, "cancelled_on": None, "effective_on": None} | more
        form = StagedOrder(
            f"801-{number}",
            number,
            "001A",
            "",
            date(2026, 1, 1),
            "USD",
            modified_at=now,
            seen_on=now.date(),
            lines=made,
            **values,
        )
        with deployment.store.write() as session:
            job = Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=now)
            job.published_at = now
            session.add(job)
            session.flush()
            stage_orders(session, job.id, [[form]])
            publish_orders(session, job.id)

    return run


@pytest.fixture
def changed(load: Load) -> None:
    """SO-1: PLAN 1,200.00; from March on 1,500.00, with SETUP 100.00."""
    load("SO-1", ("A", "PLAN", 120_000))
    load("SO-1", ("A", "PLAN", 150_000), ("B", "SETUP", 10_000), effective_on=date(2026, 3, 1))


@pytest.mark.usefixtures("changed")
def test_versions_say_what_changed_and_how_it_is_treated(clients: Clients) -> None:
    shown = clients["viewer"].get("/api/v1/orders/SO-1/versions").json()
    assert (shown["customer"], shown["contract"], shown["combined"]) == ("Acme", "SO-1", False)
    first, second = shown["versions"]
    assert (first["place"], first["total"], first["treatment"], first["changes"]) == (
        "inception",
        "1200.00",
        "",
        [],
    )
    assert (second["place"], second["treatment"], second["said_by"]) == ("change", "auto", "policy")
    assert [(one["line"], one["what"], one["before"], one["after"]) for one in second["changes"]] == [
        ("A", "amount", "1200.00", "1500.00"),
        ("B", "added", "", "100.00"),
    ]
    body = {"treatment": "cumulative_catch_up", "reason": "Scope of one promise"}
    said = clients["controller"].post("/api/v1/orders/SO-1/versions/2/treatment", json=body)
    assert (said.status_code, said.json()["said_by"], said.json()["note"]) == (
        200,
        "controller@books.test",
        "",
    )
    second = clients["viewer"].get("/api/v1/orders/801-SO-1/versions").json()["versions"][1]
    assert (second["treatment"], second["reason"]) == ("cumulative_catch_up", "Scope of one promise")
    assert clients["viewer"].get("/api/v1/orders/SO-9/versions").status_code == 404
    assert (
        clients["controller"]
        .post("/api/v1/orders/SO-1/versions/2/treatment", json={"treatment": "auto"})
        .status_code
        == 422
    )


@pytest.mark.usefixtures("changed")
def test_what_a_close_took_is_confirmed_and_lands_in_the_open_period(clients: Clients, draft: Draft) -> None:
    draft(period="2026-03")
    body = {"treatment": "prospective", "reason": "x"}
    assert (
        clients["controller"].post("/api/v1/orders/SO-1/versions/2/treatment", json=body).status_code == 403
    )
    said = clients["controller"].post(
        "/api/v1/orders/SO-1/versions/2/treatment", json=body | {"retrospective": True}
    )
    assert "booked in 2026-04" in said.json()["note"]


@pytest.mark.usefixtures("changed")
def test_a_price_changes_and_changes_back(clients: Clients) -> None:
    path = "/api/v1/orders/SO-1/price-changes"
    made = clients["controller"].post(path, json={"amount": "-50.00", "on": "2026-03-05", "reason": "Bonus"})
    assert (made.json()["amount"], made.json()["currency"]) == ("-50.00", "USD")
    undone = clients["controller"].post(f"{path}/{made.json()['id']}/undo", json={"reason": "None"})
    assert undone.json()["undone_by"] == "controller@books.test"
    assert clients["controller"].post(f"{path}/9/undo", json={"reason": "None"}).status_code == 404
    for amount in ("ten", "1.005", "0"):
        refused = clients["controller"].post(path, json={"amount": amount, "on": "2026-03-05", "reason": "x"})
        assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "amount")
    shown = clients["viewer"].get("/api/v1/orders/SO-1/versions").json()["price_changes"]
    assert [one["reason"] for one in shown] == ["Bonus"]


def test_an_order_joins_a_contract(clients: Clients, load: Load) -> None:
    load("SO-1", ("A", "PLAN", 1))
    load("SO-2", ("A2", "PLAN", 1))
    into = clients["viewer"].get("/api/v1/contracts?search=SO-1").json()["items"][0]["id"]
    body = {"contract": into, "reason": "Negotiated together"}
    joined = clients["controller"].post("/api/v1/orders/SO-2/combine", json=body).json()
    assert (joined["contract_id"], joined["combined"]) == (into, True)
    assert clients["controller"].post("/api/v1/orders/SO-2/combine", json=body).status_code == 409
    assert clients["viewer"].get(f"/api/v1/contracts/{into}").json()["orders"] == ["SO-1", "SO-2"]


@pytest.mark.usefixtures("changed")
def test_a_line_has_a_rule_of_its_own(clients: Clients) -> None:
    path = "/api/v1/orders/SO-1/lines/A/rule"
    made = clients["controller"].post(path, json={"method": "even", "held": True, "reason": "x"})
    assert (made.json()["method"], made.json()["held"], made.json()["note"]) == ("even", True, "")
    assert clients["controller"].post(path, json={"method": "odd", "reason": "x"}).status_code == 422
    assert clients["controller"].post(path.replace("A", "Z"), json={"reason": "x"}).status_code == 404
    (rule,) = clients["viewer"].get("/api/v1/orders/SO-1/versions").json()["line_rules"]
    assert (rule["line"], rule["product"]) == ("A", "PLAN")


@pytest.mark.usefixtures("changed")
def test_the_same_on_the_command_line(revrec: Revrec, load: Load) -> None:
    why = ("--reason", "because")
    assert revrec("contracts", "treat", "SO-1", "2", "prospective", *why).out == (
        "Version 2 of order SO-1 is treated as prospective.\n"
    )
    assert revrec("contracts", "price-change", "SO-1", "-50", "--on", "2026-03-05", *why).out == (
        "Price change 1: -50.00 USD on 2026-03-05 for order SO-1.\n"
    )
    assert "is undone" in revrec("contracts", "undo-price-change", "SO-1", "1", *why).out
    assert revrec("contracts", "line", "SO-1", "2", "--method", "point_in_time", "--hold", *why).status == 0
    said = revrec("contracts", "line", "SO-1", "2", "--release", "--start", "2026-03-01", *why)
    assert said.out == "Line 2 (SETUP) of order SO-1: point_in_time, from 2026-03-01, does not wait.\n"
    shown = revrec("contracts", "versions", "SO-1").out
    for words in (
        "Version 1, effective 2026-01-01: 1200.00 USD; inception",
        "line A (PLAN) amount: 1200.00 -> 1500.00",
        "line B (SETUP) added: nothing -> 100.00",
        "treatment: prospective, said by admin@books.test, because: because",
        "Price change 1, 2026-03-05: -50.00 USD: because (undone by admin@books.test)",
        "Line B (SETUP): point_in_time, 2026-03-01: because",
    ):
        assert words in shown
    load("SO-2", ("A2", "PLAN", 1))
    assert revrec("contracts", "combine", "SO-2", "SO-1", *why).out == "Order SO-2 is in contract SO-1.\n"
    assert "SO-1, SO-2" in revrec("contracts", "list", "--search", "SO-1").out
    assert "A2" in revrec("contracts", "show", "SO-1").out
    assert json.loads(revrec("contracts", "versions", "SO-2", "--json").out)["combined"] is True


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["versions", "SO-9"], 1, "There is no sales order SO-9"),
        (["show", "C-9"], 1, "There is no contract C-9"),
        (["treat", "SO-1", "2", "prospective"], 2, "needs a reason"),
        (["line", "SO-1", "1"], 2, "Say something of the line"),
        (["line", "SO-1", "7", "--hold", "--reason", "x"], 1, "has no line 7"),
    ],
)
def test_what_cannot_be_is_refused(revrec: Revrec, arguments: list[str], status: int, words: str) -> None:
    ran = revrec("contracts", *arguments)
    assert (ran.status, words in ran.err) == (status, True), ran


@pytest.mark.usefixtures("changed")
def test_changed_orders_are_listed_until_a_close_has_seen_them(
    clients: Clients, revrec: Revrec, load: Load, draft: Draft
) -> None:
    load("SO-2", ("A2", "PLAN", 1))
    load("SO-2", ("A2", "PLAN", 1), cancelled_on=date(2026, 4, 30), effective_on=date(2026, 4, 5))
    page = clients["viewer"].get("/api/v1/order-changes?limit=1").json()
    rest = clients["viewer"].get(f"/api/v1/order-changes?cursor={page['next_cursor']}").json()
    shown = [
        (one["order"], one["total_before"], one["version"]["total"]) for one in page["items"] + rest["items"]
    ]
    assert shown == [("SO-2", "0.01", "0.01"), ("SO-1", "1200.00", "1600.00")]
    assert page["items"][0]["version"]["cancelled_on"] == "2026-04-30"
    assert "SO-1" in revrec("contracts", "changes").out
    draft(period="2026-03")
    unseen = json.loads(revrec("contracts", "changes", "--json").out)
    assert [one["order"] for one in unseen] == ["SO-2"], "what is effective later waits for its own period"
