"""What people said of single order lines."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from revrec.problems import Conflict, NotFound
from revrec.store.queries.batches import batches
from revrec.store.queries.invoice_lines import promised_by_invoices
from revrec.store.queries.order_versions import VersionLine, lines_of_versions, versions_of
from revrec.store.tables import LineRule, SalesOrder


def line_rules_of(session: Session, obligation_ids: Iterable[int]) -> dict[int, LineRule]:
    """The newest statement on each line, where there is one."""
    query = select(LineRule).order_by(col(LineRule.id))
    return {
        row.obligation_id: row
        for part in batches(obligation_ids)
        for row in session.exec(query.where(col(LineRule.obligation_id).in_(part)))
    }


def known_lines(session: Session, order_ids: Iterable[int]) -> dict[int, list[VersionLine]]:
    """Every line that orders ever had, as the newest version that has it says, in the order's own order; of invoices
    that are contracts of their own, the lines that promise something."""
    orders = set(order_ids)
    versions = versions_of(session, orders)
    said = lines_of_versions(session, [one.id for some in versions.values() for one in some])
    found = promised_by_invoices(session, orders)
    for order_id, some in versions.items():
        lines = {line.obligation_id: line for one in some for line in said.get(one.id, [])}
        found[order_id] = sorted(lines.values(), key=lambda line: (line.sequence, line.line))
    return found


def pick_line(order: SalesOrder, lines: Iterable[VersionLine], text: str) -> VersionLine:
    """The order's line by the CRM's id, else by its place in the order. Raises `NotFound` or `Conflict`."""
    every = list(lines)
    found = [line for line in every if line.line == text] or [
        line for line in every if str(line.sequence) == text
    ]
    if not found:
        known = ", ".join(f"{line.sequence} ({line.line})" for line in every[:20])
        raise NotFound(f"Order {order.number} has no line {text}; it has {known or 'none'}.", where="line")
    if len(found) > 1:
        raise Conflict(
            f"Order {order.number} has several lines {text}; give the CRM's id: "
            f"{', '.join(line.line for line in found)}.",
            where="line",
        )
    return found[0]
