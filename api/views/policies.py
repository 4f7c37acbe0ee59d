"""Policies with their values in force."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.policies import POLICIES, definition_of
from revrec.operations.policy_effect import policy_effect
from revrec.operations.policy_kinds import PolicyDefinition, Shapes
from revrec.operations.set_policy import SET_ELSEWHERE, PolicyChange
from revrec.store.queries.policies import PolicyInForce, coming_values, history_of, values_on
from revrec.store.tables import PolicySetting


class PolicyView(View):
    """A policy, what it may be, and its value in force. `set_by` is empty where the default rules. `shapes`: what it
    counts for. `set_elsewhere`: what to do instead of setting it, of those that are not set by themselves."""

    key: str
    value: Any
    default: Any
    meaning: str
    kind: str
    choices: list[str]
    dated: bool
    shapes: Shapes
    set_elsewhere: str
    valid_from: date | None
    set_by: str
    set_at: datetime | None
    reason: str


class PolicyValueView(View):
    """One value that was set. `valid_from` null: always, of dated ones; at once, of the others."""

    value: Any
    valid_from: date | None
    set_by: str
    set_at: datetime
    reason: str


class PolicyDetailView(PolicyView):
    """`history`: every value that was set, the newest first."""

    history: list[PolicyValueView]


class PolicyChangeView(View):
    """What a change would do; nothing is written. `effect`: sentences on open periods and on closed ones."""

    key: str
    before: Any
    value: Any
    valid_from: date | None
    effect: list[str]


def policy_views(session: Session, day: date) -> list[PolicyView]:
    """Every policy as it stands on a day."""
    ruling = values_on(session, day)
    return [policy_view(definition, ruling.get(definition.key)) for definition in POLICIES]


def policy_view(definition: PolicyDefinition, row: PolicySetting | PolicyInForce | None) -> PolicyView:
    return PolicyView(
        key=definition.key,
        value=definition.default if row is None else row.value,
        default=definition.default,
        meaning=definition.meaning,
        kind=definition.kind,
        choices=list(definition.choices),
        dated=definition.dated,
        shapes=definition.shapes,
        set_elsewhere=SET_ELSEWHERE.get(definition.key, ""),
        valid_from=row.valid_from if row else None,
        set_by=row.set_by if row else "",
        set_at=row.set_at if row else None,
        reason=row.reason if row else "",
    )


def policy_detail_view(session: Session, key: str, day: date) -> PolicyDetailView:
    """Raises `NotFound` for a key that there is not."""
    definition = definition_of(key)
    view = policy_view(definition, values_on(session, day).get(key))
    rows = reversed(history_of(session, key))
    return PolicyDetailView(**view.model_dump(), history=[_value_view(row) for row in rows])


def later_values(session: Session, day: date) -> dict[str, list[PolicyValueView]]:
    """What is set to hold after a day already, by key, the earliest first."""
    found: dict[str, list[PolicyValueView]] = {}
    for row in coming_values(session, day):
        found.setdefault(row.key, []).append(_value_view(row))
    return found


def policy_change_view(session: Session, change: PolicyChange) -> PolicyChangeView:
    return PolicyChangeView(
        key=change.definition.key,
        before=change.before,
        value=change.value,
        valid_from=change.valid_from,
        effect=policy_effect(session, change),
    )


def _value_view(row: PolicySetting) -> PolicyValueView:
    return PolicyValueView.model_validate(row, from_attributes=True)
