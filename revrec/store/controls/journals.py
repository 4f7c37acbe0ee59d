"""Journals: balanced, made of the ledger and nothing else, and in NetSuite as they were sent."""

import json
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeAlias

import numpy as np
from sqlalchemy import case, func, null, or_, select
from sqlmodel import Session

from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.mapping import map_accounts
from revrec.accounting.policy import Accounts, MappingRule
from revrec.accounting.terms import Role
from revrec.store.controls.check import ClosedPeriod, ControlResult, Findings, Scope, Sum
from revrec.store.core import (
    journal,
    journal_line,
    ledger_transfer,
    period_close,
    posting_attempt,
    segment_set,
)
from revrec.store.queries.batches import batches
from revrec.store.queries.policies import mapping_in_force

Place: TypeAlias = tuple[int, str, int]
"""Subsidiary, base currency, account."""


def journals_balance(session: Session, scope: Scope) -> ControlResult:
    """Each journal, drafts and reversals too; one subsidiary and currency each."""
    found = Findings(
        "debits_are_credits",
        "Debits = credits in every journal, of one subsidiary and currency each; a line has one positive side.",
    )
    j, line = journal.c, journal_line.c
    debit, credit = func.sum(line.debit_minor), func.sum(line.credit_minor)
    odd = func.sum(_odd())
    rows = session.execute(
        select(j.id, j.number, j.period, j.subsidiary_id, j.currency, debit, credit, odd)
        .join(journal_line, line.journal_id == j.id)
        .where(j.period.in_([close.period for close in scope.closes]))
        .group_by(j.id, j.number, j.period, j.subsidiary_id, j.currency)
        .order_by(j.id)
    ).all()
    totals: dict[tuple[str, str], list[int]] = {}
    for key, number, period, subsidiary, currency, debits, credits, strange in rows:
        found.checked += 1
        total = totals.setdefault((period, currency), [0, 0])
        total[0] += int(debits)
        total[1] += int(credits)
        if debits != credits or strange:
            name = f"journal {number or f'id {key}'}"
            found.violate(
                f"{period}, {name}",
                f"{name[0].upper()}{name[1:]} of subsidiary {subsidiary} has {debits} of debits and {credits} of "
                f"credits ({currency} minor units), and {int(strange)} lines without one positive side.",
            )
    found.sums += [
        Sum(f"{period}: debits, credits", c, *both) for (period, c), both in sorted(totals.items())
    ]
    return found.result()


def journals_are_ledger(session: Session, scope: Scope) -> ControlResult:
    """By account, under the mapping as it was known when the period closed; reopened closes against their mirrors."""
    found = Findings(
        "journals_are_the_ledger",
        "Journal lines by account = ledger rows that NetSuite's own postings do not have, by subsidiary and currency; "
        "what was taken back by reopening leaves nothing.",
    )
    for close in scope.closes:
        lines = _journal_sums(session, close.id)
        # A mapping that changed while the close ran may or may not have been seen by it.
        ledgers = [
            _ledger_sums(session, close, known_at)
            for known_at in {close.closed_at, close.begun_at}
            if known_at
        ] or [_ledger_sums(session, close, None)]
        apart = min((_differences(lines, ledger) for ledger in ledgers), key=len)
        found.checked += len(lines)
        for subsidiary, currency, account in sorted(apart):
            ours, theirs = apart[subsidiary, currency, account]
            found.violate(
                f"{close.period}, subsidiary {subsidiary}, account {account}",
                f"Journals of {close.period} move {ours} {currency} minor units on account {account} of subsidiary "
                f"{subsidiary}, the ledger {theirs}.",
            )
        _mirrors(session, close.period, found)
    return found.result()


def journals_read_back(session: Session, scope: Scope) -> ControlResult:
    """Every journal that counts as posted was read from NetSuite under its id, and agreed line by line."""
    found = Findings(
        "posted_is_read_back",
        "Every posted journal was read back from NetSuite and agreed with ours in every line.",
    )
    j, a = journal.c, posting_attempt.c
    newest = (
        select(a.journal_id, func.max(a.id).label("id"))
        .where(a.action == "read_back")
        .group_by(a.journal_id)
        .subquery()
    )
    rows = session.execute(
        select(j.id, j.number, j.period, j.state, j.netsuite_id, a.outcome, a.request)
        .outerjoin(newest, newest.c.journal_id == j.id)
        .outerjoin(posting_attempt, a.id == newest.c.id)
        .where(
            j.period.in_([close.period for close in scope.closes]),
            or_(j.state == "posted", j.state == "conflict"),
        )
        .order_by(j.id)
    )
    for row in rows:
        found.checked += 1
        name = f"Journal {row.number or f'id {row.id}'}"
        where = f"{row.period}, journal {row.number or row.id}"
        if row.state == "conflict":
            found.violate(where, f"{name} is in conflict with NetSuite's: {row.outcome or 'not read'}.")
        elif row.outcome is None:
            found.violate(where, f"{name} counts as posted and was never read back.")
        elif row.outcome != "agrees":
            found.violate(
                where, f"{name} counts as posted, but differed when it was read back: {row.outcome}."
            )
        elif row.netsuite_id is None or row.request != str(row.netsuite_id):
            found.violate(
                where,
                f"{name} counts as posted as NetSuite's {row.netsuite_id}; what was read back is {row.request}.",
            )
    return found.result()


def _odd() -> Any:
    line = journal_line.c
    fine = ((line.debit_minor > 0) & (line.credit_minor == 0)) | (
        (line.credit_minor > 0) & (line.debit_minor == 0)
    )
    return case((fine, 0), else_=1)


