"""Pending Data in the browser: found, sorted, summed, paired with anybody, undone, taken away."""

import csv
import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from revrec.store.tables import (
    AuditEvent,
    CrmCustomer,
    CustomerLink,
    Job,
    NetSuiteCustomer,
    SourceDocument,
)
from tests.document_rows import add_document

from .conftest import NOW, key_of

# id, name, its documents' (currency, minor units)
WAITING = (
    (501, "Acme Incorporated", (("USD", 120_000), ("EUR", 5_000))),
    (502, "Globx Systems", (("USD", 30_050),)),
    (503, "Wayne Foods", (("USD", -999_900),)),
    (504, "=Zebra", (("JPY", 700),)),
)


@pytest.fixture
def waiting(deployment):
    """Four customers with five documents; the CRM has Acme Corp, Globex Systems and Hooli."""
    with deployment.store.write() as session:
        job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
        job.published_at = NOW
        session.add(job)
        session.flush()
        for number, name in enumerate(("Acme Corp", "Globex Systems", "Hooli"), start=1):
            session.add(CrmCustomer(external_id=f"00{number}", name=name, key=name.lower(), key_version=1))
        for customer, name, amounts in WAITING:
            session.add(NetSuiteCustomer(id=customer, name=name, key=name.lower(), key_version=1))
            for at, (currency, minor) in enumerate(amounts):
                reason = (
                    "several CRM customers of this name"
                    if customer == 503
                    else "no CRM customer of this name"
                )
                add_pending(session, job.id, customer * 10 + at, customer, currency, minor, reason)


def add_pending(session, job, number, customer, currency, minor, reason):
    add_document(
        session,
        job,
        number,
        date(2026, 3, number % 10 + 1),
        (minor,),
        state="pending",
        reason=reason,
        tran_id=f"INV{number}",
        customer_id=customer,
        currency=currency,
    )


def names(page):
    """The customers of a page, in its order."""
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [name for _, name, _ in WAITING if f">{name}</a>" in rows] if rows else []


def order(page):
    return sorted(names(page), key=lambda name: page.index(f">{name}</a>"))


def test_the_largest_comes_first_and_every_head_sorts(visit, waiting):
    browser = visit("viewer")
    assert order(browser.get("/pending").text) == [
        "Wayne Foods",
        "Acme Incorporated",
        "=Zebra",
        "Globx Systems",
    ]
    by_name = browser.get("/pending?sort=name").text
    assert order(by_name) == ["=Zebra", "Acme Incorporated", "Globx Systems", "Wayne Foods"]
    assert 'aria-sort="ascending"' in by_name
    assert order(browser.get("/pending?sort=-documents").text)[0] == "Acme Incorporated"
    assert "cannot be sorted by" in browser.get("/pending?sort=colour").text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=acme", ["Acme Incorporated"]),
        ("search=globex", ["Globx Systems"]),  # the suggestion's name, not its own
        ("search=503", ["Wayne Foods"]),
        ("reason=ambiguous", ["Wayne Foods"]),
        ("reason=paired", []),
        ("search=acme&reason=ambiguous", []),
    ],
)
def test_both_names_are_searched_and_reasons_filter(visit, waiting, query, found):
    page = visit("viewer").get(f"/pending?{query}").text
    assert names(page) == found
    if not found:
        assert "fits this choice" in page


def test_suggestions_say_what_they_share(visit, waiting):
    page = visit("viewer").get("/pending").text
    assert "Globex Systems" in page and "96 of 100, shares systems" in page
    assert 'type="checkbox"' not in page  # a viewer pairs nothing


def test_totals_are_by_currency_and_of_the_selection(visit, waiting):
    browser = visit("viewer")
    whole = browser.get("/pending/totals").text
    assert "(8,498.50)" in whole and "50.00" in whole and "700" in whole
    part = browser.get("/pending/totals?search=globex").text
    assert "300.50" in part and "EUR" not in part


