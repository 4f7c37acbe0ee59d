"""Which accounts are compared: those that a role on the balance sheet was ever mapped to, and those that NetSuite's own
postings of billing lines went to instead."""

from collections.abc import Mapping
from typing import TypeAlias

from sqlalchemy import or_, select
from sqlmodel import Session

from revrec.accounting.terms import AccountType
from revrec.store.core import account_mapping, billing_split

Place: TypeAlias = tuple[int, int]
"""Subsidiary (0: an account of NetSuite without any) and account, NetSuite's ids."""

ROLES = ("contract_liability", "contract_asset", "unbilled_receivable", "clearing")


def compared_accounts(session: Session) -> dict[int, str]:
    """Role by account; an account of several roles bears the first of `ROLES`."""
    found: dict[int, str] = {}
    m, s = account_mapping.c, billing_split.c
    mapped = session.execute(
        select(m.account_id, m.role).where(m.role.in_(ROLES), m.account_id.is_not(None)).distinct()
    )
    for account_id, role in sorted(mapped, key=lambda row: ROLES.index(row.role)):
        found.setdefault(account_id, role)
    posted = session.execute(
        select(s.account_id, s.account_type)
        .where(
            or_(s.account_type == AccountType.DEFERRED_REVENUE, s.account_type == AccountType.CLEARING),
            s.account_id > 0,
        )
        .distinct()
    )
    for account_id, kind in posted:
        role = "clearing" if kind == AccountType.CLEARING else "contract_liability"
        found.setdefault(account_id, role)
    return found


def add_to(totals: dict[Place, int], more: Mapping[Place, int]) -> None:
    """Add amounts by place to those that are there."""
    for place, amount in more.items():
        totals[place] = totals.get(place, 0) + amount
