"""What posting leaves behind: the journal's state, and every attempt with its request and reply."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session

from jobs.resources import store
from revrec.netsuite.journals import Journal, JournalLine
from revrec.operations.policies import policy_on
from revrec.store.core import currency, journal, netsuite_period, posting_attempt
from revrec.store.queries.journals import lines_of
from revrec.store.tables import Journal as JournalRow

RETRY_AFTER = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(days=1)
APPROVAL = {"approved": "2", "pending": "1", "default": None}
"""NetSuite's approvalStatus by our setting; `default` leaves it to the account's preference."""

SENDING, UNKNOWN, CREATED = "sending", "outcome unknown", "created as "
CUT_SHORT = "The worker ended before NetSuite's answer was noted."

WAITING = ("approved", "queued", "failed", "posting")


@dataclass(frozen=True)
class Outgoing:
    """A journal ready to be sent, and how often that was begun before."""

    journal: Journal
    attempts: int
    state: str
    netsuite_id: int | None
    custom_segments: tuple[str, ...]


def read_outgoing(journal_id: int) -> Outgoing:
    """The journal as NetSuite gets it: base currency, its segments as ids, approval status by setting."""
    with store().read() as session:
        row = session.get_one(JournalRow, journal_id)
        values = policy_on(session, row.journal_date)
        money = session.execute(
            select(currency.c.id, currency.c.precision).where(currency.c.symbol == row.currency)
        ).one()
        lines = tuple(
            JournalLine(
                account=str(line.account_id),
                debit_minor=line.debit_minor,
                credit_minor=line.credit_minor,
                memo=line.memo or row.memo,
                segments=_segments(segments),
            )
            for line, _, segments in lines_of(session, journal_id)
        )
        assert row.external_id, "an approved journal has its external id"
        one_world = bool(row.subsidiary_id)
        sent = Journal(
            external_id=row.external_id,
            date=row.journal_date,
            lines=lines,
            precision=money.precision,
            subsidiary=str(row.subsidiary_id) if one_world else None,
            currency=str(money.id) if money.id else None,
            memo=row.memo,
            approval_status=APPROVAL[values["journal_approval_status"]],
            posting_period=_period_id(session, row),
        )
        return Outgoing(sent, row.attempts, row.state, row.netsuite_id, tuple(values["custom_segments"]))


def begin_attempt(journal_id: int) -> int:
    """Mark the journal *posting* and count the attempt, before anything is sent. Returns how many came before."""
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        before = row.attempts
        if row.state == "cancelled":
            return before  # its period was reopened: nothing is sent
        row.state, row.attempts, row.message = "posting", before + 1, ""
        return before


def begin_sending(journal_id: int, request: str) -> str:
    """Note that the journal is about to be sent. Returns its state: `posting` where it may be; `unknown` if the last
    that was noted of it is a sending too: this step ran before and was cut short, so NetSuite has to be asked first
    (every other sending follows a look-up); any other state means that somebody settled it meanwhile."""
    a = posting_attempt.c
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        if row.state != "posting":
            return row.state
        newest = select(a.id, a.action, a.outcome).where(a.journal_id == journal_id).order_by(a.id.desc())
        last = session.execute(newest.limit(1)).first()
        if last is not None and last.action == "post":
            if last.outcome == SENDING:
                cut_short = update(posting_attempt).where(a.id == last.id)
                session.execute(cut_short.values(outcome=UNKNOWN, reply=CUT_SHORT))
            return "unknown"
        _note(session, journal_id, "post", SENDING, request)
        return "posting"


def end_sending(journal_id: int, outcome: str, reply: str = "") -> str:
    """Note how NetSuite answered what `begin_sending` noted. Returns the journal's state at that moment: anything but
    `posting` says that it was settled while NetSuite worked on it."""
    a = posting_attempt.c
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        session.execute(
            update(posting_attempt)
            .where(a.journal_id == journal_id, a.outcome == SENDING)
            .values(outcome=outcome, reply=reply[:20000])
        )
        return row.state


def settle_unsent(journal_id: int, message: str) -> int | None:
    """The end of a journal that NetSuite does not have; unless its sender noted, after the look-up, that NetSuite
    made it: then NetSuite's id."""
    a = posting_attempt.c
    with store().write() as session:
        row = session.get_one(JournalRow, journal_id, with_for_update=True)
        sent = select(a.outcome).where(a.journal_id == journal_id, a.action == "post").order_by(a.id.desc())
        outcome = session.execute(sent.limit(1)).scalar() or ""
        if outcome.startswith(CREATED):
            return int(outcome.removeprefix(CREATED))
        if row.state != "posted":
            row.state, row.message = "failed", message
            row.next_attempt_at = datetime.now(UTC) + RETRY_AFTER
        return None


def note(journal_id: int, action: str, outcome: str, request: str = "", reply: str = "") -> None:
    """Keep one exchange with NetSuite; bodies hold no secret."""
    with store().write() as session:
        _note(session, journal_id, action, outcome, request, reply)


def _note(
    session: Session, journal_id: int, action: str, outcome: str, request: str = "", reply: str = ""
) -> None:
    session.execute(
        insert(posting_attempt).values(
            journal_id=journal_id,
            at=datetime.now(UTC),
            action=action,
            outcome=outcome,
            request=request[:20000],
            reply=reply[:20000],
        )
    )


def settle(journal_id: int, state: str, message: str = "", **values: Any) -> None:
    """The end of an attempt. A posted journal never leaves that state, a cancelled one only where NetSuite has it."""
    final = ("posted",) if state in ("posted", "conflict") else ("posted", "cancelled")
    with store().write() as session:
        tried = session.get_one(JournalRow, journal_id).attempts
        pause = min(RETRY_AFTER * 2 ** min(tried, 10), LONGEST_PAUSE)
        again = datetime.now(UTC) + pause if state == "failed" else None
        session.execute(
            update(journal)
            .where(journal.c.id == journal_id, journal.c.state.not_in(final))
            .values(state=state, message=message, next_attempt_at=again, **values)
        )


def _period_id(session: Session, row: JournalRow) -> str | None:
    """NetSuite's posting period of the journal's date, so that NetSuite does not choose another."""
    p = netsuite_period.c
    found = session.execute(
        select(p.id)
        .where(p.active, p.first_day <= row.journal_date, p.last_day >= row.journal_date)
        .order_by(p.id)
    ).scalar()
    return str(found) if found else None


def _segments(canonical: str) -> dict[str, str]:
    return {name: str(value) for name, value in json.loads(canonical or "{}").items()}
