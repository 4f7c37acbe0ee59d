"""What can be made to happen in the org, and what it leaves in the records."""

import pytest

LINES = [
    {"product": "PLAT-TEAM", "quantity": 2, "amount": "1200.00", "start": "2026-05-01", "end": "2027-04-30"},
    {"product": "TRAIN", "quantity": 1, "amount": "99.90", "start": "2026-05-10", "end": "2026-05-10",
     "fields": {"Department__c": "2"}},
]  # fmt: skip


@pytest.fixture
def order(org):
    account = org.records("SELECT Id FROM Account WHERE CurrencyIsoCode = 'USD' LIMIT 1")[0]["Id"]
    return org.sim("POST", "/orders", {"account": account, "effective_date": "2026-05-01", "lines": LINES})


def header(org, order):
    fields = "TotalAmount, Status, StatusCode, ActivatedDate, Amendment_Effective__c, CurrencyIsoCode, SystemModstamp"
    (record,) = org.records(f"SELECT {fields} FROM Order WHERE Id = '{order['id']}'")
    return record


def lines(org, order):
    fields = (
        "Id, Quantity, UnitPrice, TotalPrice, EndDate, Product2.ProductCode, Department__c, SystemModstamp"
    )
    return org.records(
        f"SELECT {fields} FROM OrderItem WHERE OrderId = '{order['id']}' ORDER BY OrderItemNumber"
    )


def test_a_new_order_stands_with_its_lines(org, order):
    record = header(org, order)
    assert record["TotalAmount"] == 1299.9 and record["CurrencyIsoCode"] == "USD"
    assert record["StatusCode"] == "Activated" and record["ActivatedDate"] > "2026-05-01"
    first, second = lines(org, order)
    assert [first["Id"], second["Id"]] == order["lines"]
    assert (first["Quantity"], first["UnitPrice"], first["TotalPrice"]) == (2.0, 600.0, 1200.0)
    assert second["Product2"]["ProductCode"] == "TRAIN" and second["Department__c"] == "2"


def test_changing_a_line_leaves_the_order_untouched(org, order):
    before, old = header(org, order), lines(org, order)
    org.sim("POST", "/expire-sessions")
    org.token = org.sign_in().json()["access_token"]
    change = {"id": order["lines"][0], "amount": "1500.00", "end": "2027-10-31"}
    org.sim("POST", f"/orders/{order['number']}/amend", {"lines": [change]})
    after = header(org, order)
    assert after.pop("TotalAmount") == 1599.9 and before.pop("TotalAmount") == 1299.9
    assert after == before, "the total follows its lines and stamps nothing"
    first, second = lines(org, order)
    assert first["UnitPrice"] == 750.0
    assert first["TotalPrice"] == 1500.0 and first["EndDate"] == "2027-10-31"
    assert first["SystemModstamp"] >= old[0]["SystemModstamp"] and second == old[1]


def test_deleting_a_line_lowers_the_total(org, order):
    org.sim("DELETE", f"/records/OrderItem/{order['lines'][1]}")
    assert header(org, order)["TotalAmount"] == 1200.0
    assert len(org.sim("GET", "/records/OrderItem", OrderId=order["id"])) == 2
    assert [line["Id"] for line in lines(org, order)] == order["lines"][:1]


def test_an_amendment_with_a_day_marks_the_order(org, order):
    added = {
        "product": "SUPP-PREM",
        "quantity": 1,
        "amount": "300.00",
        "start": "2026-06-01",
        "end": "2027-04-30",
    }
    answer = org.sim("POST", f"/orders/{order['id']}/amend", {"effective": "2026-06-01", "lines": [added]})
    record = header(org, order)
    assert record["Amendment_Effective__c"] == "2026-06-01" and record["TotalAmount"] == 1599.9
    assert lines(org, order)[2]["Id"] == answer["lines"][0]


def test_orders_are_activated_and_taken_back(org, order):
    org.sim("POST", f"/orders/{order['id']}/deactivate")
    assert header(org, order)["StatusCode"] == "Draft" and header(org, order)["ActivatedDate"] is None
    org.sim("POST", f"/orders/{order['id']}/activate")
    assert header(org, order)["StatusCode"] == "Activated"
    org.sim("POST", f"/orders/{order['id']}/cancel")
    assert header(org, order)["Status"] == "Cancelled" and header(org, order)["StatusCode"] == "Draft"


def test_accounts_are_added_and_renamed(org):
    made = org.sim("POST", "/records/Account", {"Name": "Newcomer Ltd", "CurrencyIsoCode": "GBP"})
    org.sim("PATCH", f"/records/Account/{made['id']}", {"Name": "Newcomer Limited"})
    (record,) = org.records(f"SELECT Name, CurrencyIsoCode FROM Account WHERE Id = '{made['id']}'")
    assert (record["Name"], record["CurrencyIsoCode"]) == ("Newcomer Limited", "GBP")
    assert org.sim("GET", "/records/Account", Id=made["id"])[0]["Name"] == "Newcomer Limited"
    org.sim("DELETE", f"/records/Account/{made['id']}")
    assert org.records(f"SELECT Id FROM Account WHERE Id = '{made['id']}'") == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/records/Account/001Ks0000000000AAA", {"Name": "x"}),
        ("POST", "/records/Account", {"Nothing": "x"}),
        ("POST", "/records/Nothing", {}),
        ("POST", "/orders/99999999/cancel", None),
        ("POST", "/records/Order", {"TotalAmount": "much"}),
        ("GET", "/records/Order?Nothing=1", None),
        ("POST", "/orders", {"effective_date": "2026-05-01", "lines": []}),
        ("POST", "/orders", {"account": "001Ks0000000001IAA", "effective_date": "2026-05-01", "lines": [{}]}),
    ],
)
def test_a_story_that_makes_no_sense_is_refused_in_words(org, method, path, body):
    answer = org.http.request(method, f"/_sim{path}", json=body)
    assert answer.status_code == 422 and answer.json()["detail"]
