"""The control checks, on demand and before every close."""

from sqlalchemy import select
from sqlmodel import Session

from revrec.operations.periods import periods_of
from revrec.problems import Conflict, Finding
from revrec.store.controls import ClosedPeriod, ControlResult, Scope, run_controls
from revrec.store.core import job, period_close


def check_books(session: Session, period: str = "") -> list[ControlResult]:
    """Every check over all closed periods, or one. Raises `Conflict` where that one is not closed."""
    closes = _closes(session)
    if not period:
        return run_controls(session, Scope(tuple(closes)))
    periods_of(session).index(period)
    at = next((number for number, one in enumerate(closes) if one.period == period), None)
    if at is None:
        raise Conflict(f"{period} is not closed; controls check what closed periods hold.", where="period")
    return run_controls(session, _scope(closes, at))


def closed_periods(session: Session) -> list[str]:
    """Every period that stands closed, oldest first."""
    return [one.period for one in _closes(session)]


def control_findings(session: Session) -> list[Finding]:
    """What the newest closed period violates, for the checklist of the next close: each blocks it."""
    closes = _closes(session)
    if not closes:
        return []
    found = []
    for result in run_controls(session, _scope(closes, len(closes) - 1)):
        if result.status != "FAIL":
            continue
        rows = " ".join(one.message for one in result.first)
        more = result.violations - len(result.first)
        tail = f" And {more} more." if more else ""
        found.append(
            Finding(
                "control_failed",
                "blocking",
                f"control {result.name}: {result.first[0].where}",
                f"The control check {result.name} fails on what is closed: {rows}{tail} `revrec controls` shows all "
                "checks.",
            )
        )
    return found


def _scope(closes: list[ClosedPeriod], at: int) -> Scope:
    return Scope((closes[at],), tuple(one.id for one in closes[:at]))


def _closes(session: Session) -> list[ClosedPeriod]:
    """Standing closes in the order in which they were written: each rests on the one before it."""
    p = period_close.c
    rows = session.execute(
        select(p.id, p.period, p.closed_at, job.c.started_at)
        .outerjoin(job, job.c.id == p.job_id)
        .where(p.state == "closed")
    ).all()
    found: list[ClosedPeriod] = []
    periods = periods_of(session)
    for row in sorted(rows, key=lambda row: periods.index(row.period)):
        previous = found[-1].id if found else None
        found.append(
            ClosedPeriod(
                row.id, row.period, previous, periods.last_day(row.period), row.closed_at, row.started_at
            )
        )
    return found
