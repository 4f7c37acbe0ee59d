"""The scenario format as JSON Schema, for the API's description: the keys are those that the engine reads."""

from typing import Any

from revrec.accounting.scenario_form import (
    BAD_DEBT,
    CREDITS,
    EVENT_KEYS,
    LINE_TERMS,
    POLICIES,
    TREATMENTS,
    line_keys,
)
from revrec.accounting.scenario_limits import EVENTS
from revrec.accounting.scenario_terms import METHODS, TRIGGERS, UNITS_OF_SSP

Schema = dict[str, Any]

EVENT_WORDS = {
    "order": "A sales order: what was promised, and at what price.",
    "invoice": "An invoice, net of tax.",
    "credit_memo": "A credit memo; its amounts are positive.",
    "modification": "A new version of an order's lines: new totals, ends, quantities, or new lines.",
    "cancel": "The end of an order, or of one of its lines.",
    "price_change": "A changed estimate of variable consideration, which is no modification.",
    "delivery": "Progress of a line: one of quantity, percent and milestone.",
    "void": "An invoice or credit memo is void: all it did is undone.",
}
KEY_WORDS = {
    "amount": "An amount of money. Of a modified line: its new total over its whole life.",
    "category": "The product's category.",
    "contract": "Orders with one contract number are accounted for together; left out: the order's number.",
    "customer": "Who buys.",
    "date": "When it happened, or takes effect.",
    "end": "The last day of service, inclusive; of a cancellation, the last day earned.",
    "exchange_rate": "Units of the base currency for one of the currency.",
    "fee": "What the cancellation costs the customer.",
    "for_line": "The line of the order (or invoice) that this line bills or credits.",
    "invoice": "The invoice that is credited.",
    "line": "The line's name.",
    "lines": "The lines.",
    "method": "How it is earned.",
    "milestone": "The milestone that was reached.",
    "milestones": "The milestones of a line earned by them.",
    "number": "The document's number.",
    "order": "The order's number.",
    "percent": "Cumulative percentage done.",
    "percentages": "The plan of a line earned by `custom`: offset of the period, percentage of it.",
    "product": "The product's name.",
    "quantity": "How many; default 1. Of a delivery: how many more, negative for a return.",
    "ramp": "false keeps a line apart that would be joined with its neighbour in time.",
    "range": 'The observed range of a product whose ssp is "residual".',
    "recorded": "From when on it is known; default: its date.",
    "segments": "Location, department, class and others, by name.",
    "ssp": 'Stand-alone selling price: an amount, a range, or "residual".',
    "ssp_per": "The unit of the ssp.",
    "start": "The first day of service.",
    "treatment": "How it is accounted for.",
    "trigger": "What earns a line at a point in time.",
}
POLICY_WORDS = {
    "allocation": "How the price is shared over the lines.",
    "rounding": "Running totals rounded once, or each period by itself.",
    "netting": "Balances net by contract or by customer.",
    "method": "How a line is earned where neither it nor its product says.",
    "contract_source": "What makes contracts.",
    "missing_ssp": "What happens to lines without a stand-alone selling price.",
    "fx_rate": "The rate at which revenue is converted.",
    "billing_offset": "What the invoices credited in the general ledger.",
}
_PLAIN: Schema = {"type": "string", "minLength": 1}
_DAY: Schema = {"type": "string", "format": "date"}
_NUMBER: Schema = {
    "anyOf": [{"type": "string", "pattern": r"^[+-]?[0-9]+(\.[0-9]+)?$"}, {"type": "integer"}],
    "examples": ["100.00"],
}
_RANGE: Schema = {
    "type": "object",
    "properties": {"low": _NUMBER, "high": _NUMBER},
    "required": ["low", "high"],
    "additionalProperties": False,
}
_MILESTONES: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"name": _PLAIN, "weight": _NUMBER},
        "required": ["name", "weight"],
        "additionalProperties": False,
    },
}
_PAIR: Schema = {"type": "array", "prefixItems": [_NUMBER, _NUMBER], "minItems": 2, "maxItems": 2}
_SHAPES: dict[str, Schema] = {
    **dict.fromkeys(("date", "recorded", "start", "end"), _DAY),
    **dict.fromkeys(("amount", "quantity", "percent", "fee", "exchange_rate"), _NUMBER),
    "method": {"enum": list(METHODS)},
    "trigger": {"enum": list(TRIGGERS)},
    "ssp_per": {"enum": list(UNITS_OF_SSP)},
    "ssp": {"anyOf": [*_NUMBER["anyOf"], _RANGE, {"const": "residual"}]},
    "range": _RANGE,
    "ramp": {"type": "boolean"},
    "segments": {"type": "object", "additionalProperties": {"type": "string"}},
    "milestones": _MILESTONES,
    "percentages": {"type": "array", "items": _PAIR},
}
EXAMPLE: Schema = {
    "currency": "USD",
    "policy": {"allocation": "relative_ssp"},
    "products": {"PLAN": {"ssp": "100.00", "ssp_per": "month", "method": "daily"}},
    "events": [
        {
            "type": "order",
            "date": "2025-01-01",
            "order": "SO-1",
            "customer": "Acme",
            "lines": [
                {
                    "line": "1",
                    "product": "PLAN",
                    "amount": "1200.00",
                    "start": "2025-01-01",
                    "end": "2025-12-31",
                }
            ],
        },
        {
            "type": "invoice",
            "date": "2025-01-01",
            "number": "INV-1",
            "customer": "Acme",
            "order": "SO-1",
            "lines": [{"line": "1", "for_line": "1", "amount": "1200.00"}],
        },
    ],
}


