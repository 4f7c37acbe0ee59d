"""The metadata catalogue: which records there are, and the JSON schema of a journal entry in this account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sample_data.netsuite.journal_body import BODY_FIELDS, LINE_FIELDS, NEEDED_FEATURE

_NUMBERS = {"debit", "credit", "exchangeRate"}
_WHOLE = {"line"}
_FLAGS = {"approved", "reversalDefer", "eliminate"}
_DATES = {"tranDate", "reversalDate", "startDate", "endDate"}
_REFERENCES = {"subsidiary", "currency", "postingPeriod", "approvalStatus", "account", "entity", "department",
               "class", "location", "cseg_region", "custcol_channel"}  # fmt: skip
_TITLES = {"cseg_region": "Region", "custcol_channel": "Channel", "custbody_order_number": "Order Number"}


def catalogue(url: str) -> dict[str, Any]:
    """The record types that can be used, with where their schema is."""
    links = [
        {"rel": rel, "href": f"{url}/journalEntry", "mediaType": kind}
        for rel, kind in (("canonical", "application/json"), ("describedby", "application/schema+json"))
    ]
    return {"items": [{"name": "journalEntry", "links": links}]}


def journal_schema(features: Collection[str], mandatory: Collection[str]) -> dict[str, Any]:
    """The properties that a journal entry has here: what needs a feature is there only with it. ``mandatory``: what
    preferences want on every line."""
    line = _properties(LINE_FIELDS - {"links"}, features)
    properties = _properties(BODY_FIELDS - {"links", "refName", "line"}, features)
    wanted = ["account", *sorted(each for each in mandatory if each in line)]
    items = {"type": "array", "items": {"type": "object", "properties": line, "required": wanted}}
    properties["line"] = {"type": "object", "properties": {"items": items}}
    return {
        "type": "object",
        "properties": properties,
        "x-ns-filterable": ["externalId", "tranId", "tranDate"],
    }


def _properties(names: Collection[str], features: Collection[str]) -> dict[str, Any]:
    return {
        name: _schema(name)
        for name in sorted(names)
        if name not in NEEDED_FEATURE or NEEDED_FEATURE[name] in features
    }


def _schema(name: str) -> dict[str, Any]:
    title = _TITLES.get(name, name[:1].upper() + name[1:])
    custom = {"x-ns-custom-field": True} if name.startswith(("cseg_", "custbody_", "custcol_")) else {}
    if name in _REFERENCES:
        inner = {"id": {"type": "string"}, "refName": {"type": "string"}, "externalId": {"type": "string"}}
        return {"type": "object", "title": title, "properties": inner, **custom}
    if name in _NUMBERS:
        return {"type": "number", "format": "double", "title": title, "nullable": True, **custom}
    if name in _WHOLE:
        return {"type": "integer", "format": "int64", "title": title, **custom}
    if name in _FLAGS:
        return {"type": "boolean", "title": title, **custom}
    if name in _DATES:
        return {"type": "string", "format": "date", "title": title, "nullable": True, **custom}
    return {"type": "string", "title": title, "nullable": True, **custom}
