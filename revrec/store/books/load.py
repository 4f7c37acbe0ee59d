"""Reading the book of a close: the current facts up to a period's last day, and what closed periods booked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.book import Book
from revrec.accounting.calendar import Calendar, to_date
from revrec.accounting.terms import BalanceScope
from revrec.store.books.billing import read_billing, read_rates
from revrec.store.books.contract_rates import with_first_rates
from revrec.store.books.invoice_contracts import source_on
from revrec.store.books.invoice_promises import extend_promises, forget_orders
from revrec.store.books.obligations import read_promises
from revrec.store.books.prior import read_prior
from revrec.store.books.promises import complete
from revrec.store.books.rules import read_rules
from revrec.store.books.timelines import Choices
from revrec.store.books.versions import Closes
from revrec.store.core import currency, segment_set, subsidiary


@dataclass(frozen=True)
class Names:
    """What the codes of a book mean: needed to write results down, and to speak of them."""

    currencies: Mapping[int, str]
    categories: Mapping[int, str]
    documents: Mapping[int, int] = field(default_factory=dict)
    """Our keys by NetSuite's ids, of the documents that bill in the book."""


def load_book(
    session: Session,
    *,
    calendar: Calendar,
    period: int,
    first_period: int,
    choices: Choices,
    clearing: frozenset[int],
    opening: bool = False,
) -> tuple[Book, Names]:
    """The book as the close of `period` (an index of `calendar`) sees it: documents posted in a period that
    ends on or before its last day, order versions effective by then; later ones wait for their own period.

    Documents posted before `first_period` came in through the opening and are left out; the `opening` itself
    sees nothing else, and for it no period is the first. `choices`: the policies that shape contracts, over time.
    `clearing`: ids of the clearing account. What is missing in the data is held, with its reason; nothing is raised.
    """
    last_day = to_date(int(calendar.ends[period]))
    first_day = to_date(int(calendar.starts[0 if opening else first_period]))
    c = currency.c
    currencies = session.execute(select(c.id, c.symbol, c.precision)).all()
    codes = {row.symbol: row.id for row in currencies}
    s = subsidiary.c
    base_currencies = {
        key: base for key, base in session.execute(select(s.id, s.currency_id).where(s.active))
    }
    prior, billed_before = read_prior(session, calendar=calendar, currency_codes=codes)
    held = prior.balances.take(prior.balances.scope == BalanceScope.CONTRACT)
    rules = read_rules(session, choices.method)
    promises = read_promises(
        session,
        last_day=last_day,
        currency_codes=codes,
        base_currencies=base_currencies,
        choices=choices,
        rules=rules,
        closes=Closes(session, calendar, period, first_period, opening=opening),
        booked={*prior.booked.obligation.tolist(), *prior.splits.obligation.tolist()},
        standing=dict(zip(held.contract.tolist(), held.subsidiary.tolist(), strict=True)),
    )
    promises, own = extend_promises(
        session,
        promises,
        last_day=last_day,
        steps=choices.sources,
        base_currencies=base_currencies,
        rules=rules,
    )
    whole = complete(
        session,
        promises,
        last_day=last_day,
        choices=choices,
        rules=rules,
        currency_codes=codes,
        base_currencies=base_currencies,
        balances=prior.balances,
    )
    promises = whole.promises
    billing, documents = read_billing(
        session,
        calendar=calendar,
        first_day=first_day,
        last_day=last_day,
        clearing=clearing,
        source_on=source_on(choices.sources),
        own=own,
    )
    sets = session.execute(select(segment_set.c.id, segment_set.c.canonical))
    book = Book(
        calendar=calendar,
        contracts=with_first_rates(session, promises.contracts, promises.obligations, billing, prior.splits),
        obligations=promises.obligations,
        billing=forget_orders(billing, promises.obligations.order, choices.sources),
        prior=prior,
        rates=read_rates(session, calendar=calendar, first_period=first_period, period=period),
        decimals={row.id: row.precision for row in currencies},
        segment_sets={key: tuple(sorted(json.loads(text).items())) for key, text in sets},
        first_period=0 if opening else first_period,
        changes=promises.changes,
        progress=whole.progress,
        bundles=whole.bundles,
    )
    return book, Names(
        {row.id: row.symbol for row in currencies}, promises.categories, billed_before | documents
    )
