"""Invoices and credit memos, as the made-up company wrote them.

Amounts are as a person reads them: positive on invoices and on credit memos alike, negative on discount lines.
NetSuite's signs (sales lines of an invoice negative) are the business of who keeps the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sample_data.company.catalogue import Product
from sample_data.company.customers import Customer
from sample_data.company.reference import Segments


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line; `kind` is item, shipping, discount, subtotal or description (the last two carry no money).

    A subtotal's `amount_minor` repeats what stands above it and is not part of the document's net. `posting_account` is
    the account its amount goes to, None where it posts nothing. `order_line_id` names the CRM order line it bills.
    """

    line: int
    kind: str
    product: Product
    description: str
    quantity: int
    amount_minor: int
    start: date | None
    end: date | None
    segments: Segments
    posting_account: int | None
    order_line_id: str | None

    @property
    def carries_money(self) -> bool:
        return self.kind not in ("subtotal", "description")


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice or credit memo. `status`: open, paid (fully applied), pending_approval, rejected or voided.

    `exchange_rate` is units of the subsidiary's base currency for one of the document's, scaled by 10**10.
    `order_number` is the reference printed on the document: None where nobody wrote it, though `order_index` knows.
    A voided document keeps its amounts here; `posting` says whether it ever reached the ledger.
    """

    id: int
    kind: str
    number: str
    customer: Customer
    dated: date
    due: date
    period_id: int
    subsidiary: int
    currency: str
    exchange_rate: int
    status: str
    created_from: int | None
    order_index: int
    order_number: str | None
    memo: str
    lines: tuple[DocumentLine, ...]
    tax_minor: int
    created_at: datetime
    modified_at: datetime

    @property
    def posting(self) -> bool:
        return self.status in ("open", "paid", "voided")

    @property
    def voided(self) -> bool:
        return self.status == "voided"

    @property
    def net_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines if line.carries_money)

    @property
    def total_minor(self) -> int:
        return self.net_minor + self.tax_minor
