"""Answer for a difference between NetSuite's general ledger and ours, so that the next period may close."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.permissions import require
from revrec.problems import Conflict, NotFound, Refused
from revrec.store.core import gl_balance
from revrec.store.general_ledger.signed import signed_off
from revrec.store.tables import GlBalance, GlSignOff


def sign_off_balance(
    session: Session,
    actor: Actor,
    period: str,
    account_id: int,
    *,
    subsidiary_id: int = 0,
    now: datetime,
    reason: str,
) -> GlSignOff:
    """Sign off what the newest reading of `period` leaves unexplained on an account. It counts from that period on,
    until another difference of the account is signed off: a new one fails again.

    Raises `Refused` without a reason, `NotFound` where the account was not read, `Conflict` where nothing is left.
    """
    require(actor, "sign_off_balance")
    if not reason.strip():
        raise Refused(
            "Signing off a difference needs a reason: where it comes from, and why it stays.", where="reason"
        )
    b = gl_balance.c
    row = session.execute(
        select(GlBalance).where(
            b.period == period, b.subsidiary_id == subsidiary_id, b.account_id == account_id
        )
    ).scalar_one_or_none()
    if row is None or row.ledger_minor is None:
        raise NotFound(
            f"The balance of account {account_id} of subsidiary {subsidiary_id} was not read for {period}. Read it "
            f"with `revrec controls gl {period}`.",
            where="account",
        )
    before = signed_off(session, period).get((subsidiary_id, account_id))
    difference = row.balance_minor - row.ledger_minor - row.explained_minor
    if difference == (before.difference_minor if before else 0):
        raise Conflict(
            f"Nothing is left to sign off on account {account_id} of subsidiary {subsidiary_id} for {period}.",
            where="account",
        )
    signed = GlSignOff(
        period=period,
        subsidiary_id=subsidiary_id,
        account_id=account_id,
        difference_minor=difference,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    session.add(signed)
    session.flush()
    record_event(
        session,
        actor,
        "sign_off_balance",
        f"subsidiary {subsidiary_id}, account {account_id} at the end of {period}",
        now=now,
        before={"difference_minor": before.difference_minor, "currency": row.currency} if before else None,
        after={"difference_minor": difference, "currency": row.currency},
        reason=reason,
    )
    return signed
