"""The transaction hub: journals with a number, by how far they have come on their way to NetSuite.

`HubState` is the one place that says what the states of a journal are called there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, false, func, literal_column, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of
from sqlmodel.sql.expression import SelectOfScalar

from revrec.store.core import job, journal, journal_line, posting_attempt
from revrec.store.queries.journals import JournalTotal
from revrec.store.queries.ordered import Sorts
from revrec.store.tables import Job, Journal
from revrec.store.tables.jobs import OPEN_JOB_STATES
from revrec.store.tables.journals import SENDABLE_STATES

_WAITING = ("approved", "queued")


class HubState(StrEnum):
    """As the hub names it. `Held` comes before what the journal would be otherwise."""

    NOT_TRANSFERRED = "Not transferred"
    TRANSFERRING = "Transferring"
    TRANSFERRED = "Transferred"
    FAILED = "Failed"
    CONFLICT = "Conflict"
    HELD = "Held"
    CANCELLED = "Cancelled"

    @property
    def code(self) -> str:
        """As programs name it: `not_transferred`."""
        return self.name.lower()


_OF_STATE = {
    "approved": HubState.NOT_TRANSFERRED,
    "queued": HubState.NOT_TRANSFERRED,  # in a batch that has not come to it
    "posting": HubState.TRANSFERRING,  # sent, NetSuite's answer is awaited
    "posted": HubState.TRANSFERRED,
    "failed": HubState.FAILED,
    "conflict": HubState.CONFLICT,
    "cancelled": HubState.CANCELLED,
}


def hub_state(state: str, held: str) -> HubState | None:
    """The hub's word for a journal; None for a draft, which is not in the hub yet."""
    return HubState.HELD if held and state in SENDABLE_STATES else _OF_STATE.get(state)


def in_hub_state(wanted: HubState) -> ColumnElement[bool]:
    """`hub_state` as a condition."""
    j = journal.c
    if wanted is HubState.HELD:
        return and_(j.held != "", j.state.in_(SENDABLE_STATES))
    states = [state for state, word in _OF_STATE.items() if word is wanted]
    return and_(j.state.in_(states), or_(j.held == "", j.state.not_in(SENDABLE_STATES)))


@dataclass(frozen=True)
class Selection:
    """Which journals of the hub: none given, all. `search`: part of the number or of what NetSuite said, or NetSuite's
    id; `since` and `until` bound the journal's date, both days included."""

    state: HubState | None = None
    period: str = ""
    subsidiary_id: int | None = None
    search: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        j = journal.c
        found: list[ColumnElement[bool]] = [j.number.is_not(None)]
        if self.state is not None:
            found.append(in_hub_state(self.state))
        if self.period:
            found.append(j.period == self.period)
        if self.subsidiary_id is not None:
            found.append(j.subsidiary_id == self.subsidiary_id)
        if self.search:
            named = [j[one].icontains(self.search, autoescape=True) for one in ("number", "message")]
            if self.search.isdigit() and len(self.search) < 19:
                named.append(j.netsuite_id == int(self.search))
            found.append(or_(*named))
        if self.since is not None:
            found.append(j.journal_date >= self.since)
        if self.until is not None:
            found.append(j.journal_date <= self.until)
        return found


HUB_SORTS: Sorts = MappingProxyType(
    {
        "number": func.coalesce(col(Journal.sequence), 0, type_=BigInteger()),
        "period": col(Journal.period),
        "date": col(Journal.journal_date),
        "state": col(Journal.state),
        "attempts": col(Journal.attempts),
    }
)


def hub_where(chosen: Selection) -> SelectOfScalar[Journal]:
    """The journals of a selection, in no order."""
    return rows_of(Journal).where(*chosen.conditions)


@dataclass(frozen=True)
class Totals:
    """Of a whole selection: journals by the hub's state, and their debits by currency in minor units."""

    journals: dict[HubState, int] = field(default_factory=dict)
    debit_minor: dict[str, int] = field(default_factory=dict)


def hub_journals(session: Session, chosen: Selection, before: int | None, limit: int) -> list[Journal]:
    """At most `limit` journals, the newest number first, older than the one of running number `before`."""
    query = hub_where(chosen).order_by(col(Journal.sequence).desc()).limit(limit)
    if before is not None:
        query = query.where(col(Journal.sequence) < before)
    return list(session.exec(query))


def hub_counts(session: Session, chosen: Selection) -> dict[HubState, int]:
    """Journals of a whole selection, by the hub's state."""
    j = journal.c
    counts: dict[HubState, int] = {}
    is_held = (j.held != literal_column("''")).label(
        "is_held"
    )  # PostgreSQL takes two parameters for two expressions
    groups = select(j.state, is_held, func.count()).where(*chosen.conditions)
    for state, held, count in session.execute(groups.group_by(j.state, is_held)):
        word = hub_state(state, "held" if held else "")
        if word is not None:
            counts[word] = counts.get(word, 0) + count
    return counts


def hub_totals(session: Session, chosen: Selection) -> Totals:
    """Counts and sums of the whole selection."""
    sums = {one.currency: one.debit_minor for one in hub_sums(session, chosen)}
    return Totals(hub_counts(session, chosen), sums)


