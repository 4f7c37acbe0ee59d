"""Record what was delivered of an order line."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.decimals import quantity_text
from revrec.operations.line_methods import EarnedLine, earned_lines
from revrec.operations.permissions import require
from revrec.problems import Conflict, Invalid, NotFound
from revrec.store.queries.deliveries import standing_deliveries
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import Delivery, Obligation, SalesOrder

_HUNDRED = 100 * 10**6
_READS = {
    "quantity": ("units", "point_in_time", "as_invoiced"),
    "percent": ("percent_complete", "units", "point_in_time"),
    "milestone": ("milestone",),
}


@dataclass(frozen=True, slots=True)
class Report:
    """Exactly one of a quantity delivered on the day (negative: a return), a cumulative percentage, and a milestone;
    numbers scaled by 10^6. `reference`: the delivery's own number; given twice for a line, it is kept once."""

    day: date
    quantity_e6: int | None = None
    percent_e6: int | None = None
    milestone: str = ""
    reference: str = ""
    note: str = ""

    @property
    def kind(self) -> str:
        return (
            "quantity"
            if self.quantity_e6 is not None
            else "percent"
            if self.percent_e6 is not None
            else "milestone"
        )

    def problem(self) -> tuple[str, str] | None:
        """The field that cannot be so, and why; None where all is well."""
        if (self.quantity_e6 is not None) + (self.percent_e6 is not None) + bool(self.milestone) != 1:
            return "quantity", "A delivery is exactly one of a quantity, a percentage and a milestone."
        if self.quantity_e6 == 0:
            return "quantity", "A delivery of nothing is none."
        if self.percent_e6 is not None and not 0 <= self.percent_e6 <= _HUNDRED:
            return "percent", "A percentage lies between 0 and 100."
        return None

    def problem_for(self, line: EarnedLine) -> tuple[str, str] | None:
        """The same, given how the line is earned."""
        if self.milestone and line.milestones and self.milestone not in line.milestones:
            known = ", ".join(line.milestones)
            return "milestone", f"The line has no milestone '{self.milestone}'; its plan has {known}."
        return None

    def effect(self, line: EarnedLine) -> str:
        """What to tell who reports it, where it moves no revenue as the line is earned now; empty where it does."""
        if line.method not in _READS[self.kind]:
            return f"The line is earned by {line.method}, which a {self.kind} does not move."
        if self.milestone and not line.milestones:
            return "The line has no plan yet, so its milestone moves nothing until there is one."
        return ""

    def same_as(self, row: Delivery) -> bool:
        """Whether a delivery that is kept says the same; notes may differ."""
        mine = (self.day, self.quantity_e6, self.percent_e6, self.milestone)
        return mine == (row.day, row.quantity_e6, row.percent_e6, row.milestone)

    def row(self, obligation_id: int, actor: Actor, now: datetime) -> Delivery:
        return Delivery(
            obligation_id=obligation_id,
            day=self.day,
            quantity_e6=self.quantity_e6,
            percent_e6=self.percent_e6,
            milestone=self.milestone,
            reference=self.reference,
            note=self.note,
            set_by=actor.email,
            set_at=now,
        )


def record_delivery(
    session: Session, actor: Actor, obligation_id: int, report: Report, *, now: datetime
) -> Delivery:
    """Record a delivery; one whose reference the line has already is kept once, and changes nothing where it says the
    same (`Conflict` where it does not)."""
    require(actor, "record_delivery")
    wrong = report.problem()
    if wrong is not None:
        raise Invalid(wrong[1], where=wrong[0])
    obligation = session.get(Obligation, obligation_id)
    if obligation is None:
        raise NotFound(f"There is no order line {obligation_id}.", where="line")
    order = session.get_one(SalesOrder, obligation.order_id)
    for line in earned_lines(session, [order.id]).get(order.id, []):
        wrong = report.problem_for(line) if line.line.obligation_id == obligation_id else None
        if wrong is not None:
            raise Invalid(wrong[1], where=wrong[0])
    # Held to the end: two that record the same reference at one moment come one after the other.
    hold(session, Lock.AUDIT_CHAIN)
    for row in standing_deliveries(session, [obligation_id]):
        if report.reference and row.reference == report.reference:
            if report.same_as(row):
                return row
            raise Conflict(
                f"Delivery {report.reference} is recorded already as {describe(row)}. Withdraw that one first.",
                where="reference",
            )
    row = report.row(obligation_id, actor, now)
    session.add(row)
    session.flush()
    record_event(
        session,
        actor,
        "record_delivery",
        f"order {order.number}, line {obligation.line_external_id}",
        now=now,
        after=told(row),
        reason=report.note,
    )
    return row


def describe(row: Delivery) -> str:
    """`2.5 on 2026-03-05`, `50 percent on ...`, `milestone Go-live on ...`."""
    if row.quantity_e6 is not None:
        what = quantity_text(row.quantity_e6)
    elif row.percent_e6 is not None:
        what = f"{quantity_text(row.percent_e6)} percent"
    else:
        what = f"milestone {row.milestone}"
    return f"{what} on {row.day}"


def told(row: Delivery) -> dict[str, Any]:
    """As the audit trail keeps it."""
    return {"delivery": row.id, "delivered": describe(row), "reference": row.reference}
