"""Which Salesforce field holds what: a setting, with the standard fields as its defaults.

The setting is JSON; what it leaves out takes the default, null means "not held here":

    {"source": "order",
     "order": {"selling_entity": "Selling_Entity__c", "amendment_on": "Amendment_Effective__c"},
     "line": {"method": "Recognition_Method__c"},
     "segments": {"department": "Department__c", "cseg_region": "Region__c"},
     "customer": {"netsuite_id": "NetSuite_Id__c"}}

`source` is `order` (activated Orders and their OrderItems) or `opportunity` (won Opportunities and their line items). A
value is an API field name, or a path through lookups such as `Contract.ContractNumber`.

`selling_entity` is the company that sells, by the CRM's own name for it: `revrec entities` maps it to a subsidiary of
NetSuite. `subsidiary` is a field that holds NetSuite's internal id itself, and goes before the entity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, TypeVar, get_args

Source = Literal["order", "opportunity"]

_PATH = re.compile(r"[A-Za-z]\w{0,79}(\.[A-Za-z]\w{0,79}){0,5}")
_SEGMENT = re.compile(r"department|class|location|cseg_\w{1,60}")


@dataclass(frozen=True, slots=True)
class OrderFields:
    """Where an order's own values are. `active` is the field that says whether it binds, by holding `active_value`."""

    entity: str
    number: str
    customer: str
    ordered_on: str
    status: str
    active: str
    active_value: str | bool
    contract_number: str | None = None
    ends_on: str | None = None
    total: str | None = None
    currency: str | None = "CurrencyIsoCode"
    subsidiary: str | None = None
    selling_entity: str | None = None
    amendment_on: str | None = None
    is_reduction: str | None = None
    original: str | None = None


@dataclass(frozen=True, slots=True)
class LineFields:
    """Where a line's values are; `parent` leads to the order."""

    entity: str
    parent: str
    number: str
    product_code: str
    product_name: str
    quantity: str
    amount: str
    product_family: str | None = None
    description: str | None = "Description"
    list_price: str | None = "ListPrice"
    starts: str | None = "ServiceDate"
    ends: str | None = None
    method: str | None = None
    original_line: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerFields:
    """Where a customer's values are."""

    name: str = "Name"
    number: str | None = "AccountNumber"
    country: str | None = "BillingCountryCode"
    currency: str | None = "CurrencyIsoCode"
    netsuite_id: str | None = None


@dataclass(frozen=True, slots=True)
class FieldMapping:
    """The whole mapping. `segments` are (segment, field of the line) pairs, sorted by segment.

    `org_currency` is the currency of an org that has only one, whose records do not say it.
    """

    source: Source
    order: OrderFields
    line: LineFields
    customer: CustomerFields = field(default_factory=CustomerFields)
    segments: tuple[tuple[str, str], ...] = ()
    org_currency: str = "USD"


ORDERS = FieldMapping(
    "order",
    OrderFields(
        entity="Order",
        number="OrderNumber",
        customer="AccountId",
        ordered_on="EffectiveDate",
        status="Status",
        active="StatusCode",
        active_value="Activated",
        contract_number="Contract.ContractNumber",
        ends_on="EndDate",
        total="TotalAmount",
        is_reduction="IsReductionOrder",
        original="OriginalOrderId",
    ),
    LineFields(
        entity="OrderItem",
        parent="OrderId",
        number="OrderItemNumber",
        product_code="Product2.ProductCode",
        product_name="Product2.Name",
        product_family="Product2.Family",
        quantity="Quantity",
        amount="TotalPrice",
        ends="EndDate",
        original_line="OriginalOrderItemId",
    ),
)

OPPORTUNITIES = FieldMapping(
    "opportunity",
    OrderFields(
        entity="Opportunity",
        # An opportunity has no number and its name need not be unique.
        number="Id",
        customer="AccountId",
        ordered_on="CloseDate",
        status="StageName",
        active="IsWon",
        active_value=True,
        contract_number="Contract.ContractNumber",
        total="Amount",
    ),
    LineFields(
        entity="OpportunityLineItem",
        parent="OpportunityId",
        number="Id",
        product_code="Product2.ProductCode",
        product_name="Product2.Name",
        product_family="Product2.Family",
        quantity="Quantity",
        amount="TotalPrice",
    ),
)

_FIXED = {
    "entity",
    "parent",
    "active",
    "active_value",
    "is_reduction",
    "original",
    "original_line",
    "customer",
}
_Part = TypeVar("_Part", OrderFields, LineFields, CustomerFields)


def read_mapping(setting: Mapping[str, Any]) -> FieldMapping:
    """The mapping that a setting describes; raises ValueError with a sentence that names the place of a mistake."""
    known = {"source", "order", "line", "customer", "segments", "org_currency"}
    unknown = sorted(set(setting) - known)
    if unknown:
        raise ValueError(
            f"The field mapping has no part {unknown[0]!r}. Its parts are {', '.join(sorted(known))}."
        )
    source = setting.get("source", "order")
    if source not in get_args(Source):
        raise ValueError(f"The source of sales orders is {source!r}; it must be order or opportunity.")
    standard = ORDERS if source == "order" else OPPORTUNITIES
    currency = str(setting.get("org_currency", standard.org_currency))
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise ValueError(f"The org currency {currency!r} must be a three-letter code such as USD.")
    return replace(
        standard,
        order=_read_part("order", standard.order, setting.get("order", {})),
        line=_read_part("line", standard.line, setting.get("line", {})),
        customer=_read_part("customer", standard.customer, setting.get("customer", {})),
        segments=_read_segments(setting.get("segments", {})),
        org_currency=currency,
    )


def mapped_paths(part: OrderFields | LineFields | CustomerFields) -> tuple[str, ...]:
    """The fields that a part reads, each once, in order."""
    values = (
        getattr(part, item.name) for item in fields(part) if item.name not in ("entity", "active_value")
    )
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))


def without_currency(mapping: FieldMapping) -> FieldMapping:
    """The mapping for an org with one currency, where CurrencyIsoCode is no field."""
    return replace(
        mapping,
        order=replace(mapping.order, currency=None),
        customer=replace(mapping.customer, currency=None),
    )


def _read_part(name: str, standard: _Part, setting: Any) -> _Part:
    if not isinstance(setting, Mapping):
        raise ValueError(f"The part {name!r} of the field mapping must be an object of names and fields.")
    kinds = {item.name: item.type for item in fields(standard) if item.name not in _FIXED}
    for key, value in setting.items():
        if key not in kinds:
            raise ValueError(f"{name}.{key} is not something to map. Known: {', '.join(sorted(kinds))}.")
        if value is None and "None" not in str(kinds[key]):
            raise ValueError(f"{name}.{key} cannot be left out: sales orders make no sense without it.")
        if value is not None and not (isinstance(value, str) and _PATH.fullmatch(value)):
            raise ValueError(
                f"{name}.{key} is {value!r}; it must be an API field name such as EndDate or Term_End__c."
            )
    return replace(standard, **setting)


def _read_segments(setting: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(setting, Mapping):
        raise ValueError("The part 'segments' of the field mapping must be an object of segments and fields.")
    for segment, path in setting.items():
        if not _SEGMENT.fullmatch(str(segment)):
            raise ValueError(
                f"segments.{segment} must be department, class, location or a custom segment (cseg_...)."
            )
        if not (isinstance(path, str) and _PATH.fullmatch(path)):
            raise ValueError(
                f"segments.{segment} is {path!r}; it must be an API field name such as Department__c."
            )
    return tuple(sorted(setting.items()))
