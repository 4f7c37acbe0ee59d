"""Load a list of deliveries: all of it, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from revrec.operations.actor import Actor
from revrec.operations.audit import record_event
from revrec.operations.line_methods import EarnedLine, earned_lines
from revrec.operations.permissions import require
from revrec.operations.record_delivery import Report, describe
from revrec.problems import Finding, Invalid, RevRecError
from revrec.store.bulk import insert_rows
from revrec.store.core import delivery
from revrec.store.queries.deliveries import orders_by_word, standing_deliveries
from revrec.store.queries.line_rules import pick_line
from revrec.store.queries.locks import Lock, hold
from revrec.store.tables import Delivery, SalesOrder

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class GivenDelivery:
    """One row as it was given; order and line as people write them. `place` names it, such as `Deliveries, row 7`."""

    place: str
    order: str
    line: str
    report: Report


@dataclass(frozen=True, slots=True)
class ImportedDeliveries:
    """`unchanged`: rows that are recorded already. `idle`: rows that move no revenue as their lines are earned now.
    `earliest`: the first day of what is new."""

    loaded: int
    unchanged: int
    idle: int
    earliest: date | None


def import_deliveries(
    session: Session,
    actor: Actor,
    given: Sequence[GivenDelivery],
    *,
    source: str,
    now: datetime,
    reason: str = "",
    found: Sequence[Finding] = (),
) -> ImportedDeliveries:
    """Check every row, then record those that are new; one audit event for all.

    `found`: what reading the file found wrong. A quantity needs a reference here, so that a file loaded twice counts
    once. Raises `Invalid` with every fault and its place; nothing is loaded then.
    """
    require(actor, "record_delivery")
    faults = list(found)
    placed = _placed(session, given, faults)
    # Held to the end: two that load the same references at one moment come one after the other.
    hold(session, Lock.AUDIT_CHAIN)
    kept = standing_deliveries(session, {line.line.obligation_id for _, line in placed})
    fresh = _fresh(placed, kept, faults)
    if faults:
        raise Invalid(
            f"{source} was not loaded: {len(faults)} fault{'s' if len(faults) > 1 else ''}.",
            where=source,
            findings=faults[:_SHOWN],
        )
    if not given:
        raise Invalid(f"{source} has no rows.", where=source)
    rows = [one.report.row(line.line.obligation_id, actor, now) for one, line in fresh]
    insert_rows(session, delivery, [row.model_dump(exclude={"id"}) for row in rows])
    record_event(
        session,
        actor,
        "import_deliveries",
        f"deliveries from {source}",
        now=now,
        after={
            "loaded": len(rows),
            "unchanged": len(given) - len(rows),
            "deliveries": [
                [f"order {one.order}, line {line.line.line}", describe(row), row.reference]
                for (one, line), row in zip(fresh[:_SHOWN], rows[:_SHOWN], strict=True)
            ],
        },
        reason=reason,
    )
    idle = sum(bool(one.report.effect(line)) for one, line in fresh)
    earliest = min((row.day for row in rows), default=None)
    return ImportedDeliveries(len(rows), len(given) - len(rows), idle, earliest)


Placed = tuple[GivenDelivery, EarnedLine]


def _placed(session: Session, given: Sequence[GivenDelivery], faults: list[Finding]) -> list[Placed]:
    """The rows whose order and line are known, with their line."""
    orders = orders_by_word(session, [one.order for one in given])
    known = earned_lines(session, {order.id for some in orders.values() for order in some})
    placed = []
    for one in given:
        wrong = _fault_of(one, orders[one.order])
        line = None
        if wrong is None:
            try:
                line = _line_of(one, orders[one.order][0], known)
            except RevRecError as refused:
                wrong = ("Line", refused.message)
        if line is not None and wrong is None:
            told = one.report.problem_for(line)
            wrong = (told[0].capitalize(), told[1]) if told else None
        if line is None or wrong is not None:
            column, message = wrong or ("Line", "There is no such line.")
            faults.append(Finding("delivery", "blocking", f"{one.place}, column {column}", message))
        else:
            placed.append((one, line))
    return placed


def _fault_of(one: GivenDelivery, orders: Sequence[SalesOrder]) -> tuple[str, str] | None:
    if not orders:
        return "Order", f"There is no sales order '{one.order}'."
    if len(orders) > 1:
        ids = ", ".join(order.external_id for order in orders)
        return "Order", f"Several sales orders have the number {one.order}; give the CRM's id: {ids}."
    if told := one.report.problem():
        return told[0].capitalize(), told[1]
    if one.report.quantity_e6 is not None and not one.report.reference:
        return "Reference", "A quantity needs a reference here, so that a file loaded twice counts once."
    return None


def _line_of(one: GivenDelivery, order: SalesOrder, known: Mapping[int, list[EarnedLine]]) -> EarnedLine:
    lines = known.get(order.id, [])
    found = pick_line(order, [line.line for line in lines], one.line)
    return next(line for line in lines if line.line.obligation_id == found.obligation_id)


def _fresh(placed: Sequence[Placed], kept: Sequence[Delivery], faults: list[Finding]) -> list[Placed]:
    """The rows that are neither recorded already nor given before in the list."""
    by_reference = {(row.obligation_id, row.reference): row for row in kept if row.reference}
    said = {_content(row) for row in kept if not row.reference}
    given: dict[tuple[int, str], Report] = {}
    fresh = []
    for one, line in placed:
        key, report = (line.line.obligation_id, one.report.reference), one.report
        row, before = by_reference.get(key), given.get(key)
        if not report.reference:
            content = (key[0], report.day, report.percent_e6, report.milestone)
            if content not in said:
                said.add(content)
                fresh.append((one, line))
        elif (row is not None and not report.same_as(row)) or (
            before is not None and not _alike(report, before)
        ):
            other = describe(row) if row is not None else "something else above"
            message = f"Delivery {report.reference} of this line is recorded already as {other}."
            faults.append(Finding("delivery", "blocking", f"{one.place}, column Reference", message))
        elif row is None and before is None:
            given[key] = report
            fresh.append((one, line))
    return fresh


def _content(row: Delivery) -> tuple[int, date, int | None, str]:
    return row.obligation_id, row.day, row.percent_e6, row.milestone


def _alike(one: Report, other: Report) -> bool:
    return (one.day, one.quantity_e6, one.percent_e6, one.milestone) == (
        other.day,
        other.quantity_e6,
        other.percent_e6,
        other.milestone,
    )
