"""What posting leaves behind: each attempt with its request and reply, and how the journal stands after it.

An attempt to post is noted before it is sent (`sending`) and again when NetSuite has answered. One that is still
`sending` may yet end: nothing else is sent for that journal until it has, or its sender is known to be dead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from jobs.resources import store
from revrec.netsuite.redaction import redact
from revrec.store.core import journal, posting_attempt
from revrec.store.tables import Job
from revrec.store.tables import Journal as JournalRow

RETRY_AFTER = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)
LONGEST_REQUEST = timedelta(minutes=16)
"""NetSuite ends a request after 15 minutes: what it has not made by then it never makes."""

SENDING, UNKNOWN, CREATED = "sending", "outcome unknown", "created as "
CUT_SHORT = "The worker ended before NetSuite's answer was noted."
LOST = "The reply was lost. The next batch looks for the journal before it sends anything."
KEPT_CHARACTERS = 20_000


@dataclass(frozen=True)
class Attempt:
    """One exchange with NetSuite about a journal."""

    journal_id: int
    action: str
    outcome: str
    request: str = ""
    reply: str = ""
    status: int | None = None
    milliseconds: int | None = None


Ending = tuple[int, str, str, dict[str, Any]]
"""How a journal ends: its id, its state, a message, other columns."""


@dataclass(frozen=True)
class Begun:
    """`state` is `posting` where it may be sent now, as `attempt`; `unknown`: an earlier attempt was cut short, so ask
    NetSuite first; else the state in which it stays, `message` says why."""

    state: str
    attempt: int = 0
    message: str = ""


def begin_sending(job_id: int, journal_id: int, request: str) -> Begun:
    """Note that a job is about to send a journal, unless it may not: a person holds it, the job was cancelled, its
    period was reopened, or another job's attempt has not ended."""
    now = datetime.now(UTC)
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        if row.held:
            return Begun("held", message=f"{row.held_by} holds it back: {row.held}")
        if row.state not in ("queued", "posting"):
            return Begun(row.state, message=row.message or "It was settled elsewhere before it was sent.")
        if session.get_one(Job, job_id).state != "running":
            return Begun("stopped", message=f"Job {job_id} was stopped before it was sent.")
        open_attempt, newest = _open_attempt(session, journal_id), _newest_attempt(session, journal_id)
        if open_attempt is not None:
            if open_attempt.job_id != job_id and now - open_attempt.at < LONGEST_REQUEST:
                message = _under_way(open_attempt)
                row.state, row.message, row.next_attempt_at = "failed", message, now + RETRY_AFTER
                return Begun("failed", message=message)
            _end_attempt(session, open_attempt.id, UNKNOWN, CUT_SHORT)
            return Begun("unknown", message=CUT_SHORT)
        if newest is not None and newest.action == "post":
            return Begun("unknown", message=CUT_SHORT)  # every sending but the first follows a look-up
        row.state, row.attempts, row.message, row.next_attempt_at = "posting", row.attempts + 1, "", None
        key = _note(session, [Attempt(journal_id, "post", SENDING, request)], job_id)
        return Begun("posting", key)


def end_sending(
    journal_id: int,
    attempt: int,
    job_id: int,
    outcome: str,
    *,
    reply: str = "",
    status: int | None = None,
    milliseconds: int | None = None,
    refused: str = "",
) -> bool:
    """Note how NetSuite answered. `refused`: the words with which the journal fails, in the same transaction.

    False where its job will not go on with it: it was cancelled, or the journal was settled, while NetSuite worked.
    """
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        _end_attempt(session, attempt, outcome, reply, status, milliseconds)
        awaited = row.state == "posting"
        if awaited and refused:
            _fail(row, refused)
        return awaited and session.get_one(Job, job_id).state == "running"


def note(attempts: Iterable[Attempt], job_id: int | None = None) -> None:
    """Keep exchanges that changed nothing in NetSuite."""
    with store().write() as session:
        _note(session, list(attempts), job_id)


def settle(ends: Iterable[Ending], attempts: Iterable[Attempt] = (), job_id: int | None = None) -> None:
    """How each journal ends, in one transaction, with the exchanges that said so.

    A posted journal never leaves that state, a cancelled one only where NetSuite has it.
    """
    with store().write() as session:
        _note(session, list(attempts), job_id)
        for journal_id, state, message, values in ends:
            row = session.get_one(JournalRow, journal_id, with_for_update=True)
            final = ("posted",) if state in ("posted", "conflict") else ("posted", "cancelled")
            if row.state in final:
                continue
            if state == "failed":
                _fail(row, message)
            else:
                row.state, row.message, row.next_attempt_at = state, redact(message), None
            for name, value in values.items():
                setattr(row, name, value)


