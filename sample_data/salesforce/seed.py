"""Fills the org from the made-up company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sample_data.company import Company, Order, OrderLine
from sample_data.company.crm_ids import OPPORTUNITY, OPPORTUNITY_LINE, PRODUCT, salesforce_id
from sample_data.company.orders import MAX_LINES
from sample_data.salesforce.store import Store

_FIRST_DAY = datetime(2025, 12, 1, 8, 0, 0, tzinfo=UTC)
_ORDERS_AT_ONCE = 2_000


def seed_store(store: Store, company: Company, *, single_currency: str | None) -> None:
    """Writes accounts, contracts, products, orders and opportunities; in a single-currency org only that one's."""
    store.insert_many("Account", _accounts(company))
    store.insert_many("Contract", _contracts(company))
    store.insert_many("Product2", _products(company))
    precision = {currency.code: currency.precision for currency in company.currencies}

    found = (order for order in company.orders() if single_currency in (None, order.currency))
    # Each order is made once and goes into four tables, some at a time: a large company needs no memory.
    while some := tuple(islice(found, _ORDERS_AT_ONCE)):
        priced = [(order, precision[order.currency]) for order in some]
        sold = [(order, places) for order, places in priced if not order.is_reduction]
        store.insert_many("Order", (_order(order, places) for order, places in priced))
        store.insert_many("OrderItem", (_item(o, line, places) for o, places in priced for line in o.lines))
        store.insert_many("Opportunity", (_opportunity(order, places) for order, places in sold))
        store.insert_many(
            "OpportunityLineItem",
            (_opportunity_line(o, line, places) for o, places in sold for line in o.lines),
        )


def hundredths(minor: int, precision: int) -> int:
    """Minor units of a currency as hundredths of its major unit, which is how the org keeps money."""
    return minor * (100 if precision == 0 else 1)


def _stamps(created: datetime, modified: datetime, currency: str) -> dict[str, Any]:
    return {
        "CreatedDate": created,
        "LastModifiedDate": modified,
        "SystemModstamp": modified,
        "CurrencyIsoCode": currency,
    }


def _accounts(company: Company) -> Iterator[dict[str, Any]]:
    for customer in company.customers():
        for account in customer.accounts:
            yield {
                "Id": account.id,
                "Name": account.name,
                "AccountNumber": account.number,
                "BillingCountryCode": account.country,
                "NetSuite_Id__c": str(customer.id) if len(customer.accounts) == 1 else None,
                **_stamps(_FIRST_DAY, _FIRST_DAY + timedelta(seconds=customer.index), account.currency),
            }


def _contracts(company: Company) -> Iterator[dict[str, Any]]:
    currency = {a.id: a.currency for c in company.customers() for a in c.accounts}
    for contract in company.crm_contracts():
        yield {
            "Id": contract.id,
            "ContractNumber": contract.number,
            "AccountId": contract.account_id,
            "StartDate": date(contract.start_year, 1, 1),
            "EndDate": date(contract.start_year + contract.term_months // 12, 1, 1) - timedelta(days=1),
            "ContractTerm": contract.term_months,
            "Status": "Activated",
            "ActivatedDate": _FIRST_DAY,
            **_stamps(_FIRST_DAY, _FIRST_DAY, currency[contract.account_id]),
        }


def _products(company: Company) -> Iterator[dict[str, Any]]:
    for product in company.products:
        if product.category != "layout":
            yield {
                "Id": product_id(product.id),
                "ProductCode": product.code,
                "Name": product.name,
                "Family": product.family,
                "IsActive": not product.is_inactive,
                **_stamps(_FIRST_DAY, _FIRST_DAY, "USD"),
            }


def product_id(netsuite_id: int) -> str:
    return salesforce_id(PRODUCT, netsuite_id)


def opportunity_id(order: Order) -> str:
    return salesforce_id(OPPORTUNITY, order.index + 1)


def _order(order: Order, precision: int) -> dict[str, Any]:
    return {
        "Id": order.id,
        "OrderNumber": order.number,
        "AccountId": order.customer.accounts[0].id,
        "ContractId": order.contract_id,
        "OpportunityId": None if order.is_reduction else opportunity_id(order),
        "EffectiveDate": order.signed,
        "EndDate": order.end,
        "Status": order.status,
        "StatusCode": order.status,
        "ActivatedDate": order.activated_at,
        "TotalAmount": hundredths(order.amount_minor, precision),
        "PoNumber": f"PO-{order.index * 37 % 90_000 + 10_000}" if order.index % 3 == 0 else None,
        "IsReductionOrder": order.is_reduction,
        "OriginalOrderId": order.original_id,
        "Subsidiary__c": str(order.subsidiary),
        "Amendment_Effective__c": order.amendment_effective,
        **_stamps(order.created_at, order.modified_at, order.currency),
    }


def _item(order: Order, line: OrderLine, precision: int) -> dict[str, Any]:
    return {
        "Id": line.id,
        "OrderId": order.id,
        "OrderItemNumber": line.number,
        "Product2Id": product_id(line.product.id),
        "Quantity": line.quantity,
        "AvailableQuantity": max(line.quantity, 0),
        "UnitPrice": hundredths(line.unit_minor, precision),
        "ListPrice": hundredths(line.list_minor, precision),
        "TotalPrice": hundredths(line.amount_minor, precision),
        "ServiceDate": line.start,
        "EndDate": line.end,
        "OriginalOrderItemId": line.original_line_id,
        "Description": line.product.name,
        **_segments(line),
        **_stamps(order.created_at, order.modified_at, order.currency),
    }


def _opportunity(order: Order, precision: int) -> dict[str, Any]:
    won = order.status == "Activated"
    account = order.customer.accounts[0]
    return {
        "Id": opportunity_id(order),
        "Name": f"{account.name} - {order.lines[0].product.name}",
        "AccountId": account.id,
        "Amount": hundredths(order.amount_minor, precision),
        "CloseDate": order.signed,
        "StageName": "Closed Won" if won else "Negotiation/Review",
        "IsWon": won,
        "IsClosed": won,
        "ContractId": order.contract_id,
        "Subsidiary__c": str(order.subsidiary),
        "Amendment_Effective__c": order.amendment_effective,
        **_stamps(order.created_at, order.modified_at, order.currency),
    }


def _opportunity_line(order: Order, line: OrderLine, precision: int) -> dict[str, Any]:
    return {
        "Id": salesforce_id(OPPORTUNITY_LINE, order.index * MAX_LINES + line.line),
        "OpportunityId": opportunity_id(order),
        "Product2Id": product_id(line.product.id),
        "ProductCode": line.product.code,
        "Name": line.product.name,
        "Quantity": line.quantity,
        "UnitPrice": hundredths(line.unit_minor, precision),
        "ListPrice": hundredths(line.list_minor, precision),
        "TotalPrice": hundredths(line.amount_minor, precision),
        "ServiceDate": line.start,
        "Service_End__c": line.end,
        "Description": line.product.name,
        **_segments(line),
        **_stamps(order.created_at, order.modified_at, order.currency),
    }


def _segments(line: OrderLine) -> dict[str, str | None]:
    segments = line.segments
    return {
        "Department__c": _text(segments.department),
        "Class__c": _text(segments.class_),
        "Location__c": _text(segments.location),
        "Region__c": _text(segments.region),
        "Recognition_Method__c": line.product.method,
    }


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