def test_a_pairing_says_what_comes_next_and_is_undone(visit, waiting, deployment):
    browser = visit("accountant")
    key = key_of(browser)
    sent = {"key": key, "pair": ["501/001", "502/002"], "reason": "known"}
    assert browser.post("/pending/pair", data=sent).headers["location"] == "/pending"
    page = browser.get("/pending?reason=paired").text
    assert names(page) == ["Acme Incorporated", "Globx Systems"]
    assert "2 customers are paired. The next invoices run loads their documents." in page
    assert "The invoices flow is not connected" in page
    one = browser.get("/pending/501").text
    assert "Paired with Acme Corp by accountant@books.test" in one
    undone = browser.post("/pending/undo", data={"key": key, "customer": ["501", "502"]})
    assert undone.status_code == 303
    assert "the pairing with Acme Corp was undone" in browser.get("/pending/501").text
    assert names(browser.get("/pending?reason=undone").text) == ["Acme Incorporated", "Globx Systems"]
    with deployment.store.read() as session:
        actions = [one.action for one in session.exec(select(AuditEvent)) if "pair" in one.action]
    assert actions == ["pair_customer"] * 2 + ["undo_pairing"] * 2


def test_all_are_paired_or_none(visit, waiting, deployment):
    browser = visit("accountant")
    key = key_of(browser)
    twice = browser.post("/pending/pair", data={"key": key, "pair": ["501/001", "501/003"]})
    assert "ticked with two CRM customers" in twice.text
    answer = browser.post("/pending/pair", data={"key": key, "pair": ["501/001", "502/999"]})
    assert (answer.status_code, "There is no CRM customer 999" in answer.text) == (404, True)
    assert "Tick at least one" in browser.post("/pending/pair", data={"key": key}).text
    with deployment.store.read() as session:
        assert session.exec(select(CustomerLink)).all() == []


def test_any_crm_customer_is_found_and_chosen_for_several(visit, waiting, deployment):
    browser = visit("accountant")
    key = key_of(browser)
    to = browser.post("/pending/choose", data={"key": key, "customer": ["503", "504"]}).headers["location"]
    assert to == "/pending/choose?customer=503&customer=504"
    page = browser.get(f"{to}&search=hoo").text
    assert "Wayne Foods" in page and "=Zebra" in page and 'value="003"' in page
    assert "is like “xyzzy”" in browser.get(f"{to}&search=xyzzy").text
    sent = {"key": key, "customer": ["503", "504"], "crm_customer": "003"}
    assert browser.post("/pending/pair", data=sent).status_code == 303
    with deployment.store.read() as session:
        links = [(one.netsuite_customer_id, one.crm_name) for one in session.exec(select(CustomerLink))]
    assert links == [(503, "Hooli"), (504, "Hooli")]


def test_a_customers_documents_are_listed_with_their_job(visit, waiting):
    browser = visit("accountant")
    page = browser.get("/pending/501?sort=-amount").text
    assert page.index("INV5010") < page.index("INV5011")
    assert '<a href="/sync/jobs/1">job 1</a>' in page
    assert 'value="001"' in page  # Acme Corp is suggested
    assert 'value="003"' in browser.get("/pending/501?search=Hooli").text


def test_customers_and_documents_are_taken_away_whole(visit, waiting, deployment):
    browser = visit("viewer")
    text = browser.get("/pending.csv?sort=name").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(one["NetSuite customer"], one["Currency"], one["Amount, net of tax"]) for one in rows] == [
        ("'=Zebra", "JPY", "700"),
        ("Acme Incorporated", "EUR", "50.00"),
        ("Acme Incorporated", "USD", "1200.00"),
        ("Globx Systems", "USD", "300.50"),
        ("Wayne Foods", "USD", "-9999.00"),
    ]
    assert rows[3]["Looks like"] == "Globex Systems" and rows[3]["Shares"] == "systems"
    sheet = load_workbook(io.BytesIO(browser.get("/pending/documents.xlsx?search=acme").content)).active
    assert [sheet.cell(row, 1).value for row in (1, 2, 3)] == ["Number", "INV5010", "INV5011"]
    with deployment.store.read() as session:
        told = [
            one.subject for one in session.exec(select(AuditEvent).where(AuditEvent.action == "export_list"))
        ]
    assert told == ["pending data", "pending documents"]


def test_a_run_that_publishes_changes_the_list(visit, waiting, deployment):
    browser = visit("viewer")
    assert len(names(browser.get("/pending").text)) == 4
    with deployment.store.write() as session:
        for row in session.exec(select(SourceDocument).where(SourceDocument.external_id < 5030)):
            row.state = "loaded"
    assert names(browser.get("/pending").text) == ["Wayne Foods", "=Zebra"]
    with deployment.store.write() as session:
        session.add(CrmCustomer(external_id="004", name="Wayne Foods Inc", key="wayne foods", key_version=1))
    assert "Wayne Foods Inc" in browser.get("/pending").text


def test_when_nothing_waits_the_page_says_so(visit):
    assert "Nothing waits" in visit("viewer").get("/pending").text
