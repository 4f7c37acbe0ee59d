"""Bundles on their page: set with their products, withdrawn, and what is wrong told beside its field."""

import csv
import io

import pytest

from revrec.store.tables import Product

from .conftest import key_of


@pytest.fixture(autouse=True)
def products(deployment):
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan"))
        session.add(Product(key="setup", code="SETUP", name="Set-up"))


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


STARTER = {"name": "Starter", "currency": "usd", "price": "1500.50", "products": "PLAN\r\nSet-up"}


def test_a_bundle_is_set_and_withdrawn(visit):
    browser = visit("controller")
    assert "No bundle is in force." in browser.get("/settings/bundles").text
    done = post(browser, "/settings/bundles", **STARTER, valid_from="2026-02-01", reason="Price book")
    assert done.status_code == 303
    page = browser.get("/settings/bundles").text
    assert "The bundle Starter sells for 1500.50 USD from 2026-02-01 on." in page
    assert "PLAN, SETUP" in page and "1,500.50" in page and "Withdraw the bundle Starter?" in page
    assert "No bundle is in force." in browser.get("/settings/bundles?day=2026-01-31").text
    file = browser.get("/settings/bundles.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    assert (row["Bundle"], row["Price"], row["Products"]) == ("Starter", "1500.50", "PLAN, SETUP")
    assert post(browser, "/settings/bundles/withdraw", name="Starter", currency="EUR").status_code == 404
    post(browser, "/settings/bundles", **STARTER)
    post(browser, "/settings/bundles/withdraw", name="Starter", currency="USD", reason="Over")
    assert "The bundle Starter is withdrawn." in browser.get("/settings/bundles?day=2026-01-31").text


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"products": "PLAN"}, "products", "two products or more"),
        ({"products": "PLAN\nNONE"}, "products", "There is no product"),
        ({"price": "cheap"}, "price", "price"),
        ({"currency": "?"}, "currency", "is no currency"),
        ({"name": " "}, "name", "needs a name"),
    ],
)
def test_what_is_wrong_with_a_bundle_stands_beside_its_field(visit, fields, where, words):
    answer = post(visit("controller"), "/settings/bundles", **(STARTER | fields), reason="because")
    assert answer.status_code in (404, 422)
    assert words in answer.text.partition(f'id="{where}-wrong"')[2].partition("</p>")[0]
    assert 'value="because"' in answer.text


def test_a_viewer_sees_bundles_and_sets_none(visit):
    browser = visit("viewer")
    assert "Set a bundle" not in browser.get("/settings/bundles").text
    assert post(browser, "/settings/bundles", **STARTER).status_code == 403
