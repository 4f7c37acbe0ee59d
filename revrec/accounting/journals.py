"""Draft journals: the ledger rows that the general ledger does not have yet, summarised per subsidiary.

Invariants: every draft balances in the subsidiary's base currency, has two positive columns, debits first, and no zero
line; the drafts of a period add up to its ledger rows that are not ``in_gl``, account by account.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from revrec.accounting.book import Book, SegmentValues
from revrec.accounting.columns import NONE, Column, Mask, filled, group_rows, rows_where, sum_by
from revrec.accounting.mapping import map_accounts
from revrec.accounting.policy import Accounts, Policy
from revrec.accounting.problem import Problem
from revrec.accounting.result import CloseResult, JournalDraft, JournalLine, Journals, Transfers
from revrec.accounting.terms import BALANCE_SHEET_ROLES, Event, Role


def draft_journals(book: Book, result: CloseResult, policy: Policy) -> Journals:
    """Drafts of a closed period, by subsidiary. With an account missing there are no drafts, only the list."""
    day = int(book.calendar.ends[result.period])
    sides = ledger_sides(book, result.transfers, policy, day)
    missing = _missing_accounts(sides)
    if missing:
        return Journals((), missing)
    names = {code: _project(values, policy.journal_segments) for code, values in book.segment_sets.items()}
    drafts: list[JournalDraft] = []
    group, first = group_rows(sides.subsidiary, sides.base_currency)
    for number in range(first.size):
        rows = rows_where(group == number)
        lines = _summarise(sides, rows, names, policy.journal_customer)
        parts = split_lines(lines, policy.journal_max_lines)
        for index, part in enumerate(parts, start=1):
            drafts.append(
                JournalDraft(
                    int(sides.subsidiary[rows[0]]),
                    int(sides.base_currency[rows[0]]),
                    result.period,
                    day,
                    part,
                    index,
                    len(parts),
                )
            )
    return Journals(tuple(drafts), _unverified_accounts(sides))


@dataclass(frozen=True, eq=False)
class Sides:
    """Both sides of every transfer that has to be journalled: ``amount`` is debit positive, base minor units."""

    role: Column
    account: Column
    verified: Mask
    subsidiary: Column
    base_currency: Column
    segments: Column
    customer: Column
    amount: Column


def ledger_sides(book: Book, transfers: Transfers, policy: Policy, day: int) -> Sides:
    """Debit and credit sides of the rows not ``in_gl``, with their accounts and the segments they carry."""
    rows = transfers.take((transfers.in_gl == 0) & (transfers.base_amount != 0))
    role = np.concatenate((rows.debit_role, rows.credit_role))
    explicit = np.concatenate((rows.debit_account, rows.credit_account))
    twice = {name: np.concatenate((c, c)) for name, c in rows.columns().items()}
    mapped = map_accounts(
        policy.accounts,
        role,
        twice["product"],
        twice["category"],
        twice["subsidiary"],
        day,
        department=_departments(book, twice["segments"], policy.accounts),
    )
    balance_sheet = np.isin(role, [int(r) for r in BALANCE_SHEET_ROLES])
    reclassed = (twice["event"] == Event.RECLASS) & (role != Role.DISCOUNT)
    bare = reclassed | (balance_sheet & (not policy.balance_sheet_segments))
    return Sides(
        role=role,
        account=np.where(explicit != NONE, explicit, mapped.account),
        verified=(explicit != NONE) | mapped.verified,
        subsidiary=twice["subsidiary"],
        base_currency=twice["base_currency"],
        segments=np.where(bare, NONE, twice["segments"]),
        customer=twice["customer"],
        amount=np.concatenate((rows.base_amount, -rows.base_amount)),
    )


def _departments(book: Book, segments: Column, accounts: Accounts) -> Column | None:
    """The department of each row, where a rule asks for it."""
    if all(rule.department == NONE for rule in accounts.rules):
        return None
    codes, place = np.unique(segments, return_inverse=True)
    found = [int(dict(book.segment_sets.get(code, ())).get("department", NONE)) for code in codes.tolist()]
    return np.asarray(found, dtype=np.int64)[place]


def _summarise(
    sides: Sides, rows: Column, names: dict[int, SegmentValues], by_customer: bool
) -> tuple[JournalLine, ...]:
    """One net line per account, projected segments and, if set, customer; debits first."""
    codes, place = np.unique(sides.segments[rows], return_inverse=True)
    found = [names.get(code, ()) for code in codes.tolist()]
    kept = sorted(set(found))
    number = {values: at for at, values in enumerate(kept)}
    segment = np.asarray([number[values] for values in found], dtype=np.int64)[place]
    customer = sides.customer[rows] if by_customer else filled(rows.size, NONE)
    group, first = group_rows(sides.account[rows], segment, customer)
    amount = sum_by(group, sides.amount[rows], first.size)
    unverified = sum_by(group, (~sides.verified[rows]).astype(np.int64), first.size)
    lines = [
        JournalLine(
            role=int(sides.role[rows[first[i]]]),
            account=int(sides.account[rows[first[i]]]),
            debit=max(int(amount[i]), 0),
            credit=max(-int(amount[i]), 0),
            segments=kept[int(segment[first[i]])],
            customer=int(customer[first[i]]),
            verified=not unverified[i],
        )
        for i in range(first.size)
        if amount[i]
    ]
    return (*(line for line in lines if line.debit), *(line for line in lines if line.credit))


def split_lines(lines: tuple[JournalLine, ...], max_lines: int) -> tuple[tuple[JournalLine, ...], ...]:
    """Cut a journal into balanced ones of at most ``max_lines`` lines (at least two); lines are cut where needed."""
    if not lines:
        return ()
    if len(lines) <= max_lines:
        return (lines,)
    debits = [line for line in lines if line.debit]
    credits = [line for line in lines if line.credit]
    parts: list[tuple[JournalLine, ...]] = []
    taken_debits: dict[int, int] = {}
    taken_credits: dict[int, int] = {}
    d = c = 0
    debit_left, credit_left = debits[0].debit, credits[0].credit
    while d < len(debits) and c < len(credits):
        grown = len(taken_debits | {d: 0}) + len(taken_credits | {c: 0})
        if grown > max(max_lines, 2):
            parts.append(_part(debits, credits, taken_debits, taken_credits))
            taken_debits, taken_credits = {}, {}
        step = min(debit_left, credit_left)
        taken_debits[d] = taken_debits.get(d, 0) + step
        taken_credits[c] = taken_credits.get(c, 0) + step
        debit_left -= step
        credit_left -= step
        if not debit_left:
            d += 1
            debit_left = debits[d].debit if d < len(debits) else 0
        if not credit_left:
            c += 1
            credit_left = credits[c].credit if c < len(credits) else 0
    parts.append(_part(debits, credits, taken_debits, taken_credits))
    return tuple(parts)


def _part(
    debits: list[JournalLine], credits: list[JournalLine], debit: dict[int, int], credit: dict[int, int]
) -> tuple[JournalLine, ...]:
    def cut(line: JournalLine, debit_amount: int, credit_amount: int) -> JournalLine:
        return JournalLine(
            line.role, line.account, debit_amount, credit_amount, line.segments, line.customer, line.verified
        )

    return (
        *(cut(debits[i], amount, 0) for i, amount in debit.items()),
        *(cut(credits[i], 0, amount) for i, amount in credit.items()),
    )


def _project(values: SegmentValues, wanted: tuple[str, ...]) -> SegmentValues:
    """The segments that journals keep apart, in the policy's order."""
    held = dict(values)
    return tuple((name, held[name]) for name in wanted if name in held)


def _missing_accounts(sides: Sides) -> tuple[Problem, ...]:
    rows = rows_where(sides.account == NONE)
    pairs = sorted(
        {(int(sides.role[r]), int(sides.subsidiary[r])) for r in rows[_distinct(sides, rows)].tolist()}
    )
    return tuple(
        Problem(
            "missing_account",
            f"role {Role(role).name.lower()}, subsidiary {subsidiary}",
            f"No account is mapped to {Role(role).name.lower()} in subsidiary {subsidiary}, and there is no default: "
            "map the role or set a default account.",
        )
        for role, subsidiary in pairs
    )


def _unverified_accounts(sides: Sides) -> tuple[Problem, ...]:
    rows = rows_where(~sides.verified)
    roles = sorted(set(sides.role[rows].tolist()))
    return tuple(
        Problem(
            "unverified_account",
            f"role {Role(role).name.lower()}",
            f"No mapping rule covers {Role(role).name.lower()}: the default account is used, unverified.",
            blocking=False,
        )
        for role in roles
    )


def _distinct(sides: Sides, rows: Column) -> Column:
    return group_rows(sides.role[rows], sides.subsidiary[rows])[1]
