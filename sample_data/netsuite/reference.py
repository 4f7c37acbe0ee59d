"""The part of docs/stand-ins.md that is written from the code: `python -m sample_data.netsuite.reference` renews it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sample_data.netsuite.calls import NOT_PLAYED
from sample_data.netsuite.doubts import DOUBTS, Doubts
from sample_data.netsuite.settings import Settings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "stand-ins.md"
MARKER = "<!-- Written by `python -m sample_data.netsuite.reference` from here on. -->"


def written() -> str:
    """The whole page as it should be."""
    head, found, _ = PAGE.read_text().partition(MARKER)
    if not found:
        raise SystemExit(f"{PAGE} has lost its marker")
    return f"{head}{MARKER}\n\n{tables()}"


def tables() -> str:
    """Settings and doubts."""
    lines = ["## Settings", "", "| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        if name not in Doubts.model_fields:
            lines.append(f"| `{name}` | `{_shown(field.default)}` | {_cell(field.description or '')} |")
    lines += [
        "",
        "## Doubts",
        "",
        "| doubt | readings, the default first | what is not established |",
        "|---|---|---|",
    ]
    for doubt in DOUBTS:
        readings = ", ".join(f"`{choice}`" for choice in doubt.choices)
        lines.append(f"| `{doubt.name}` | {readings} | {_cell(doubt.meaning)} |")
    lines += [
        "",
        f"Functions that are refused by name: {', '.join(f'`BUILTIN.{one}`' for one in sorted(NOT_PLAYED))}.",
        "",
    ]
    return "\n".join(lines)


def _shown(value: Any) -> str:
    if isinstance(value, frozenset | tuple):
        return ", ".join(sorted(value)) if isinstance(value, frozenset) else ", ".join(value)
    return str(value)


def _cell(text: str) -> str:
    return " ".join(text.replace("``", "`").replace("|", "\\|").split())


if __name__ == "__main__":
    PAGE.write_text(written())
