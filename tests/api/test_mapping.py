"""Reference data and mappings, over HTTP and on the command line."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.deployment import Deployment
from revrec.operations.actor import SERVICE
from revrec.operations.set_first_period import set_first_period
from revrec.store.queries.readings import note_reading
from revrec.store.reference.entities import keep_entities
from revrec.store.reference.pairing import pair_items
from revrec.store.reference.products import CatalogueProduct, keep_products
from revrec.store.tables import (
    Account,
    AccountSubsidiary,
    CurrencyRate,
    Item,
    Job,
    NetSuiteCustomer,
    NetSuitePeriod,
    SegmentValue,
    Subsidiary,
)

Revrec = Callable[..., Any]
Clients = dict[str, TestClient]


@pytest.fixture(autouse=True)
def known(deployment: Deployment, reference: None) -> None:
    """What a reading left: a row or two of each kind, items paired, two company entities."""
    now = deployment.now()
    with deployment.store.write() as session:
        job = Job(kind="reference", state="done", parameters={}, requested_by="x", created_at=now)
        session.add(job)
        session.add(Subsidiary(id=2, name="Child", currency_id=2))
        session.add(AccountSubsidiary(account_id=12, subsidiary_id=1))
        session.add(Account(id=13, number="4001", name="Old revenue", type="Income", active=False))
        session.add(
            CurrencyRate(base_currency_id=1, currency_id=2, effective=date(2026, 1, 1), rate_e10=65 * 10**6)
        )
        days = {"first_day": date(2026, 1, 1), "last_day": date(2026, 1, 31)}
        session.add(
            NetSuitePeriod(id=30, name="Jan 2026", closed=True, all_locked=True, ar_locked=True, **days)
        )
        session.add(SegmentValue(segment="cseg_region", value_id=7, name="North", subsidiaries=[1]))
        session.add(NetSuiteCustomer(id=501, name="Acme", key="acme", key_version=1, subsidiary_id=1))
        session.add(NetSuiteCustomer(id=502, name="Zebra", key="zebra", key_version=1, active=False))
        keep_products(
            session, [CatalogueProduct("PLAN", "Plan", "Tools"), CatalogueProduct("SETUP", "Set-up")]
        )
        for number, name, shown in ((1, "plan", ""), (2, "X-9", "Set up"), (3, "HW", "Gateway")):
            session.add(Item(id=number, name=name, display_name=shown, type="Service", income_account_id=12))
        session.flush()
        pair_items(session)
        keep_entities(session, ["Acme UK", "Acme Inc"])
        for name, rows in (("customers", 2), ("subsidiaries", 2)):
            note_reading(session, name, job.id, rows, now)


def test_every_kind_of_reference_data_is_shown(clients: Clients) -> None:
    def details(kind: str, **query: Any) -> list[tuple[int, str, dict[str, Any]]]:
        page = clients["viewer"].get(f"/api/v1/reference/{kind}", params=query).json()
        return [(one["id"], one["name"], one["details"]) for one in page["items"]]

    assert details("customers") == [(501, "Acme", {"subsidiary": "Parent", "matched": "", "external_id": ""})]
    assert len(details("customers", inactive=True)) == 2
    assert details("customers", search="502", inactive=True)[0][1] == "Zebra"
    assert details("items", search="gate") == [
        (
            3,
            "HW",
            {
                "shown_as": "Gateway",
                "type": "Service",
                "product": "HW",
                "paired": "own",
                "income_account": "4000 Revenue",
                "excluded": False,
            },
        )
    ]
    assert details("accounts", search="4000")[0][2] == {
        "number": "4000",
        "type": "Income",
        "summary": False,
        "subsidiaries": ["Parent"],
    }
    assert details("subsidiaries", search="Child") == [(2, "Child", {"currency": "JPY"})]
    assert details("currencies", search="yen") == [(2, "Yen", {"symbol": "JPY", "decimals": 0})]
    assert [(name, more) for _, name, more in details("rates", search="jpy")] == [
        ("JPY in USD", {"from": "2026-01-01", "rate": "0.0065000000"})
    ]
    assert details("periods")[0][2] == {
        "first_day": "2026-01-01",
        "last_day": "2026-01-31",
        "closed": True,
        "locked": True,
        "ar_locked": True,
    }
    assert details("departments") == [(5, "Sales", {"segment": "department", "subsidiaries": []})]
    assert details("segments") == [(7, "North", {"segment": "cseg_region", "subsidiaries": ["Parent"]})]
    assert details("classes") == details("locations") == details("fields") == []
    wrong = clients["viewer"].get("/api/v1/reference/planets")
    assert wrong.status_code == 404 and "customers, items" in wrong.json()["detail"]


def test_pages_follow_one_another_and_say_how_fresh_they_are(clients: Clients, revrec: Revrec) -> None:
    page = clients["viewer"].get("/api/v1/reference/items?limit=2").json()
    assert [one["id"] for one in page["items"]] == [1, 2] and page["freshness"]["read_at"] is None
    rest = clients["viewer"].get(f"/api/v1/reference/items?cursor={page['next_cursor']}").json()
    assert [one["id"] for one in rest["items"]] == [3] and rest["next_cursor"] is None
    kinds = {one["kind"]: one for one in clients["viewer"].get("/api/v1/reference").json()}
    assert (kinds["customers"]["job"], kinds["customers"]["rows"]) == (1, 2)
    assert (kinds["currencies"]["job"], kinds["currencies"]["rows"]) == (1, None)
    shown = json.loads(revrec("reference", "show", "items", "--limit", "2", "--json").out)
    assert ([one["id"] for one in shown["items"]], shown["next"]) == ([1, 2], 2)
    told = revrec("reference", "show", "items", "--after", "2").out
    assert "Gateway" in told and "Never read yet" in told
    assert "Read on 2026-04-10" in revrec("reference", "show", "customers").out
    assert "departments" in revrec("reference", "list").out


def test_refreshing_takes_a_connection_and_starts_a_job(clients: Clients, revrec: Revrec) -> None:
    started = clients["accountant"].post("/api/v1/reference/refresh", json={})
    assert (started.status_code, started.json()["kind"]) == (202, "reference")
    again = clients["accountant"].post("/api/v1/reference/refresh", json={})
    assert again.status_code == 409 and "still going" in again.json()["detail"]
    assert clients["accountant"].post("/api/v1/jobs/invoices", json={}).status_code == 409
    assert clients["accountant"].post("/api/v1/jobs/orders", json={}).status_code == 202


def test_items_are_paired_by_hand(clients: Clients, revrec: Revrec) -> None:
    listed = clients["viewer"].get("/api/v1/items/pairing").json()["items"]
    assert [(one["code"], one["product"]["code"], one["paired"]) for one in listed] == [
        ("plan", "PLAN", "code"),
        ("X-9", "SETUP", "name"),
        ("HW", "HW", "own"),
    ]
    assert clients["accountant"].post("/api/v1/items/3/pair", json={"product": 1}).status_code == 403
    made = clients["controller"].post("/api/v1/items/3/pair", json={"product": 1}).json()
    assert (made["product"]["code"], made["paired"], made["paired_by"], made["note"]) == (
        "PLAN",
        "manual",
        "controller@books.test",
        "",
    )
    assert "manual (controller@books.test)" in revrec("products", "pairing", "--how", "manual").out
    assert revrec("products", "unpair", "HW").out == "The item HW is paired with HW (own).\n"
    assert revrec("products", "pair", "X-9", "--own").out == "The item X-9 is the product X-9.\n"
    assert revrec("products", "pair", "X-9").status == 2
    refused = revrec("products", "reset-pairing")
    assert refused.status == 2 and "Confirm" in refused.err
    assert json.loads(revrec("products", "reset-pairing", "--yes", "--json").out) == {
        "items": 3,
        "by_hand": 1,
        "moved": 1,
    }
    said = revrec("products", "categorize", "PLAN", "Instruments")
    assert said.out == "PLAN belongs to Instruments.\n"
    given = clients["viewer"].get("/api/v1/products/1").json()
    assert (given["category"], given["category_by"]) == ("Instruments", "admin@books.test")
    assert clients["controller"].post("/api/v1/products/1/category", json={"category": ""}).status_code == 200


def test_entities_stand_for_subsidiaries(clients: Clients, revrec: Revrec) -> None:
    assert "not mapped" in revrec("entities", "list").out
    assert revrec("entities", "map", "acme uk", "Child").out == "Acme UK is Child.\n"
    view = clients["controller"].post("/api/v1/entities", json={"entity": "Acme Inc", "subsidiary": 1}).json()
    assert [(one["name"], one["subsidiary_name"], one["mapped_by"]) for one in view["entities"]] == [
        ("Acme Inc", "Parent", "itself"),
        ("Acme UK", "Child", "itself"),
    ]
    assert revrec("entities", "map-all", "1").out == "Every entity is Parent; 2 are known now.\n"
    assert "Every other entity stands for Parent." in revrec("entities", "list").out
    assert clients["controller"].post("/api/v1/entities/reset", json={}).status_code == 422
    emptied = clients["controller"].post("/api/v1/entities/reset", json={"confirm": True}).json()
    assert {one["mapped_by"] for one in emptied["entities"]} == {""} and emptied["every_other"] is None


def test_the_mapping_is_narrowed_audited_and_withdrawn(
    clients: Clients, revrec: Revrec, deployment: Deployment
) -> None:
    refused = revrec("accounts", "map", "revenue", "4000", "--department", "Sales")
    assert refused.status == 2 and "journal_breakdown" in refused.err
    assert revrec("policy", "set", "journal_breakdown", "department").status == 0
    mapped = revrec("accounts", "map", "revenue", "4000", "--department", "Sales")
    assert mapped.out == "revenue, department 5 is 4000 Revenue.\n"
    assert revrec("accounts", "map", "contract_liability", "2400", "--category", "Tools").status == 0
    wrong = revrec("accounts", "map", "clearing", "4000")
    assert wrong.status == 2 and "type Income; clearing takes" in wrong.err
    assert revrec("accounts", "map", "clearing", "4000", "--any-type", "--reason", "old chart").status == 0
    (row,) = [one for one in clients["viewer"].get("/api/v1/account-mapping").json() if one["department"]]
    assert (row["role"], row["department"]) == ("revenue", "Sales")
    # Both rules on 4000 serve subsidiary 2 too, which may not use it.
    audit = revrec("accounts", "audit", "--json")
    assert audit.status == 1
    assert [(one["code"], one["rule"]) for one in json.loads(audit.out)["problems"]] == [
        ("account_subsidiary", "revenue, department 5"),
        ("account_subsidiary", "clearing"),
    ]
    assert len(clients["viewer"].get("/api/v1/account-mapping/audit").json()["problems"]) == 2
    assert clients["controller"].post("/api/v1/account-mapping/reset", json={}).status_code == 422
    assert revrec("accounts", "reset", "--yes").out.startswith("3 rules are withdrawn.")
    assert clients["viewer"].get("/api/v1/account-mapping").json() == []
    assert revrec("accounts", "audit").status == 0


def test_clearing_accounts_that_net_to_zero_are_none(
    clients: Clients, revrec: Revrec, deployment: Deployment
) -> None:
    assert clients["viewer"].get("/api/v1/clearing").status_code == 409
    with deployment.store.write() as session:
        set_first_period(session, SERVICE, "2026-01", now=deployment.now())
    assert clients["viewer"].get("/api/v1/clearing").json() == {"period": "2026-01", "accounts": []}
    ran = revrec("accounts", "clearing")
    assert (ran.status, ran.out) == (0, "Every clearing account nets to zero at the end of 2026-01.\n")


def test_what_a_mapping_comes_to_and_what_a_rule_would_change(
    clients: Clients, deployment: Deployment
) -> None:
    viewer, controller = clients["viewer"], clients["controller"]
    body = {"role": "revenue", "account": 12}
    assert viewer.post("/api/v1/account-mapping/preview", json=body).status_code == 403
    seen = controller.post("/api/v1/account-mapping/preview", json=body).json()
    assert seen["changed"] == seen["looked_at"] > 0
    assert {(one["before"], one["after"]) for one in seen["changes"]} == {("", "4000 Revenue")}
    assert viewer.get("/api/v1/account-mapping").json() == []
    controller.post("/api/v1/account-mapping", json=body)
    effect = viewer.get("/api/v1/account-mapping/effect?subsidiary=1").json()
    assert {(one["account"], one["verified"]) for one in effect if one["role"] == "revenue"} == {(12, True)}
    assert {one["account"] for one in effect if one["role"] == "contract_asset"} == {None}
    assert viewer.get("/api/v1/account-mapping/effect?subsidiary=99").status_code == 404