def settle_lost(journal_ids: Iterable[int], message: str) -> None:
    """Journals whose sending nobody knows the outcome of, though NetSuite was asked: they fail and are looked for
    again; one that was cancelled meanwhile is looked for once more, when NetSuite can no longer make it."""
    now = datetime.now(UTC)
    with store().write() as session:
        for journal_id in journal_ids:
            row = session.get_one(JournalRow, journal_id, with_for_update=True)
            if row.state == "cancelled":
                row.next_attempt_at = row.next_attempt_at or now + LONGEST_REQUEST
            elif row.state != "posted":
                _fail(row, message)


def settle_absent(journal_id: int, message: str) -> int | None:
    """The end of a journal that NetSuite does not have; unless its sender noted, after the look-up, that NetSuite
    made it: then NetSuite's id. For one that was cancelled it was the last look."""
    a = posting_attempt.c
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        sent = select(a.outcome).where(a.journal_id == journal_id, a.action == "post").order_by(a.id.desc())
        outcome = session.execute(sent.limit(1)).scalar() or ""
        if outcome.startswith(CREATED):
            return int(outcome.removeprefix(CREATED))
        if row.state == "cancelled":
            row.next_attempt_at, row.message = None, message
        elif row.state != "posted":
            _fail(row, message)
        return None


def look_again_at_cancelled(session: Session, close_id: int, now: datetime) -> None:
    """Have the journals of a reopened close that NetSuite may still make looked for when it no longer can."""
    j, a = journal.c, posting_attempt.c
    open_still = select(a.journal_id).where(
        a.journal_id == j.id, a.action == "post", a.outcome.in_((SENDING, UNKNOWN))
    )
    session.execute(
        update(journal)
        .where(j.period_close_id == close_id, j.state == "cancelled", open_still.exists())
        .values(next_attempt_at=now + LONGEST_REQUEST)
    )


def _fail(row: JournalRow, message: str) -> None:
    pause = min(RETRY_AFTER * 2 ** min(row.attempts, 10), LONGEST_PAUSE)
    row.state, row.message, row.next_attempt_at = "failed", redact(message), datetime.now(UTC) + pause


def _open_attempt(session: Session, journal_id: int) -> Any:
    a = posting_attempt.c
    found = select(a.id, a.job_id, a.at).where(a.journal_id == journal_id, a.outcome == SENDING)
    return session.execute(found.order_by(a.id.desc()).limit(1)).first()


def _newest_attempt(session: Session, journal_id: int) -> Any:
    a = posting_attempt.c
    newest = select(a.id, a.action).where(a.journal_id == journal_id).order_by(a.id.desc())
    return session.execute(newest.limit(1)).first()


def _under_way(attempt: Any) -> str:
    sender = f"Job {attempt.job_id}" if attempt.job_id else "An earlier job"
    return (
        f"{sender} sent it at {attempt.at:%H:%M:%S} UTC and was stopped before NetSuite answered. Until NetSuite has, "
        "or can no longer, it is only looked for and not sent again."
    )


def _end_attempt(
    session: Session,
    attempt: int,
    outcome: str,
    reply: str = "",
    status: int | None = None,
    milliseconds: int | None = None,
) -> None:
    session.execute(
        update(posting_attempt)
        .where(posting_attempt.c.id == attempt)
        .values(
            outcome=redact(outcome),
            reply=redact(reply)[:KEPT_CHARACTERS],
            status=status,
            milliseconds=milliseconds,
        )
    )


def _note(session: Session, attempts: list[Attempt], job_id: int | None) -> int:
    """Insert attempts; the id of the last one where there is only one, else 0."""
    if not attempts:
        return 0
    now = datetime.now(UTC)
    rows = [
        {
            "journal_id": one.journal_id,
            "at": now,
            "action": one.action,
            "outcome": redact(one.outcome),
            "request": redact(one.request)[:KEPT_CHARACTERS],
            "reply": redact(one.reply)[:KEPT_CHARACTERS],
            "status": one.status,
            "milliseconds": one.milliseconds,
            "job_id": job_id,
        }
        for one in attempts
    ]
    if len(rows) == 1:
        statement = insert(posting_attempt).values(rows[0]).returning(posting_attempt.c.id)
        return int(session.execute(statement).scalar_one())
    session.execute(insert(posting_attempt), rows)
    return 0
