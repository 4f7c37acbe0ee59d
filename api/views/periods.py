"""Accounting periods and how they stand."""

from datetime import date, datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.periods import periods_of
from revrec.operations.set_first_period import first_period
from revrec.store.queries.closes import closes_of, standing_closes
from revrec.store.queries.periods import netsuite_months


class PeriodView(View):
    """A period. `netsuite` is how NetSuite's own stands: open, locked, closed, or unknown."""

    period: str
    first_day: date
    last_day: date
    fiscal_year: str
    fiscal_quarter: str
    state: str
    closed_by: str
    closed_at: datetime | None
    close_job: int | None
    netsuite: str


class CloseView(View):
    """A close of a period: `state` closed, or reopened with who took it back and why. `acknowledged`: codes of the
    warnings that were accepted, for `reason`."""

    state: str
    job: int
    closed_by: str
    closed_at: datetime | None
    acknowledged: list[str]
    reason: str
    reopened_by: str
    reopened_at: datetime | None
    reopen_reason: str


def close_views(session: Session, period: str) -> list[CloseView]:
    """Every close of a period, the newest first; none where it was never closed."""
    return [
        CloseView(
            state=row.state,
            job=row.job_id,
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            acknowledged=list((row.acknowledged or {}).get("codes", [])),
            reason=str((row.acknowledged or {}).get("reason", "")),
            reopened_by=row.reopened_by,
            reopened_at=row.reopened_at,
            reopen_reason=row.reopen_reason,
        )
        for row in reversed(closes_of(session, period))
    ]


def period_views(session: Session, today: date) -> list[PeriodView]:
    """Every period from the first to the present one (or the newest closed, if that is later), newest first."""
    first = first_period(session)
    if first is None:
        return []
    closes, months = standing_closes(session), netsuite_months(session)
    periods = periods_of(session)
    last = max([periods.of(today), first, *closes])
    views = []
    for period in reversed(periods.between(first, last)):
        close, month = closes.get(period), months.get((periods.first_day(period), periods.last_day(period)))
        views.append(
            PeriodView(
                period=period,
                fiscal_year=periods.fiscal(period)[0],
                fiscal_quarter=periods.fiscal(period)[1],
                first_day=periods.first_day(period),
                last_day=periods.last_day(period),
                state="closed" if close else "open",
                closed_by=close.closed_by if close else "",
                closed_at=close.closed_at if close else None,
                close_job=close.job_id if close else None,
                netsuite=month or "unknown",
            )
        )
    return views
