"""Sales orders of the made-up company: what was agreed, what the CRM shows of it, and how it will be billed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sample_data.company.catalogue import Product
from sample_data.company.customers import Customer
from sample_data.company.reference import Segments

MAX_LINES = 8
"""No order has more; line ids are order index x MAX_LINES + line number - 1."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """`unit_minor` x `quantity` = `amount_minor`, in minor units of the order's currency; dates are inclusive.

    A discount line has a negative price and stands right after the line it lowers. `original_line_id` is set on lines
    of a reduction order, whose quantities and amounts are negative.
    """

    id: str
    number: str
    line: int
    product: Product
    quantity: int
    unit_minor: int
    list_minor: int
    amount_minor: int
    start: date | None
    end: date | None
    segments: Segments
    original_line_id: str | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """A sales order. `plan` says how it is billed: upfront, annual, quarterly or monthly, in advance; `interval` and
    `invoices` are the months of one invoice and their number. An amended order was changed a few days after it was
    signed, on `amendment_effective`.
    """

    index: int
    id: str
    number: str
    customer: Customer
    signed: date
    subsidiary: int
    currency: str
    status: str
    in_crm: bool
    plan: str
    interval: int
    invoices: int
    end: date | None
    lines: tuple[OrderLine, ...]
    contract_id: str | None
    contract_number: str | None
    original_id: str | None
    original_number: str | None
    amendment_effective: date | None
    created_at: datetime
    activated_at: datetime | None
    modified_at: datetime

    @property
    def is_reduction(self) -> bool:
        return self.original_id is not None

    @property
    def amount_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)
