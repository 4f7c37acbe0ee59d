"""Say something of one order line over its CRM, its product and the policy."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.earning_terms import EarningTerms, checked_terms
from revrec.operations.permissions import require
from revrec.problems import Invalid, NotFound, Refused
from revrec.store.queries.bookings import line_is_booked
from revrec.store.queries.line_rules import known_lines, line_rules_of
from revrec.store.tables import LineRule, Obligation, SalesOrder


@dataclass(frozen=True, slots=True)
class LineTerms:
    """The whole statement about a line; what is empty is not said. `held`: it waits until it is released."""

    earning: EarningTerms = field(default_factory=EarningTerms)
    starts: date | None = None
    ends: date | None = None
    held: bool = False


def terms_of_line(rule: LineRule | None) -> LineTerms:
    """What the newest statement says; nothing where there is none."""
    if rule is None:
        return LineTerms()
    earning = EarningTerms(rule.method, rule.trigger, rule.asset_kind, rule.plan)
    return LineTerms(earning, rule.starts, rule.ends, rule.held)


def set_line_rule(
    session: Session,
    actor: Actor,
    obligation_id: int,
    terms: LineTerms,
    *,
    now: datetime,
    reason: str,
    retrospective: bool = False,
) -> LineRule:
    """State how a line is earned, when, and whether it waits: from its beginning on.

    A line that a closed period booked is changed in more than its hold only as a confirmed retrospective change.
    """
    require(actor, "set_line_rule")
    if not reason.strip():
        raise Invalid("Say why: a rule of one line needs a reason.", where="reason")
    obligation = session.get(Obligation, obligation_id)
    if obligation is None:
        raise NotFound(f"There is no order line {obligation_id}.", where="line")
    earning = checked_terms(terms.earning)
    order = session.get_one(SalesOrder, obligation.order_id)
    _check_dates(session, order, obligation, terms)
    before = terms_of_line(line_rules_of(session, [obligation_id]).get(obligation_id))
    stays = (before.earning, before.starts, before.ends) == (earning, terms.starts, terms.ends)
    if not stays and not retrospective and line_is_booked(session, obligation_id):
        raise Refused(
            f"Line {obligation.line_external_id} of order {order.number} is booked in a closed period. Confirm it as a "
            "retrospective change: the difference is booked as an adjustment in the open period.",
            where="line",
        )
    row = LineRule(
        obligation_id=obligation_id,
        method=earning.method,
        trigger=earning.trigger,
        asset_kind=earning.asset_kind,
        plan=earning.plan,
        starts=terms.starts,
        ends=terms.ends,
        held=terms.held,
        reason=reason,
        set_by=actor.email,
        set_at=now,
    )
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "set_line_rule",
        f"order {order.number}, line {obligation.line_external_id}",
        now=now,
        before=_told(before),
        after=_told(terms_of_line(row)) | ({"retrospective": True} if retrospective else {}),
        reason=reason,
    )
    return row


def _check_dates(session: Session, order: SalesOrder, obligation: Obligation, terms: LineTerms) -> None:
    lines = {one.obligation_id: one for one in known_lines(session, [order.id]).get(order.id, [])}
    line = lines.get(obligation.id)
    starts = terms.starts or (line.starts if line else None)
    ends = terms.ends or (line.ends if line else None)
    if starts is not None and ends is not None and ends < starts:
        raise Invalid(f"The last day of service, {ends}, lies before the first, {starts}.", where="end")


def _told(terms: LineTerms) -> dict[str, Any]:
    return {
        "method": terms.earning.method,
        "trigger": terms.earning.trigger,
        "asset_kind": terms.earning.asset_kind,
        "plan": terms.earning.plan,
        "starts": str(terms.starts) if terms.starts else None,
        "ends": str(terms.ends) if terms.ends else None,
        "held": terms.held,
    }
