"""Customers, contracts and documents in lists: search, filters, order, totals, downloads; pages of each."""

import csv
import io
from datetime import date

import pytest

from revrec.store.tables import (
    Balance,
    BillingSplit,
    Contract,
    CrmCustomer,
    CustomerLink,
    DocumentLine,
    DocumentVersion,
    Job,
    NetSuiteCustomer,
    PeriodClose,
    SourceDocument,
    WaitingItem,
)

from .conftest import NOW

AMOUNTS = [name for name in Balance.model_fields if name.endswith("_minor")]


@pytest.fixture
def books(deployment):
    """Acme with 51 contracts in dollars and one in yen, Borealis without any; an invoice of Acme that one close billed
    a contract by, and a credit memo that waits."""
    with deployment.store.write() as session:
        session.add(
            Job(
                id=1,
                kind="close",
                state="done",
                parameters={},
                requested_by="x",
                created_at=NOW,
                published_at=NOW,
            )
        )
        session.flush()
        session.add(
            PeriodClose(
                id=1, period="2026-01", state="closed", job_id=1, policy={}, closed_by="x", closed_at=NOW
            )
        )
        session.add(
            CrmCustomer(id=1, external_id="001A", name="Acme & Sons", key="acme and sons", key_version=1)
        )
        session.add(CrmCustomer(id=2, external_id="001B", name="Borealis", key="borealis", key_version=1))
        session.add(
            NetSuiteCustomer(id=501, name="ACME Holding", key="acme holding", key_version=1, match="linked")
        )
        session.flush()
        session.add(
            CustomerLink(
                netsuite_customer_id=501,
                crm_customer_id=1,
                basis="alias",
                linked_by="ada@books.test",
                linked_at=NOW,
                netsuite_name="ACME Inc",
                crm_name="Acme & Sons",
            )
        )
        for number in range(1, 53):
            yen = number == 52
            session.add(
                Contract(
                    id=number,
                    key=f"C-{number}",
                    number=f"C-{number:02}",
                    crm_customer_id=1,
                    currency="JPY" if yen else "USD",
                    stated_minor=5_000 if yen else number * 100,
                )
            )
        session.flush()
        row = dict.fromkeys(AMOUNTS, 0) | {
            "billed_minor": 900,
            "recognised_minor": 300,
            "liability_minor": 600,
        }
        session.add(
            Balance(
                period_close_id=1,
                scope="contract",
                contract_id=7,
                customer_id=1,
                subsidiary_id=1,
                currency="USD",
                **row,
            )
        )
        session.add(
            WaitingItem(
                period_close_id=1,
                kind="held",
                reason="missing_dates",
                contract_id=7,
                currency="USD",
                amount_minor=1,
            )
        )
        _document(session, 9001, "INV-1", "CustInvc", "loaded", 900)
        _document(session, 9002, "CM-1", "CustCred", "pending", -250, reason="no customer")
        session.add(
            BillingSplit(
                period_close_id=1,
                document_id=9001,
                line_id=1,
                contract_id=7,
                customer_id=1,
                subsidiary_id=1,
                currency="USD",
                amount_minor=900,
                base_minor=900,
                account_id=1,
                account_type=1,
            )
        )


def _document(session, number, name, kind, state, amount, reason=""):
    session.add(SourceDocument(id=number, external_id=number, kind=kind, state=state, reason=reason))
    session.flush()
    for version, net in ((1, 100), (2, amount)):
        key = number * 10 + version
        session.add(
            DocumentVersion(
                id=key,
                document_id=number,
                number=version,
                job_id=1,
                sha256=f"{key}",
                raw=b"",
                modified_at=NOW,
                tran_id=name,
                tran_date=date(2026, 1, number - 8_999),
                period_id=1,
                period="2026-01",
                customer_id=501,
                subsidiary_id=1,
                currency_id=1,
                currency="USD",
                exchange_rate_e10=10**10,
                status="",
                main_minor=net + 7,
                tax_minor=7,
            )
        )
        session.flush()
        session.add(
            DocumentLine(
                version_id=key,
                line_id=1,
                sequence=1,
                role="billing",
                description="Platform",
                quantity_e6=2_500_000,
                amount_minor=net,
                billing_minor=net,
                base_minor=net,
            )
        )
    document = session.get_one(SourceDocument, number)
    document.current_version_id = number * 10 + 2
    session.add(document)


def numbers(text: str) -> list[str]:
    """The contracts on a page, in their order."""
    return [
        part.partition("</a>")[0].rpartition(">")[2]
        for part in text.split('<tr><td><a href="/contracts/')[1:]
    ]


