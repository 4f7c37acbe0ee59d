"""Opening balances as they were loaded, for the first close."""

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.accounting.opening import LoadedBilling, LoadedRevenue
from revrec.store.books.arrays import columns_of
from revrec.store.core import opening_balance


def read_opening(session: Session) -> tuple[LoadedRevenue, LoadedBilling] | None:
    """What the newest import loaded; None where none did, so that the opening is computed."""
    o = opening_balance.c
    live = o.superseded.is_(False)
    amounts = func.sum(o.amount_minor), func.sum(o.base_minor)
    revenue = session.execute(
        select(o.obligation_id, *amounts)
        .where(live, o.obligation_id.is_not(None))
        .group_by(o.obligation_id)
        .order_by(o.obligation_id)
    ).all()
    billing = session.execute(
        select(o.contract_id, *amounts)
        .where(live, o.obligation_id.is_(None))
        .group_by(o.contract_id)
        .order_by(o.contract_id)
    ).all()
    if not revenue and not billing:
        return None
    return (
        LoadedRevenue.of(**columns_of(revenue, ("obligation", "recognised", "base_recognised"))),
        LoadedBilling.of(**columns_of(billing, ("contract", "billed", "base_billed"))),
    )
