"""Examples in the API's description: of every request body, and of every answer that is JSON.

They are made from the shapes themselves, by the names of their fields, so that a new route has them without a further
word; what a caller is likely to send first is written by hand (`BODIES`). A test holds each against its shape.
"""

from typing import Any

Schema = dict[str, Any]

_NETSUITE = {
    "account": "1234567",
    "auth": "m2m",
    "credentials": {
        "client_id": "...",
        "certificate_id": "...",
        "private_key": "-----BEGIN PRIVATE KEY-----...",
    },
    "flows": ["invoices", "journals"],
    "concurrency": 5,
}
_SALESFORCE = {
    "account": "acme.my.salesforce.com",
    "auth": "client_credentials",
    "credentials": {"client_id": "...", "client_secret": "..."},
}
_DELIVERY = {"order": "SO-1001", "line": "1", "on": "2026-03-31", "quantity": "12", "reference": "DEL-17"}
_PRICE = {"currency": "USD", "valid_from": "2026-01-01", "kind": "observed", "low": "1200.00", "per": "year"}

BODIES: dict[str, Any] = {
    "connect_netsuite": _NETSUITE,
    "try_netsuite": _NETSUITE,
    "connect_salesforce": _SALESFORCE,
    "try_salesforce": _SALESFORCE,
    "replace_credentials": {"credentials": {"private_key": "-----BEGIN PRIVATE KEY-----..."}},
    "set_account_limits": {"concurrency": 5, "calls_per_minute": 300, "reason": "A higher service tier."},
    "set_password": {"current": "the one before", "password": "a horse that counts deferred revenue"},
    "record_delivery": _DELIVERY,
    "import_deliveries": {"deliveries": [_DELIVERY], "reason": "Deliveries of March."},
    "set_price": {"product": 7, **_PRICE},
    "import_prices": {"prices": [{"product": "PLAN", **_PRICE}], "reason": "The price list of 2026."},
    "withdraw_price": {"product": 7, "currency": "USD", "reason": "Sold no more."},
    "set_bundle": {"name": "Starter", "currency": "USD", "price": "1500.00", "products": [7, 8]},
    "withdraw_bundle": {"name": "Starter", "currency": "USD", "reason": "Sold no more."},
    "set_product_rule": {"method": "daily", "valid_from": "2026-01-01", "reason": "Earned by the day."},
    "set_line_rule": {"starts": "2026-04-01", "reason": "The customer begins in April."},
    "add_credit_rule": {
        "credit_reason": "Goodwill",
        "treatment": "immediate",
        "reason": "No service is taken back.",
    },
    "check_policy": {"value": "customer", "valid_from": "2026-05-01"},
    "preview_mapping": {"role": "revenue", "account": 412, "default": True},
    "retry_journals": {"journals": [31], "reason": "The period is open again in NetSuite."},
    "combine_order": {"contract": 12, "reason": "Negotiated together."},
    "calculate": {
        "base_currency": "USD",
        "events": [
            {
                "date": "2026-01-01",
                "type": "order",
                "order": "SO-1",
                "customer": "Acme",
                "lines": [
                    {
                        "line": "1",
                        "product": "PLAN",
                        "amount": "1200.00",
                        "start": "2026-01-01",
                        "end": "2026-12-31",
                    }
                ],
            }
        ],
        "through": "2026-12",
    },
    "close_period": {"acknowledge": ["pending"], "reason": "The two customers are paired next week."},
    "reopen_period": {"reason": "A credit memo of March was found."},
    "set_first_period": {"period": "2026-01", "reason": "Cut-over from the old system."},
    "pull_orders": {"full": False},
    "pull_invoices": {"full": False, "documents": "both"},
    "cancel_job": {"reason": "Started by mistake."},
    "pair_customer": {"crm_customer": "0015g00000XyZ1AAV"},
    "approve_journal": {"reason": ""},
    "post_journals": {"journals": None},
    "set_policy": {"value": "customer", "valid_from": "2026-05-01", "reason": "Agreed with the auditors."},
    "map_account": {"role": "revenue", "account": 412, "default": True},
    "create_token": {"name": "period-close script"},
    "create_hook_secret": {"name": "NetSuite close script", "email": "accountant@example.com"},
    "add_user": {"email": "accountant@example.com", "name": "Ada Counting", "role": "accountant"},
    "change_user": {"role": "controller", "reason": "Takes over the close."},
}

