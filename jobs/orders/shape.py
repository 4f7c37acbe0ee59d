"""From the CRM's orders to the forms that are staged: discounts folded in, days decided."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from revrec.crm.orders import SalesOrder, SalesOrderLine, changed_on, unfold
from revrec.store.reference.products import CatalogueProduct
from revrec.store.staging.intern import canonical_segments
from revrec.store.staging.orders import StagedOrder, StagedOrderLine


def order_forms(order: SalesOrder, zone: ZoneInfo) -> list[StagedOrder]:
    """The forms of an active order, oldest first: as ordered, then after each reduction."""
    return [_form(form.order, zone, form.effective_on if form.stated else None) for form in unfold(order)]


def _form(order: SalesOrder, zone: ZoneInfo, effective_on: date | None) -> StagedOrder:
    lines, problem = fold_discounts(order.lines)
    subsidiary = order.subsidiary.strip()
    if subsidiary and not subsidiary.isdigit():
        problem = problem or f"Its subsidiary '{subsidiary}' is not a NetSuite internal id."
    return StagedOrder(
        external_id=order.external_id,
        number=order.number,
        customer_external_id=order.customer_id,
        contract_number=order.contract_number,
        ordered_on=order.ordered_on,
        currency=order.currency,
        subsidiary_id=int(subsidiary) if subsidiary.isdigit() else None,
        cancelled_on=None,
        modified_at=order.changed_at,
        effective_on=effective_on,
        seen_on=changed_on(order, zone),
        lines=tuple(_line(line, sequence) for sequence, line in enumerate(lines, start=1)),
        problem=order.problem or problem,
        entity=order.selling_entity.strip(),
    )


def fold_discounts(lines: Sequence[SalesOrderLine]) -> tuple[list[SalesOrderLine], str]:
    """The promises of an order: a discount line (below zero) is none, it lowers the line it follows.

    Returns the lines and, where a discount has no line to lower or takes one below zero, the sentence that
    holds the order.
    """
    kept: list[SalesOrderLine] = []
    problem = ""
    for line in lines:
        if line.amount_minor >= 0:
            kept.append(line)
        elif not kept:
            problem = problem or f"Line {line.number} is a discount with no line above it to lower."
        else:
            lowered = kept[-1].amount_minor + line.amount_minor
            if lowered < 0:
                problem = problem or f"Discount line {line.number} takes line {kept[-1].number} below zero."
            kept[-1] = replace(kept[-1], amount_minor=lowered)
    return kept, problem


def _line(line: SalesOrderLine, sequence: int) -> StagedOrderLine:
    return StagedOrderLine(
        external_id=line.external_id,
        sequence=sequence,
        product=CatalogueProduct(
            line.product_code, line.product_name or line.product_code, line.product_family
        ),
        description=line.description,
        quantity_e6=line.quantity_e6,
        amount_minor=line.amount_minor,
        starts=line.starts,
        ends=line.ends,
        method=line.method,
        segments=canonical_segments(dict(line.segments)),
        problem=line.problem,
    )
