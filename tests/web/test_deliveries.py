"""Deliveries in the browser: recorded with what is wrong beside its field, listed, taken back, loaded from a sheet."""

import csv
import io

import pytest
from sqlmodel import select

from revrec.store.tables import AuditEvent, Delivery, SalesOrder

from .conftest import key_of
from .test_contracts import load

__all__ = ["load"]


@pytest.fixture
def orders(load):
    """Two orders of Acme with a line each."""
    load("SO-1", 120_000)
    load("SO-2", 60_000)


def form(browser, **fields):
    return {"key": key_of(browser), "order": "SO-1", "line": "SO-1-A", "on": "2026-03-05"} | fields


def recorded(deployment):
    with deployment.store.read() as session:
        rows = session.exec(select(Delivery).order_by(Delivery.id)).all()
        return [
            (str(one.day), one.quantity_e6, one.percent_e6, one.milestone, one.withdrawn_by) for one in rows
        ]


def test_a_delivery_is_recorded_shown_on_its_contract_and_withdrawn(visit, orders, deployment):
    browser = visit("accountant")
    assert "No delivery is recorded" in browser.get("/deliveries").text
    answer = browser.post(
        "/deliveries", data=form(browser, quantity="2.5", reference="D-7", note="by <lorry>")
    )
    assert answer.headers["location"] == "/deliveries/1"
    page = browser.get("/deliveries/1").text
    assert "2.5 units of order SO-1 is recorded." in page and "which a quantity does not move" in page
    assert "by &lt;lorry&gt;" in page and "<dd>D-7</dd>" in page
    page = browser.get("/deliveries").text
    assert "PLAN" in page and '<td class="n">2.5</td>' in page and "1 deliveries on this page" in page
    with deployment.store.read() as session:
        contract = session.exec(select(SalesOrder.contract_id).where(SalesOrder.number == "SO-1")).one()
    page = browser.get(f"/contracts/{contract}").text
    assert '<section class="card flush" id="deliveries">' in page and 'href="/deliveries/1"' in page
    assert "/deliveries?contract=" not in browser.get("/contracts/2").text
    refused = browser.post("/deliveries/1/withdraw", data={"key": key_of(browser), "reason": " "})
    assert refused.status_code == 422 and 'id="reason-wrong" role="alert">Say why' in refused.text
    browser.post("/deliveries/1/withdraw", data={"key": key_of(browser), "reason": "counted twice"})
    assert recorded(deployment) == [("2026-03-05", 2_500_000, None, "", "accountant@books.test")]
    assert "Withdraw it" not in browser.get("/deliveries/1").text
    assert "No delivery is recorded" in browser.get("/deliveries").text
    assert "withdrawn</span>" in browser.get("/deliveries?withdrawn=yes").text
    with deployment.store.read() as session:
        told = session.exec(
            select(AuditEvent.action).where(AuditEvent.subject == "order SO-1, line SO-1-A")
        ).all()
    assert told == ["record_delivery", "withdraw_delivery"]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"on": "", "quantity": "1"}, "on", "Say on which day it was delivered."),
        ({"quantity": "many"}, "quantity", "many"),
        ({"percent": "101"}, "percent", "A percentage lies between 0 and 100."),
        (
            {"quantity": "1", "percent": "5"},
            "quantity",
            "exactly one of a quantity, a percentage and a milestone",
        ),
        ({"order": "SO-9", "quantity": "1"}, "add-order", "SO-9"),
        ({"line": "nine", "quantity": "1"}, "add-line", "nine"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    visit, orders, deployment, fields, field, words
):
    browser = visit("accountant")
    sent = {"quantity": "", "percent": "", "milestone": "", "reference": "D-<1>", "note": ""} | fields
    answer = browser.post("/deliveries", data=form(browser, **sent))
    assert answer.status_code in (404, 422)
    wrong = answer.text.partition(f'id="{field}-wrong" role="alert">')[2].partition("</p>")[0]
    assert words in wrong and 'value="D-&lt;1&gt;"' in answer.text
    assert recorded(deployment) == []


def test_the_list_is_searched_filtered_sorted_totalled_and_taken_away(visit, orders, deployment):
    browser = visit("accountant")
    for order, day, fields in (
        ("SO-1", "2026-01-05", {"quantity": "3"}),
        ("SO-1", "2026-02-05", {"quantity": "-1", "reference": "RET-1"}),
        ("SO-2", "2026-03-31", {"percent": "40"}),
    ):
        sent = form(browser, order=order, line=f"{order}-A", on=day, **fields)
        assert browser.post("/deliveries", data=sent).status_code == 303

    def days(query):
        text = browser.get(f"/deliveries.csv?{query}").content.decode("utf-8-sig")
        return [one["Date"] for one in csv.DictReader(io.StringIO(text))]

    assert days("") == ["2026-03-31", "2026-02-05", "2026-01-05"]
    assert days("sort=day") == ["2026-01-05", "2026-02-05", "2026-03-31"]
    assert days("search=ret") == ["2026-02-05"] and days("search=acm") == days("")
    assert days("kind=percent") == ["2026-03-31"] and days("search=so-2") == ["2026-03-31"]
    assert days("since=2026-02-01&until=2026-02-28") == ["2026-02-05"]
    assert days("contract=1") == ["2026-02-05", "2026-01-05"]
    part = browser.get("/deliveries/totals").text
    assert "<td>units</td>" in part.partition("<tbody>")[2]
    assert '<td class="n">2</td>' in part and "percent" in part
    assert "No delivery fits this choice" in browser.get("/deliveries?search=zzz").text
    assert browser.get("/deliveries?kind=parcels").status_code == 422
    asked = browser.get("/deliveries?contract=1&order=SO-1&line=SO-1-A").text
    assert 'id="add-order" name="order" value="SO-1"' in asked and "contract SO-1</a>" in asked


def test_a_sheet_is_loaded_whole_or_not_at_all(visit, orders, deployment):
    browser = visit("accountant")

    def bring(text):
        files = {"file": ("march.csv", text.encode(), "text/csv")}
        return browser.post(
            "/deliveries/sheet", data={"key": key_of(browser), "reason": "March"}, files=files
        )

    head = "Order,Line,Date,Quantity,Percent,Milestone,Reference,Note\n"
    refused = bring(head + "SO-1,SO-1-A,2026-03-05,2,,,D-1,\nSO-9,1,2026-03-05,1,,,D-2,\n")
    assert refused.status_code == 422 and "There is no sales order &#39;SO-9&#39;" in refused.text
    assert 'value="March"' in refused.text and recorded(deployment) == []
    done = bring(head + "SO-1,SO-1-A,2026-03-05,2,,,D-1,\nSO-2,1,2026-03-06,,40,,,\n")
    assert done.headers["location"] == "/deliveries"
    assert "2 deliveries are loaded; 0 were recorded already." in browser.get("/deliveries").text
    taken = list(csv.reader(io.StringIO(browser.get("/deliveries.csv").content.decode("utf-8-sig"))))
    again = "\n".join(",".join(row[:8]) for row in taken)
    assert bring(again).headers["location"] == "/deliveries"
    assert len(recorded(deployment)) == 2  # a list taken away says nothing new when it is brought back


def test_a_viewer_reads_and_records_nothing(visit, orders):
    browser = visit("viewer")
    assert "Record a delivery" not in browser.get("/deliveries").text
    assert browser.post("/deliveries", data=form(browser, quantity="1")).status_code == 403
