"""Sales orders and customers of a CRM, in the one shape that the rest of the program knows.

Whatever the CRM calls it (an order, a won opportunity, a deal), it arrives as a `SalesOrder`: amounts in integer minor
units of its currency, quantities scaled by 10**6, dates inclusive. What could not be read is not guessed: the line or
order carries a `problem`, a sentence, and waits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo


class OrderState(StrEnum):
    """Whether an order binds. `inactive`: a draft, or one that was active and was taken back."""

    ACTIVE = "active"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class CrmCustomer:
    """A customer of the CRM. `netsuite_id` is what the CRM holds of NetSuite's id, where a field is mapped for it."""

    external_id: str
    name: str
    number: str = ""
    country: str = ""
    currency: str = ""
    netsuite_id: str = ""
    deleted: bool = False
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SalesOrderLine:
    """One line: a promise, or a discount on the line before it (`amount_minor` negative).

    `list_minor` is the catalogue price of one unit. `segments` are (segment, value) pairs such as ("department", "1"),
    sorted. `problem` is "" where the line could be read in full; where an amount could not, it is 0 and the problem
    says what stood there.
    """

    external_id: str
    number: str
    product_code: str
    product_name: str
    product_family: str
    description: str
    quantity_e6: int
    amount_minor: int
    list_minor: int | None
    starts: date | None
    ends: date | None
    method: str
    segments: tuple[tuple[str, str], ...]
    modified_at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction order: takes quantity and amount (both negative) off lines of its original from `effective_on`.

    `cuts` are (line external id, quantity change, amount change). `problem` says what could not be read of them.
    """

    external_id: str
    number: str
    effective_on: date
    cuts: tuple[tuple[str, int, int], ...]
    modified_at: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """An order with all its lines, as the CRM shows it now.

    `amendment_on` is the day that the mapped field says its present form takes effect, where it says one.
    `contract_number` is "" where the order stands alone. `total_minor` is the CRM's own total, or None.
    """

    external_id: str
    number: str
    customer_id: str
    contract_number: str
    ordered_on: date
    ends_on: date | None
    currency: str
    subsidiary: str
    state: OrderState
    status: str
    amendment_on: date | None
    total_minor: int | None
    lines: tuple[SalesOrderLine, ...]
    modified_at: datetime
    reductions: tuple[Reduction, ...] = ()
    problem: str = ""
    selling_entity: str = ""

    @property
    def changed_at(self) -> datetime:
        """The latest change of the order or of any of its lines."""
        return max([self.modified_at, *(line.modified_at for line in self.lines)])


@dataclass(frozen=True, slots=True)
class GoneOrder:
    """An order that the CRM has deleted."""

    external_id: str
    deleted_at: datetime


@dataclass(frozen=True, slots=True)
class OrderForm:
    """One form of an order, and the day it takes effect; an order with reductions has several, oldest first.

    `stated` says that the CRM gives the day. Otherwise it is the order's own date, which holds for the first form seen:
    for a later form with no stated day take `changed_on`.
    """

    order: SalesOrder
    effective_on: date
    stated: bool


def unfold(order: SalesOrder) -> tuple[OrderForm, ...]:
    """The forms an order takes over time: as ordered, then after each reduction.

    Reductions of one day make one form. The order inside a form carries no reductions.
    """
    plain = replace(order, reductions=())
    stated = order.amendment_on is not None
    forms = [OrderForm(plain, order.amendment_on or order.ordered_on, stated)]
    for reduction in sorted(order.reductions, key=lambda cut: (cut.effective_on, cut.external_id)):
        reduced = reduce_order(forms[-1].order, reduction)
        if forms[-1].stated and forms[-1].effective_on == reduction.effective_on and len(forms) > 1:
            forms.pop()
        forms.append(OrderForm(reduced, reduction.effective_on, True))
    return tuple(forms)


def reduce_order(order: SalesOrder, reduction: Reduction) -> SalesOrder:
    """The order with a reduction taken off. A cut of a line that the order does not have is a problem of the order."""
    cuts: dict[str, tuple[int, int]] = {}
    for line_id, quantity, amount in reduction.cuts:
        before = cuts.get(line_id, (0, 0))
        cuts[line_id] = (before[0] + quantity, before[1] + amount)
    lines = []
    for line in order.lines:
        quantity, amount = cuts.pop(line.external_id, (0, 0))
        lines.append(
            replace(line, quantity_e6=line.quantity_e6 + quantity, amount_minor=line.amount_minor + amount)
        )
    problems = [order.problem, reduction.problem]
    if cuts:
        problems.append(
            f"Reduction order {reduction.number} reduces a line that order {order.number} does not have "
            f"({', '.join(sorted(cuts))}). Correct the reduction order in the CRM."
        )
    modified = max(order.modified_at, reduction.modified_at)
    total = None if order.total_minor is None else sum(line.amount_minor for line in lines)
    return replace(
        order,
        lines=tuple(lines),
        modified_at=modified,
        total_minor=total,
        problem=" ".join(filter(None, problems)),
    )


def changed_on(order: SalesOrder, zone: ZoneInfo) -> date:
    """The day of the latest change, in the company's zone: when a change takes effect if nothing else says so."""
    return order.changed_at.astimezone(zone).date()
