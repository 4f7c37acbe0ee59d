"""The reference parts of the documentation, written from the code: `python -m api.reference` renews them.

Each page keeps what people wrote above the marker; what follows it is written anew. A test compares.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from fastapi.routing import APIRoute

from api.cli.app import app as command_line
from api.http.access import Needs
from api.http.routes import ROUTERS
from reconciliation.columns import TABS
from revrec.config import SETTINGS
from revrec.operations.permissions import PERMISSIONS, ROLES
from revrec.operations.policies import POLICIES

MARKER = "<!-- Written by `python -m api.reference` from here on. -->"
DOCS = Path(__file__).resolve().parent.parent / "docs"
_SHAPES = {
    "contract": "at a contract's inception (a modification's effective date)",
    "posting": "on the last day of the period being closed",
    "pull": "from the next run on, everywhere",
    "people": "at once",
}


def pages() -> dict[str, str]:
    """Page name -> its reference part."""
    return {
        "settings.md": settings_page(),
        "cli.md": cli_page(),
        "api.md": api_page(),
        "job-file.md": job_file_page(),
    }


def settings_page() -> str:
    lines = ["## Deployment settings", "", "| variable | default | meaning |", "|---|---|---|"]
    lines += [f"| `{one.variable}` | {_code(one.default)} | {_cell(one.meaning)} |" for one in SETTINGS]
    lines += [
        "",
        "## Accounting policies",
        "",
        "| policy | default | takes | counts | meaning |",
        "|---|---|---|---|---|",
    ]
    for policy in POLICIES:
        default = "none" if policy.default is None else f"`{_cell(json.dumps(policy.default))}`"
        takes = ", ".join(f"`{choice}`" for choice in policy.choices) or policy.kind
        if policy.kind == "number":
            takes = f"{policy.minimum} to {policy.maximum}"
        lines.append(
            f"| `{policy.key}` | {default} | {takes} | {_SHAPES[policy.shapes]} | {_cell(policy.meaning)} |"
        )
    return "\n".join(lines) + "\n"


def job_file_page() -> str:
    lines: list[str] = []
    for tab in TABS:
        lines += [f"## {tab.name}", "", _cell(tab.about), "", "| column | holds | meaning |", "|---|---|---|"]
        lines += [f"| {one.header} | {one.kind.value} | {_cell(one.about)} |" for one in tab.columns]
        lines.append("")
    return "\n".join(lines)


def cli_page() -> str:
    lines: list[str] = []
    for path, command in commands():
        lines += [f"## `revrec {path}`", "", _cell(command.help or ""), ""]
        rows = [row for parameter in command.params if (row := _parameter(parameter))]
        if rows:
            lines += ["| argument or option | default | meaning |", "|---|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups left out."""
    yield from _walk("", typer.main.get_command(command_line))


def api_page() -> str:
    lines = ["| operation | needs | roles | what |", "|---|---|---|---|"]
    for route, action in operations():
        method = next(iter(sorted(route.methods or ())))
        roles = (
            "all"
            if PERMISSIONS[action] == set(ROLES)
            else ", ".join(r for r in ROLES if r in PERMISSIONS[action])
        )
        lines.append(
            f"| `{method} /api/v1{route.path}` | `{action}` | {roles} | {_cell(route.summary or '')} |"
        )
    return "\n".join(lines) + "\n"


def operations() -> Iterator[tuple[APIRoute, str]]:
    """Every route under `/api/v1` with the action it needs. A route without one is a defect (`LookupError`)."""
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield route, action_of(route)


def action_of(route: APIRoute) -> str:
    for dependency in route.dependant.dependencies:
        if isinstance(dependency.call, Needs):
            return dependency.call.action
    raise LookupError(f"{route.path} does not say what its caller must be allowed.")


def renewed(page: str, reference: str) -> str:
    """A page with its reference part written anew."""
    written, marker, _ = page.partition(MARKER)
    if not marker:
        raise LookupError(f"The page has no line {MARKER}")
    return f"{written}{MARKER}\n\n{reference}"


def main() -> None:
    for name, reference in pages().items():
        file = DOCS / name
        file.write_text(renewed(file.read_text(), reference))


def _walk(prefix: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield prefix, command
        return
    for name, child in children.items():
        yield from _walk(f"{prefix} {name}".strip(), child)


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or str(parameter.name).upper()
    else:
        name = ", ".join([*parameter.opts, *parameter.secondary_opts])
    words = parameter.help or ""
    if getattr(parameter, "envvar", None):
        words += f" Environment: `{parameter.envvar}`."
    if parameter.required:
        default = "required"
    elif parameter.default in (None, "", False) or callable(parameter.default):
        default = ""
    else:
        default = f"`{parameter.default}`"
    return f"| `{name}` | {default} | {_cell(words)} |"


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else "empty"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    main()
