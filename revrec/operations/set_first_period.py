"""Say from which period on the books are kept here."""

from datetime import datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.periods import periods_of
from revrec.operations.permissions import require
from revrec.operations.policies import definition_of, policy_value
from revrec.operations.set_policy import write_policy
from revrec.problems import Conflict
from revrec.store.queries.closes import newest_closed_period


def set_first_period(session: Session, actor: Actor, period: str, *, now: datetime, reason: str = "") -> str:
    """Set or move the first accounting period. Refused (`Conflict`) once a period is closed."""
    require(actor, "set_first_period")
    periods_of(session).index(period)
    closed = newest_closed_period(session)
    if closed is not None:
        raise Conflict(
            f"{closed} is closed, so the first period stays {policy_value(session, 'first_period')}.",
            where="period",
        )
    before = policy_value(session, "first_period")
    write_policy(session, actor, definition_of("first_period"), period, now=now, reason=reason)
    record_event(
        session,
        actor,
        "set_first_period",
        f"period {period}",
        now=now,
        before=before,
        after=period,
        reason=reason,
    )
    return period


def first_period(session: Session) -> str | None:
    """The first accounting period, or None while runs are still conversions."""
    value: str | None = policy_value(session, "first_period")
    return value
