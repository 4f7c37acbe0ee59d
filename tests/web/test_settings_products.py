"""Products: found, sorted and counted; a rule and a category set, and what is wrong told beside its field."""

import csv
import io
import re

import pytest
from sqlmodel import select

from revrec.store.tables import Product, ProductRule, SegmentValue

from .conftest import key_of


@pytest.fixture(autouse=True)
def products(deployment):
    with deployment.store.write() as session:
        session.add(Product(key="plan", code="PLAN", name="Plan", category="Platform", method="even"))
        session.add(Product(key="setup", code="SETUP", name="Set-up", category="Services"))
        session.add(Product(key="=cmd", code="=CMD", name="<b>Odd</b>"))
        session.add(SegmentValue(segment="department", value_id=5, name="Sales"))


def post(browser, path, **fields):
    return browser.post(path, data={"key": key_of(browser), **fields})


def test_products_are_found_sorted_counted_and_taken_away(visit):
    browser = visit("viewer")
    text = browser.get("/settings/products?sort=-name").text
    assert re.findall(r'<a href="/settings/products/(\d)">', text) == ["2", "1", "3"]
    assert "&lt;b&gt;Odd&lt;/b&gt;" in text and "the catalogue" in text and "the policy" in text
    found = browser.get("/settings/products?category=Services").text
    assert re.findall(r'<a href="/settings/products/(\d)">', found) == ["2"]
    assert "No product fits" in browser.get("/settings/products?rule=yes").text
    assert "<td>Platform</td>" in browser.get("/settings/products/totals").text
    file = browser.get("/settings/products.csv").content.decode("utf-8-sig")
    rows = {row["Name"]: row for row in csv.DictReader(io.StringIO(file))}
    assert (rows["Plan"]["Method"], rows["Plan"]["Method by"]) == ("even", "catalogue")
    assert rows["<b>Odd</b>"]["Code"] == "'=CMD"


def test_a_rule_is_set_with_its_plan_and_its_segments(visit, deployment):
    browser = visit("controller")
    done = post(
        browser,
        "/settings/products/2/rule",
        method="milestone",
        plan="Go-live: 60\r\nHandover: 40",
        segments="department: Sales",
        valid_from="2026-05-01",
        reason="New terms",
    )
    assert done.status_code == 303
    page = browser.get("/settings/products/2").text
    assert "SETUP is earned from 2026-05-01 on: milestone." in page
    assert "Go-live: 60" in page and "department: Sales" in page
    with deployment.store.read() as session:
        row = session.exec(select(ProductRule)).one()
        assert row.plan == {
            "milestones": [{"name": "Go-live", "weight": "60"}, {"name": "Handover", "weight": "40"}]
        }
        assert (row.ramp, row.set_by) == (False, "controller@books.test")
    assert "SETUP" in browser.get("/settings/products?rule=yes").text
    custom = post(browser, "/settings/products/1/rule", method="custom", plan="0: 25\n1: 75", ramp="yes")
    assert custom.status_code == 303
    assert "0: 25" in browser.get("/settings/products/1").text


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        ({"method": "custom", "plan": "0: 50"}, "plan", "do not add up to 100"),
        ({"method": "custom", "plan": "half"}, "plan", "is no line of a plan"),
        ({"method": "milestone", "plan": ""}, "plan", "needs its milestones"),
        ({"method": "even", "trigger": "order"}, "trigger", "has none"),
        ({"method": "even", "segments": "department: Nobody"}, "segments", "no department"),
        ({"method": "even", "valid_from": "soon"}, "valid_from", "is no day"),
    ],
)
def test_what_is_wrong_with_a_rule_stands_beside_its_field(visit, deployment, fields, where, words):
    answer = post(visit("controller"), "/settings/products/2/rule", reason="because", **fields)
    assert answer.status_code in (404, 422)
    assert f'id="{where}-wrong"' in answer.text and words in answer.text
    assert 'value="because"' in answer.text
    with deployment.store.read() as session:
        assert session.exec(select(ProductRule)).first() is None


def test_a_category_given_by_hand_stays_until_the_crm_s_word_is_wanted_again(visit):
    browser = visit("controller")
    post(browser, "/settings/products/2/category", category="Onboarding", why="Mapped so")
    page = browser.get("/settings/products/2").text
    assert "SETUP belongs to Onboarding, whatever the CRM says." in page
    assert "given by controller@books.test" in page
    post(browser, "/settings/products/2/category", category="")
    assert "follows the CRM again" in browser.get("/settings/products/2").text
    long = post(browser, "/settings/products/2/category", category="x" * 101)
    assert long.status_code == 422 and 'id="category-wrong"' in long.text


def test_a_viewer_reads_a_product_and_changes_nothing(visit):
    browser = visit("viewer")
    page = browser.get("/settings/products/1").text
    assert "Nobody set a rule; the catalogue decides." in page and "Set the rule" not in page
    assert post(browser, "/settings/products/1/rule", method="even").status_code == 403
    assert browser.get("/settings/products/99").status_code == 404
