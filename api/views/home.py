"""What Home tells: the period to be closed, what needs a person, and a year of revenue and deferred revenue."""

from datetime import date

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.periods import period_views
from api.views.shape import Amount, View
from revrec.store.queries.at_a_glance import (
    drafts_waiting,
    failed_journals,
    pending_amounts,
    pending_count,
    year_by_period,
)


class YearPeriodView(View):
    """One closed period in one base currency."""

    period: str
    revenue: str
    deferred: str
    revenue_minor: int
    deferred_minor: int


class YearView(View):
    """The last closed periods, oldest first, at most twelve."""

    currency: str
    periods: list[YearPeriodView]


class HomeView(View):
    """`open_period` is the one to be closed next; empty before the first is set."""

    first_period: str
    open_period: str
    open_period_ended: bool
    pending_documents: int
    pending_amounts: list[Amount]
    drafts: int
    failed_journals: int
    years: list[YearView]


def home_view(session: Session, today: date) -> HomeView:
    write = amount_writer(session)
    periods = period_views(session, today)
    due = [one for one in periods if one.state == "open"]
    return HomeView(
        first_period=periods[-1].period if periods else "",
        open_period=due[-1].period if due else "",
        open_period_ended=bool(due) and due[-1].last_day < today,
        pending_documents=pending_count(session),
        pending_amounts=[
            Amount(currency=currency, amount=write.text(minor, currency))
            for currency, minor in pending_amounts(session)
        ],
        drafts=drafts_waiting(session),
        failed_journals=failed_journals(session),
        years=_years(session, write),
    )


def _years(session: Session, write: AmountWriter) -> list[YearView]:
    by_currency: dict[str, list[YearPeriodView]] = {}
    for row in year_by_period(session, 12):
        by_currency.setdefault(row.currency, []).append(
            YearPeriodView(
                period=row.period,
                revenue=write.text(row.revenue_minor, row.currency),
                deferred=write.text(row.deferred_minor, row.currency),
                revenue_minor=row.revenue_minor,
                deferred_minor=row.deferred_minor,
            )
        )
    return [YearView(currency=currency, periods=rows) for currency, rows in sorted(by_currency.items())]
