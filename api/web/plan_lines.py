"""The plan of a custom or a milestone method as lines that people type: `0: 50`, `Go-live: 60`."""

from collections.abc import Mapping
from typing import Any

from revrec.problems import Invalid

PLANNED = {"custom": "percentages", "milestone": "milestones"}
"""Methods that have a plan, and what it holds."""


def read_plan_lines(method: str, text: str) -> dict[str, Any] | None:
    """The plan of a method as operations take it, unchecked; None where nothing was typed. Raises `Invalid`."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    pairs = []
    for line in lines:
        name, colon, value = line.rpartition(":")
        if not colon or not name.strip() or not value.strip():
            raise Invalid(
                f"'{line[:60]}' is no line of a plan; write 0: 50 (a period's offset and its percentage), or "
                "Go-live: 60 (a milestone and its weight).",
                where="plan",
            )
        pairs.append((name.strip(), value.strip()))
    if PLANNED.get(method) == "milestones":
        return {"milestones": [{"name": name, "weight": value} for name, value in pairs]}
    return {"percentages": [list(pair) for pair in pairs]}


def plan_text(plan: Mapping[str, Any] | None) -> str:
    """A plan as such lines."""
    if not plan:
        return ""
    pairs = [(one["name"], one["weight"]) for one in plan.get("milestones", [])]
    pairs += [(offset, percent) for offset, percent in plan.get("percentages", [])]
    return "\n".join(f"{name}: {value}" for name, value in pairs)


def read_segment_lines(text: str) -> dict[str, str]:
    """Lines such as `department: Sales` by segment. Raises `Invalid`."""
    found = {}
    for line in filter(None, (one.strip() for one in text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not value.strip():
            raise Invalid(
                f"Write a segment as department: Sales; '{line[:60]}' has no value.", where="segments"
            )
        found[name.strip().lower()] = value.strip()
    return found