def scenario_schema() -> Schema:
    """A scenario as JSON Schema (2020-12), with an example."""
    events = [_event(kind) for kind in EVENT_KEYS]
    schema = _object(
        ["events"],
        {
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "default": "USD"},
            "base_currency": {
                "type": "string",
                "pattern": "^[A-Z]{3}$",
                "description": "Default: the currency.",
            },
            "policy": _object([], {key: _policy(key) for key in POLICIES}),
            "through": {
                "type": "string",
                "pattern": "^[0-9]{4}-[0-9]{2}$",
                "description": "The last period; default: the last with revenue.",
            },
            "products": {"type": "object", "additionalProperties": _keyed("", f"category {LINE_TERMS}")},
            "bundles": {
                "type": "array",
                "description": "Products with an observed price together: their discount is theirs alone.",
                "items": _object(
                    ["products", "price"],
                    {"products": {"type": "array", "items": _PLAIN, "minItems": 2}, "price": _NUMBER},
                ),
            },
            "events": {"type": "array", "minItems": 1, "maxItems": EVENTS, "items": {"oneOf": events}},
        },
    )
    words = (
        "One contract's life, or that of a few: what was sold, billed, changed and delivered, in any order."
    )
    return {**schema, "title": "Scenario", "description": words, "examples": [EXAMPLE]}


def _event(kind: str) -> Schema:
    required, optional = EVENT_KEYS[kind]
    schema = _keyed(f"date {required}", f"recorded {optional}")
    schema["properties"]["type"] = {"const": kind}
    schema["required"].insert(0, "type")
    if "lines" in schema["properties"]:
        line = _keyed("line", line_keys(kind))
        schema["properties"]["lines"] = {"type": "array", "minItems": 1, "items": line}
    if "treatment" in schema["properties"]:
        choices = list(TREATMENTS) if kind == "modification" else [*CREDITS, BAD_DEBT]
        schema["properties"]["treatment"] = {"enum": choices, "description": KEY_WORDS["treatment"]}
    return {**schema, "title": kind, "description": EVENT_WORDS[kind]}


def _keyed(required: str, optional: str) -> Schema:
    """An object of keys that KEY_WORDS describes."""
    keys = [*required.split(), *optional.split()]
    described = {key: {**_SHAPES.get(key, _PLAIN), "description": KEY_WORDS[key]} for key in keys}
    return _object(required.split(), described)


def _policy(key: str) -> Schema:
    values = list(POLICIES[key])
    return {"enum": values, "default": values[0], "description": POLICY_WORDS[key]}


def _object(required: list[str], properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
