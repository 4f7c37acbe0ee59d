"""The transaction hub: journals on their way to NetSuite, the whole selection in figures, and the next batch."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from sqlmodel import Session

from api.views.amounts import amount_writer
from api.views.jobs import JobView, job_view
from api.views.shape import Amount, View
from jobs.posting.batch import next_batch
from revrec.operations.hub_choice import Told
from revrec.problems import NotFound
from revrec.store.queries.hub import (
    HubState,
    Selection,
    Sent,
    hub_state,
    hub_sums,
    hub_totals,
    ids_of_numbers,
    newest_cross_check,
    sent_times,
)
from revrec.store.queries.journals import attempts_of, subsidiary_names, totals_of
from revrec.store.tables import Journal, PostingAttempt

StateCode = Literal[
    "not_transferred", "transferring", "transferred", "failed", "conflict", "held", "cancelled"
]
NEVER = Sent(None, None)


class HubJournalView(View):
    """A journal in the hub. `state` is the hub's word for it; `reference`: how to find it in NetSuite."""

    id: int
    number: str
    external_id: str
    period: str
    date: date
    subsidiary: str
    currency: str
    memo: str
    lines: int
    total: str
    state: str
    approved_by: str
    approved_at: datetime | None
    first_sent_at: datetime | None
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None
    transferred_at: datetime | None
    attempts: int
    message: str
    netsuite_id: int | None
    netsuite_number: str
    netsuite_approval: str
    reference: str
    held: str
    held_by: str
    reverses: int | None


class HubAttemptView(View):
    """An exchange with NetSuite. `status`: of the HTTP reply; `milliseconds`: from request to reply, of journals that
    were looked up or read back together that of all."""

    at: datetime
    action: str
    outcome: str
    status: int | None
    milliseconds: int | None
    job: int | None
    request: str
    reply: str


class HubDetailView(HubJournalView):
    exchanges: list[HubAttemptView]


class BatchView(View):
    """The next batch. `at` is null where nothing waits, where batch `job` goes, and where `stopped` says why none
    comes."""

    at: datetime | None
    journals: int
    job: int | None
    every_minutes: int
    stopped: str


class HubFiguresView(View):
    """The whole selection: journals by state, debits by currency."""

    journals: dict[str, int]
    totals: list[Amount]
    batch: BatchView


class HubTotalView(View):
    """Of a selection in one currency: journals, their lines, and what they debit."""

    currency: str
    journals: int
    lines: int
    debits: str


class FoundView(View):
    """What a cross-check found of one journal, and what to do about it. `code`: foreign (in NetSuite and unknown
    here), missing (NetSuite lacks it), differs, unposted, approval, rejected. `journal`: our id, null of a foreign."""

    code: str
    severity: str
    number: str
    netsuite_id: int
    what: str
    to_do: str
    journal: int | None


class CrossCheckView(View):
    """The newest cross-check: its job, how many of what it compared, and what it found."""

    job: JobView
    compared: dict[str, int]
    findings: list[FoundView]


class ToldView(View):
    """What became of a journal that was named. `changed` is false where there was nothing to do."""

    id: int
    number: str
    changed: bool
    message: str


class HubActionView(View):
    """`job`: the batch that was started, null where none was; `note` then says when they go."""

    journals: list[ToldView]
    job: JobView | None = None
    note: str = ""


def selection(
    session: Session,
    state: str,
    period: str,
    subsidiary: str,
    *,
    search: str = "",
    since: date | None = None,
    until: date | None = None,
) -> Selection:
    """The journals that a person asks for. `subsidiary`: its name or NetSuite's id. Raises `NotFound`."""
    names = subsidiary_names(session)
    found = None
    if subsidiary:
        fits = [key for key, name in names.items() if subsidiary in (str(key), name)]
        if not fits:
            raise NotFound(
                f"There is no subsidiary {subsidiary}; there are {', '.join(names.values()) or 'none yet'}.",
                where="subsidiary",
            )
        found = fits[0]
    return Selection(HubState[state.upper()] if state else None, period, found, search, since, until)


