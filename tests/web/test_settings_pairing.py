"""What NetSuite's items and the CRM's selling entities stand for: seen, said by hand, taken back."""

import csv
import io

import pytest

from revrec.store.reference.pairing import pair_items
from revrec.store.tables import CompanyEntity, Item, Product, Subsidiary

from .conftest import key_of


@pytest.fixture(autouse=True)
def reference(deployment):
    """Two products of the CRM; an item by its code, one by its name, one that fits nothing; two subsidiaries."""
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan", category="Platform"))
        session.add(Product(key="setup", code="SETUP", name="Set-up"))
        session.add(Item(id=701, name="PLAN", display_name="The plan", type="Service"))
        session.add(Item(id=702, name="X-1", display_name="Set-up", type="Service"))
        session.add(Item(id=-6, name="Odd", display_name="Odd", type="Discount"))
        session.add(Subsidiary(id=1, name="Parent", currency_id=1))
        session.add(Subsidiary(id=2, name="UK Ltd", currency_id=1))
        session.add(Subsidiary(id=3, name="Closed", currency_id=1, active=False))
        session.add(CompanyEntity(key="acme uk", name="Acme UK"))
        session.flush()
        pair_items(session)


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


def test_items_say_how_they_were_paired(visit):
    browser = visit("viewer")
    text = browser.get("/settings/items?sort=-code").text
    assert text.index(">X-1<") < text.index(">PLAN</a>") < text.index(">Odd<")
    assert "by its code" in text and "a product of its own" in text and "Pair all anew" not in text
    assert "X-1" not in browser.get("/settings/items?paired=code").text
    assert "No item fits" in browser.get("/settings/items?search=nothing").text
    assert "<td>by its name</td>" in browser.get("/settings/items/totals").text
    file = browser.get("/settings/items.csv").content.decode("utf-8-sig")
    rows = {row["Item"]: row for row in csv.DictReader(io.StringIO(file))}
    assert (rows["702"]["Product"], rows["702"]["Paired"]) == ("SETUP", "by its name")
    assert "Pairing takes a controller" in browser.get("/settings/items/-6").text


def test_an_item_is_paired_by_hand_and_given_back_to_the_runs(visit):
    browser = visit("controller")
    done = post(browser, "/settings/items/702/pair", choice="other", product="PLAN", reason="It is")
    assert done.status_code == 303
    page = browser.get("/settings/items/702").text
    assert "X-1 is PLAN." in page and "by hand, by controller@books.test" in page
    assert "it would be SETUP" in page
    assert (
        "X-1 is"
        in browser.get(post(browser, "/settings/items/702/pair", choice="own").headers["location"]).text
    )
    back = post(browser, "/settings/items/702/unpair")
    assert "X-1 is paired by its name again." in browser.get(back.headers["location"]).text
    again = post(browser, "/settings/items/702/unpair")
    assert again.status_code == 409 and "Nobody paired the item" in again.text
    post(browser, "/settings/items/701/pair", choice="own")
    reset = post(browser, "/settings/items/reset", reason="Anew")
    words = browser.get(reset.headers["location"]).text
    assert "3 items are paired anew, 1 of them were paired by hand; 1 moved." in words


@pytest.mark.parametrize(
    ("fields", "where"), [({"choice": "other", "product": "NONE"}, "product"), ({}, "choice")]
)
def test_a_choice_that_is_none_is_told(visit, fields, where):
    answer = post(visit("controller"), "/settings/items/702/pair", reason="because", **fields)
    assert answer.status_code in (404, 422)
    assert ("There is no product" if where == "product" else "Choose the product") in answer.text
    assert 'value="because"' in answer.text


def test_an_item_that_nobody_knows(visit):
    browser = visit("controller")
    assert browser.get("/settings/items/999").status_code == 404
    assert browser.get(f"/settings/items/{10**30}").status_code == 422


def test_entities_are_mapped_one_by_one_and_all_together(visit):
    browser = visit("controller")
    page = browser.get("/settings/entities?entity=Acme+UK").text
    assert "not mapped" in page and 'name="entity" value="Acme UK"' in page and "Closed" not in page
    counted = browser.get("/settings/entities/totals", headers={"HX-Request": "true"}).text
    assert "Orders that name it" in counted and "<td>Acme UK</td>" in counted and "<html" not in counted
    assert post(browser, "/settings/entities", entity="Acme UK", subsidiary="2").status_code == 303
    page = browser.get("/settings/entities").text
    assert "Acme UK is mapped." in page and "<td>UK Ltd</td>" in page
    post(browser, "/settings/entities", entity="Acme UK", subsidiary="", reason="Wrong")
    assert "has no subsidiary of its own any more" in browser.get("/settings/entities").text
    post(browser, "/settings/entities/all", subsidiary="1")
    page = browser.get("/settings/entities").text
    assert "All 1 entities stand for that subsidiary" in page
    assert "Every entity without a subsidiary of its own stands for Parent" in page
    file = browser.get("/settings/entities.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file))
    assert (row["Entity"], row["Subsidiary"], row["Subsidiary id"]) == ("Acme UK", "Parent", "1")
    post(browser, "/settings/entities/reset", reason="Anew")
    assert "not mapped" in browser.get("/settings/entities").text


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"entity": "Acme UK", "subsidiary": "3"}, "subsidiary", "inactive"),
        ({"entity": "Acme UK", "subsidiary": "9"}, "subsidiary", "no subsidiary 9"),
        ({"entity": "Acme UK", "subsidiary": "x"}, "subsidiary", "of the list"),
        ({"entity": "Nobody", "subsidiary": ""}, "entity", "There is no entity"),
        ({"entity": " ", "subsidiary": "1"}, "entity", "Name the entity"),
    ],
)
def test_what_is_wrong_with_a_mapping_stands_beside_its_field(visit, fields, where, words):
    answer = post(visit("controller"), "/settings/entities", **fields)
    assert answer.status_code in (404, 422)
    assert words in answer.text.partition(f'id="{where}-wrong"')[2].partition("</p>")[0]


def test_a_viewer_maps_nothing(visit):
    browser = visit("viewer")
    assert "Map an entity" not in browser.get("/settings/entities").text
    assert post(browser, "/settings/entities", entity="Acme UK", subsidiary="1").status_code == 403
