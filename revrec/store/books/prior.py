"""What closed periods booked: the only memory that a close has. Reopened closes do not count."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session

from revrec.accounting.book import Balances, Prior, PriorBooked, PriorSplits
from revrec.accounting.calendar import Calendar
from revrec.accounting.terms import BalanceScope
from revrec.store.books.arrays import columns_of
from revrec.store.books.piles import with_piles
from revrec.store.core import balance, billing_split, booked, period_close, source_document

SPLIT_COLUMNS = [
    "document",
    "line",
    "contract",
    "obligation",
    "customer",
    "subsidiary",
    "currency",
    "product",
    "amount",
    "base_amount",
    "account",
    "account_type",
    "segments",
    "period",
    "service_day",
    "service_start",
]
BALANCE_COLUMNS = [
    "scope",
    "contract",
    "customer",
    "subsidiary",
    "currency",
    "billed",
    "recognised",
    "liability",
    "contract_asset",
    "unbilled_receivable",
    "base_billed",
    "base_recognised",
    "base_fx",
    "base_liability",
    "base_contract_asset",
    "base_unbilled_receivable",
]


def read_prior(
    session: Session, *, calendar: Calendar, currency_codes: Mapping[str, int]
) -> tuple[Prior, dict[int, int]]:
    """Revenue booked per obligation, where billing was put, and the balances of the newest standing close; and our
    keys of the documents, whose codes are NetSuite's ids."""
    splits, documents = _read_splits(session, calendar, currency_codes)
    prior = Prior(
        booked=_read_booked(session), splits=splits, balances=_read_balances(session, currency_codes)
    )
    return prior, documents


def standing_closes() -> Select[Any]:
    """Ids of the closes that stand."""
    return select(period_close.c.id).where(period_close.c.state == "closed")


def _read_booked(session: Session) -> PriorBooked:
    """One row an obligation and segment set, in the order in which they were last booked with."""
    b = booked.c
    sums = (
        select(
            b.obligation_id,
            func.sum(b.revenue_minor).label("recognised"),
            func.sum(b.revenue_base_minor).label("base_recognised"),
            func.max(b.id).label("id"),
        )
        .where(b.period_close_id.in_(standing_closes()))
        .group_by(b.obligation_id, b.segment_set_id)
        .subquery()
    )
    rows = session.execute(
        select(
            sums.c.obligation_id,
            sums.c.recognised,
            sums.c.base_recognised,
            b.order_version_id,
            b.segment_set_id,
        )
        .join(booked, b.id == sums.c.id)
        .order_by(sums.c.obligation_id, sums.c.id)
    ).all()
    names = ("obligation", "recognised", "base_recognised", "order_version", "segments")
    return PriorBooked.of(**columns_of(with_piles(session, rows, standing_closes()), names))


def _read_splits(
    session: Session, calendar: Calendar, currency_codes: Mapping[str, int]
) -> tuple[PriorSplits, dict[int, int]]:
    s = billing_split.c
    rows = session.execute(
        select(
            source_document.c.external_id,
            s.line_id,
            s.contract_id,
            s.obligation_id,
            s.customer_id,
            s.subsidiary_id,
            s.currency,
            s.product_id,
            s.amount_minor,
            s.base_minor,
            s.account_id,
            s.account_type,
            s.segment_set_id,
            period_close.c.period,
            s.service_day,
            s.service_start,
            s.document_id,
        )
        .join(period_close, period_close.c.id == s.period_close_id)
        .outerjoin(source_document, source_document.c.id == s.document_id)
        .where(period_close.c.state == "closed")
        .order_by(s.id)
    ).all()
    coded = [
        (*row[:6], currency_codes[row[6]], *row[7:13], calendar.index(row[13]), *row[14:16]) for row in rows
    ]
    return PriorSplits.of(**columns_of(coded, SPLIT_COLUMNS)), {
        row[0]: row[16] for row in rows if row[0] is not None
    }


def _read_balances(session: Session, currency_codes: Mapping[str, int]) -> Balances:
    b = balance.c
    newest = (
        select(period_close.c.id)
        .where(period_close.c.state == "closed")
        .order_by(period_close.c.period.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            b.scope,
            b.contract_id,
            b.customer_id,
            b.subsidiary_id,
            b.currency,
            b.billed_minor,
            b.recognised_minor,
            b.liability_minor,
            b.contract_asset_minor,
            b.unbilled_receivable_minor,
            b.billed_base_minor,
            b.recognised_base_minor,
            b.fx_base_minor,
            b.liability_base_minor,
            b.contract_asset_base_minor,
            b.unbilled_receivable_base_minor,
        )
        .where(b.period_close_id == newest)
        .order_by(b.id)
    ).all()
    coded = [(int(BalanceScope[row[0].upper()]), *row[1:4], currency_codes[row[4]], *row[5:]) for row in rows]
    return Balances.of(**columns_of(coded, BALANCE_COLUMNS))
