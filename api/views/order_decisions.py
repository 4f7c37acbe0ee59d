"""What people decided about single orders: treatments, price changes, rules of lines."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.views.amounts import AmountWriter, amount_writer
from api.views.shape import View
from revrec.operations.adjustment_note import adjustment_note
from revrec.store.queries.line_rules import known_lines
from revrec.store.queries.order_versions import VersionLine, versions_of
from revrec.store.tables import LineRule, PriceChange, SalesOrder, VersionTreatment


class PriceChangeView(View):
    """A change of the price that is no modification. `note`: what it does to closed periods."""

    id: int
    order: str
    day: date
    amount: str
    currency: str
    reason: str
    set_by: str
    set_at: datetime
    undone_by: str
    undone_at: datetime | None
    note: str = ""


class LineRuleView(View):
    """What a person said of a line; empty: nothing said. `note`: what it does to closed periods."""

    order: str
    line: str
    sequence: int
    product: str
    method: str
    trigger: str
    asset_kind: str
    plan: dict[str, Any] | None
    starts: date | None
    ends: date | None
    held: bool
    reason: str
    set_by: str
    set_at: datetime
    note: str = ""


class TreatedView(View):
    """The answer to who treated a version."""

    order: str
    version: int
    treatment: str
    reason: str
    said_by: str
    said_at: datetime
    note: str


def treated_view(
    session: Session,
    order: SalesOrder,
    number: int,
    row: VersionTreatment,
    *,
    effective_on: date,
    taken: bool,
) -> TreatedView:
    return TreatedView(
        order=order.number,
        version=number,
        treatment=row.treatment,
        reason=row.reason,
        said_by=row.set_by,
        said_at=row.set_at,
        note=adjustment_note(session, effective_on) if taken else "",
    )


def price_change_view(session: Session, row: PriceChange) -> PriceChangeView:
    """The answer to who states or undoes one, with what it does to closed periods."""
    order = session.get_one(SalesOrder, row.order_id)
    versions = versions_of(session, [row.order_id]).get(row.order_id, [])
    currency = versions[-1].currency if versions else ""
    note = adjustment_note(session, row.day)
    return price_change_view_of(order, row, currency, amount_writer(session), note)


def price_change_view_of(
    order: SalesOrder, row: PriceChange, currency: str, write: AmountWriter, note: str = ""
) -> PriceChangeView:
    return PriceChangeView(
        id=row.id,
        order=order.number,
        day=row.day,
        amount=write.text(row.amount_minor, currency),
        currency=currency,
        reason=row.reason,
        set_by=row.set_by,
        set_at=row.set_at,
        undone_by=row.undone_by,
        undone_at=row.undone_at,
        note=note,
    )


def line_rule_view(session: Session, order: SalesOrder, row: LineRule, note: str = "") -> LineRuleView:
    lines = {one.obligation_id: one for one in known_lines(session, [order.id]).get(order.id, [])}
    return line_rule_view_of(order, lines[row.obligation_id], row, note)


def line_rule_view_of(order: SalesOrder, line: VersionLine, row: LineRule, note: str = "") -> LineRuleView:
    return LineRuleView(
        order=order.number,
        line=line.line,
        sequence=line.sequence,
        product=line.product,
        method=row.method,
        trigger=row.trigger,
        asset_kind=row.asset_kind,
        plan=row.plan,
        starts=row.starts,
        ends=row.ends,
        held=row.held,
        reason=row.reason,
        set_by=row.set_by,
        set_at=row.set_at,
        note=note,
    )
