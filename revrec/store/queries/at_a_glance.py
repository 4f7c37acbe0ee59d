"""Home's figures, each one set-based query: what waits, and revenue and deferred revenue by period."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session

from revrec.store.core import document_version, journal, ledger_transfer, period_close, source_document


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Of one closed period and base currency, minor units: revenue of the period, deferred revenue at its end."""

    period: str
    currency: str
    revenue_minor: int
    deferred_minor: int


def pending_count(session: Session) -> int:
    """Documents in Pending Data."""
    waiting = select(func.count()).select_from(source_document).where(source_document.c.state == "pending")
    return int(session.execute(waiting).scalar_one())


def pending_amounts(session: Session) -> list[tuple[str, int]]:
    """What they come to, by currency, net of tax."""
    version, document = document_version.c, source_document.c
    rows = session.execute(
        select(version.currency, func.sum(version.main_minor - version.tax_minor))
        .join_from(source_document, document_version, document.current_version_id == version.id)
        .where(document.state == "pending")
        .group_by(version.currency)
        .order_by(version.currency)
    )
    return [(currency, int(amount)) for currency, amount in rows]


def drafts_waiting(session: Session) -> int:
    """Journals that wait for approval."""
    return _journals(session, ("draft",))


def failed_journals(session: Session) -> int:
    """Journals that NetSuite refused, or that differ there."""
    return _journals(session, ("failed", "conflict"))


def year_by_period(session: Session, periods: int) -> list[PeriodFigures]:
    """The newest closed periods, at most so many, oldest first. Deferred revenue is the ledger's running balance of
    contract liability; debits take away, credits add."""
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
    closed = set(session.execute(select(c.period).where(c.state == "closed")).scalars())
    newest = sorted({one.period for one in figures if one.period in closed})[-periods:]
    return [one for one in figures if one.period in newest]


def _journals(session: Session, states: tuple[str, ...]) -> int:
    found = select(func.count()).select_from(journal).where(journal.c.state.in_(states))
    return int(session.execute(found).scalar_one())


def _net(role: str) -> ColumnElement[int]:
    """+1 where the role is credited, -1 where it is debited, 0 otherwise."""
    t = ledger_transfer.c
    return case((t.credit_role == role, 1), else_=0) - case((t.debit_role == role, 1), else_=0)