def hub_sums(session: Session, chosen: Selection) -> list[JournalTotal]:
    """Journals, lines and debits of the whole selection, by currency."""
    j, line = journal.c, journal_line.c
    rows = session.execute(
        select(j.currency, func.count(func.distinct(j.id)), func.count(line.id), func.sum(line.debit_minor))
        .join_from(journal, journal_line, line.journal_id == j.id)
        .where(*chosen.conditions)
        .group_by(j.currency)
        .order_by(j.currency)
    )
    return [JournalTotal(currency, count, lines, int(debit or 0)) for currency, count, lines, debit in rows]


@dataclass(frozen=True)
class Sent:
    """When a journal was first sent to NetSuite, and when anything was last said about it."""

    first_sent: datetime | None
    last_attempt: datetime | None


def sent_times(session: Session, ids: Sequence[int]) -> dict[int, Sent]:
    """Of those journals that had any exchange with NetSuite."""
    a = posting_attempt.c
    found: dict[int, list[datetime | None]] = {}
    newest = select(a.journal_id, func.max(a.at)).where(a.journal_id.in_(ids)).group_by(a.journal_id)
    for journal_id, at in session.execute(newest):
        found[journal_id] = [None, at]
    first = (
        select(a.journal_id, func.min(a.at))
        .where(a.journal_id.in_(ids), a.action == "post")
        .group_by(a.journal_id)
    )
    for journal_id, at in session.execute(first):
        found[journal_id][0] = at
    return {journal_id: Sent(*times) for journal_id, times in found.items()}


def to_send(now: datetime, *, failed_at_once: bool) -> ColumnElement[bool]:
    """Journals that a batch takes: what waits and is not held, what failed (`failed_at_once`: all of it, otherwise
    what is due again), and what was cancelled while NetSuite may have been making it, once it no longer can."""
    j = journal.c
    failed = j.state == "failed" if failed_at_once else and_(j.state == "failed", j.next_attempt_at <= now)
    late = and_(j.state == "cancelled", j.next_attempt_at <= now)
    return or_(and_(j.held == "", or_(j.state.in_((*_WAITING, "posting")), failed)), late)


def ids_to_send(session: Session, condition: ColumnElement[bool], wanted: Sequence[int] | None) -> list[int]:
    """Ids that meet the condition, oldest number first; only the `wanted` ones where given."""
    j = journal.c
    query = select(j.id).where(condition).order_by(j.sequence, j.id)
    if wanted is not None:
        query = query.where(j.id.in_(wanted))
    return list(session.execute(query).scalars())


def held_among(session: Session, wanted: Sequence[int]) -> list[Any]:
    """Number, `held` and `held_by` of those journals that a person holds back."""
    j = journal.c
    condition = in_hub_state(HubState.HELD) if wanted else false()
    query = select(j.number, j.held, j.held_by).where(condition, j.id.in_(wanted)).order_by(j.sequence)
    return list(session.execute(query))


def held_numbers(session: Session) -> list[str]:
    """Numbers of all journals that are held back, the oldest first."""
    query = select(journal.c.number).where(in_hub_state(HubState.HELD)).order_by(journal.c.sequence)
    return [str(number) for number in session.execute(query).scalars()]


@dataclass(frozen=True)
class Waiting:
    """What the next batch would send, and from when on: the moments of which the earliest begins it."""

    journals: int
    oldest_approval: datetime | None
    next_retry: datetime | None
    left_over: bool


def waiting(session: Session) -> Waiting:
    """What waits: approved journals, failed and cancelled ones with a next attempt, and what a batch left over."""
    j = journal.c
    approved = and_(j.state == "approved", j.held == "")
    again = or_(and_(j.state == "failed", j.held == ""), j.state == "cancelled")
    left = and_(j.state.in_(("queued", "posting")), j.held == "")
    count, oldest = session.execute(select(func.count(), func.min(j.approved_at)).where(approved)).one()
    retried, retry = session.execute(
        select(func.count(), func.min(j.next_attempt_at)).where(again, j.next_attempt_at.is_not(None))
    ).one()
    over = session.execute(select(func.count()).select_from(journal).where(left)).scalar_one()
    return Waiting(count + retried + over, oldest, retry, bool(over))


def newest_cross_check(session: Session) -> Job | None:
    """The cross-check that was asked for last, however it stands."""
    query = rows_of(Job).where(Job.kind == "cross_check").order_by(col(Job.id).desc()).limit(1)
    return session.exec(query).first()


def ids_of_numbers(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    """Our id by number, of those that are numbers of ours."""
    found = session.execute(select(journal.c.number, journal.c.id).where(journal.c.number.in_(numbers)))
    return {number: key for number, key in found}


def last_post_end(session: Session) -> datetime | None:
    """When the newest post job ended."""
    return session.execute(select(func.max(job.c.finished_at)).where(job.c.kind == "post")).scalar()


def open_post_job(session: Session) -> int | None:
    """The post job that is queued or running."""
    going = select(job.c.id).where(job.c.kind == "post", job.c.state.in_(OPEN_JOB_STATES))
    return session.execute(going.order_by(job.c.id).limit(1)).scalar()
