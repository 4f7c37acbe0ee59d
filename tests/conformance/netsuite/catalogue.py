"""All facts, in the order in which they are told."""

from __future__ import annotations

# Imported for their facts; their order is the document's.
from . import (  # noqa: F401
    dialect,
    documents,
    governance,
    journal_rules,
    journals,
    queries,
    refusals,
    shown_values,
    signing_in,
)
from .facts import FACTS, Fact

AREAS = {
    "queries": "Queries and pages",
    "shown_values": "Values, dates and zones",
    "dialect": "SQL",
    "documents": "Documents as tables",
    "refusals": "Errors, features, permissions",
    "signing_in": "Signing in",
    "journals": "Journal entries",
    "journal_rules": "What a journal entry is refused for",
    "governance": "Governance",
}


def facts() -> list[Fact]:
    """Every fact once, by area."""
    order = list(AREAS)
    return sorted(FACTS, key=lambda each: order.index(each.area))


def tables() -> str:
    """The facts as tables for the documentation."""
    lines: list[str] = []
    for area, title in AREAS.items():
        lines += [f"### {title}", "", "| what | who says so |", "|---|---|"]
        lines += [f"| {_cell(each.says)} | {_cell(each.source)} |" for each in facts() if each.area == area]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
