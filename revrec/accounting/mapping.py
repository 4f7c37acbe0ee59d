"""From roles to accounts: the most specific rule that is valid on the day.

Order: role and product, role and category, role and subsidiary, the role alone, the default (unverified).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.columns import NONE, Column, Mask, group_rows
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.terms import Role


@dataclass(frozen=True, eq=False)
class Mapped:
    """Per row the account (NONE: no rule and no default) and whether a rule chose it (not a default)."""

    account: Column
    verified: Mask


def map_accounts(
    accounts: Accounts, role: Column, product: Column, category: Column, subsidiary: Column, day: int
) -> Mapped:
    """The account of every row on a day. Distinct combinations are resolved once."""
    group, first = group_rows(role, product, category, subsidiary)
    found = [
        _resolve(accounts, Role(r), p, c, s, day)
        for r, p, c, s in zip(
            role[first].tolist(),
            product[first].tolist(),
            category[first].tolist(),
            subsidiary[first].tolist(),
            strict=True,
        )
    ]
    account = np.asarray([a for a, _ in found], dtype=np.int64)
    verified = np.asarray([v for _, v in found], dtype=np.bool_)
    if not group.size:
        return Mapped(group, verified)
    return Mapped(account[group], verified[group])


def _resolve(
    accounts: Accounts, role: Role, product: int, category: int, subsidiary: int, day: int
) -> tuple[int, bool]:
    best: MappingRule | None = None
    best_score = (-1, 0)
    for rule in accounts.rules:
        if rule.role != role or rule.valid_from > day:
            continue
        if (
            rule.product not in (NONE, product)
            or rule.category not in (NONE, category)
            or rule.subsidiary not in (NONE, subsidiary)
        ):
            continue
        weight = 4 * (rule.product != NONE) + 2 * (rule.category != NONE) + (rule.subsidiary != NONE)
        if (weight, rule.valid_from) > best_score or best is None:
            best, best_score = rule, (weight, rule.valid_from)
    if best is not None:
        return best.account, True
    return accounts.defaults.get(role, NONE), False
