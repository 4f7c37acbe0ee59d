"""Records become orders exactly, and what cannot be read becomes a problem in words."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from revrec.crm import CrmAnswerUnreadable, OrderState, read_mapping
from revrec.crm.salesforce_records import pick, read_customer, read_moment, read_order

STAMP = "2026-03-04T05:06:07.000+0000"
DECIMALS = {"USD": 2, "JPY": 0, "KWD": 3}
MAPPING = read_mapping({"segments": {"department": "Department__c", "location": "Location__c"}})


def order(lines=(), reductions=(), mapping=MAPPING, **changes):
    record = {
        "Id": "801Ks0000000001IAA", "SystemModstamp": STAMP, "OrderNumber": "00000001",
        "AccountId": "001Ks0000000001IAA",
        "EffectiveDate": "2026-03-01", "Status": "Activated", "StatusCode": "Activated", "Contract": None,
        "EndDate": None, "TotalAmount": Decimal("100.0"), "CurrencyIsoCode": "USD", "IsReductionOrder": False,
        "OriginalOrderId": None,
    }  # fmt: skip
    return read_order(record | changes, list(lines), list(reductions), mapping, DECIMALS)


def line(number=1, **changes):
    record = {
        "Id": f"802Ks000000000{number}IAA", "SystemModstamp": STAMP, "OrderId": "801Ks0000000001IAA",
        "OrderItemNumber": f"{number:010d}",
        "Product2": {"ProductCode": "PLAN", "Name": "The Plan", "Family": "Plans"}, "Quantity": Decimal("2.0"),
        "TotalPrice": Decimal("100.0"), "ListPrice": Decimal("60.0"), "Description": None, "ServiceDate": "2026-03-01",
        "EndDate": "2027-02-28", "OriginalOrderItemId": None, "Department__c": "4", "Location__c": None,
    }  # fmt: skip
    return record | changes


def test_a_whole_order():
    read = order([line(2, TotalPrice=Decimal("-9.99")), line(1)], Contract={"ContractNumber": "00000100"})
    assert read.number == "00000001" and read.contract_number == "00000100"
    assert read.ordered_on == date(2026, 3, 1) and read.ends_on is None and read.amendment_on is None
    assert read.state is OrderState.ACTIVE and read.total_minor == 100_00 and read.problem == ""
    first, second = read.lines
    assert (first.number, second.number) == ("0000000001", "0000000002"), "in the order of their numbers"
    assert (first.amount_minor, second.amount_minor) == (100_00, -9_99)
    assert (first.quantity_e6, first.list_minor) == (2_000_000, 60_00)
    assert (first.starts, first.ends) == (date(2026, 3, 1), date(2027, 2, 28))
    assert (first.product_code, first.product_name, first.product_family) == ("PLAN", "The Plan", "Plans")
    assert first.segments == (("department", "4"),), "empty segments are left out"
    assert first.modified_at == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


@pytest.mark.parametrize(("currency", "value", "minor"), [("USD", "1234.56", 123456), ("JPY", "1234.0", 1234),
                                                         ("KWD", "1.234", 1234), ("USD", "-0.01", -1)])  # fmt: skip
def test_amounts_follow_the_currency(currency, value, minor):
    read = order([line(TotalPrice=Decimal(value))], CurrencyIsoCode=currency)
    assert read.lines[0].amount_minor == minor and read.lines[0].problem == ""


@given(st.integers(-(10**15), 10**15), st.sampled_from(["USD", "JPY", "KWD"]))
def test_every_amount_comes_through_exactly(minor, currency):
    value = Decimal(minor).scaleb(-DECIMALS[currency])
    read = order([line(TotalPrice=value)], CurrencyIsoCode=currency)
    assert read.lines[0].amount_minor == minor


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"TotalPrice": Decimal("1.005")}, "the amount 1.005 has more than 2 decimals"),
        ({"TotalPrice": None}, "the amount is missing"),
        ({"TotalPrice": "much"}, "the amount is 'much', which is no number"),
        ({"TotalPrice": True}, "no number"),
        ({"TotalPrice": Decimal("1e30")}, "too large"),
        ({"Quantity": None}, "the quantity is missing"),
        ({"Quantity": Decimal("0.0000001")}, "the quantity 1E-7 has more than 6 decimals"),
        ({"ServiceDate": "2027-03-01"}, "ends on 2027-02-28, before it starts on 2027-03-01"),
        ({"Product2": None}, "has no product"),
    ],
)
def test_what_a_line_lacks_is_said(changes, words):
    (read,) = order([line(**changes)]).lines
    assert words in read.problem and read.problem.startswith("Line 0000000001 of order 00000001")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"CurrencyIsoCode": "XYZ"}, "is in XYZ, which NetSuite does not have"),
        ({"CurrencyIsoCode": None}, "is in no currency"),
        ({"EffectiveDate": None}, "has no date (EffectiveDate)"),
        ({"AccountId": None}, "has no customer (AccountId)"),
    ],
)
def test_what_an_order_lacks_is_said(changes, words):
    assert words in order([line()], **changes).problem


def test_what_a_reduction_lacks_is_said():
    header = {
        "Id": "801Ks0000000009IAA", "SystemModstamp": STAMP, "OrderNumber": "00000009", "EffectiveDate": "2026-04-01",
    }  # fmt: skip
    lines = [line(1, TotalPrice=None, OriginalOrderItemId="802Ks0000000001IAA"), line(2, Quantity="few")]
    (reduction,) = order([line()], [(header, lines)]).reductions
    assert reduction.cuts == (("802Ks0000000001IAA", 2_000_000, 0), ("", 0, 100_00))
    assert "Line 0000000001 of reduction order 00000009: the amount is missing." in reduction.problem
    assert "Line 0000000002 of reduction order 00000009: the quantity is 'few'" in reduction.problem


def test_missing_dates_and_prices_are_no_problem_here():
    (read,) = order([line(ServiceDate=None, EndDate=None, ListPrice=None)]).lines
    assert (read.starts, read.ends, read.list_minor, read.problem) == (None, None, None, "")


def test_states():
    assert order(StatusCode="Draft", Status="Cancelled").state is OrderState.INACTIVE
    won = read_mapping({"source": "opportunity"})
    record = {
        "Id": "006Ks0000000001IAA", "SystemModstamp": STAMP, "AccountId": "001Ks0000000001IAA", "Contract": None,
        "CloseDate": "2026-03-01", "StageName": "Closed Won", "IsWon": True, "Amount": Decimal(5),
        "CurrencyIsoCode": "USD",
    }  # fmt: skip
    read = read_order(record, [], [], won, DECIMALS)
    assert read.state is OrderState.ACTIVE and read.number == record["Id"] and read.status == "Closed Won"
    assert read_order(record | {"IsWon": False}, [], [], won, DECIMALS).state is OrderState.INACTIVE


def test_an_org_with_one_currency_says_none():
    mapping = read_mapping(
        {"order": {"currency": None}, "customer": {"currency": None}, "org_currency": "JPY"}
    )
    assert (
        order([line(TotalPrice=Decimal(7))], mapping=mapping, CurrencyIsoCode="?").lines[0].amount_minor == 7
    )
    account = {"Id": "001Ks0000000001IAA", "SystemModstamp": STAMP, "Name": " Acme ", "AccountNumber": None,
               "BillingCountryCode": "US", "IsDeleted": True}  # fmt: skip
    customer = read_customer(account, mapping)
    assert (customer.name, customer.currency, customer.deleted) == (" Acme ", "JPY", True), (
        "names stay as they are"
    )


def test_the_case_of_field_names_does_not_matter():
    assert pick({"Account": {"Name": "x"}}, "account.name") == "x"
    assert pick({"Account": None}, "Account.Name") is None
    assert pick({"a": 1}, None) is None


@pytest.mark.parametrize("record", [{}, {"Account": "text"}])
def test_a_field_that_was_asked_for_and_did_not_come_is_an_error(record):
    with pytest.raises(CrmAnswerUnreadable, match=r"Account\.Name"):
        pick(record, "Account.Name")


@pytest.mark.parametrize("text", ["2026-03-04", "", None, "2026-13-04T05:06:07.000+0000"])
def test_a_stamp_must_be_one(text):
    with pytest.raises(CrmAnswerUnreadable, match="date and time"):
        read_moment(text)


def test_a_date_must_be_one():
    with pytest.raises(CrmAnswerUnreadable, match="where a date belongs"):
        order(EffectiveDate="soon")
