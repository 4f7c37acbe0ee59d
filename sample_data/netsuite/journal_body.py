"""Reading a journal entry's JSON body, property by property, as the record service does.

An unknown property is an error under ``X-NetSuite-PropertyNameValidation: error``; by default it is dropped, with a
warning in the response headers that hardly anybody reads.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sample_data.netsuite.problems import NetSuiteError, invalid_content, user_error
from sample_data.netsuite.settings import Settings
from sample_data.netsuite.units import stored_date

BODY_FIELDS = frozenset(
    {
        "externalId", "tranDate", "postingPeriod", "subsidiary", "currency", "exchangeRate", "memo", "approvalStatus",
        "approved", "reversalDate", "reversalDefer", "line", "custbody_order_number", "id", "links", "refName",
    }
)  # fmt: skip
NOT_OFFERED = frozenset(
    {
        "accountingBook", "class", "createdDate", "createdFrom", "customForm", "department",
        "isBookSpecific", "isReversal", "lastModifiedDate", "location", "nextApprover", "nexus", "reversalEntry",
        "toSubsidiary", "tranId", "transactionNumber", "void",
    }
)  # fmt: skip
"""Properties that NetSuite knows on a journal entry and this stand-in refuses rather than ignores."""
LINE_FIELDS = frozenset(
    {
        "account", "debit", "credit", "memo", "entity", "department", "class", "location", "eliminate", "line",
        "startDate", "endDate", "cseg_region", "custcol_channel", "links",
    }
)  # fmt: skip
LINE_NOT_OFFERED = frozenset(
    {
        "schedule", "scheduleNum", "scheduleType", "residual", "revenueRecognitionRule", "amortizationType", "cleared",
        "lineTaxCode", "taxCode", "tax1Amt", "grossAmt",
    }
)  # fmt: skip
NEEDED_FEATURE = {
    "department": "departments",
    "class": "classes",
    "location": "locations",
    "cseg_region": "cseg_region",
    "custcol_channel": "custcol_channel",
    "subsidiary": "oneworld",
    "currency": "multicurrency",
    "exchangeRate": "multicurrency",
}


@dataclass
class Body:
    """A checked body: known properties only, and the names of those that were dropped."""

    given: dict[str, Any]
    lines: list[dict[str, Any]] | None
    dropped: list[str] = field(default_factory=list)


def read_body(raw: bytes, validation: str, settings: Settings) -> Body:
    """Parse and check property names. Numbers stay exact."""
    if validation not in {"ignore", "warning", "error"}:
        raise NetSuiteError(
            400,
            "INVALID_HEADER",
            f"Invalid value {validation!r} of the header.",
            header="X-NetSuite-PropertyNameValidation",
        )
    try:
        parsed = json.loads(raw, parse_float=Decimal)
    except ValueError as problem:
        raise NetSuiteError(400, "INVALID_CONTENT", "Invalid content in the request body") from problem
    if not isinstance(parsed, dict):
        raise NetSuiteError(400, "INVALID_CONTENT", "Invalid content in the request body")
    body = Body({}, None)
    body.given = _known(parsed, BODY_FIELDS, NOT_OFFERED, "", settings, validation, body.dropped)
    sublist = body.given.pop("line", None)
    if sublist is not None:
        items = sublist.get("items") if isinstance(sublist, dict) else None
        if not isinstance(items, list) or not all(isinstance(each, dict) for each in items):
            raise invalid_content("Invalid content in the request body", path="line")
        body.lines = [
            _known(
                each, LINE_FIELDS, LINE_NOT_OFFERED, f"line.items[{n}].", settings, validation, body.dropped
            )
            for n, each in enumerate(items)
        ]
    return body


def _known(
    given: dict[str, Any],
    known: frozenset[str],
    not_offered: frozenset[str],
    prefix: str,
    settings: Settings,
    validation: str,
    dropped: list[str],
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in given.items():
        feature = NEEDED_FEATURE.get(name)
        if name in not_offered:
            raise user_error(
                f"This stand-in does not keep the property {name} of a journal entry.", path=f"{prefix}{name}"
            )
        if name not in known or (feature is not None and feature not in settings.features):
            if validation == "error":
                raise invalid_content(f"Unknown property: {prefix}{name}", path=f"{prefix}{name}")
            if validation == "warning":
                dropped.append(f"{prefix}{name}")
            continue
        kept[name] = value
    return kept


def reference(value: Any, path: str, label: str) -> tuple[str, str]:
    """("id" or "externalId", the key) of a reference; a bare id is taken too, a ``refName`` alone is no key."""
    if isinstance(value, dict):
        for name in ("id", "externalId"):
            if isinstance(value.get(name), str | int) and not isinstance(value.get(name), bool):
                return name, str(value[name])
    elif isinstance(value, str | int) and not isinstance(value, bool):
        return "id", str(value)
    raise invalid_value(value, path, label)


def invalid_value(value: Any, path: str, label: str) -> NetSuiteError:
    """A reference or value that the field does not take."""
    shown = value.get("id", value.get("externalId", value)) if isinstance(value, dict) else value
    return invalid_content(
        f"You have entered an Invalid Field Value {shown} for the following field: {label}", path=path
    )


def text(given: dict[str, Any], name: str, most: int = 4000) -> str | None:
    """A text property; longer than the field is an error."""
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise invalid_value(value, name, name)
    if len(value) > most:
        raise user_error(
            f"The field {name} contained more than the maximum number ( {most} ) of characters allowed.",
            path=name,
        )
    return value or None


def flag(given: dict[str, Any], name: str) -> bool:
    """A true or false property."""
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise invalid_value(value, name, name)
    return value


def day(given: dict[str, Any], name: str) -> int | None:
    """A ``YYYY-MM-DD`` property as a stored date."""
    value = given.get(name)
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) != 10:
            raise ValueError(value)
        return stored_date(date.fromisoformat(value))
    except ValueError as problem:
        raise invalid_value(value, name, name) from problem


def number(value: Any, path: str, label: str) -> Decimal:
    """A JSON number; a text is none."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise invalid_value(value, path, label)
    return Decimal(value)
