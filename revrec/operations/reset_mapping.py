"""Withdraw every rule of the account mapping."""

from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.effective_date import effective_from
from revrec.operations.mapping_target import target_of
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid
from revrec.store.queries.policies import mapping_in_force, mapping_rows, rule_key
from revrec.store.tables import AccountMapping


def reset_mapping(
    session: Session,
    actor: Actor,
    *,
    now: datetime,
    confirmed: bool,
    valid_from: date | None = None,
    retrospective: bool = False,
    reason: str = "",
) -> int:
    """Withdraw all rules in force on a day or from a later one on, defaults too; returns how many. The event keeps what
    they were. Raises `Invalid` unless `confirmed`, `Conflict` where there are none."""
    require(actor, "reset_mapping")
    if not confirmed:
        raise Invalid("Every rule of the account mapping is withdrawn. Confirm it.", where="confirm")
    start = effective_from(
        session, valid_from, subject="the account mapping", retrospective=retrospective, reason=reason
    )
    day = start or date.min
    standing = mapping_in_force(session, day)
    later = _later(session, day)
    if not standing and not later:
        raise Conflict("There is no rule to withdraw.", where="account mapping")
    before = [
        {"rule": target_of(row).describe(), "account": row.account_id, "valid_from": _text(row.valid_from)}
        for row in [*standing, *later]
    ]
    for row in standing:
        session.add(_withdrawn(row, start, actor, now))
    for row in later:
        session.add(_withdrawn(row, row.valid_from, actor, now))
    session.flush()
    count = len({rule_key(row) for row in [*standing, *later]})
    record_event(
        session,
        actor,
        "reset_mapping",
        "account mapping",
        now=now,
        before=before,
        after={"valid_from": _text(start), "withdrawn": count},
        reason=reason,
    )
    return count


def _later(session: Session, day: date) -> list[AccountMapping]:
    """Rules that begin after a day."""
    starts = {row.valid_from for row in mapping_rows(session) if row.valid_from and row.valid_from > day}
    return [
        row for start in sorted(starts) for row in mapping_in_force(session, start) if row.valid_from == start
    ]


def _withdrawn(row: AccountMapping, valid_from: date | None, actor: Actor, now: datetime) -> AccountMapping:
    return AccountMapping(
        role=row.role,
        product_id=row.product_id,
        category=row.category,
        subsidiary_id=row.subsidiary_id,
        department_id=row.department_id,
        valid_from=valid_from,
        account_id=None,
        is_default=row.is_default,
        set_by=actor.email,
        set_at=now,
    )


def _text(day: date | None) -> str | None:
    return str(day) if day else None
