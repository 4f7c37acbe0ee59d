"""Home's figures: what waits, what runs and postings came to, revenue and deferred revenue by period.

Each is one set-based query. One reads all waiting documents: it is kept until a run publishes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, exists, func, literal_column, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.store.books.figures import ledger_sums
from revrec.store.core import (
    close_figures,
    document_version,
    journal,
    ledger_transfer,
    period_close,
    source_document,
)
from revrec.store.queries.kept import Kept
from revrec.store.queries.waiting import pending_state
from revrec.store.tables import Job
from revrec.store.tables.jobs import OPEN_JOB_STATES
from revrec.store.tables.journals import SENDABLE_STATES


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Of one closed period and base currency, minor units: revenue of the period, deferred revenue at its end."""

    period: str
    currency: str
    revenue_minor: int
    deferred_minor: int


@dataclass(frozen=True, slots=True)
class PostingCount:
    """Journals of a closed period in one state; those held back apart. `state` is empty where there are none."""

    period: str
    state: str
    held: bool
    journals: int


def pending_count(session: Session) -> int:
    """Documents in Pending Data."""
    waiting = select(func.count()).select_from(source_document).where(source_document.c.state == "pending")
    return int(session.execute(waiting).scalar_one())


def held_count(session: Session) -> int:
    """Documents that are held: they bill nothing until what is wrong with them is put right."""
    held = select(func.count()).select_from(source_document).where(source_document.c.state == "held")
    return int(session.execute(held).scalar_one())


def pending_amounts(session: Session) -> list[tuple[str, int]]:
    """What they come to, by currency, net of tax."""
    return _PENDING.of(session)


def _pending_amounts(session: Session) -> list[tuple[str, int]]:
    version, document = document_version.c, source_document.c
    rows = session.execute(
        select(version.currency, func.sum(version.main_minor - version.tax_minor))
        .join_from(source_document, document_version, document.current_version_id == version.id)
        .where(document.state == "pending")
        .group_by(version.currency)
        .order_by(version.currency)
    )
    return [(currency, int(amount)) for currency, amount in rows]


def postings(session: Session, periods: int) -> list[PostingCount]:
    """How far the journals of the newest closed periods have come, at most so many periods, newest first. A period
    that was reopened is not among them."""
    j, c = journal.c, period_close.c
    newest = select(c.period).where(c.state == "closed").order_by(c.period.desc()).limit(periods)
    held = (j.held != literal_column("''")).label("is_held")
    rows = session.execute(
        select(c.period, j.state, held, func.count(j.id))
        .join_from(period_close, journal, j.period_close_id == c.id, isouter=True)
        .where(c.state == "closed", c.period.in_(newest))
        .group_by(c.period, j.state, held)
        .order_by(c.period.desc())
    )
    return [PostingCount(period, state or "", bool(held), count) for period, state, held, count in rows]


def journal_counts(session: Session) -> dict[str, int]:
    """Journals by state; `held` those that a person holds back, `rejected` and `awaiting` as NetSuite has them."""
    j = journal.c
    counts = {
        state: int(count) for state, count in session.execute(select(j.state, func.count()).group_by(j.state))
    }
    held = select(func.count()).where(j.held != "", j.state.in_(SENDABLE_STATES))
    counts["held"] = int(session.execute(held).scalar_one())
    theirs = (
        select(j.netsuite_approval, func.count())
        .where(j.state == "posted", j.netsuite_approval.in_(("pending", "rejected")))
        .group_by(j.netsuite_approval)
    )
    for approval, count in session.execute(theirs):
        counts[{"pending": "awaiting", "rejected": "rejected"}[approval]] = int(count)
    return counts


def newest_runs(session: Session) -> list[Job]:
    """The newest run of each kind that is over, however it ended."""
    over = col(Job.state).not_in(OPEN_JOB_STATES)
    newest = rows_of(func.max(Job.id)).where(over).group_by(Job.kind)
    return list(session.exec(rows_of(Job).where(col(Job.id).in_(newest)).order_by(col(Job.id).desc())))


def told_runs(session: Session, limit: int) -> list[Job]:
    """Runs that are worth a message, newest first: closes, reopenings and postings, and whatever failed."""
    worth = or_(col(Job.kind).in_(("close", "reopen", "post")), col(Job.state) == "failed")
    return list(session.exec(rows_of(Job).where(worth).order_by(col(Job.id).desc()).limit(limit)))


def year_by_period(session: Session, periods: int) -> list[PeriodFigures]:
    """The newest closed periods, at most so many, oldest first. Deferred revenue is the ledger's running balance of
    contract liability; debits take away, credits add."""
    c, kept = period_close.c, close_figures.c
    counted = c.state.in_(("closed", "reopened", "reversal"))
    kept_figures = session.execute(
        select(c.period, kept.base_currency, kept.revenue_minor, kept.liability_minor)
        .join_from(period_close, close_figures, kept.period_close_id == c.id)
        .where(counted)
    ).all()
    # A close whose figures were not kept, as of a restored older database, is added up here.
    without = select(c.id).where(counted, ~exists().where(kept.period_close_id == c.id))
    read = ledger_sums(ledger_transfer.c.period_close_id.in_(without)).subquery().c
    read_now = session.execute(
        select(c.period, read.base_currency, read.revenue_minor, read.liability_minor).join(
            period_close, c.id == read.period_close_id
        )
    ).all()
    summed = [*kept_figures, *read_now]
    closed = session.execute(select(c.period).where(c.state == "closed")).scalars()
    newest = sorted(set(closed) & {row.period for row in summed})[-periods:]
    return [one for one in _running(summed) if one.period in newest]


def _running(summed: Sequence[Row[Any]]) -> list[PeriodFigures]:
    """By period and currency, in this order; what one period leaves deferred, the next begins with."""
    sums: dict[tuple[str, str], list[int]] = {}
    for row in summed:
        period, currency, revenue, liability = tuple(row)
        one = sums.setdefault((period, currency), [0, 0])
        one[0] += int(revenue)
        one[1] += int(liability)
    standing: dict[str, int] = {}
    figures = []
    for (period, currency), (revenue, liability) in sorted(sums.items()):
        standing[currency] = standing.get(currency, 0) + liability
        figures.append(PeriodFigures(period, currency, revenue, standing[currency]))
    return figures


_PENDING = Kept(pending_state, _pending_amounts)
