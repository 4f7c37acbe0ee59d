"""Customers, contracts and documents over HTTP: narrowed, sorted, added up, page by page; each with its parts."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from api.deployment import Deployment
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.orders import StagedOrder, StagedOrderLine, publish_orders, stage_orders
from revrec.store.tables import CrmCustomer, CustomerLink, Job
from tests.document_rows import add_document

from .conftest import NOW

Clients = dict[str, TestClient]


@pytest.fixture
def books(deployment: Deployment) -> None:
    """Acme with SO-1 (10.00 USD) and SO-2 (300.00 USD), Borealis with SO-3 (5 JPY); an invoice of Acme."""
    then = NOW - timedelta(days=1)
    with deployment.store.write() as session:
        for key, name in (("001A", "Acme"), ("001B", "Borealis")):
            session.add(CrmCustomer(external_id=key, name=name, key=name.lower(), key_version=1))
        job = Job(kind="orders", state="done", parameters={}, requested_by="x", created_at=then)
        job.published_at = then
        session.add(job)
        session.flush()
        for number, customer, currency, amount in (
            ("SO-1", "001A", "USD", 1_000),
            ("SO-2", "001A", "USD", 30_000),
            ("SO-3", "001B", "JPY", 5),
        ):
            line = StagedOrderLine(
                "A",
                1,
                CatalogueProduct("PLAN", "Plan"),
                "",
                10**6,
                amount,
                date(2026, 1, 1),
                date(2026, 12, 31),
                "",
                "",
            )
            form = StagedOrder(
                f"801-{number}",
                number,
                customer,
                "",
                date(2026, 1, 1),
                currency,
                1,
                None,
                then,
                None,
                then.date(),
                (line,),
            )
            stage_orders(session, job.id, [[form]])
        publish_orders(session, job.id)
        acme = session.exec(select(CrmCustomer.id).where(CrmCustomer.external_id == "001A")).one()
        session.add(
            CustomerLink(
                netsuite_customer_id=501,
                crm_customer_id=acme,
                basis="name",
                linked_by="x",
                linked_at=NOW,
                netsuite_name="Acme Inc",
                crm_name="Acme",
            )
        )
        add_document(
            session,
            job.id,
            9001,
            date(2026, 1, 5),
            (1_000,),
            tran_id="INV-1",
            main_minor=1_100,
            tax_minor=100,
        )


@pytest.mark.usefixtures("books")
def test_contracts_page_by_page(clients: Clients) -> None:
    viewer = clients["viewer"]
    first = viewer.get("/api/v1/contracts?sort=-stated&limit=2").json()
    assert [one["number"] for one in first["items"]] == ["SO-2", "SO-1"]
    assert first["items"][0]["stated_prices"] == [{"currency": "USD", "amount": "300.00"}]
    assert (first["items"][0]["balance"], first["items"][0]["waits"]) == (None, 0)
    rest = viewer.get(f"/api/v1/contracts?sort=-stated&limit=2&cursor={first['next_cursor']}").json()
    assert ([one["number"] for one in rest["items"]], rest["next_cursor"]) == (["SO-3"], None)
    found = viewer.get("/api/v1/contracts?search=acme&currency=USD&sort=customer").json()["items"]
    assert [one["number"] for one in found] == ["SO-1", "SO-2"]
    assert viewer.get("/api/v1/contracts?waiting=perhaps").status_code == 422
    assert viewer.get("/api/v1/contracts?sort=colour").status_code == 422
    totals = viewer.get("/api/v1/contracts/totals").json()
    assert [(one["currency"], one["contracts"], one["stated_price"]) for one in totals] == [
        ("JPY", 1, "5"),
        ("USD", 2, "310.00"),
    ]


@pytest.mark.usefixtures("books")
def test_a_customer_and_its_documents(clients: Clients) -> None:
    viewer = clients["viewer"]
    acme, borealis = viewer.get("/api/v1/customers").json()["items"]
    assert (acme["contracts"], acme["stated_prices"][0]["amount"], borealis["contracts"]) == (2, "310.00", 1)
    assert viewer.get("/api/v1/customers?linked=no").json()["items"] == [borealis]
    assert viewer.get("/api/v1/customers/totals?search=acme").json() == [
        {"currency": "USD", "customers": 1, "contracts": 2, "stated_price": "310.00"}
    ]
    detail = viewer.get(f"/api/v1/customers/{acme['id']}").json()
    assert (detail["links_ever"][0]["netsuite_name"], detail["balances"]) == ("Acme Inc", [])
    here = f"/api/v1/customers/{acme['id']}/documents"
    (document,) = viewer.get(here).json()["items"]
    assert (document["number"], document["amount"], document["tax"]) == ("INV-1", "10.00", "1.00")
    assert viewer.get(f"{here}?state=pending").json()["items"] == []
    assert viewer.get(f"{here}/totals").json() == [
        {"currency": "USD", "state": "loaded", "documents": 1, "amount": "10.00"}
    ]
    shown = viewer.get("/api/v1/documents/9001").json()
    assert (shown["shown"], shown["versions"][0]["document_number"], shown["lines"]) == (1, "INV-1", [])
    assert viewer.get("/api/v1/documents/1").status_code == 404
    assert viewer.get("/api/v1/customers/99").status_code == 404


@pytest.mark.usefixtures("books")
def test_the_parts_of_a_contract(clients: Clients) -> None:
    viewer = clients["viewer"]
    (contract,) = viewer.get("/api/v1/contracts?search=SO-3").json()["items"]
    here = f"/api/v1/contracts/{contract['id']}"
    (order,) = viewer.get(f"{here}/orders").json()
    assert (order["order"], order["versions"][0]["total"]) == ("SO-3", "5")
    schedule = viewer.get(f"{here}/schedule").json()
    assert (schedule["currency"], schedule["totals"], schedule["lines"]) == ("JPY", [], [])
    billing = viewer.get(f"{here}/documents").json()
    assert (billing["documents"], billing["total"]) == ([], "0")
    assert viewer.get("/api/v1/contracts/99/schedule").status_code == 404
