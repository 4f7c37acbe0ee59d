"""Differences that somebody answers for: for each account the newest one signed off for a period or an earlier one."""

from sqlalchemy import select
from sqlmodel import Session

from revrec.store.core import gl_sign_off
from revrec.store.general_ledger.accounts import Place
from revrec.store.tables import GlSignOff


def signed_off(session: Session, period: str) -> dict[Place, GlSignOff]:
    """What counts as signed off at the end of `period`; names of periods sort as the periods do."""
    s = gl_sign_off.c
    rows = session.execute(select(GlSignOff).where(s.period <= period).order_by(s.period, s.id)).scalars()
    return {(row.subsidiary_id, row.account_id): row for row in rows}
