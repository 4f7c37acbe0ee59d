"""What stands under each segment set is read from the ledger, where booked rows alone would not tell."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import update

from revrec.accounting.book import Book, Contracts, Obligations, Progress
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.carry import carry_forward
from revrec.accounting.close import close_period
from revrec.accounting.policy import Policy
from revrec.accounting.terms import Method
from revrec.store.books import Names, save_result
from revrec.store.books.prior import read_prior
from revrec.store.core import period_close
from revrec.store.engine import Store
from revrec.store.tables import (
    Contract,
    CrmCustomer,
    Job,
    Obligation,
    OrderVersion,
    PeriodClose,
    SalesOrder,
    SegmentSet,
)

NOW = datetime(2025, 4, 10, 12, tzinfo=UTC)
CALENDAR = month_calendar("2025-01", "2025-12")
WEST, EAST, NORTH = 1, 2, 3


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Order 7 of contract 3 with the obligation 11."""
    made = Store(database_url)
    with made.write() as session:
        session.add(Job(id=1, kind="close", state="running", parameters={}, requested_by="x", created_at=NOW))
        session.add(CrmCustomer(id=5, external_id="001A", name="Acme", key="acme", key_version=1))
        session.add_all(
            SegmentSet(id=key, canonical=f'{{"location": "{key}"}}') for key in (WEST, EAST, NORTH)
        )
        session.flush()
        session.add(Contract(id=3, key="C", number="C", crm_customer_id=5))
        session.flush()
        session.add(SalesOrder(id=7, external_id="801", number="SO-1", contract_id=3))
        session.flush()
        session.add(Obligation(id=11, order_id=7, line_external_id="11"))
        session.add(
            OrderVersion(
                id=1, order_id=7, number=1, job_id=1, sha256="", raw=b"", modified_at=NOW,
                effective_on=date(2025, 1, 1), ordered_on=date(2025, 1, 1), crm_customer_id=5, currency="USD",
            )
        )  # fmt: skip
    yield made
    made.close()


def delivering(segments: int) -> Book:
    """100 units for 1,000.00: 50 in January, 20 in February, 10 back in March, 40 back in April."""
    contracts = Contracts.of(
        id=3, customer=5, subsidiary=1, currency=1, base_currency=1, ordered_day=parse_day("2025-01-01")
    )
    obligations = Obligations.of(
        id=11, contract=3, order=7, method=int(Method.UNITS), stated=100000, quantity_e6=100 * 10**6,
        start=parse_day("2025-01-01"), end=parse_day("2025-12-31"), ordered_day=parse_day("2025-01-01"),
        order_version=1, segments=segments,
    )  # fmt: skip
    days = ["2025-01-10", "2025-02-10", "2025-03-10", "2025-04-10"]
    progress = Progress.of(
        obligation=11,
        day=[parse_day(day) for day in days],
        value=np.asarray([50, 70, 60, 20]) * 10**6,
    )
    return Book(CALENDAR, contracts, obligations, progress=progress, decimals={1: 2})


def test_the_ledger_says_what_stands_under_each_segment_set(store):
    prior = delivering(WEST).prior
    for period, segments in enumerate((WEST, EAST, NORTH, NORTH)):
        result = close_period(replace(delivering(segments), prior=prior), period, Policy())
        with store.write() as session:
            row = PeriodClose(
                period=CALENDAR.names[period], state="building", job_id=1, policy={}, closed_by="x"
            )
            session.add(row)
            session.flush()
            close_id = row.id
        save_result(store, close_id, result, Names({1: "USD"}, {}), CALENDAR.names, opening=False)
        with store.write() as session:
            session.execute(update(period_close).where(period_close.c.id == close_id).values(state="closed"))
        with store.read() as session:
            read, _ = read_prior(session, calendar=CALENDAR, currency_codes={"USD": 1})
        prior = carry_forward(prior, result)
        assert read.booked.rows() == prior.booked.rows()
    assert [(r["segments"], r["recognised"]) for r in read.booked.rows()] == [(WEST, 20000)]
