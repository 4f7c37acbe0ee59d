"""The audit trail."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.views.amounts import AmountWriter
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


def changes_of(event: AuditEventView, write: AmountWriter = AmountWriter({})) -> list[ChangeView]:
    """What differs between before and after, value by value; what an event only states stands in `after`.

    Amounts are kept in minor units; those whose currency the event says are shown as `1234.50 USD`.
    """
    before = {one.name: one for one in _values(event.before, "", write)}
    after = {one.name: one for one in _values(event.after, "", write)}
    if "value" in before and after and "value" not in after:
        # A bare word that became several values: the state among them, if they say one.
        name = "state" if "state" in after else "before"
        before[name] = _Value(name, name, before.pop("value").text)
    names = [*after, *(name for name in before if name not in after)]
    found = []
    for name in names:
        was, became = before.get(name), after.get(name)
        one = became or was
        if one is not None and (was.text if was else None) != (became.text if became else None):
            found.append(
                ChangeView(
                    field=one.field, before=was.text if was else "", after=became.text if became else ""
                )
            )
    return found


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


@dataclass(frozen=True, slots=True)
class _Value:
    """A plain value of an event: `name` leads to it and tells it from all others, `field` is what it is called."""

    name: str
    field: str
    text: str


def _values(
    value: Any, path: str, write: AmountWriter, currency: str = "", field: str = ""
) -> Iterator[_Value]:
    """Every value inside, by the names that lead to it; a list of plain values is one value. `currency`: of the amounts
    inside, as a name on the way or the value beside them says; '' if none does."""
    if isinstance(value, dict) and value:
        beside = value.get("currency")
        of = beside if isinstance(beside, str) and _CURRENCY.fullmatch(beside) else currency
        for name, inner in value.items():
            if _CURRENCY.fullmatch(name) and _holds_amounts(path, inner):
                yield from _values(inner, f"{path} {name}".strip(), write, name, field)
            else:
                yield from _values(inner, f"{path} {name}".strip(), write, of, f"{field} {name}".strip())
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, inner in enumerate(value, start=1):
            yield from _values(
                inner, f"{path} {number}".strip(), write, currency, f"{field} {number}".strip()
            )
    elif isinstance(value, list) and value and all(one is None for one in value):
        return  # nothing was there, of each
    elif value is not None and value != {}:
        last = field.rpartition(" ")[2]
        if currency and type(value) is int and (last in _AMOUNTS or last.endswith("_minor")):
            shown = field.removesuffix("_minor")
            yield _Value(path or "value", shown, f"{write.text(value, currency)} {currency}")
        else:
            # What is counted by currency is told apart by it.
            also = f" {currency}" if currency and f" {currency} " in f" {path} " else ""
            yield _Value(path or "value", (field or "value") + also, _text(value))


def _holds_amounts(path: str, inner: Any) -> bool:
    """Whether what stands under a currency's code are its amounts: of a kind that a close tells by currency."""
    return path.rpartition(" ")[2] in _BY_CURRENCY and isinstance(inner, int | dict)


_CURRENCY = re.compile(r"[A-Z]{3}")
_BY_CURRENCY = frozenset({"revenue", "adjustment", "balances", "journals"})
"""What a close says by currency."""
_AMOUNTS = frozenset(
    {
        "revenue",
        "adjustment",
        "amount",
        "total",
        "billed",
        "recognised",
        "contract_liability",
        "contract_asset",
        "unbilled_receivable",
        "unassigned",
    }
)
"""Fields that hold minor units under a name without `_minor`."""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value) or "none"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
