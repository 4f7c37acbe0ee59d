"""Policies with their values in force."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.policies import POLICIES
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.store.queries.policies import values_on
from revrec.store.tables import PolicySetting


class PolicyView(View):
    """A policy, what it may be, and its value in force. `set_by` is empty where the default rules."""

    key: str
    value: Any
    default: Any
    meaning: str
    kind: str
    choices: list[str]
    dated: bool
    valid_from: date | None
    set_by: str
    set_at: datetime | None
    reason: str


def policy_views(session: Session, day: date) -> list[PolicyView]:
    """Every policy as it stands on a day."""
    ruling = values_on(session, day)
    return [policy_view(definition, ruling.get(definition.key)) for definition in POLICIES]


def policy_view(definition: PolicyDefinition, row: PolicySetting | None) -> PolicyView:
    return PolicyView(
        key=definition.key,
        value=definition.default if row is None else row.value,
        default=definition.default,
        meaning=definition.meaning,
        kind=definition.kind,
        choices=list(definition.choices),
        dated=definition.dated,
        valid_from=row.valid_from if row else None,
        set_by=row.set_by if row else "",
        set_at=row.set_at if row else None,
        reason=row.reason if row else "",
    )
