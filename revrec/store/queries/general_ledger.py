"""What was read of NetSuite's general ledger."""

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import gl_balance, gl_item
from revrec.store.tables import GlItem


def newest_period_read(session: Session) -> str:
    """The latest period whose balances were read; empty if none was."""
    return str(session.execute(select(func.max(gl_balance.c.period))).scalar() or "")


def items_of(session: Session, period: str) -> dict[tuple[int, int], list[GlItem]]:
    """The parts of each account's difference at the end of a period, by subsidiary and account."""
    found: dict[tuple[int, int], list[GlItem]] = {}
    rows = session.execute(select(GlItem).where(gl_item.c.period == period).order_by(gl_item.c.id)).scalars()
    for row in rows:
        found.setdefault((row.subsidiary_id, row.account_id), []).append(row)
    return found


def opening_balances(session: Session, period: str) -> dict[int, int]:
    """NetSuite's balance of all compared accounts by subsidiary at the end of a period, base minor units, debits
    positive; empty where it was not read."""
    b = gl_balance.c
    rows = session.execute(
        select(b.subsidiary_id, func.sum(b.balance_minor)).where(b.period == period).group_by(b.subsidiary_id)
    )
    return {subsidiary: int(total) for subsidiary, total in rows}