def _journal_sums(session: Session, close_id: int) -> dict[Place, int]:
    j, line = journal.c, journal_line.c
    rows = session.execute(
        select(j.subsidiary_id, j.currency, line.account_id, func.sum(line.debit_minor - line.credit_minor))
        .join(journal_line, line.journal_id == j.id)
        .where(j.period_close_id == close_id)
        .group_by(j.subsidiary_id, j.currency, line.account_id)
    )
    return {(subsidiary, currency, account): int(amount) for subsidiary, currency, account, amount in rows}


def _ledger_sums(session: Session, close: ClosedPeriod, known_at: datetime | None) -> dict[Place, int]:
    t = ledger_transfer.c
    accounts, categories = known_accounts(session, close.last_day, known_at)
    accounts = _as_broken_down(session, accounts, close)
    by_department = any(rule.department != NONE for rule in accounts.rules)
    rows: list[tuple[Any, ...]] = []
    for role, account, sign in (
        (t.debit_role, t.debit_account_id, 1),
        (t.credit_role, t.credit_account_id, -1),
    ):
        segments = t.segment_set_id if by_department else null().label("segment_set_id")
        keys = (t.subsidiary_id, t.base_currency, role, account, t.product_id, t.category, segments)
        sums = session.execute(
            select(*keys, func.sum(t.base_minor))
            .where(t.period_close_id == close.id, t.in_gl.is_(False))
            .group_by(*(keys if by_department else keys[:-1]))
        )
        rows += [(*row[:7], sign * int(row[7])) for row in sums]
    if not rows:
        return {}
    departments = _departments(session, {row[6] for row in rows if row[6] is not None})
    mapped = map_accounts(
        accounts,
        np.asarray([Role[row[2].upper()] for row in rows], dtype=np.int64),
        np.asarray([NONE if row[4] is None else row[4] for row in rows], dtype=np.int64),
        np.asarray([categories.get(row[5], NONE) for row in rows], dtype=np.int64),
        np.asarray([row[0] for row in rows], dtype=np.int64),
        to_day(close.last_day),
        department=np.asarray([departments.get(row[6], NONE) for row in rows], dtype=np.int64),
    ).account.tolist()
    found: dict[Place, int] = {}
    for row, account in zip(rows, mapped, strict=True):
        place = (row[0], row[1], account if row[3] is None else row[3])
        found[place] = found.get(place, 0) + row[7]
    return found


def _as_broken_down(session: Session, accounts: Accounts, close: ClosedPeriod) -> Accounts:
    """Rules by department count only where the close broke its journals down by department."""
    settings = session.execute(select(period_close.c.policy).where(period_close.c.id == close.id)).scalar()
    if (settings or {}).get("journal_breakdown") == "department":
        return accounts
    return replace(accounts, rules=tuple(rule for rule in accounts.rules if rule.department == NONE))


def _departments(session: Session, sets: set[int]) -> dict[int, int]:
    """The department (NetSuite's id) of segment sets that have one."""
    s = segment_set.c
    found = {
        key: json.loads(text).get("department")
        for some in batches(sets)
        for key, text in session.execute(select(s.id, s.canonical).where(s.id.in_(some)))
    }
    return {key: int(value) for key, value in found.items() if value}


def known_accounts(session: Session, day: date, known_at: datetime | None) -> tuple[Accounts, dict[str, int]]:
    """The account mapping on a day, as it was known at a moment; and the codes of the categories it names."""
    rules: list[MappingRule] = []
    defaults: dict[Role, int] = {}
    categories: dict[str, int] = {}
    for row in mapping_in_force(session, day, known_at=known_at):
        if row.account_id is None:
            continue
        role = Role[row.role.upper()]
        if row.is_default:
            defaults[role] = row.account_id
            continue
        category = NONE if row.category is None else categories.setdefault(row.category, len(categories))
        rules.append(
            MappingRule(
                role=role,
                account=row.account_id,
                product=NONE if row.product_id is None else row.product_id,
                category=category,
                subsidiary=NONE if row.subsidiary_id is None else row.subsidiary_id,
                department=NONE if row.department_id is None else row.department_id,
                valid_from=NO_DAY if row.valid_from is None else to_day(row.valid_from),
            )
        )
    return Accounts(tuple(rules), defaults), categories


def _differences(lines: dict[Place, int], ledger: dict[Place, int]) -> dict[Place, tuple[int, int]]:
    both = {place: (lines.get(place, 0), ledger.get(place, 0)) for place in lines.keys() | ledger.keys()}
    return {place: sides for place, sides in both.items() if sides[0] != sides[1]}


def _mirrors(session: Session, period: str, found: Findings) -> None:
    """What was reopened and its mirror rows come to nothing, by role and account."""
    t, p = ledger_transfer.c, period_close.c
    back = select(p.id).where(p.period == period, p.state.in_(("reopened", "reversal")))
    sums: dict[tuple[str, int, str, str], int] = {}
    for role, account, sign in (
        (t.debit_role, t.debit_account_id, 1),
        (t.credit_role, t.credit_account_id, -1),
    ):
        for currency, amount, base in (
            (t.currency, t.amount_minor, ""),
            (t.base_currency, t.base_minor, " of base currency"),
        ):
            rows = session.execute(
                select(role, account, currency, func.sum(amount))
                .where(t.period_close_id.in_(back))
                .group_by(role, account, currency)
            )
            for name, account_id, code, total in rows:
                place = (name, account_id or 0, code, base)
                sums[place] = sums.get(place, 0) + sign * int(total)
    for (role_name, account_id, code, base), left in sorted(sums.items()):
        if left:
            found.violate(
                f"{period}, {role_name}",
                f"What was reopened in {period} and its mirror rows leave {left} {code} minor units{base} on "
                f"{role_name}{f' (account {account_id})' if account_id else ''}.",
            )
