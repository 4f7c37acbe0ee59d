"""Credit memos that wait: by what they have in common, decided with a reason, or by a rule."""

import csv
import io
from datetime import date

import pytest
from sqlmodel import select

from revrec.store.tables import (
    CreditDecision,
    CreditRule,
    Currency,
    Item,
    Job,
    NetSuiteCustomer,
    Product,
)
from tests.document_rows import add_document, add_lines

from .conftest import NOW, key_of


@pytest.fixture
def memos(deployment):
    """CM-1 and CM-2 for an outage, of the plan; CM-3 for a return, of no product. 10.00, 20.00 and 30.00 USD."""
    with deployment.store.write() as session:
        session.add(Currency(id=1, symbol="USD", name="US dollar", precision=2))
        session.add(NetSuiteCustomer(id=501, name="Acme", key="acme", key_version=1))
        product = Product(key="plan", code="PLAN", name="Plan")
        job = Job(kind="invoices", state="done", parameters={}, requested_by="x", created_at=NOW)
        session.add_all([product, job])
        session.flush()
        session.add(Item(id=7, name="Plan", type="Service", product_id=product.id))
        for number in (1, 2, 3):
            amounts = (-1000 * number,)
            _, version = add_document(
                session,
                job.id,
                9000 + number,
                date(2026, 3, number),
                amounts,
                kind="CustCred",
                tran_id=f"CM-{number}",
                credit_reason="Return" if number == 3 else "Outage",
            )
            add_lines(session, version, amounts, item_id=None if number == 3 else 7)


def test_what_waits_is_shown_by_what_it_has_in_common(visit, memos):
    browser = visit("viewer")
    text = browser.get("/credits").text
    assert "3 wait for a decision" in text
    outage = text.partition("<td>Outage</td><td>PLAN</td>")[2].partition("</tr>")[0]
    assert '<td class="n">2</td><td class="n">2</td>' in outage and "(30.00)" in outage
    assert "Decide what is ticked" not in text
    chosen = browser.get("/credits?reason=Return").text
    assert ">CM-3</a>" in chosen and ">CM-1</a>" not in chosen


def test_several_are_decided_at_once_and_a_refusal_keeps_what_was_ticked(visit, memos, deployment):
    browser = visit("controller")
    fields = {"key": key_of(browser), "memo": ["9001", "9002"], "treatment": "immediate"}
    refused = browser.post("/credits/decide", data=fields | {"reason": " "})
    assert refused.status_code == 422
    assert "needs a reason" in refused.text.partition('id="reason-wrong"')[2].partition("</p>")[0]
    assert 'value="9001" aria-label="Decide CM-1" checked' in refused.text
    assert '<option value="immediate" selected>' in refused.text
    assert browser.post("/credits/decide", data=fields | {"reason": "Goodwill"}).status_code == 303
    with deployment.store.read() as session:
        rows = session.exec(select(CreditDecision)).all()
        assert [(one.treatment, one.reason, one.set_by) for one in rows] == [
            ("immediate", "Goodwill", "controller@books.test")
        ] * 2
    text = browser.get("/credits").text
    assert "1 waits for a decision" in text and ">CM-1</a>" not in text
    assert ">CM-1</a>" in browser.get("/credits?show=all&sort=number").text
    assert "controller@books.test: Goodwill" in browser.get("/credits/9001").text


def test_a_rule_is_made_of_a_pattern_and_taken_back(visit, memos, deployment):
    browser = visit("controller")
    form = browser.get("/credits/rules?credit_reason=Outage&product=PLAN").text
    assert 'name="credit_reason" value="Outage"' in form and 'name="product" value="PLAN"' in form
    fields = {
        "key": key_of(browser),
        "credit_reason": "Outage",
        "product": "PLAN",
        "treatment": "prospective",
        "reason": "As agreed",
    }
    wrong = browser.post("/credits/rules", data=fields | {"product": "PLAN-9"})
    assert "No product has the code or name PLAN-9" in wrong.text.partition('id="product-wrong"')[2]
    assert 'value="As agreed"' in wrong.text
    assert browser.post("/credits/rules", data=fields).status_code == 303
    assert "1 waits for a decision" in browser.get("/credits").text
    assert "reason Outage, product PLAN" in browser.get("/credits/rules").text
    browser.post("/credits/rules/10/withdraw", data={"key": key_of(browser)})
    assert "3 wait for a decision" in browser.get("/credits").text
    fields = fields | {"credit_reason": "", "product": "", "key": key_of(browser)}
    browser.post("/credits/rules", data=fields)
    assert "No credit memo waits for a decision" in browser.get("/credits").text
    with deployment.store.read() as session:
        assert len(session.exec(select(CreditRule)).all()) == 3


def test_the_list_as_a_file_and_who_may_not_decide(visit, memos):
    content = visit("viewer").get("/credits.csv?sort=date").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["Credit memo"], row["Undecided"]) for row in rows] == [
        ("CM-1", "-10.00"),
        ("CM-2", "-20.00"),
        ("CM-3", "-30.00"),
    ]
    assert visit("accountant").post("/credits/decide", data={"key": "x"}).status_code == 403
