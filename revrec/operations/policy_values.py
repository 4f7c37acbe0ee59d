"""What a policy's value may be: checked when it is set, read from text where people type it."""

import json
import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from revrec.accounting.money import format_amount, parse_scaled
from revrec.crm.mapping import read_mapping
from revrec.operations.periods import NAME
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.operations.sync_schedule import parse_schedule, schedule_text
from revrec.problems import Invalid

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,59}\Z")
_SEGMENT = re.compile(r"(location|department|class|cseg_?[a-z0-9_]+|custcol_?[a-z0-9_]+)\Z")
_CUSTOM = ("cseg", "custcol")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_PREFIX = re.compile(r"[A-Za-z0-9]{1,20}\Z")
PERCENT_DECIMALS = 8
"""A percentage is kept as text; scaled by this many decimals it is a share x 10**10."""
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


def checked(policy: PolicyDefinition, value: Any) -> Any:
    """The value as it is stored. Raises `Invalid` that names the policy and what it takes."""
    match policy.kind:
        case "choice":
            if value not in policy.choices:
                raise _wrong(policy, value, f"one of {', '.join(policy.choices)}")
        case "flag":
            if not isinstance(value, bool):
                raise _wrong(policy, value, "true or false")
        case "number":
            if not _is_whole(value) or not policy.minimum <= value <= policy.maximum:
                raise _wrong(policy, value, f"a whole number from {policy.minimum} to {policy.maximum}")
        case "amount":
            if value is not None and (not _is_whole(value) or not 0 <= value < 10**15):
                raise _wrong(policy, value, "a whole number of minor units, or nothing")
        case "percent":
            return _checked_percent(policy, value)
        case "text":
            return _checked_text(policy, value)
        case "list" | "segments":
            return _checked_names(policy, value)
        case "exclusion":
            return _checked_exclusion(policy, value)
        case "fields":
            _check_fields(policy, value)
        case "period":
            if not isinstance(value, str):
                raise _wrong(policy, value, "a period, such as 2026-03")
            if not NAME.match(value):
                raise _wrong(policy, value, "a period, such as 2026-03 or FY2026-P03")
        case "zone":
            if not isinstance(value, str) or value not in available_timezones():
                raise _wrong(policy, value, "an IANA time zone, such as America/Los_Angeles")
            ZoneInfo(value)
        case "names":
            return _checked_free_names(policy, value)
        case "schedule":
            return _checked_schedule(policy, value)
    return value


def from_text(policy: PolicyDefinition, text: str) -> Any:
    """The value that a person typed for a policy, unchecked where it is not even of its kind."""
    text = text.strip()
    match policy.kind:
        case "flag":
            lowered = text.lower()
            return True if lowered in _YES else False if lowered in _NO else text
        case "number":
            return int(text) if re.fullmatch(r"-?\d{1,18}", text) else text
        case "amount":
            return None if text in ("", "none") else int(text) if re.fullmatch(r"\d{1,18}", text) else text
        case "list" | "segments" | "names" if not text.startswith("["):
            return [part.strip() for part in text.split(",") if part.strip()]
        case "list" | "segments" | "names" | "exclusion" | "fields":
            try:
                return json.loads(text)
            except ValueError as error:
                raise Invalid(f"{policy.key}: this is not JSON: {error}.", where=policy.key) from None
        case _:
            return text


def share_of(percent: str) -> int:
    """A percentage as it is kept, as a share scaled by 10^10."""
    return parse_scaled(percent, PERCENT_DECIMALS)


def _checked_percent(policy: PolicyDefinition, value: Any) -> str:
    wanted = f"a percentage from 0 to {policy.maximum} with at most {PERCENT_DECIMALS} decimals, such as 2.5"
    try:
        scaled = parse_scaled(value.strip() if isinstance(value, str) else "", PERCENT_DECIMALS)
    except ValueError:
        raise _wrong(policy, value, wanted) from None
    if not 0 <= scaled <= policy.maximum * 10**PERCENT_DECIMALS:
        raise _wrong(policy, value, wanted)
    text = format_amount(scaled, PERCENT_DECIMALS)
    return text.rstrip("0").rstrip(".")


def _checked_text(policy: PolicyDefinition, value: Any) -> str:
    if not isinstance(value, str) or len(value) > policy.maximum:
        raise _wrong(policy, value, f"text of at most {policy.maximum} characters")
    text = value.strip()
    if policy.key == "home_currency" and not _CURRENCY.match(text):
        raise _wrong(policy, value, "an ISO code, such as USD")
    if policy.key in ("fiscal_year_first_day", "import_from") and text and not _is_day(text):
        raise _wrong(policy, value, "a day, such as 2026-02-01")
    if policy.key == "journal_prefix" and not _PREFIX.match(text):
        raise _wrong(policy, value, "1 to 20 letters and digits")
    if policy.key.endswith("_field") and text and not _FIELD.match(text):
        raise _wrong(policy, value, "a field name: letters, digits and underscores")
    return text


def _checked_names(policy: PolicyDefinition, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _wrong(policy, value, "a list of names")
    names = [name.strip().lower() for name in value]
    for name in names:
        if not _SEGMENT.match(name) or (policy.kind == "list" and not name.startswith(_CUSTOM)):
            custom = "cseg_... or custcol_..."
            wanted = custom if policy.kind == "list" else f"location, department, class, {custom}"
            raise _wrong(policy, name, f"names of segments: {wanted}")
    if len(set(names)) != len(names):
        raise _wrong(policy, value, "each name once")
    return names


def _checked_free_names(policy: PolicyDefinition, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _wrong(policy, value, "a list of names, such as Acme; names with commas as JSON")
    names = list(dict.fromkeys(" ".join(name.split()) for name in value))
    for name in names:
        if not name or len(name) > policy.maximum:
            raise _wrong(policy, name, f"names of 1 to {policy.maximum} characters")
    return names


def _checked_schedule(policy: PolicyDefinition, value: Any) -> str:
    try:
        return schedule_text(parse_schedule(value if isinstance(value, str) else "no text"))
    except ValueError as wrong:
        raise _wrong(policy, value, str(wrong)) from None


def _checked_exclusion(policy: PolicyDefinition, value: Any) -> dict[str, Any]:
    form = '{"product": {"name": "Name", "values": ["Product 1", "Product 2"]}}'
    product = value.get("product") if isinstance(value, dict) else None
    if not isinstance(product, dict) or set(value) != {"product"} or set(product) != {"name", "values"}:
        raise _wrong(policy, value, f"the form {form}")
    values = product["values"]
    if product["name"] != "Name" or not isinstance(values, list):
        raise _wrong(policy, value, f"the form {form}, with the field Name")
    if not all(isinstance(name, str) and name.strip() for name in values):
        raise _wrong(policy, value, f"product names in the form {form}")
    return {"product": {"name": "Name", "values": [name.strip() for name in values]}}


def _check_fields(policy: PolicyDefinition, value: Any) -> None:
    if not isinstance(value, dict) or "source" in value:
        raise _wrong(policy, value, "an object of the parts order, line, customer, segments")
    try:
        for source in ("order", "opportunity"):
            read_mapping({**value, "source": source})
    except ValueError as wrong:
        raise Invalid(f"{policy.key}: {wrong}", where=policy.key) from None


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _wrong(policy: PolicyDefinition, value: Any, wanted: str) -> Invalid:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    shown = shown if len(shown) <= 80 else shown[:77] + "..."
    return Invalid(f"{policy.key} cannot be {shown}; it takes {wanted}.", where=policy.key)
