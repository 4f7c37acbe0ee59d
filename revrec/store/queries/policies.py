"""Policy rows and the account mapping as they are stored."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from revrec.store.tables import AccountMapping, PolicySetting


@dataclass(frozen=True, slots=True)
class PolicyInForce:
    """What somebody set, as a row of `policy_setting` has it."""

    key: str
    valid_from: date | None
    value: Any
    set_by: str
    set_at: datetime
    reason: str


_SET = sa.select(*(col(getattr(PolicySetting, field.name)) for field in fields(PolicyInForce)))
"""Columns, not whole rows: policies are read more often than anything else."""


def values_on(session: Session, day: date) -> dict[str, PolicyInForce]:
    """For each key that was ever set, what rules on `day`.

    Among rows valid by then, the one valid from the latest day; among those of one day, the last one set.
    """
    valid = col(PolicySetting.valid_from)
    query = _SET.where(col(PolicySetting.scope) == "").where(valid.is_(None) | (valid <= day))
    ruling: dict[str, PolicyInForce] = {}
    for row in session.execute(query.order_by(col(PolicySetting.id))):
        present = ruling.get(row.key)
        if present is None or (row.valid_from or date.min) >= (present.valid_from or date.min):
            ruling[row.key] = PolicyInForce(*row)
    return ruling


def coming_values(session: Session, day: date) -> list[PolicySetting]:
    """Rows that begin to rule after `day`, the earliest first; of one key and day the last one set comes last."""
    return list(
        session.exec(
            select(PolicySetting)
            .where(PolicySetting.scope == "", col(PolicySetting.valid_from) > day)
            .order_by(col(PolicySetting.valid_from), col(PolicySetting.id))
        )
    )


def history_of(session: Session, key: str) -> list[PolicySetting]:
    """Every row of a key, in the order they were set."""
    return list(
        session.exec(select(PolicySetting).where(PolicySetting.key == key).order_by(col(PolicySetting.id)))
    )


def mapping_rows(session: Session, day: date | None = None) -> list[AccountMapping]:
    """Rows of the account mapping valid on `day` (None: all), in the order they were set."""
    query = select(AccountMapping).order_by(col(AccountMapping.id))
    if day is not None:
        query = query.where(
            col(AccountMapping.valid_from).is_(None) | (col(AccountMapping.valid_from) <= day)
        )
    return list(session.exec(query))


def mapping_in_force(
    session: Session, day: date, *, known_at: datetime | None = None
) -> list[AccountMapping]:
    """One row for each rule (role, product, category, subsidiary, department, default): the one that rules on `day`.

    Withdrawn rules (no account) are left out. `known_at`: without what was set after that moment.
    """
    ruling: dict[tuple[object, ...], AccountMapping] = {}
    for row in mapping_rows(session, day):
        if known_at is not None and row.set_at > known_at:
            continue
        rule = rule_key(row)
        present = ruling.get(rule)
        if present is None or (row.valid_from or date.min) >= (present.valid_from or date.min):
            ruling[rule] = row
    return [row for row in ruling.values() if row.account_id is not None]


def rule_key(row: AccountMapping) -> tuple[str, int | None, str | None, int | None, int | None, bool]:
    """What tells rules apart: role, product, category, subsidiary, department, and whether it is the default."""
    return (
        row.role,
        row.product_id,
        row.category,
        row.subsidiary_id,
        row.department_id,
        row.is_default,
    )
