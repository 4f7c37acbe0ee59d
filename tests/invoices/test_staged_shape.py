"""A NetSuite document as it is staged: amounts in minor units with the sign turned, and what is wrong with it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.invoices.shape import stage_shape
from revrec.netsuite.classify import Accounts
from revrec.netsuite.currencies import Currency, CurrencyTable
from revrec.netsuite.documents import DocumentHeader, DocumentLine, Money

NOW = datetime(2026, 3, 6, tzinfo=UTC)
ACCOUNTS = Accounts({"1": "AcctRec", "24": "DeferRevenue", "20": "OthCurrLiab"}, frozenset())
DOLLARS = CurrencyTable.of([Currency("1", "USD", "US Dollar", 2, True, False)], {"1": "1"})
PERIODS = {"122": "2026-03"}


def header(**changes):
    values = {
        "id": 20001,
        "type": "CustInvc",
        "number": "INV-1",
        "customer": "501",
        "document_date": date(2026, 3, 5),
        "modified_at": NOW,
        "created_at": None,
        "due_date": None,
        "currency_id": "1",
        "exchange_rate_scaled": 10**10,
        "posting_period": "122",
        "status": "A",
        "posting": True,
        "voided": False,
        "left_out": "",
        "subsidiary": "1",
        "order_reference": "SO-1",
        "memo": None,
        "external_id": None,
        "foreign_total": None,
    }
    return DocumentHeader(**(values | changes))


def line(line_id, cents, account="24", **changes):
    money = Money(Decimal(cents) / 100, "USD", cents)
    values = {
        "document_id": 20001,
        "line_id": line_id,
        "sequence": line_id,
        "unique_key": None,
        "main": False,
        "tax": False,
        "item": "201",
        "item_type": "Service",
        "account": account,
        "accounting_line_type": "INCOME",
        "amount": money,
        "base_amount": money,
        "quantity_scaled": 10**6,
        "memo": None,
        "segments": {"department": "1", "class": "2"},
        "subsidiary": "1",
        "created_from": None,
        "service_start": date(2026, 3, 1),
        "service_end": date(2027, 2, 28),
        "order_reference": "SO-LINE",
        "header_discount": False,
        "cost_of_goods": False,
        "recognised_by_netsuite": False,
        "posting_period": "122",
        "modified_at": NOW,
    }
    return DocumentLine(**(values | changes))


def invoice(*billed, tax=0):
    """Billing lines, a tax line, and the main line that makes them sum to zero."""
    lines = [line(number, cents) for number, cents in enumerate(billed, 1)]
    if tax:
        lines.append(line(len(lines) + 1, tax, "20", tax=True, item=None))
    return [line(0, -sum(billed) - tax, "1", main=True, item=None, segments={}), *lines]


def staged(lines, head=None, **changes):
    values = {"accounts": ACCOUNTS, "currencies": DOLLARS, "periods": PERIODS, "names_orders": True}
    return stage_shape(head or header(), lines, **(values | changes))


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=6), st.integers(0, 10**9))
def test_the_parts_of_a_document_add_up(billed, tax):
    document = staged(invoice(*billed, tax=tax))
    assert sum(one.amount_minor for one in document.lines) == 0
    assert document.main_minor - document.tax_minor == sum(billed)
    assert sum(one.billing_minor for one in document.lines) == sum(billed)
    assert {one.role for one in document.lines} == (
        {"main", "billing", "tax"} if tax else {"main", "billing"}
    )


def test_what_is_right_has_no_problem_and_its_month():
    document = staged(invoice(10_000))
    assert (document.problem, document.period, document.currency) == ("", "2026-03", "USD")
    assert document.lines[1].segments == '{"class":"2","department":"1"}'


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (header(currency_id="9"), "Its currency 9 is not among the account's currencies."),
        (header(posting_period="77"), "Its posting period 77 is not an accounting period we know."),
    ],
)
def test_what_the_account_does_not_tell_holds_the_document(head, says):
    assert says in staged(invoice(10_000), head).problem


def test_a_document_without_a_main_line_is_held():
    assert "It has no main line that we may see." in staged(invoice(10_000)[1:]).problem


def test_a_header_without_a_period_takes_that_of_its_lines():
    assert staged(invoice(10_000), header(posting_period=None)).period == "2026-03"


def test_the_order_it_names_counts_only_where_the_company_says_which_field_that_is():
    assert staged(invoice(10_000)).order_reference == "SO-1"
    assert staged(invoice(10_000), header(order_reference=None)).order_reference == "SO-LINE"
    assert staged(invoice(10_000), names_orders=False).order_reference == ""


def test_an_account_of_one_currency_names_none():
    home = CurrencyTable.of([Currency("0", "USD", "US Dollar", 2, True, False)], {"0": "0"})
    document = staged(invoice(10_000), header(currency_id=None, subsidiary=None), currencies=home)
    assert (document.problem, document.currency_id, document.currency) == ("", 0, "USD")