def hub_journal_views(session: Session, rows: Sequence[Journal]) -> list[HubJournalView]:
    write, names = amount_writer(session), subsidiary_names(session)
    ids = [row.id for row in rows]
    totals, sent = totals_of(session, ids), sent_times(session, ids)
    views = []
    for row in rows:
        count, total = totals.get(row.id, (0, 0))
        times = sent.get(row.id, NEVER)
        views.append(
            HubJournalView(
                id=row.id,
                number=row.number or "",
                external_id=row.external_id or "",
                period=row.period,
                date=row.journal_date,
                subsidiary=names.get(row.subsidiary_id, str(row.subsidiary_id)),
                currency=row.currency,
                memo=row.memo,
                lines=count,
                total=write.text(total, row.currency),
                state=hub_state(row.state, row.held) or row.state,
                approved_by=row.approved_by,
                approved_at=row.approved_at,
                first_sent_at=times.first_sent,
                last_attempt_at=times.last_attempt,
                next_attempt_at=row.next_attempt_at,
                transferred_at=row.posted_at,
                attempts=row.attempts,
                message=row.message,
                netsuite_id=row.netsuite_id,
                netsuite_number=row.netsuite_number,
                netsuite_approval=row.netsuite_approval,
                reference=_reference(row),
                held=row.held,
                held_by=row.held_by,
                reverses=row.reverses_id,
            )
        )
    return views


def hub_detail_view(session: Session, row: Journal) -> HubDetailView:
    """A journal with every exchange about it. Raises `NotFound` for a draft."""
    if row.number is None:
        raise NotFound(
            f"Journal {row.id} is a {row.state}; the hub has journals from their approval on.",
            where="journal",
        )
    (view,) = hub_journal_views(session, [row])
    exchanges = [_attempt_view(one) for one in attempts_of(session, row.id)]
    return HubDetailView(**view.model_dump(), exchanges=exchanges)


def hub_figures_view(session: Session, chosen: Selection) -> HubFiguresView:
    write, totals = amount_writer(session), hub_totals(session, chosen)
    return HubFiguresView(
        journals={state.value: totals.journals.get(state, 0) for state in HubState},
        totals=[
            Amount(currency=currency, amount=write.text(minor, currency))
            for currency, minor in totals.debit_minor.items()
        ],
        batch=batch_view(session),
    )


def hub_total_views(session: Session, chosen: Selection) -> list[HubTotalView]:
    write = amount_writer(session)
    return [
        HubTotalView(
            currency=one.currency,
            journals=one.journals,
            lines=one.lines,
            debits=write.text(one.debit_minor, one.currency),
        )
        for one in hub_sums(session, chosen)
    ]


def cross_check_view(session: Session) -> CrossCheckView | None:
    """None before the first."""
    row = newest_cross_check(session)
    if row is None:
        return None
    result = row.result or {}
    found = result.get("findings", [])
    ids = ids_of_numbers(session, [str(one["number"]) for one in found])
    return CrossCheckView(
        job=job_view(row),
        compared=result.get("compared", {}),
        findings=[FoundView(**one, journal=ids.get(one["number"])) for one in found],
    )


def batch_view(session: Session) -> BatchView:
    batch = next_batch(session)
    return BatchView(
        at=batch.at,
        journals=batch.journals,
        job=batch.job,
        every_minutes=batch.every_minutes,
        stopped=batch.stopped,
    )


def told_views(told: Sequence[Told]) -> list[ToldView]:
    return [
        ToldView(id=one.journal_id, number=one.number, changed=one.changed, message=one.message)
        for one in told
    ]


def _attempt_view(row: PostingAttempt) -> HubAttemptView:
    return HubAttemptView(
        at=row.at,
        action=row.action.replace("_", " "),
        outcome=row.outcome,
        status=row.status,
        milliseconds=row.milliseconds,
        job=row.job_id,
        request=row.request,
        reply=row.reply,
    )


def _reference(row: Journal) -> str:
    """Words that NetSuite's own search finds it by: a link would name a host."""
    if row.netsuite_id is None:
        return ""
    number = f" {row.netsuite_number}" if row.netsuite_number else ""
    return f"Journal Entry{number}, internal id {row.netsuite_id}"