def test_contracts_are_sorted_narrowed_and_paged(visit, books):
    browser = visit("viewer")
    first = browser.get("/contracts").text
    assert numbers(first)[:2] == ["C-01", "C-02"] and "50 contracts on this page" in first
    onward = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert numbers(browser.get(onward).text) == ["C-51", "C-52"]
    assert numbers(browser.get("/contracts?sort=-stated&currency=usd").text)[:2] == ["C-51", "C-50"]
    waiting = browser.get("/contracts?waiting=yes").text
    assert numbers(waiting) == ["C-07"] and "1 waits" in waiting and "6.00" in waiting
    assert numbers(browser.get("/contracts?search=sons&currency=JPY").text) == ["C-52"]
    assert "No contract fits" in browser.get("/contracts?customer=2").text
    assert "Acme &amp; Sons</a> alone" in browser.get("/contracts?customer=1").text
    refused = browser.get("/contracts?customer=acme")
    assert (refused.status_code, "no customer's id" in refused.text.replace("&#39;", "'")) == (422, True)


def test_totals_and_download_of_contracts_are_of_the_selection(visit, books):
    browser = visit("viewer")
    totals = browser.get("/contracts/totals").text
    assert "1,326.00" in totals and "5,000" in totals and "9.00" in totals
    assert "1,326.00" not in browser.get("/contracts/totals?currency=JPY").text
    rows = list(
        csv.DictReader(io.StringIO(browser.get("/contracts.csv?waiting=yes").content.decode("utf-8-sig")))
    )
    (row,) = rows
    assert (row["Contract"], row["Currency"], row["Billed"], row["Recognised"]) == (
        "C-07",
        "USD",
        "9.00",
        "3.00",
    )
    assert (row["Balances after"], row["Contract liability"], row["Waiting"]) == ("2026-01", "6.00", "1")


def test_customers_are_found_by_either_name(visit, books):
    browser = visit("viewer")
    both = browser.get("/customers").text
    assert both.index("Acme &amp; Sons") < both.index("Borealis")
    assert "Borealis" not in browser.get("/customers?search=holding").text
    assert "Acme" in browser.get("/customers?search=501").text
    assert "Borealis" in browser.get("/customers?linked=no").text
    assert "no contract" in browser.get("/customers/totals").text
    rows = list(csv.DictReader(io.StringIO(browser.get("/customers.csv").content.decode("utf-8-sig"))))
    assert rows[0]["NetSuite customers"] == "ACME Inc" and rows[0]["Contracts"] == "52"


def test_a_customer_shows_both_names_balances_contracts_and_documents(visit, books):
    browser = visit("viewer")
    text = browser.get("/customers/1").text
    assert "ACME Holding" in text and "was ACME Inc when linked" in text
    assert "Balances after 2026-01" in text and "6.00" in text
    assert 'href="/documents/9001"' in text and "(2.50)" in text
    assert numbers(text)[:2] == ["C-51", "C-52"], "the largest first"
    assert "The 20 largest" in text
    assert "No customer of NetSuite is linked" in browser.get("/customers/2").text
    assert browser.get("/customers/3").status_code == 404


def test_documents_of_a_customer_are_narrowed_and_added_up(visit, books):
    browser = visit("viewer")
    listed = browser.get("/customers/1/documents").text
    assert listed.index("CM-1") < listed.index("INV-1")
    assert "INV-1" not in browser.get("/customers/1/documents?kind=CustCred").text
    assert "9.00" in browser.get("/customers/1/documents/totals?state=loaded").text
    rows = list(
        csv.DictReader(
            io.StringIO(browser.get("/customers/1/documents.csv?sort=date").content.decode("utf-8-sig"))
        )
    )
    assert [(row["Document"], row["Amount, net of tax"]) for row in rows] == [
        ("INV-1", "9.00"),
        ("CM-1", "-2.50"),
    ]


def test_a_document_shows_its_versions_lines_and_what_they_bill(visit, books):
    browser = visit("viewer")
    text = browser.get("/documents/9001").text
    assert "Invoice INV-1" in text and 'href="/contracts/7"' in text and "2.5" in text
    older = browser.get("/documents/9001?version=1").text
    assert "This is version 1" in older and 'href="/contracts/7"' not in older
    assert "It bills nothing while it is pending" in browser.get("/documents/9002").text
    assert browser.get("/documents/9001?version=3").status_code == 404
    assert "No invoice or credit memo of NetSuite id 1 was ever loaded" in browser.get("/documents/1").text
