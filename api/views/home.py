"""What Home tells: the period to be closed, what needs a person, messages, how far postings have come, and a year of
revenue and deferred revenue."""

from datetime import date, datetime

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.messages import MessageView, PostingView, message_views, posting_views
from api.views.needs import NeedView, need_views
from api.views.periods import period_views
from api.views.shape import Amount, View
from revrec.store.queries.at_a_glance import pending_amounts, pending_count, year_by_period


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
    open_period_ends: date | None
    pending_documents: int
    pending_amounts: list[Amount]
    needs: list[NeedView]
    postings: list[PostingView]
    messages: list[MessageView]
    years: list[YearView]


def home_view(session: Session, now: datetime, today: date) -> HomeView:
    write = amount_writer(session)
    periods = period_views(session, today)
    due = [one for one in periods if one.state == "open"]
    ended = bool(due) and due[-1].last_day < today
    pending = pending_count(session)
    return HomeView(
        first_period=periods[-1].period if periods else "",
        open_period=due[-1].period if due else "",
        open_period_ended=ended,
        open_period_ends=due[-1].last_day if due else None,
        needs=need_views(session, now, bool(periods), due[-1].period if ended else "", pending),
        postings=posting_views(session),
        messages=message_views(session),
        pending_documents=pending,
        pending_amounts=[
            Amount(currency=currency, amount=write.text(minor, currency))
            for currency, minor in pending_amounts(session)
        ],
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
