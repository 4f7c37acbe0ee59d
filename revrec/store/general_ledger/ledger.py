"""Our side: what an account would hold if NetSuite had posted all that we know, and nothing else.

  the opening, by account                                      ledger rows of the period before the first
+ NetSuite's own postings of the billing lines in the ledger   the other side of `billing_offset`, `clearing`
+ the lines of our journals, sent or not, reversals too
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Select, func, select, union_all
from sqlmodel import Session

from revrec.accounting.calendar import to_day
from revrec.accounting.columns import NONE
from revrec.accounting.mapping import map_accounts
from revrec.accounting.terms import Role
from revrec.store.controls.journals import known_accounts
from revrec.store.core import journal, journal_line, ledger_transfer, period_close
from revrec.store.general_ledger.accounts import Place

POSTED_BY_NETSUITE = ("billing_offset", "clearing")
_ON_BALANCE_SHEET = ("contract_liability", "contract_asset", "unbilled_receivable")


def opening_sums(session: Session, period: str, day: date, accounts: Collection[int]) -> dict[Place, int]:
    """By account, the opening that stands under `period`, the one before the first; `day`: its last."""
    t, p = ledger_transfer.c, period_close.c
    row = session.execute(select(p.id, p.closed_at).where(p.period == period, p.state == "closed")).first()
    if row is None:
        return {}
    found: dict[Place, int] = {}
    mapped, categories = known_accounts(session, day, row.closed_at)
    for role, account, sign in (
        (t.debit_role, t.debit_account_id, 1),
        (t.credit_role, t.credit_account_id, -1),
    ):
        keys = (t.subsidiary_id, role, account, t.product_id, t.category)
        rows: Sequence[Any] = session.execute(
            select(*keys, func.sum(t.base_minor))
            .where(t.period_close_id == row.id, role.in_(_ON_BALANCE_SHEET))
            .group_by(*keys)
        ).all()
        if not rows:
            continue
        by_role = map_accounts(
            mapped,
            np.asarray([Role[one[1].upper()] for one in rows], dtype=np.int64),
            np.asarray([NONE if one[3] is None else one[3] for one in rows], dtype=np.int64),
            np.asarray([categories.get(one[4], NONE) for one in rows], dtype=np.int64),
            np.asarray([one[0] for one in rows], dtype=np.int64),
            to_day(day),
        ).account.tolist()
        for one, account_id in zip(rows, by_role, strict=True):
            place = (one[0], account_id if one[2] is None else one[2])
            if place[1] in accounts:
                found[place] = found.get(place, 0) + sign * int(one[5])
    return found


def posted_by_netsuite(periods: Sequence[str], accounts: Collection[int]) -> Select[Any]:
    """Document (ours), subsidiary, account and amount, unsummed: what NetSuite's own postings of the billing lines that
    standing closes of `periods` hold moved. What the ledger takes out of an account, NetSuite put there."""
    t, p = ledger_transfer.c, period_close.c
    closes = select(p.id).where(p.state == "closed", p.period.in_(periods))
    sides = [
        select(
            t.document_id.label("document_id"),
            t.subsidiary_id.label("subsidiary_id"),
            account.label("account_id"),
            (sign * t.base_minor).label("amount"),
        ).where(
            t.period_close_id.in_(closes),
            t.event != "opening",
            role.in_(POSTED_BY_NETSUITE),
            account.in_(list(accounts)),
        )
        for role, account, sign in (
            (t.debit_role, t.debit_account_id, -1),
            (t.credit_role, t.credit_account_id, 1),
        )
    ]
    rows = union_all(*sides).subquery()
    return select(rows)


def document_sums(session: Session, periods: Sequence[str], accounts: Collection[int]) -> dict[Place, int]:
    """What NetSuite's own postings of the billing lines in the ledger moved, by subsidiary and account."""
    rows = posted_by_netsuite(periods, accounts).subquery().c
    sums = session.execute(
        select(rows.subsidiary_id, rows.account_id, func.sum(rows.amount)).group_by(
            rows.subsidiary_id, rows.account_id
        )
    )
    return {(subsidiary, account): int(amount) for subsidiary, account, amount in sums}


def journal_sums(
    session: Session, through: date, accounts: Collection[int]
) -> dict[tuple[int, int, int], int]:
    """By journal (ours), subsidiary and account: debits less credits of all that are dated by `through` and were not
    cancelled."""
    j, line = journal.c, journal_line.c
    rows = session.execute(
        select(j.id, j.subsidiary_id, line.account_id, func.sum(line.debit_minor - line.credit_minor))
        .join(journal_line, line.journal_id == j.id)
        .where(j.journal_date <= through, j.state != "cancelled", line.account_id.in_(list(accounts)))
        .group_by(j.id, j.subsidiary_id, line.account_id)
    )
    return {(key, subsidiary, account): int(amount) for key, subsidiary, account, amount in rows if amount}
