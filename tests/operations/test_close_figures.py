"""A close's figures are what its ledger rows come to, kept or not."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import col, select

from revrec.store.books.figures import keep_figures
from revrec.store.engine import Store
from revrec.store.queries.at_a_glance import PeriodFigures, year_by_period
from revrec.store.tables import CloseFigures, Job, LedgerTransfer, PeriodClose

YEAR = [
    PeriodFigures("2026-01", "EUR", 0, 500),
    PeriodFigures("2026-01", "USD", 300, 900),
    PeriodFigures("2026-02", "USD", 100, 800),
]


def transfer(
    close: int, period: str, debit: str, credit: str, minor: int, currency: str = "USD"
) -> LedgerTransfer:
    return LedgerTransfer(
        period_close_id=close,
        period=period,
        event="billing",
        debit_role=debit,
        credit_role=credit,
        currency=currency,
        base_currency=currency,
        amount_minor=minor,
        base_minor=minor,
        subsidiary_id=1,
    )


@pytest.fixture
def closes(store: Store, now: datetime) -> list[int]:
    """January in two currencies, February; March reopened, with the mirror that takes it back."""
    states = [("2026-01", "closed"), ("2026-02", "closed"), ("2026-03", "reopened"), ("2026-03", "reversal")]
    common: dict[str, Any] = {"policy": {}, "closed_by": "ann@books.test", "closed_at": now}
    with store.write() as session:
        job = Job(kind="close", state="done", parameters={}, requested_by="service", created_at=now)
        session.add(job)
        session.flush()
        rows = [PeriodClose(period=one, state=state, job_id=job.id, **common) for one, state in states]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
        session.add_all(
            [
                transfer(ids[0], "2026-01", "clearing", "contract_liability", 1200),
                transfer(ids[0], "2026-01", "contract_liability", "revenue", 300),
                transfer(ids[0], "2026-01", "clearing", "contract_liability", 500, "EUR"),
                transfer(ids[1], "2026-02", "contract_liability", "revenue", 100),
                transfer(ids[2], "2026-03", "contract_liability", "revenue", 70),
                transfer(ids[3], "2026-03", "revenue", "contract_liability", 70),
            ]
        )
    return ids


def test_a_year_is_the_same_with_figures_kept_for_some_closes_for_all_or_for_none(
    store: Store, closes: list[int]
) -> None:
    with store.read() as session:
        assert year_by_period(session, 12) == YEAR
        assert year_by_period(session, 1) == YEAR[2:]
    for one in closes:
        with store.write() as session:
            keep_figures(session, one)
        with store.read() as session:
            assert year_by_period(session, 12) == YEAR
    with store.read() as session:
        kept = session.exec(
            select(CloseFigures).order_by(col(CloseFigures.period_close_id), col(CloseFigures.base_currency))
        )
        told = [
            (row.period_close_id, row.base_currency, row.revenue_minor, row.liability_minor) for row in kept
        ]
    assert told == [
        (closes[0], "EUR", 0, 500),
        (closes[0], "USD", 300, 900),
        (closes[1], "USD", 100, -100),
        (closes[2], "USD", 70, -70),
        (closes[3], "USD", -70, 70),
    ]
