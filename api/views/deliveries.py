"""Deliveries as they were reported."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from api.views.shape import View
from revrec.operations.adjustment_note import adjustment_note
from revrec.operations.decimals import quantity_text
from revrec.operations.line_methods import earned_lines
from revrec.operations.record_delivery import Report
from revrec.store.queries.delivery_list import DeliveryTotal
from revrec.store.tables import Delivery, Obligation, SalesOrder


class DeliveryView(View):
    """A delivery: one of quantity, percent (cumulative) and milestone. `contract`: our id of it. `effect`: what the
    answer to a report has to say of closed periods, or where it moves no revenue."""

    id: int
    order: str
    line: str
    product: str
    day: date
    quantity: str
    percent: str
    milestone: str
    reference: str
    note: str
    set_by: str
    set_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    contract: int | None = None
    effect: str = ""


class DeliveriesImportedView(View):
    """What an import did. `unchanged`: rows recorded already; `idle`: rows that move no revenue as their lines are
    earned now."""

    loaded: int
    unchanged: int
    idle: int
    note: str = ""


class DeliveryTotalView(View):
    """Deliveries of one kind within a selection, on how many lines; of units, how many together."""

    kind: str
    deliveries: int
    lines: int
    quantity: str


def delivery_total_views(rows: Sequence[DeliveryTotal]) -> list[DeliveryTotalView]:
    return [
        DeliveryTotalView(
            kind=one.kind,
            deliveries=one.deliveries,
            lines=one.lines,
            quantity=quantity_text(one.quantity_e6) if one.kind == "quantity" else "",
        )
        for one in rows
    ]


def delivery_views(
    session: Session, rows: Sequence[tuple[Delivery, Obligation, SalesOrder]]
) -> list[DeliveryView]:
    lines = {
        one.line.obligation_id: one
        for some in earned_lines(session, {order.id for _, _, order in rows}).values()
        for one in some
    }
    return [
        DeliveryView(
            id=row.id,
            order=order.number,
            line=obligation.line_external_id,
            product=lines[obligation.id].line.product if obligation.id in lines else "",
            day=row.day,
            quantity="" if row.quantity_e6 is None else quantity_text(row.quantity_e6),
            percent="" if row.percent_e6 is None else quantity_text(row.percent_e6),
            milestone=row.milestone,
            reference=row.reference,
            note=row.note,
            set_by=row.set_by,
            set_at=row.set_at,
            withdrawn_by=row.withdrawn_by,
            withdrawn_at=row.withdrawn_at,
            contract=order.contract_id,
        )
        for row, obligation, order in rows
    ]


def delivery_view(session: Session, row: Delivery) -> DeliveryView:
    """The answer to who records or withdraws one, with what it does."""
    obligation = session.get_one(Obligation, row.obligation_id)
    order = session.get_one(SalesOrder, obligation.order_id)
    report = Report(row.day, row.quantity_e6, row.percent_e6, row.milestone)
    found = [one for one in earned_lines(session, [order.id]).get(order.id, [])]
    idle = next((report.effect(one) for one in found if one.line.obligation_id == obligation.id), "")
    view = delivery_views(session, [(row, obligation, order)])[0]
    return view.model_copy(update={"effect": idle or adjustment_note(session, row.day)})
