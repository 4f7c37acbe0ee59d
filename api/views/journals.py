"""Journals, their lines, and how they stand with NetSuite."""

import json
from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.shape import View
from revrec.store.queries.hub import hub_state
from revrec.store.queries.journals import (
    JournalTotal,
    attempts_of,
    lines_of,
    parts_of,
    reversals_of,
    subsidiary_names,
    totals_of,
)
from revrec.store.queries.segments import segment_names
from revrec.store.tables import Journal


class JournalView(View):
    """A journal. `hub`: how the transaction hub names its state; empty for a draft."""

    id: int
    number: str | None
    external_id: str | None
    period: str
    date: date
    subsidiary: str
    currency: str
    state: str
    hub: str
    lines: int
    total: str
    part: int
    parts: int
    memo: str
    reverses: int | None
    prepared_by: str
    approved_by: str
    netsuite_id: int | None
    netsuite_approval: str
    posted_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    message: str


class JournalTotalView(View):
    """The sums over a selection of journals in one currency."""

    currency: str
    journals: int
    lines: int
    total: str


class SegmentView(View):
    segment: str
    id: str
    name: str


class JournalLineView(View):
    line: int
    role: str
    account: int
    account_number: str
    account_name: str
    debit: str
    credit: str
    segments: list[SegmentView]
    customer: int | None
    memo: str
    unverified: bool


class AttemptView(View):
    at: datetime
    action: str
    outcome: str
    request: str
    reply: str


class PartView(View):
    """One of the journals that a long one was cut into."""

    part: int
    journal: int


class JournalDetailView(JournalView):
    """`reversed_by`: ids of the journals that take it back; `siblings`: all parts of what was cut, it among them."""

    reversed_by: list[int]
    siblings: list[PartView]
    entries: list[JournalLineView]
    conversations: list[AttemptView]


def journal_views(session: Session, rows: Sequence[Journal]) -> list[JournalView]:
    write, names = amount_writer(session), subsidiary_names(session)
    totals = totals_of(session, [row.id for row in rows])
    views = []
    for row in rows:
        count, total = totals.get(row.id, (0, 0))
        views.append(
            JournalView(
                id=row.id,
                number=row.number,
                external_id=row.external_id,
                period=row.period,
                date=row.journal_date,
                subsidiary=names.get(row.subsidiary_id, str(row.subsidiary_id)),
                currency=row.currency,
                state=row.state,
                hub=(hub_state(row.state, row.held) or "") if row.number else "",
                lines=count,
                total=write.text(total, row.currency),
                part=row.part,
                parts=row.parts,
                memo=row.memo,
                reverses=row.reverses_id,
                prepared_by=row.prepared_by,
                approved_by=row.approved_by,
                netsuite_id=row.netsuite_id,
                netsuite_approval=row.netsuite_approval,
                posted_at=row.posted_at,
                attempts=row.attempts,
                next_attempt_at=row.next_attempt_at,
                message=row.message,
            )
        )
    return views


def journal_total_views(session: Session, totals: Sequence[JournalTotal]) -> list[JournalTotalView]:
    write = amount_writer(session)
    return [
        JournalTotalView(
            currency=one.currency,
            journals=one.journals,
            lines=one.lines,
            total=write.text(one.debit_minor, one.currency),
        )
        for one in totals
    ]


def journal_detail_view(session: Session, row: Journal) -> JournalDetailView:
    write, names = amount_writer(session), segment_names(session)
    lines = []
    for line, account, canonical in lines_of(session, row.id):
        values: dict[str, str] = json.loads(canonical) if canonical else {}
        lines.append(
            JournalLineView(
                line=line.line,
                role=line.role,
                account=line.account_id,
                account_number=account.number if account else "",
                account_name=account.name if account else "",
                debit=write.text(line.debit_minor, row.currency) if line.debit_minor else "",
                credit=write.text(line.credit_minor, row.currency) if line.credit_minor else "",
                segments=[
                    SegmentView(segment=segment, id=str(value), name=names.get((segment, str(value)), ""))
                    for segment, value in sorted(values.items())
                ],
                customer=line.customer_id,
                memo=line.memo,
                unverified=line.unverified,
            )
        )
    attempts = [AttemptView.model_validate(one, from_attributes=True) for one in attempts_of(session, row.id)]
    view = journal_views(session, [row])[0]
    return JournalDetailView(
        **view.model_dump(),
        reversed_by=reversals_of(session, row.id),
        siblings=[PartView(part=part, journal=key) for part, key in parts_of(session, row)],
        entries=lines,
        conversations=attempts,
    )
