"""Home's figures: what waits, what runs and postings came to, revenue and deferred revenue by period.

Each is one set-based query. Two of them read all waiting documents and the whole ledger: they are kept until a run
publishes, or a period is closed or reopened.
"""

from collections.abc import Hashable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal_column, or_, select
from sqlmodel import Session, col
from sqlmodel import select as rows_of

from revrec.store.core import document_version, journal, ledger_transfer, period_close, source_document
from revrec.store.queries.kept import Kept
from revrec.store.queries.waiting import pending_state
from revrec.store.tables import Job


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
    held = select(func.count()).where(j.held != "", j.state.in_(("approved", "queued", "failed")))
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
    over = col(Job.state).not_in(("queued", "running"))
    newest = rows_of(func.max(Job.id)).where(over).group_by(Job.kind)
    return list(session.exec(rows_of(Job).where(col(Job.id).in_(newest)).order_by(col(Job.id).desc())))


def told_runs(session: Session, limit: int) -> list[Job]:
    """Runs that are worth a message, newest first: closes, reopenings and postings, and whatever failed."""
    worth = or_(col(Job.kind).in_(("close", "reopen", "post")), col(Job.state) == "failed")
    return list(session.exec(rows_of(Job).where(worth).order_by(col(Job.id).desc()).limit(limit)))


def year_by_period(session: Session, periods: int) -> list[PeriodFigures]:
    """The newest closed periods, at most so many, oldest first. Deferred revenue is the ledger's running balance of
    contract liability; debits take away, credits add."""
    figures, closed = _YEARS.of(session)
    newest = sorted({one.period for one in figures if one.period in closed})[-periods:]
    return [one for one in figures if one.period in newest]


def _ledger_by_period(session: Session) -> tuple[list[PeriodFigures], frozenset[str]]:
    """Every period and currency that the ledger has, and the periods that are closed."""
    t, c = ledger_transfer.c, period_close.c
    rows = session.execute(
        select(
            c.period,
            t.base_currency,
            func.sum(_net("revenue") * t.base_minor),
            func.sum(_net("contract_liability") * t.base_minor),
        )
        .join_from(ledger_transfer, period_close, c.id == t.period_close_id)
        .where(c.state.in_(("closed", "reopened", "reversal")))
        .group_by(c.period, t.base_currency)
        .order_by(c.period, t.base_currency)
    ).all()
    standing: dict[str, int] = {}
    figures = []
    for period, currency, revenue, liability in rows:
        standing[currency] = standing.get(currency, 0) + int(liability)
        figures.append(PeriodFigures(period, currency, int(revenue), standing[currency]))
    closed = session.execute(select(c.period).where(c.state == "closed")).scalars()
    return figures, frozenset(closed)


def _closes(session: Session) -> Hashable:
    """What differs once the ledger's figures do: closes and how they stand."""
    c = period_close.c
    return tuple(tuple(row) for row in session.execute(select(c.id, c.state).order_by(c.id)))


def _net(role: str) -> ColumnElement[int]:
    """+1 where the role is credited, -1 where it is debited, 0 otherwise."""
    t = ledger_transfer.c
    return case((t.credit_role == role, 1), else_=0) - case((t.debit_role == role, 1), else_=0)


_PENDING = Kept(pending_state, _pending_amounts)
_YEARS = Kept(_closes, _ledger_by_period)
