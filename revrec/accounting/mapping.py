"""From roles to accounts: the most specific rule that is valid on the day.

A rule may name a product or a category, a department, and a subsidiary; what it does not name it leaves open. Of the
rules that fit, the first in this order rules:

    product > category > department > subsidiary > the role alone > the default (unverified)

A rule that names more is more specific than one that names only the first of the same things: product and subsidiary
goes before product alone, and both before category and department. Among equals the one valid from the latest day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.columns import NONE, Column, Mask, filled, group_rows
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.terms import Role


@dataclass(frozen=True, eq=False)
class Mapped:
    """Per row the account (NONE: no rule and no default) and whether a rule chose it (not a default)."""

    account: Column
    verified: Mask


def map_accounts(
    accounts: Accounts,
    role: Column,
    product: Column,
    category: Column,
    subsidiary: Column,
    day: int,
    department: Column | None = None,
) -> Mapped:
    """The account of every row on a day. Distinct combinations are resolved once. ``department``: NetSuite's ids, NONE
    where a row has none; left out where journals are not broken down by it."""
    of = filled(role.size, NONE) if department is None else department
    group, first = group_rows(role, product, category, subsidiary, of)
    found = [
        _resolve(accounts, Role(r), p, c, s, d, day)
        for r, p, c, s, d in zip(
            *(column[first].tolist() for column in (role, product, category, subsidiary, of)), strict=True
        )
    ]
    account = np.asarray([a for a, _ in found], dtype=np.int64)
    verified = np.asarray([v for _, v in found], dtype=np.bool_)
    return Mapped(account[group], verified[group])


def _resolve(
    accounts: Accounts, role: Role, product: int, category: int, subsidiary: int, department: int, day: int
) -> tuple[int, bool]:
    fitting = [
        rule
        for rule in accounts.rules
        if rule.role == role
        and rule.valid_from <= day
        and rule.product in (NONE, product)
        and rule.category in (NONE, category)
        and rule.subsidiary in (NONE, subsidiary)
        and rule.department in (NONE, department)
    ]
    if fitting:
        return max(fitting, key=_rank).account, True
    return accounts.defaults.get(role, NONE), False


def _rank(rule: MappingRule) -> tuple[bool, bool, bool, bool, int]:
    return (
        rule.product != NONE,
        rule.category != NONE,
        rule.department != NONE,
        rule.subsidiary != NONE,
        rule.valid_from,
    )
