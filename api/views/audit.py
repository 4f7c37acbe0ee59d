"""The audit trail."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from api.views.shape import View
from revrec.operations.audit import ChainCheck
from revrec.store.queries.events import ActionTotal
from revrec.store.tables import AuditEvent


class AuditEventView(View):
    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any
    reason: str
    previous_hash: str
    hash: str


class ChangeView(View):
    """One value that an event changed, as text: `before` is empty for what was not there, `after` for what went."""

    field: str
    before: str
    after: str


class ActionTotalView(View):
    """How often something was done within a selection of events, and when last."""

    action: str
    events: int
    newest: datetime


class ChainCheckView(View):
    """Whether the trail holds together. `broken_at`: the first event that does not fit, 0 if its end is gone."""

    ok: bool
    events: int
    head: str
    broken_at: int | None
    message: str


def audit_event_view(row: AuditEvent) -> AuditEventView:
    return AuditEventView.model_validate(row, from_attributes=True)


def changes_of(event: AuditEventView) -> list[ChangeView]:
    """What differs between before and after, value by value; what an event only states stands in `after`."""
    before, after = dict(_values(event.before, "")), dict(_values(event.after, ""))
    if "value" in before and after and "value" not in after:
        # A bare word that became several values: the state among them, if they say one.
        before["state" if "state" in after else "before"] = before.pop("value")
    names = [*after, *(name for name in before if name not in after)]
    return [
        ChangeView(field=name, before=before.get(name, ""), after=after.get(name, ""))
        for name in names
        if before.get(name) != after.get(name)
    ]


def action_total_views(rows: list[ActionTotal]) -> list[ActionTotalView]:
    return [ActionTotalView(action=one.action, events=one.events, newest=one.newest) for one in rows]


def chain_check_view(check: ChainCheck) -> ChainCheckView:
    return ChainCheckView(
        ok=check.broken_at is None,
        events=check.events,
        head=check.head,
        broken_at=check.broken_at,
        message=check.message,
    )


def _values(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every value inside, by the names that lead to it; a list of plain values is one value."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _values(inner, f"{path} {name}".strip())
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, inner in enumerate(value, start=1):
            yield from _values(inner, f"{path} {number}".strip())
    elif isinstance(value, list) and value and all(one is None for one in value):
        return  # nothing was there, of each
    elif value is not None and value != {}:
        yield path or "value", _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
