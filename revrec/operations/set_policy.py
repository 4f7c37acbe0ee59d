"""Set an accounting policy."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.periods import CALENDAR_POLICIES, check_calendar
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of, policy_value, policy_values_of
from revrec.operations.policy_kinds import PolicyDefinition
from revrec.operations.policy_values import checked
from revrec.problems import Conflict, Invalid, Refused
from revrec.store.queries.documents import billed_before
from revrec.store.queries.segments import known_fields
from revrec.store.tables import PolicySetting

SEGMENT_POLICIES = ("journal_segments", "custom_segments")
"""Policies that name fields of journal lines."""

SET_ELSEWHERE = {
    "first_period": "set the first period (`period set`)",
    "opening_accepted": "accept the opening balances (`opening accept`)",
    "journal_prefix": "connect NetSuite with it, so that it is checked against the account's journals",
}


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A change that may be made: `value` as it would be stored, `before` as it is on that day."""

    definition: PolicyDefinition
    before: Any
    value: Any
    valid_from: date | None
    retrospective: bool


def set_policy(
    session: Session,
    actor: Actor,
    key: str,
    value: Any,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> PolicySetting:
    """Set a policy from `valid_from` on (see `effective_from`; policies without a date act at once)."""
    change = policy_change(
        session, actor, key, value, valid_from=valid_from, reason=reason, retrospective=retrospective
    )
    start = change.valid_from
    row = write_policy(session, actor, change.definition, value, now=now, valid_from=start, reason=reason)
    after = {"value": row.value, "valid_from": str(start) if start else None}
    if retrospective:
        after["retrospective"] = True
    subject = f"policy {key}"
    record_event(
        session, actor, "set_policy", subject, now=now, before=change.before, after=after, reason=reason
    )
    return row


def policy_change(
    session: Session,
    actor: Actor,
    key: str,
    value: Any,
    *,
    valid_from: date | None = None,
    reason: str = "",
    retrospective: bool = False,
) -> PolicyChange:
    """What `set_policy` would do, checked as it checks and refused as it refuses; nothing is written."""
    require(actor, "set_policy")
    definition = definition_of(key)
    if definition.kind == "schedule":
        require(actor, "schedule_sync")
    if key in SET_ELSEWHERE:
        raise Refused(f"{key} is not set here: {SET_ELSEWHERE[key]}.", where="key")
    if key in CALENDAR_POLICIES:
        _check_calendar(session, key, checked(definition, value))
    if not definition.dated and valid_from is not None:
        raise Invalid(f"{key} takes effect at once and has no date.", where="valid_from")
    if definition.dated:
        valid_from = effective_from(
            session, valid_from, subject=key, retrospective=retrospective, reason=reason
        )
    fitting = checked(definition, value)
    if key in SEGMENT_POLICIES:
        _check_segments(session, key, fitting)
    if key == "import_from":
        _check_import_from(session, fitting, retrospective, reason)
    before = policy_value(session, key, valid_from or date.max)
    return PolicyChange(definition, before, fitting, valid_from, retrospective)


def _check_segments(session: Session, key: str, names: list[str]) -> None:
    """Raise `Invalid` for a field that the account does not have. Before its fields were read nothing is known."""
    known = known_fields(session, on_journals=key == "journal_segments")
    missing = [name for name in names if name not in known]
    if known and missing:
        raise Invalid(
            f"{key}: journal lines have no field {', '.join(missing)} in this account. They have "
            f"{', '.join(sorted(known))}. `revrec segments list` shows them; an invoices run reads them again.",
            where=key,
        )


def _check_calendar(session: Session, key: str, value: Any) -> None:
    """Raise `Conflict` once the first period is set, and `Invalid` where the choices would make no calendar."""
    begin = policy_value(session, "first_period")
    if begin is not None:
        raise Conflict(f"The books begin with {begin}; the calendar stays what it is.", where=key)
    values = {**policy_values_of(session, CALENDAR_POLICIES), key: value}
    if values["calendar"] == "months":
        return
    check_calendar(
        values["calendar"],
        values["fiscal_year_first_day"],
        values["fiscal_year_named_by"],
        values["week_53_rule"],
    )


def _check_import_from(session: Session, value: str, retrospective: bool, reason: str) -> None:
    """Raise `Conflict` where documents would leave that closed periods have billed, unless that is confirmed: closed
    periods stay as they are, and the next close takes the billing back as an adjustment."""
    billed = billed_before(session, date.fromisoformat(value)) if value else 0
    if billed and not (retrospective and reason):
        raise Conflict(
            f"Closed periods have billed {billed} documents dated before {value}. Choose an earlier day; or confirm "
            "the change as retrospective, with a reason: closed periods stay as they are, and the next close takes "
            "what they billed back as an adjustment.",
            where="import_from",
        )


def write_policy(
    session: Session,
    actor: Actor,
    definition: PolicyDefinition,
    value: Any,
    *,
    now: datetime,
    valid_from: date | None = None,
    reason: str = "",
) -> PolicySetting:
    """Add the checked row without an audit event of its own, for operations that set policies on their way."""
    row = PolicySetting(
        key=definition.key,
        valid_from=valid_from,
        value=checked(definition, value),
        set_by=actor.email,
        set_at=now,
        reason=reason,
    )
    session.add(row)
    session.flush()
    return row
