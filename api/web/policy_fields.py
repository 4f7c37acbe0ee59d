"""A policy's value as a form asks for it, as it is read back from what was typed, and as pages show it."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from revrec.operations.policies import definition_of
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.operations.policy_values import from_text

_LISTS = ("list", "segments", "names", "exclusion")


@dataclass(frozen=True, slots=True)
class PolicyField:
    """How to ask. `kind`: choose (one of `options`, pairs of value and text), lines (one a line), area, text."""

    kind: str
    usual: str
    options: tuple[tuple[str, str], ...] = ()
    help: str = ""
    suggestions: tuple[str, ...] = ()


def policy_field(key: str, value: Any) -> PolicyField:
    """The field of a policy, filled with a value of its kind."""
    policy, text = definition_of(key), _text(definition_of(key), value)
    match policy.kind:
        case "choice":
            return PolicyField("choose", text, tuple((one, one.replace("_", " ")) for one in policy.choices))
        case "flag":
            return PolicyField("choose", text, (("true", "on"), ("false", "off")))
        case "number":
            return PolicyField(
                "text", text, help=f"A whole number from {policy.minimum} to {policy.maximum}."
            )
        case "amount":
            return PolicyField("text", text, help="In minor units: 10000 is 100.00. Empty: none.")
        case "percent":
            return PolicyField("text", text, help=f"In percent, from 0 to {policy.maximum}, such as 2.5.")
        case "list" | "segments" | "names" | "exclusion":
            return PolicyField("lines", text, help="One a line.")
        case "fields":
            return PolicyField("area", text, help="JSON.")
        case "zone":
            return PolicyField("text", text, help="Such as America/New_York.", suggestions=time_zones())
        case "schedule":
            return PolicyField(
                "text", text, help="off, every 60 minutes, daily 05:30, or weekdays 05:30, 17:30."
            )
        case "text" | "period":
            return PolicyField("text", text)


def read_policy(key: str, text: str) -> Any:
    """The value that was typed into its field. Raises `Invalid` for what is no JSON; all else is checked later."""
    policy = definition_of(key)
    if policy.kind in _LISTS:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return {"product": {"name": "Name", "values": lines}} if policy.kind == "exclusion" else lines
    return from_text(policy, text)


def policy_text(key: str, value: Any) -> str:
    """A value in words, on one line."""
    policy = definition_of(key)
    if policy.kind == "flag":
        return "on" if value else "off"
    if policy.kind == "choice":
        return str(value).replace("_", " ")
    if policy.kind == "fields":
        return json.dumps(value, ensure_ascii=False) if value else "standard fields"
    return _text(policy, value).replace("\n", ", ") or "none"


@cache
def time_zones() -> tuple[str, ...]:
    """The zones that people choose from."""
    return tuple(sorted(one for one in available_timezones() if "/" in one and not one.startswith("Etc/")))


def _text(policy: PolicyDefinition, value: Any) -> str:
    if value is None:
        return ""
    match policy.kind:
        case "flag":
            return "true" if value else "false"
        case "list" | "segments" | "names":
            return "\n".join(value)
        case "exclusion":
            return "\n".join(value["product"]["values"])
        case "fields":
            return json.dumps(value, indent=2, ensure_ascii=False)
        case _:
            return str(value)