# fmt: off
_AMOUNTS = frozenset((
    "adjustment", "allocated", "amount", "at_cut_over", "base_adjustment", "base_amount", "base_billed",
    "base_contract_asset", "base_contract_liability", "base_fx", "base_recognised",
    "base_unbilled_receivable", "billed", "billed_base", "billing", "booked_before", "computed",
    "contract_asset", "contract_liability", "credit", "debit", "debits", "difference", "excluded",
    "explained", "fee", "held", "high", "ledger", "left", "loaded", "low", "lump", "netsuite", "pending",
    "price", "recognised", "recognised_base", "rest", "revenue", "should_have_been", "signed_off", "ssp",
    "stated_price", "tax", "total", "total_before", "transaction_price", "unassigned",
    "unbilled_receivable", "weight",
))
# fmt: on
_VALUES: dict[str, Any] = {
    "acknowledge": "pending",
    "account": "2400",
    "account_number": "2400",
    "actor": "accountant@example.com",
    "address": "198.51.100.7",
    "action": "approve_journal",
    "agent": "Firefox on Linux",
    "api_version": "64.0",
    "auth": "m2m",
    "base_currency": "USD",
    "base_url": "https://1234567.suitetalk.api.netsuite.com",
    "category": "Subscriptions",
    "code": "pending",
    "contract": "C-1001",
    "contract_number": "C-1001",
    "content_hash": "9f2c1d0e",
    "crm_customer": "0015g00000XyZ1AAV",
    "crm_name": "Acme Holding",
    "currency": "USD",
    "customer": "Acme Holdings Inc",
    "date": "2026-03-31",
    "detail": "There is no job 7.",
    "document_number": "INV-9001",
    "email": "accountant@example.com",
    "end": "2026-12-31",
    "ends": "2026-12-31",
    "entity": "Acme UK",
    "exchange_rate": "1.0825",
    "field": "department",
    "fiscal_quarter": "FY2026-Q1",
    "fiscal_year": "FY2026",
    "flow": "invoices",
    "hash": "9f2c1d0e",
    "head": "9f2c1d0e",
    "hub": "Not transferred",
    "id": "5",
    "item": "PLAN-12",
    "key": "netting",
    "kind": "invoices",
    "line": "1",
    "link": "https://revrec.example.com/sign-in/...",
    "locale": "en-US",
    "memo": "Revenue of 2026-03",
    "message": "Two documents wait for their customer.",
    "method": "daily",
    "milestone": "Go-live",
    "name": "Acme Holdings Inc",
    "number": "2026-03-0001",
    "on": "2026-03-31",
    "order": "SO-1001",
    "order_reference": "SO-1001",
    "percent": "50",
    "period": "2026-03",
    "previous_hash": "1b7e44a0",
    "product": "PLAN",
    "quantity": "12",
    "rate": "1.0825",
    "reason": "Agreed with the auditors.",
    "reference": "DEL-17",
    "region": "EMEA",
    "request_id": "0f2c9d6a",
    "requested_by": "accountant@example.com",
    "role": "revenue",
    "secret": "rrh_...",
    "segment": "department",
    "severity": "warning",
    "sha256": "9f2c1d0e",
    "stage": "documents",
    "start": "2026-01-01",
    "starts": "2026-01-01",
    "state": "done",
    "subject": "journal 2026-03-0001",
    "subsidiary": "Parent",
    "subsidiary_name": "Parent",
    "system": "netsuite",
    "time_zone": "America/New_York",
    "title": "Not Found",
    "token": "rr_...",
    "treatment": "prospective",
    "unit": "USD",
    "valid_from": "2026-05-01",
    "where": "period 2026-03",
}
_NUMBERS = {
    "account": 412,
    "netsuite_customer": 501,
    "period": 3,
    "status": 404,
    "bytes": 48_213,
    "position": 10,
}
_FORMATS = {"date": "2026-03-31", "date-time": "2026-04-01T09:30:00Z", "binary": "..."}
_DEEPEST = 8


def add_examples(document: dict[str, Any]) -> None:
    """Put an example beside every JSON shape of a body or a successful answer."""
    schemas = document["components"]["schemas"]
    for operations in document["paths"].values():
        for operation in operations.values():
            given = BODIES.get(operation["operationId"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                _add(content, schemas, given)
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    for media, content in response.get("content", {}).items():
                        if media == "application/json":
                            _add(content, schemas, None)


def _add(content: dict[str, Any], schemas: dict[str, Schema], given: Any) -> None:
    if "example" not in content and "examples" not in content and content.get("schema"):
        content["example"] = given if given is not None else example_of("", content["schema"], schemas)


def example_of(name: str, schema: Schema, schemas: dict[str, Schema], depth: int = 0) -> Any:
    """A value of the shape, told by the name of the field it stands in."""
    if "$ref" in schema:
        return example_of(name, schemas[schema["$ref"].rpartition("/")[2]], schemas, depth)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if schema.get(several):
            told = [one for one in schema[several] if one.get("type") != "null"]
            return example_of(name, told[0], schemas, depth)
    match schema.get("type"):
        case "object":
            return _object(schema, schemas, depth)
        case "array":
            if depth > _DEEPEST:
                return []
            single = name.removesuffix("s")
            return [example_of(single, schema.get("items", {}), schemas, depth + 1)][
                : schema.get("maxItems", 1)
            ]
        case "string":
            return _text(name, schema)
        case "integer":
            return max(int(schema.get("minimum", 0)), _NUMBERS.get(name, schema.get("default") or 1))
        case "number":
            return schema.get("default") or 1.0
        case "boolean":
            return bool(schema.get("default", False))
        case "null":
            return None
    return _text(name, schema)


def _object(schema: Schema, schemas: dict[str, Schema], depth: int) -> dict[str, Any]:
    if depth > _DEEPEST:
        return {}
    return {
        name: example_of(name, one, schemas, depth + 1) for name, one in schema.get("properties", {}).items()
    }


def _text(name: str, schema: Schema) -> str:
    if schema.get("format") in _FORMATS:
        return _FORMATS[schema["format"]]
    if name in _AMOUNTS:
        return "1200.00"
    if name in _VALUES:
        return str(_VALUES[name])
    if name.endswith("_by") or name == "by":
        return "accountant@example.com"
    return str(schema.get("default") or "")[: schema.get("maxLength", 500)]
