"""What was read of NetSuite's general ledger."""

from sqlalchemy import func, select
from sqlmodel import Session

from revrec.store.core import gl_balance, gl_item
from revrec.store.general_ledger.accounts import compared_accounts
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


def liability_less_asset(session: Session, period: str) -> dict[int, int] | None:
    """NetSuite's contract liability less assets by subsidiary at the end of a period, base minor units: what it holds
    on the accounts that are compared, clearing left out. None where it was not read."""
    b = gl_balance.c
    if session.execute(select(b.id).where(b.period == period).limit(1)).first() is None:
        return None
    accounts = [one for one, role in compared_accounts(session).items() if role != "clearing"]
    rows = session.execute(
        select(b.subsidiary_id, func.sum(b.balance_minor))
        .where(b.period == period, b.account_id.in_(accounts))
        .group_by(b.subsidiary_id)
    )
    return {subsidiary: -int(total) for subsidiary, total in rows}
