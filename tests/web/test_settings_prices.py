"""Prices: those in force on a day, set, withdrawn, and loaded from a sheet whole or not at all."""

import re

import pytest
from sqlmodel import select

from revrec.store.tables import AuditEvent, Product, StandalonePrice

from .conftest import key_of

HEADER = "Product,Currency,Region,Minimum quantity,From,Kind,Low,High,Per\n"


@pytest.fixture(autouse=True)
def products(deployment):
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan"))
        session.add(Product(key="setup", code="SETUP", name="Set-up"))


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


def point(browser, product="PLAN", currency="USD", low="1200", **more):
    fields = {"product": product, "currency": currency, "low": low, "kind": "observed", "per": "each"}
    return post(browser, "/settings/prices", **fields | more)


def sheet(browser, text, name="prices.csv", **fields):
    return browser.post(
        "/settings/prices/sheet", data={"key": key_of(browser), **fields}, files={"file": (name, text)}
    )


def kept(deployment):
    with deployment.store.read() as session:
        return len(session.exec(select(StandalonePrice.id)).all())


def test_a_price_is_set_and_the_one_of_the_latest_day_rules(visit):
    browser = visit("controller")
    assert "No price is set." in browser.get("/settings/prices").text
    assert point(browser, low="1200.50").status_code == 303
    point(browser, low="1300", valid_from="2026-05-01", reason="List price")
    point(browser, product="Set-up", currency="jpy", low="9000", high="9500", per="month")
    today = browser.get("/settings/prices?sort=currency").text
    assert "1,200.50" in today and "1,300.00" not in today and "9,000" in today
    assert re.findall(r">(JPY|USD)<", today) == ["JPY", "USD"]
    assert "1,300.00" in browser.get("/settings/prices?day=2026-05-01&currency=usd").text
    assert "No price in force fits" in browser.get("/settings/prices?region=EMEA").text
    assert "<td>JPY</td>" in browser.get("/settings/prices/totals").text
    history = browser.get("/settings/prices/2").text
    assert "List price" in history and "in force" in history
    assert "1,200.50" in browser.get("/settings/products/1").text


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"product": "NONE"}, "product", "There is no product"),
        ({"currency": "dollars"}, "currency", "is no currency"),
        ({"low": "1.005"}, "low", "low"),
        ({"low": ""}, "low", "needs an amount"),
        ({"low": "5", "high": "4"}, "high", "below its low end"),
        ({"min_quantity": "many"}, "min_quantity", "min_quantity"),
        ({"valid_from": "tomorrow"}, "valid_from", "is no day"),
    ],
)
def test_what_is_wrong_with_a_price_stands_beside_its_field(visit, deployment, fields, where, words):
    answer = point(visit("controller"), **{"reason": "because", **fields})
    assert answer.status_code in (404, 422)
    wrong = answer.text.partition(f'id="{where}-wrong"')[2].partition("</p>")[0]
    assert words in wrong
    assert 'value="because"' in answer.text
    assert kept(deployment) == 0


def test_a_price_is_withdrawn_from_a_day_on_and_stays_in_its_history(visit):
    browser = visit("controller")
    point(browser)
    done = post(browser, "/settings/prices/1/withdraw", valid_from="2026-04-01", reason="Not sold alone")
    assert done.status_code == 303
    page = browser.get(done.headers["location"]).text
    assert "The price of PLAN in USD is withdrawn from 2026-04-01 on." in page
    assert "Not sold alone" in page and "Withdraw it" not in page
    assert "1,200.00" in browser.get("/settings/prices?day=2026-03-31").text
    assert "1,200.00" not in browser.get("/settings/prices").text
    again = post(browser, "/settings/prices/1/withdraw", valid_from="2026-04-02")
    assert again.status_code == 404 and "to withdraw then" in again.text
    assert browser.get("/settings/prices/99").status_code == 404


def test_a_sheet_is_loaded_and_what_is_taken_away_can_be_loaded_again(visit, deployment):
    browser = visit("controller")
    rows = "PLAN,USD,,,,,1200.50,,\nPLAN,USD,EMEA,10,2026-01-01,observed,900,1000,month\n"
    assert sheet(browser, HEADER + rows, reason="Price book").status_code == 303
    assert "2 prices are loaded; 0 were in force already." in browser.get("/settings/prices").text
    for kind in ("csv", "xlsx"):
        taken = browser.get(f"/settings/prices.{kind}").content
        assert sheet(browser, taken, f"prices.{kind}").status_code == 303
        assert "0 prices are loaded; 2 were in force already." in browser.get("/settings/prices").text
    assert kept(deployment) == 2
    with deployment.store.read() as session:
        event = session.exec(select(AuditEvent).where(AuditEvent.action == "import_prices")).first()
        assert event.reason == "Price book"


def test_a_sheet_with_faults_names_each_by_row_and_column_and_loads_nothing(visit, deployment):
    browser = visit("controller")
    rows = "PLAN,USD,,,,,10,,\nNONE,USD,,,,,10,,\nPLAN,USD,,,soon,,10,,\nPLAN,USD,,,,,abc,,\n"
    answer = sheet(browser, HEADER + rows, reason="Price book")
    assert answer.status_code == 422
    assert "prices.csv was not loaded: 3 faults." in answer.text
    assert (
        "prices.csv, row 3" in answer.text
        and "column Product" in answer.text
        and "There is no product" in answer.text
    )
    assert "row 4" in answer.text and "column From" in answer.text
    assert "row 5" in answer.text and "column Low" in answer.text
    assert 'id="sheet-reason" name="reason" value="Price book"' in answer.text
    assert kept(deployment) == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("prices.pdf", b"%PDF", "is neither an .xlsx nor a .csv file"),
        ("prices.xlsx", b"not a zip", "prices.xlsx"),
        ("../prices.csv", b"Product,Colour\nPLAN,red\n", ".._prices.csv was not loaded"),
        ("", b"", "Choose the sheet"),
    ],
)
def test_a_file_that_is_no_such_sheet_is_refused_in_words(visit, deployment, name, content, words):
    answer = sheet(visit("controller"), content, name)
    assert answer.status_code == 422 and words in answer.text
    assert kept(deployment) == 0


def test_a_viewer_sees_prices_and_is_offered_no_form(visit):
    browser = visit("viewer")
    assert "Set a price" not in browser.get("/settings/prices").text
    assert point(browser).status_code == 403
