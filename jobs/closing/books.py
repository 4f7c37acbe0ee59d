"""The close itself: compute, write under an invisible `period_close`, draft journals, flip.

Running it again after a crash discards what an unfinished attempt wrote and computes afresh, from the same facts:
the `books` lock is held by the job, so that nothing is published in between.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlmodel import Session

from jobs.closing.checklist import close_findings
from jobs.closing.compute import Opening, compute_period
from jobs.lifecycle import progress, require_running, tell
from jobs.resources import store
from revrec.accounting.calendar import Calendar, to_date
from revrec.accounting.columns import NONE
from revrec.accounting.result import JournalDraft
from revrec.accounting.terms import Role
from revrec.operations.actor import SERVICE, Actor
from revrec.operations.audit import record_event
from revrec.operations.policies import policy_steps
from revrec.problems import Conflict, Finding
from revrec.store.books import Names, discard_rows, save_result
from revrec.store.books.figures import keep_figures
from revrec.store.books.invoice_contracts import make_identities
from revrec.store.books.lock import release, take
from revrec.store.core import job, journal, journal_line, period_close
from revrec.store.queries.orders import mark_published
from revrec.store.queries.people import user_by_email
from revrec.store.queries.totals import close_totals
from revrec.store.staging.intern import canonical_segments, intern_segments
from revrec.store.tables import Job, PeriodClose
from revrec.store.tables.jobs import OPEN_JOB_STATES


def begin_close(job_id: int, period: str) -> int:
    """Take the books and make the row that the close writes under. Raises `Conflict` with what blocks it."""
    with store().write() as session:
        require_running(session, job_id)
        p = period_close.c
        mine = session.execute(select(p.id).where(p.job_id == job_id, p.period == period)).scalar()
        if mine is not None:
            return int(mine)
        parameters = session.get_one(Job, job_id).parameters
        refuse_unless_ready(
            close_findings(session, period, but_job=job_id), parameters.get("acknowledge") or [], period
        )
        take(session, job_id)
        make_identities(session, policy_steps(session, "contract_source"))
        _discard_unfinished(session)
        row = PeriodClose(
            period=period,
            state="building",
            job_id=job_id,
            policy={},
            closed_by=session.get_one(Job, job_id).requested_by,
            acknowledged={
                "codes": parameters.get("acknowledge") or [],
                "reason": parameters.get("reason", ""),
            },
        )
        session.add(row)
        session.flush()
        return row.id


def refuse_unless_ready(findings: Sequence[Finding], acknowledged: Sequence[str], period: str) -> None:
    """Raise `Conflict` naming every blocker and every warning that nobody acknowledged."""
    open_ones = [f for f in findings if f.severity == "blocking" or f.code not in acknowledged]
    if open_ones:
        listed = " ".join(f"[{f.code}] {f.message}" for f in open_ones[:10])
        raise Conflict(f"{period} cannot close: {listed}", where=f"period {period}", findings=open_ones)


def close_books(job_id: int, close_id: int, period: str) -> dict[str, Any]:
    """Compute the period, write it, draft its journals, and make all of it visible at once.

    Raises `Conflict` with the findings where the core finds something that blocks, or that nobody acknowledged.
    """
    with store().read() as session:
        row = session.get_one(PeriodClose, close_id)
        if row.state == "closed":
            return {"period": period, **(row.totals or {})}
        acknowledged = list((row.acknowledged or {}).get("codes", []))
    progress(job_id, "computing", now=True)
    computed = compute_period(store(), period)
    tell(job_id, computed.findings, of="close")
    refuse_unless_ready(computed.findings, acknowledged, period)

    progress(job_id, "writing the ledger", now=True)
    with store().write() as session:
        discard_rows(session, close_id)
    opened = _write_opening(job_id, computed.opening, computed.calendar) if computed.opening else None
    save_result(store(), close_id, computed.result, computed.names, computed.calendar.names, opening=False)
    with store().write() as session:
        require_running(session, job_id)
        row = session.get_one(PeriodClose, close_id)
        _write_journals(session, row, computed.drafts, computed.names)
        row.state, row.closed_at, row.policy = "closed", datetime.now(UTC), computed.settings
        session.flush()
        row.totals = close_totals(session, close_id)
        keep_figures(session, close_id)
        if opened is not None:
            _stand(session, opened)
        mark_published(session, job_id)
        release(session, job_id)
        record_event(
            session,
            _actor(session, row.closed_by),
            "close_period",
            f"period {period}",
            now=datetime.now(UTC),
            after=row.totals,
            reason=str((row.acknowledged or {}).get("reason", "")),
        )
        return {"period": period, **(row.totals or {})}


def discard_close(job_id: int) -> None:
    """After a failure: delete what the close wrote and let go of the books. A finished close is left alone."""
    with store().write() as session:
        _discard(session, period_close.c.job_id == job_id)
        release(session, job_id)


def _discard_unfinished(session: Session) -> None:
    """What jobs left that were cancelled, or given up, while no worker was alive to clean up after them."""
    ended = select(job.c.id).where(job.c.state.not_in(OPEN_JOB_STATES))
    _discard(session, period_close.c.job_id.in_(ended))


def _discard(session: Session, which: ColumnElement[bool]) -> None:
    p = period_close.c
    unfinished = session.execute(select(p.id).where(which, p.state == "building").order_by(p.id)).scalars()
    for close_id in unfinished.all():
        discard_rows(session, close_id)
        session.execute(update(period_close).where(p.id == close_id).values(state="discarded"))


def _write_opening(job_id: int, opening: Opening, calendar: Calendar) -> int:
    """Write the `opening` rows, dated the day before the first period; returns the id they stand under.

    They stand for what the general ledger has already: never journalled, and counted as booked. They become visible
    with the first close, so that until then the opening follows the documents.
    """
    progress(job_id, "opening balances", now=True)
    with store().write() as session:
        p = period_close.c
        mine = p.job_id == job_id, p.period == opening.period
        close_id = session.execute(select(p.id).where(*mine)).scalar()
        if close_id is None:
            row = PeriodClose(
                period=opening.period,
                state="building",
                job_id=job_id,
                policy=opening.settings,
                closed_by=SERVICE.email,
            )
            session.add(row)
            session.flush()
            close_id = row.id
        discard_rows(session, close_id)
    save_result(store(), close_id, opening.result, opening.names, calendar.names, opening=True)
    return int(close_id)


def _stand(session: Session, close_id: int) -> None:
    row = session.get_one(PeriodClose, close_id)
    row.state, row.closed_at = "closed", datetime.now(UTC)
    session.flush()
    row.totals = close_totals(session, close_id)
    keep_figures(session, close_id)


def _write_journals(session: Session, row: PeriodClose, drafts: Sequence[JournalDraft], names: Names) -> None:
    """The drafts of the close, prepared by whoever closed."""
    for draft in drafts:
        part = f", part {draft.part} of {draft.parts}" if draft.parts > 1 else ""
        key = session.execute(
            insert(journal)
            .values(
                period_close_id=row.id,
                period=row.period,
                subsidiary_id=draft.subsidiary,
                currency=names.currencies[draft.base_currency],
                journal_date=to_date(draft.day),
                part=draft.part,
                parts=draft.parts,
                memo=f"Revenue recognition {row.period}{part}",
                state="draft",
                prepared_by=row.closed_by,
                approved_by="",
                netsuite_approval="",
                attempts=0,
                message="",
            )
            .returning(journal.c.id)
        ).scalar_one()
        texts = [canonical_segments(dict(line.segments)) for line in draft.lines]
        sets = intern_segments(session, texts)
        session.execute(
            insert(journal_line),
            [
                {
                    "journal_id": key,
                    "line": number,
                    "role": _role(line.role),
                    "account_id": line.account,
                    "debit_minor": line.debit,
                    "credit_minor": line.credit,
                    "segment_set_id": sets[text],
                    "customer_id": None if line.customer == NONE else line.customer,
                    "memo": "",
                    "unverified": not line.verified,
                }
                for number, (line, text) in enumerate(zip(draft.lines, texts, strict=True), start=1)
            ],
        )


def _role(code: int) -> str:
    return Role(code).name.lower()


def _actor(session: Session, email: str) -> Actor:
    user = user_by_email(session, email)
    return Actor(email, user.role if user else "service", user.name if user else "")
