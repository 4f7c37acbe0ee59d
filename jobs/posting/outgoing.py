"""Journals as NetSuite gets them: base currency, segments as ids, posting period and approval status by setting."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from revrec.netsuite.journals import Journal, JournalLine, JournalUnfit
from revrec.operations.policies import policy_on
from revrec.store.core import currency, journal, journal_line, netsuite_period, segment_set

APPROVAL = {"approved": "2", "pending": "1", "default": None}
"""NetSuite's approvalStatus by our setting; `default` leaves it to the account's preference."""


@dataclass(frozen=True)
class Outgoing:
    """One of our journals and how it stands. `journal` is None where it cannot be sent as it is: `unfit` says why."""

    id: int
    number: str
    external_id: str
    date: date
    state: str
    held: str
    attempts: int
    netsuite_id: int | None
    netsuite_approval: str
    custom_segments: tuple[str, ...]
    journal: Journal | None
    unfit: str = ""


def read_outgoing(session: Session, ids: Sequence[int]) -> list[Outgoing]:
    """The journals of these ids (a few hundred at most), in the order given: a handful of queries for all of them."""
    j = journal.c
    rows = {row.id: row for row in session.execute(select(journal).where(j.id.in_(ids)))}
    currencies = {
        symbol: (key, precision)
        for key, symbol, precision in session.execute(
            select(currency.c.id, currency.c.symbol, currency.c.precision).order_by(currency.c.id.desc())
        )
    }
    policies = {day: policy_on(session, day) for day in {row.journal_date for row in rows.values()}}
    lines = _lines(session, ids, {row.id: row.memo for row in rows.values()})
    periods = {day: _period_id(session, day) for day in policies}
    return [
        _outgoing(
            rows[one],
            policies[rows[one].journal_date],
            currencies.get(rows[one].currency),
            lines[one],
            periods[rows[one].journal_date],
        )
        for one in ids
        if one in rows
    ]


def _outgoing(
    row: Any,
    policy: Any,
    money: tuple[int, int] | None,
    lines: Sequence[JournalLine],
    period: str | None,
) -> Outgoing:
    ours, unfit = None, ""
    try:
        if money is None:
            raise JournalUnfit(
                f"NetSuite has no currency {row.currency}; run invoices to read its lists again."
            )
        key, precision = money
        ours = Journal(
            # A draft has none before its approval; it is looked at, never sent.
            external_id=row.external_id or (f"draft-{row.id}" if row.state == "draft" else ""),
            date=row.journal_date,
            lines=tuple(lines),
            precision=precision,
            # Subsidiary 0 stands for the whole company where there is no OneWorld.
            subsidiary=str(row.subsidiary_id) if row.subsidiary_id else None,
            currency=str(key) if key else None,
            memo=row.memo,
            approval_status=APPROVAL[policy["journal_approval_status"]],
            posting_period=period,
        )
    except JournalUnfit as error:
        unfit = str(error)
    return Outgoing(
        id=row.id,
        number=row.number or f"draft {row.id}",
        external_id=row.external_id or "",
        date=row.journal_date,
        state=row.state,
        held=row.held,
        attempts=row.attempts,
        netsuite_id=row.netsuite_id,
        netsuite_approval=row.netsuite_approval,
        custom_segments=tuple(policy["custom_segments"]),
        journal=ours,
        unfit=unfit,
    )


def _lines(session: Session, ids: Sequence[int], memos: dict[int, str]) -> dict[int, list[JournalLine]]:
    line, sets = journal_line.c, segment_set.c
    rows = session.execute(
        select(
            line.journal_id,
            line.account_id,
            line.debit_minor,
            line.credit_minor,
            line.memo,
            sets.canonical,
        )
        .select_from(journal_line)
        .join(segment_set, sets.id == line.segment_set_id, isouter=True)
        .where(line.journal_id.in_(ids))
        .order_by(line.journal_id, line.line)
    )
    found: dict[int, list[JournalLine]] = defaultdict(list)
    for row in rows:
        found[row.journal_id].append(
            JournalLine(
                account=str(row.account_id),
                debit_minor=row.debit_minor,
                credit_minor=row.credit_minor,
                memo=row.memo or memos[row.journal_id],
                segments={name: str(value) for name, value in _segments(row.canonical)},
            )
        )
    return found


def _segments(canonical: str | None) -> Iterator[tuple[str, Any]]:
    yield from json.loads(canonical or "{}").items()


def _period_id(session: Session, day: date) -> str | None:
    """NetSuite's posting period of a date, so that NetSuite does not choose another."""
    p = netsuite_period.c
    found = session.execute(
        select(p.id).where(p.active, p.first_day <= day, p.last_day >= day).order_by(p.id)
    ).scalar()
    return str(found) if found else None
