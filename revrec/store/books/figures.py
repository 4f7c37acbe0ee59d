"""What a close's ledger comes to by base currency: written with the close, so that no page goes through the ledger."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, insert, select
from sqlmodel import Session

from revrec.store.core import close_figures, ledger_transfer


def keep_figures(session: Session, close_id: int) -> None:
    """Add up the ledger rows of a close once they are all there, in the transaction that makes it stand."""
    columns = ["period_close_id", "base_currency", "revenue_minor", "liability_minor"]
    summed = ledger_sums(ledger_transfer.c.period_close_id == close_id)
    session.execute(insert(close_figures).from_select(columns, summed))


def ledger_sums(which: ColumnElement[bool]) -> Select[Any]:
    """Close, base currency, revenue and growth of contract liability in minor units, credits less debits."""
    t = ledger_transfer.c
    return (
        select(
            t.period_close_id,
            t.base_currency,
            func.sum(_net("revenue") * t.base_minor).label("revenue_minor"),
            func.sum(_net("contract_liability") * t.base_minor).label("liability_minor"),
        )
        .where(which)
        .group_by(t.period_close_id, t.base_currency)
    )


def _net(role: str) -> ColumnElement[int]:
    """+1 where the role is credited, -1 where it is debited, 0 otherwise."""
    t = ledger_transfer.c
    return case((t.credit_role == role, 1), else_=0) - case((t.debit_role == role, 1), else_=0)
